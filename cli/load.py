"""`paceline load`: a platform's report file over HTTP, in parts, and what became of its rows."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from cli.access import make_token
from cli.embedded.jars import tell_stderr
from cli.errors import CommandError, Exit
from cli.output import emit
from cli.state import DEFAULT_STATE, require_run
from ingest.adapters.convert import Import, convert
from ingest.adapters.mapping import Platform, load_platforms
from ingest.adapters.reading import FileRefusedError
from ingest.adapters.splitting import ReportFile, split, understand
from ingest.context import SourceView
from ingest.imports import make_import_id

ROWS_PER_PART = 5_000
FILE_ROWS_MAX = 5_000_000
REQUEST_TIMEOUT_S = 60.0
ATTEMPTS_MAX = 6
WAIT_STALLED_S = 120.0
POLL_S = 0.2
SHOWN_REJECTIONS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """What the command line says. `batch` is rows per request."""

    platform: str
    source: str | None = None
    wait: bool = False
    dry_run: bool = False
    batch: int = ROWS_PER_PART
    currency: str | None = None
    as_of: datetime | None = None
    complete: bool = False
    decimal: str = "point"
    workspace: str = "default"
    state: Path = DEFAULT_STATE
    as_json: bool = False


@dataclass(slots=True)
class _Outcome:
    accepted: int = 0
    spend_rows: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)


def load(file: Path, options: LoadOptions) -> Exit:
    """Loads one file; prints `accepted=N rejected=N`, with `wait` also what the ledger did.

    Returns OK or REJECTIONS. Raises CommandError: exit 2 (no such file or platform), 3 (a service
    is away), 4 (the file cannot be understood; nothing was sent).
    """
    platforms = load_platforms()
    platform = platforms.get(options.platform)
    if platform is None:
        known = ", ".join(platforms)
        raise CommandError(f"unknown platform {options.platform!r}; known: {known}", Exit.USAGE)
    if options.as_of is not None and options.as_of.tzinfo is None:
        raise CommandError("--as-of needs a time zone, such as 2025-11-03T12:00:00Z", Exit.USAGE)
    try:
        report = understand(file.read_bytes(), platform, FILE_ROWS_MAX)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}", Exit.USAGE) from error
    except FileRefusedError as error:
        emit("accepted=0 rejected=1", _refused(error), as_json=options.as_json)
        raise CommandError(f"{file}: {error} ({error.code})", Exit.REJECTIONS) from error
    if options.dry_run:
        return _tell(_try(report, platform, options), None, options)
    info = require_run(options.state)
    token = make_token(
        options.state, roles=["operator"], subject="paceline-load", workspace=options.workspace
    )
    with httpx.Client(
        timeout=REQUEST_TIMEOUT_S, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        import_id = make_import_id(int(time.time() * 1000))
        outcome = _send(client, info.urls["ingest"], report, platform, import_id, options)
        ledger = None
        if options.wait:
            url = f"{info.urls['budget']}/v1/imports/{import_id}"
            ledger = wait_for_ledger(lambda: _poll(client, url), outcome.spend_rows)
    return _tell(outcome, ledger, options)


def _refused(error: FileRefusedError) -> dict[str, Any]:
    reason = {"line": error.line, "code": error.code, "detail": error.detail}
    return {"accepted": 0, "rejected": 1, "reasons": [reason]}


def _try(report: ReportFile, platform: Platform, options: LoadOptions) -> _Outcome:
    """What the file alone can tell; time, source and zone are judged by the service."""
    moment = options.as_of or datetime.now(UTC)
    plan = Import("dry-run", moment, 0, options.source, options.currency, options.decimal)
    converted = convert(report.table, platform, plan, lambda _: SourceView())
    rejected = [
        {
            "row": report.table.rows[found.place].number,
            "line": report.table.rows[found.place].line,
            "code": found.code,
            "detail": found.detail,
        }
        for found in converted.decoded.rejected
    ]
    accepted = len(report.table.rows) - len(rejected)
    return _Outcome(accepted, len(converted.spend_rows), rejected)


def _send(  # noqa: PLR0917 - one load's fixed parts
    client: httpx.Client,
    ingest_url: str,
    report: ReportFile,
    platform: Platform,
    import_id: str,
    options: LoadOptions,
) -> _Outcome:
    """All parts under one import and one revision; only the last one may say `complete`."""
    moment = options.as_of or report.table.as_of
    query: dict[str, Any] = {
        "import": import_id,
        "revision": int((moment or datetime.now(UTC)).timestamp() * 1000),
        "decimal": options.decimal,
    }
    if moment is not None:
        query["as_of"] = moment.isoformat()
    for name in ("source", "currency"):
        if getattr(options, name) is not None:
            query[name] = getattr(options, name)
    outcome = _Outcome()
    parts = list(split(report, platform, max(1, options.batch)))
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        params = {
            **query,
            "first_row": part.first_row,
            "complete": "true" if options.complete and last else "false",
        }
        reply = _post(
            client,
            f"{ingest_url}/v1/reports/{platform.platform}",
            params=params,
            content=part.body,
            headers={"Content-Type": report.media_type},
        )
        outcome.accepted += reply["accepted"]
        outcome.spend_rows += reply["spend_rows"]
        for rejection in reply["rejected"]:
            row = report.table.rows[rejection["row"] + part.first_row - 2]
            outcome.rejected.append({**rejection, "row": row.number, "line": row.line})
    return outcome


def _post(client: httpx.Client, url: str, **rest: Any) -> Any:
    """A part's reply; a service that is away is tried again, the same rows do no harm."""
    answer = ""
    for attempt in range(ATTEMPTS_MAX):
        if attempt:
            time.sleep(min(2.0**attempt / 4, 5.0))
        try:
            reply = client.post(url, **rest)
        except httpx.TransportError as error:
            answer = repr(error)
            continue
        if reply.status_code in (202, 422) and "import" in (body := reply.json()):
            return body
        answer = f"{reply.status_code} {reply.text[:300]}"
        if reply.status_code not in (429, 503):
            code = Exit.REJECTIONS if reply.status_code in (413, 422) else Exit.CHECK_FAILED
            raise CommandError(f"{url}: {answer}", code)
    raise CommandError(f"{url} does not take the report: {answer}")


