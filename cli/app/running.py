"""Commands that run the product: `up`, `down`, `demo`, `test`."""

from typing import Annotated, Literal

import typer

from cli.app.options import Database, Json, Kafka, State
from cli.output import tell_stderr
from cli.paths import DEFAULT_STATE


def up(
    replicas: Annotated[int, typer.Option(min=1, max=16, help="Processes per service.")] = 1,
    clock: Annotated[
        Literal["system", "manual"], typer.Option(help="`manual` is for tests and the demo.")
    ] = "system",
    kafka: Kafka = None,
    database: Database = None,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Start everything and stay; Ctrl-C stops it. A second `up` finds the first."""
    from cli.commands.up import run_up
    from cli.stack.stack import StackOptions

    options = StackOptions(
        state=state.resolve(), replicas=replicas, clock=clock, kafka=kafka, database=database
    )
    raise typer.Exit(run_up(options, as_json=as_json))


def down(state: State = DEFAULT_STATE) -> None:
    """Stop what `up` started in this folder, and wait until it has ended."""
    from cli.commands.down import run_down

    raise typer.Exit(run_down(state.resolve()))


def demo(
    check: Annotated[bool, typer.Option("--check", help="Exit 1 on any difference.")] = False,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Play the Double 11 scenario in fast time and show every message people receive."""
    from cli.demo.run import run_demo

    raise typer.Exit(run_demo(state, checked=check, as_json=as_json, tell=tell_stderr))


def test(context: typer.Context) -> None:
    """Check style, types and import borders, then run all tests; arguments go to pytest."""
    from cli.commands.suite import run_suite

    raise typer.Exit(run_suite(context.args))
