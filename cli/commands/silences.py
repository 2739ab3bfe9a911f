"""`paceline silence`: what it asks of the alerts service."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from cli.access import call, make_token
from cli.stack.state import require_run

PAGE = 500


def add_silence(state: Path, body: dict[str, Any], *, subject: str, workspace: str) -> Any:
    """The silence made, as the API shows it. Raises CommandError."""
    return call("POST", _url(state), token=_token(state, subject, workspace), body=body)


def count_matched(state: Path, matchers: list[str], *, subject: str, workspace: str) -> int:
    """How many open alerts have labels that all matchers match. Raises CommandError."""
    url = f"{require_run(state).urls['alerts']}/api/v2/alerts?"
    wanted = urlencode({"filter": matchers}, doseq=True)
    return len(call("GET", url + wanted, token=_token(state, subject, workspace)))


def find_silences(state: Path, *, over: bool, workspace: str) -> list[Any]:
    """Those that hold or will, or all. Raises CommandError."""
    token = _token(state, "paceline-cli", workspace)
    wanted: dict[str, Any] = {"limit": PAGE}
    found: list[Any] = []
    while True:
        page = call("GET", f"{_url(state)}?{urlencode(wanted)}", token=token)
        found += page["items"]
        if page["next"] is None:
            return [one for one in found if over or one["state"] != "expired"]
        wanted["cursor"] = page["next"]


def end_silence(state: Path, silence: str, *, subject: str, workspace: str) -> None:
    """Raises CommandError."""
    url = f"{_url(state)}/{quote(silence, '')}"
    call("DELETE", url, token=_token(state, subject, workspace))


def line_of(silence: Any) -> str:
    """As one reads it: id, until when, who, what, why."""
    comment = " ".join(silence["comment"].split())
    matchers = ", ".join(silence["matchers"])
    who = f"{silence['silence']} until {silence['ends_at']} {silence['created_by']}"
    return f"{who}: {matchers} ({comment})"


def _url(state: Path) -> str:
    return f"{require_run(state).urls['alerts']}/v1/silences"


def _token(state: Path, subject: str, workspace: str) -> str:
    return make_token(
        state, roles=["operator"], subject=subject, workspace=workspace, lifetime_s=60
    )
