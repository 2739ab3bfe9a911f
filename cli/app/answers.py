"""`ack`, `snooze` and `alerts list`: what is open, and what people answer to it."""

from typing import Annotated, Any

import typer

from cli.app.options import Json, State, Subject
from cli.paths import DEFAULT_STATE

Alert = Annotated[int, typer.Argument(help="Its id, as `alerts list` says.", show_default=False)]
Comment = Annotated[str | None, typer.Option(help="What to say with it; messages show it.")]


def ack(
    alert: Alert,
    subject: Subject,
    comment: Comment = None,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Say that you have an alert: nobody is reminded of it until it gets better or worse."""
    from cli.commands.answers import answer
    from cli.output import emit

    body = _body(comment)
    found = answer(state, alert, "ack", body, subject=subject, workspace=workspace)
    emit(f"acknowledged {alert} by {found['made_by']}", found, as_json=as_json)


def snooze(
    alert: Alert,
    duration: Annotated[str, typer.Option("--for", help="How long from now: 30m, 2h, 1d.")],
    subject: Subject,
    comment: Comment = None,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Hear of an alert later: it is told again then, if it is still open. Whoever had it has it no
    more."""
    from cli.commands.answers import answer
    from cli.output import emit

    body = {"duration": duration, **_body(comment)}
    found = answer(state, alert, "snooze", body, subject=subject, workspace=workspace)
    emit(f"snoozed {alert} until {found['until']}", found, as_json=as_json)


def list_alerts(
    workspace: str = "default", state: State = DEFAULT_STATE, as_json: Json = False
) -> None:
    """What is open, one line an alert: id, level, what it is about, since when, who has it."""
    from cli.commands.answers import find_open, line_of
    from cli.output import emit

    found = find_open(state, workspace=workspace)
    lines = "\n".join(map(line_of, found)) or "nothing is open"
    emit(lines, {"alerts": found}, as_json=as_json)


def _body(comment: str | None) -> dict[str, Any]:
    return {} if comment is None else {"comment": comment}
