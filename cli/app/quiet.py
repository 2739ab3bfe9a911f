"""`silence`: alerts that are not told for a while, by whom and why."""

from typing import Annotated

import typer

from cli.app.options import Json, State
from cli.paths import DEFAULT_STATE

Subject = Annotated[str, typer.Option(help="Who you are: the name people will see.")]


def add(
    matcher: Annotated[
        list[str], typer.Argument(help="""Labels, e.g. 'campaign="d11"'.""", show_default=False)
    ],
    comment: Annotated[str, typer.Option(help="Why; people read it.")],
    duration: Annotated[str, typer.Option("--for", help="How long from now, e.g. 2h.")],
    subject: Subject = "paceline-cli",
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Silence what all matchers match; prints the id of the silence, nothing else."""
    from cli.commands.silences import add_silence
    from cli.output import emit

    body = {"matchers": matcher, "comment": comment, "duration": duration}
    made = add_silence(state, body, subject=subject, workspace=workspace)
    emit(made["silence"], made, as_json=as_json)


def list_silences(
    over: Annotated[bool, typer.Option("--over", help="Also those that are over.")] = False,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """What is silent now or will be, one line a silence: id, until when, who, matchers, why."""
    from cli.commands.silences import find_silences, line_of
    from cli.output import emit

    found = find_silences(state, over=over, workspace=workspace)
    lines = "\n".join(map(line_of, found)) or "no silences"
    emit(lines, {"silences": found}, as_json=as_json)


def end(
    silence: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    subject: Subject = "paceline-cli",
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """End a silence now; what it kept back and is still open is told."""
    from cli.commands.silences import end_silence
    from cli.output import emit

    end_silence(state, silence, subject=subject, workspace=workspace)
    emit(f"ended {silence}", {"ended": silence}, as_json=as_json)
