"""`silence`: alerts that are not told for a while, by whom and why."""

from typing import Annotated

import typer

from cli.app.options import Json, State, Subject
from cli.paths import DEFAULT_STATE

MATCHERS = (
    """Labels that an alert has to have, e.g. 'campaign="d11"' 'line=~"L0[12]"'; also != and """
    "!~. `alerts list` shows those of each alert."
)


def add(
    matcher: Annotated[list[str], typer.Argument(help=MATCHERS, show_default=False)],
    comment: Annotated[str, typer.Option(help="Why; people read it.")],
    duration: Annotated[str, typer.Option("--for", help="How long from now: 30m, 2h, 1d.")],
    subject: Subject,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Silence what all matchers match; prints its id; stderr says how many that are."""
    from cli.commands.silences import add_silence, count_matched
    from cli.output import emit, tell_stderr

    body = {"matchers": matcher, "comment": comment, "duration": duration}
    made = add_silence(state, body, subject=subject, workspace=workspace)
    emit(made["silence"], made, as_json=as_json)
    matched = count_matched(state, made["matchers"], subject=subject, workspace=workspace)
    hint = "" if matched else "; is a label misspelt? `alerts list` shows the labels of each"
    tell_stderr(f"open alerts that it matches now: {matched}{hint}")


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
    silence: Annotated[
        str, typer.Argument(help="Its id, as `silence list` says.", show_default=False)
    ],
    subject: Subject,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """End a silence now; what it kept back and is still open is told."""
    from cli.commands.silences import end_silence
    from cli.output import emit

    end_silence(state, silence, subject=subject, workspace=workspace)
    emit(f"ended {silence}", {"ended": silence}, as_json=as_json)