def _poll(client: httpx.Client, url: str) -> Any:
    try:
        reply = client.get(url)
    except httpx.TransportError:
        return None
    return reply.json() if reply.is_success else None


def wait_for_ledger(
    poll: Callable[[], Any],
    rows: int,
    *,
    stalled_s: float = WAIT_STALLED_S,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Budget's counts of an import, once all its rows are counted.

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
            raise CommandError(f"budget has counted {counted} of {rows} rows and no more")
        sleep(POLL_S)


def _tell(outcome: _Outcome, ledger: dict[str, Any] | None, options: LoadOptions) -> Exit:
    for rejection in outcome.rejected[:SHOWN_REJECTIONS_MAX]:
        place = f"row {rejection['row']}, line {rejection['line']}"
        tell_stderr(f"{place}: {rejection['code']}: {rejection['detail']}")
    hidden = len(outcome.rejected) - SHOWN_REJECTIONS_MAX
    if hidden > 0:
        tell_stderr(f"and {hidden} more; --json shows all")
    line = f"accepted={outcome.accepted} rejected={len(outcome.rejected)}"
    fields: dict[str, Any] = {
        "accepted": outcome.accepted,
        "rejected": len(outcome.rejected),
        "reasons": outcome.rejected,
    }
    refused = len(outcome.rejected)
    if ledger is not None:
        counts = {name: ledger.get(name, 0) for name in ("inserted", "updated", "unchanged")}
        refused += ledger.get("rejected", 0)
        amount = ledger.get("amount") or {"amount": "0.00", "currency": options.currency or ""}
        shown = {
            **counts,
            "rejected": refused,
            "suspense": ledger.get("suspense", 0),
            "amount": amount["amount"],
            "currency": amount["currency"],
        }
        line += "\n" + " ".join(f"{name}={value}" for name, value in shown.items())
        fields |= shown
    emit(line, fields, as_json=options.as_json)
    return Exit.REJECTIONS if refused else Exit.OK
