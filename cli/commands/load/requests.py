"""What a load asks of the services, and how long it waits for them."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from cli.access import problem_words
from cli.errors import CommandError, Exit
from cli.stack.state import RunInfo
from shared.backoff import backoff_s

REQUEST_TIMEOUT_S = 60.0
ATTEMPTS_MAX = 6
WAIT_STALLED_S = 120.0
LOOK_UP_TIMEOUT_S = 150.0
"""Longer than budget may take to look up what stands for a million rows."""
POLL_S = 0.2


def post(client: httpx.Client, url: str, **rest: Any) -> Any:
    """A part's reply; a service that is away is tried again, the same rows do no harm."""
    answer = ""
    for attempt in range(ATTEMPTS_MAX):
        if attempt:
            time.sleep(backoff_s(attempt, 5.0, 0.5))
        try:
            reply = client.post(url, **rest)
        except httpx.TransportError as error:
            answer = repr(error)
            continue
        if reply.status_code in (202, 422) and "import" in (body := reply.json()):
            return body
        answer = problem_words(reply.content)
        if reply.status_code not in (429, 503):
            code = Exit.REJECTIONS if reply.status_code in (413, 422) else Exit.CHECK_FAILED
            raise CommandError(f"nothing of this part was loaded: {answer}", code)
    raise CommandError(f"{url} does not take the report: {answer}")


def poll_counts(client: httpx.Client, url: str, **query: str) -> Any:
    try:
        reply = client.get(url, params=query, timeout=LOOK_UP_TIMEOUT_S)
    except httpx.TransportError:
        return None
    return reply.json() if reply.is_success else None


def look_up(client: httpx.Client, url: str) -> dict[str, Any]:
    """What stands in the ledger for the rows, all of which are counted: of a large file it takes
    long, so it is asked once. Raises CommandError (exit 3)."""
    for attempt in range(ATTEMPTS_MAX):
        if attempt:
            time.sleep(backoff_s(attempt, 5.0, 0.5))
        if found := poll_counts(client, url):
            return dict(found)
    raise CommandError(f"all rows are counted, but {url} does not say what stands for them")


def wait_for_measures(
    client: httpx.Client, info: RunInfo, import_id: str, rows: int
) -> dict[str, Any] | None:
    """kpi-monitor's counts of an import, once all its rows with measures are counted; None for a
    file without any. Raises CommandError (exit 3)."""
    if not rows:
        return None
    imported = f"{info.urls['kpi']}/v1/imports/{import_id}"
    return wait_for_counts(lambda: poll_counts(client, imported), rows, who="kpi-monitor")


def wait_for_counts(
    poll: Callable[[], Any],
    rows: int,
    *,
    who: str = "budget",
    stalled_s: float = WAIT_STALLED_S,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """A service's counts of an import, once all its rows are counted; `poll` gives them.

    Raises CommandError (exit 3) when the count stands still for `stalled_s`.
    """
    counted, moved_s = -1, time.monotonic()
    while True:
        found = poll() or {"rows": 0}
        if found["rows"] >= rows:
            return dict(found)
        if found["rows"] > counted:
            counted, moved_s = found["rows"], time.monotonic()
        if time.monotonic() - moved_s > stalled_s:
            raise CommandError(f"{who} has counted {counted} of {rows} rows and no more")
        sleep(POLL_S)
