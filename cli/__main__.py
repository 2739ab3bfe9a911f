"""The command line: `paceline COMMAND`. Each command's work is in the module it calls."""

import logging
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.errors import CommandError, Exit, explain
from cli.helpers import run_coroutine
from cli.output import emit, tell_stderr
from cli.paths import DEFAULT_STATE
from cli.stack.state import require_run
from shared.errors import KeysUnreadableError

app = typer.Typer(
    name="paceline",
    help="Keeps marketing campaigns on pace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
offsets_app = typer.Typer(help="Where each consumer group stands.", invoke_without_command=True)
app.add_typer(offsets_app, name="offsets")

State = Annotated[
    Path, typer.Option("--state", envvar="PACELINE_STATE", help="Folder of data, keys and logs.")
]
Json = Annotated[bool, typer.Option("--json", help="Results as JSON.")]
Kafka = Annotated[str | None, typer.Option("--kafka", help="An existing broker, HOST:PORT.")]


def _checked_url(url: str | None) -> str | None:
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise typer.BadParameter("a database is named as postgresql://USER:PASSWORD@HOST/NAME")
    return url


Database = Annotated[
    str | None,
    typer.Option("--database", help="An existing database's URL.", callback=_checked_url),
]


@app.command()
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


@app.command()
def demo(
    check: Annotated[bool, typer.Option("--check", help="Exit 1 on any difference.")] = False,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Play the Double 11 scenario in fast time and show every message people receive."""
    from cli.demo.run import run_demo

    raise typer.Exit(run_demo(state, checked=check, as_json=as_json, tell=tell_stderr))


_MARKS: dict[str | None, Literal[".", ","] | None] = {
    None: None,
    ".": ".",
    "point": ".",
    ",": ",",
    "comma": ",",
}


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="A report: CSV or JSON.", show_default=False)],
    platform: Annotated[str, typer.Option(help="The mapping's name, e.g. google-ads.")],
    source: Annotated[str | None, typer.Option(help="Default: <platform>/<account>.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until the ledger has counted all rows.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Read and judge the file, send nothing.")] = False,
    currency: Annotated[str | None, typer.Option(help="For rows that name none.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The report's time, RFC 3339.")] = None,
    complete: Annotated[
        bool, typer.Option(help="With --as-of: the source is complete up to that time.")
    ] = False,
    complete_anyway: Annotated[
        bool, typer.Option(help="As --complete, although rows were refused: your word for it.")
    ] = False,
    decimal: Annotated[
        Literal["point", "comma", ".", ","] | None,
        typer.Option(help="The decimal mark, if the file does not prove it.", show_default=False),
    ] = None,
    dates: Annotated[
        Literal["dmy", "mdy", "ymd"] | None,
        typer.Option(help="The order of days, if the file does not prove it.", show_default=False),
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=100_000, help="Rows per request.")] = 5_000,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Send a platform's report file; exit 4 when rows were rejected, equal or not complete."""
    from cli.commands.load import load as work
    from cli.commands.load.outcome import LoadOptions

    try:
        moment = datetime.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        text = "--as-of is a time such as 2025-11-03T08:00:00+08:00"
        raise typer.BadParameter(text) from error
    options = LoadOptions(
        platform=platform,
        source=source,
        wait=wait,
        dry_run=dry_run,
        batch=batch,
        currency=currency,
        as_of=moment,
        complete=complete,
        complete_anyway=complete_anyway,
        decimal=_MARKS[decimal],
        dates=dates,
        workspace=workspace,
        state=state,
        as_json=as_json,
    )
    raise typer.Exit(work.load(file, options))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Check style, types and import borders, then run all tests; arguments go to pytest."""
    from cli.commands.suite import run_suite

    raise typer.Exit(run_suite(context.args))


@app.command()
def token(
    role: Annotated[str, typer.Option(help="One or more, separated by commas.")],
    subject: Annotated[str, typer.Option(help="Who it is: the name the audit will show.")],
    workspace: str = "default",
    campaign: Annotated[
        list[str] | None, typer.Option(help="Reaches only this campaign; may be repeated.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Reaches only campaigns of this region; repeatable.")
    ] = None,
    lifetime_s: Annotated[int, typer.Option("--lifetime", min=1, help="Seconds.")] = 43_200,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Sign a token for a person (EdDSA) and print it, nothing else."""
    from cli.access import make_token

    roles = [name.strip() for name in role.split(",") if name.strip()]
    signed = make_token(
        state,
        roles=roles,
        subject=subject,
        workspace=workspace,
        campaigns=campaign or None,
        regions=region or None,
        lifetime_s=lifetime_s,
    )
    emit(signed, {"token": signed}, as_json=as_json)


@app.command()
def key(
    source: Annotated[str, typer.Option(help='Sources it may write, e.g. "google-ads/*".')],
    workspace: str = "default",
    name: str = "cli",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Create an API key for a machine and print it, nothing else; it is shown only once."""
    from cli.access import call, make_token

    admin = make_token(
        state, roles=["admin"], subject="paceline-cli", workspace=workspace, lifetime_s=60
    )
    info = require_run(state)
    body = {"sources": [source], "name": name}
    reply = call("POST", f"{info.urls['ingest']}/v1/keys", token=admin, body=body)
    emit(reply["key"], {"key": reply["key"]}, as_json=as_json)


@app.command()
def migrate(database: Database = None, state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Bring a database to the newest migration: --database, PACELINE_DATABASE_URL or `up`'s."""
    from cli.migrations.migrate import migrate as run

    run(_database(database, state))
    emit("migrated", {"migrated": True}, as_json=as_json)


@app.command()
def topics(
    kafka: Kafka = None,
    partitions: Annotated[int, typer.Option(envvar="PACELINE_PARTITIONS", min=1)] = 24,
    prefix: Annotated[str, typer.Option(envvar="PACELINE_TOPIC_PREFIX")] = "",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Create the topics that are missing; existing ones are left as they are."""
    from cli.kafka.topics import ensure_topics

    made = ensure_topics(_kafka(kafka, state), prefix=prefix, partitions=partitions)
    lines = [
        f"topic={topic.name} partitions={topic.partitions} "
        f"{'created' if topic.created else 'exists'}"
        for topic in made
    ]
    emit("\n".join(lines), {"topics": [asdict(topic) for topic in made]}, as_json=as_json)


@offsets_app.callback()
def offsets(
    context: typer.Context,
    kafka: Kafka = None,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Show each group's lag per topic."""
    if context.invoked_subcommand is not None:
        return
    from cli.kafka.offsets import read_standings
    from cli.stack.servers import servers

    with servers(state, kafka, None) as found:
        if found.kafka is None:
            raise typer.BadParameter("name the broker: --kafka")
        standings = run_coroutine(read_standings(found.kafka))
    totals: dict[tuple[str, str], list[int]] = {}
    for standing in standings:
        entry = totals.setdefault((standing.group, standing.topic), [0, 0, 0])
        entry[0] += 1
        entry[1] += standing.lag
        entry[2] += standing.is_gap
    rows = [
        {"group": group, "topic": topic, "partitions": count, "lag": lag, "gaps": gaps}
        for (group, topic), (count, lag, gaps) in totals.items()
    ]
    lines = [" ".join(f"{name}={value}" for name, value in row.items()) for row in rows]
    emit("\n".join(lines) or "no group has committed yet", {"offsets": rows}, as_json=as_json)


@offsets_app.command("accept-gap")
def accept_gap(
    topic: str,
    partition: int,
    reason: Annotated[str, typer.Option(help="Why the loss is accepted; kept for the audit.")],
    group: Annotated[str | None, typer.Option(help="Only this group.")] = None,
    kafka: Kafka = None,
    database: Database = None,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Go on past records the log has lost; the group's processes must be stopped.

    When nothing runs, the broker and the database are started for it.
    """
    from cli.kafka import offsets as work
    from cli.stack.servers import servers

    with servers(state, kafka, database) as found:
        accepted = run_coroutine(
            work.accept_gap(*found.both(), topic, partition, reason, group=group)
        )
    lines = [f"group={gap.group} from={gap.from_offset} to={gap.to_offset}" for gap in accepted]
    emit("\n".join(lines), {"accepted": [asdict(gap) for gap in accepted]}, as_json=as_json)


@app.command()
def check(state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Check ledger, outbox and offsets of what is running: each `holds` or is `BROKEN`."""
    from cli.commands import check as work

    findings = run_coroutine(work.check(state, require_run(state)))
    lines = "\n".join(finding.line() for finding in findings)
    emit(lines, {"findings": [finding.fields() for finding in findings]}, as_json=as_json)
    raise typer.Exit(work.exit_of(findings))


def _database(given: str | None, state: Path) -> str:
    url = given or _checked_url(os.environ.get("PACELINE_DATABASE_URL") or None)
    return url or require_run(state).database


def _kafka(given: str | None, state: Path) -> str:
    return given or os.environ.get("PACELINE_KAFKA_BOOTSTRAP") or require_run(state).kafka


def main() -> None:
    """Runs the command and exits with one of the codes of contracts.md section 6."""
    # What went wrong is said in our own words; the client's lines would come before them.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        # Usage errors end with 2 and Ctrl-C with 130 inside; what comes out is ours.
        app(prog_name="paceline")
    except CommandError as error:
        tell_stderr(str(error))
        sys.exit(error.exit_code)
    except KeysUnreadableError as error:
        tell_stderr(str(error))
        sys.exit(Exit.NOT_READY)
    except OSError as error:
        text = explain(error)
        if text is None:
            raise
        tell_stderr(text)
        sys.exit(Exit.NOT_READY)


if __name__ == "__main__":
    main()
