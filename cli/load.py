"""`paceline load`: a platform's report file over HTTP, in parts, and what became of its rows."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from cli.access import make_token
from cli.embedded.jars import tell_stderr
from cli.errors import CommandError, Exit
from cli.output import emit
from cli.state import DEFAULT_STATE, RunInfo, load_run, require_run
from ingest.adapters.convert import Import, convert, find_conflicts
from ingest.adapters.facts import CODE as CONFLICT_CODE
from ingest.adapters.mapping import Platform, load_platforms
from ingest.adapters.reading import FileRefusedError
from ingest.adapters.splitting import FilePart, ReportFile, split, understand
from ingest.context import Context, SourceView
from ingest.imports import make_import_id
from ingest.reports import Wanted, plan_import
from ingest.settings import IngestSettings
from ingest.stamping import Stamper
from shared.errors import PacelineError
from shared.events import Source

ROWS_PER_PART = 5_000
FILE_ROWS_MAX = 5_000_000
REQUEST_TIMEOUT_S = 60.0
ATTEMPTS_MAX = 6
WAIT_STALLED_S = 120.0
POLL_S = 0.2
SHOWN_REJECTIONS_MAX = 20
LEFT_OUT_MAX = 1_000
"""Each may cost a request of its own."""


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
    not_complete: list[dict[str, Any]] = field(default_factory=list)


def load(file: Path, options: LoadOptions) -> Exit:
    """Loads one file; prints `accepted=N rejected=N`, with `wait` also what the ledger did.

    Returns OK or REJECTIONS. Raises CommandError: exit 2 (no such file, platform or source,
    `complete` without a time), 3 (a service is away), 4 (the file cannot be understood; nothing
    was sent).
    """
    platforms = load_platforms()
    platform = platforms.get(options.platform)
    if platform is None:
        known = ", ".join(platforms)
        raise CommandError(f"unknown platform {options.platform!r}; known: {known}", Exit.USAGE)
    try:
        msgspec.convert(options.source, Source | None)
    except msgspec.ValidationError as error:
        detail = (
            f"no source is called {options.source!r}: neither blanks nor |, at most 200 letters"
        )
        raise CommandError(detail, Exit.USAGE) from error
    if options.as_of is not None and options.as_of.tzinfo is None:
        raise CommandError("--as-of needs a time zone, such as 2025-11-03T12:00:00Z", Exit.USAGE)
    try:
        report = understand(file.read_bytes(), platform, FILE_ROWS_MAX)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}", Exit.USAGE) from error
    except FileRefusedError as error:
        emit("accepted=0 rejected=1", _refused(error), as_json=options.as_json)
        raise CommandError(f"{file}: {error} ({error.code})", Exit.REJECTIONS) from error
    if options.complete and options.as_of is None and report.table.as_of is None:
        raise CommandError(
            "--complete needs --as-of, the time up to which the source is complete", Exit.USAGE
        )
    info = load_run(options.state) if options.dry_run else require_run(options.state)
    if info is None:
        tell_stderr(
            f"nothing is running in {options.state}: judged by the file alone,"
            " without the settings of its source"
        )
        return _tell(_judge(report, platform, options), None, options)
    return _load(file, report, platform, info, options)


def _load(
    file: Path, report: ReportFile, platform: Platform, info: RunInfo, options: LoadOptions
) -> Exit:
    parts = _parts(file, report, platform, options)
    token = make_token(
        options.state, roles=["operator"], subject="paceline-load", workspace=options.workspace
    )
    with httpx.Client(
        timeout=REQUEST_TIMEOUT_S, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        import_id = make_import_id(int(time.time() * 1000))
        url = f"{info.urls['ingest']}/v1/reports/{platform.platform}"
        outcome = _send(client, url, report, parts, import_id, options)
        ledger = None
        if options.wait and not options.dry_run:
            imported = f"{info.urls['budget']}/v1/imports/{import_id}"
            ledger = wait_for_ledger(lambda: _poll(client, imported), outcome.spend_rows)
    if ledger and ledger.get("rejected"):
        source = options.source or f"{platform.platform}/<account>"
        where = f"{info.urls['ingest']}/v1/rejections?source={source}"
        tell_stderr(f"the ledger refused {ledger['rejected']} accepted rows; why: GET {where}")
    return _tell(outcome, ledger, options)


class _Parts(NamedTuple):
    """What is sent, and the rows that are not: they contradict a row of an earlier part."""

    sent: Sequence[FilePart]
    left_out: Sequence[dict[str, Any]]


def _parts(file: Path, report: ReportFile, platform: Platform, options: LoadOptions) -> _Parts:
    """Raises CommandError (exit 4) when far too many rows contradict earlier ones."""
    parts = list(split(report, platform, max(1, options.batch)))
    if len(parts) <= 1:
        return _Parts(parts, [])
    load = Import("", datetime.now(UTC), 0, options.source, options.currency, options.decimal)
    conflicts = find_conflicts(report.table, platform, load)
    if not conflicts:
        return _Parts(parts, [])
    parts = list(split(report, platform, max(1, options.batch), conflicts))
    sent = {n for part in parts for n in range(part.first_row, part.first_row + part.rows)}
    left_out = [
        {**_place(report, conflict.second), "code": CONFLICT_CODE, "detail": conflict.detail}
        for number, conflict in conflicts.items()
        if number not in sent
    ]
    if len(left_out) > LEFT_OUT_MAX:
        detail = f"more than {LEFT_OUT_MAX} rows contradict earlier ones: {left_out[0]['detail']}"
        raise CommandError(f"{file}: {detail} ({CONFLICT_CODE})", Exit.REJECTIONS)
    return _Parts(parts, left_out)


def _place(report: ReportFile, number: int) -> dict[str, Any]:
    row = report.table.rows[number - 1]
    return {"row": row.number, "line": row.line}


def _refused(error: FileRefusedError) -> dict[str, Any]:
    reason = {"line": error.line, "code": error.code, "detail": error.detail}
    return {"accepted": 0, "rejected": 1, "reasons": [reason]}


def _judge(report: ReportFile, platform: Platform, options: LoadOptions) -> _Outcome:
    """What the file alone can tell, by the service's own checks.

    Raises CommandError (exit 4) `future_time` of the whole report.
    """
    now, skew_s = datetime.now(UTC), IngestSettings().future_skew_s
    wanted = Wanted(options.source, options.currency, options.as_of, mark=options.decimal)
    try:
        load = plan_import(report.table, wanted, now, skew_s)
    except PacelineError as error:
        raise CommandError(f"{error.detail} ({error.code})", Exit.REJECTIONS) from error
    converted = convert(report.table, platform, load, _no_settings)
    context = Context(
        options.workspace, lambda _: True, _no_settings, now, skew_s, None, platform.time_zone
    )
    stamped = Stamper(lambda _, __: 0, str).stamp(converted.decoded, context)
    # One reason per row, the first one, as the service tells it.
    found = {rejection.place: rejection for rejection in reversed(stamped.rejected)}
    rejected = [
        {**_place(report, place + 1), "code": found[place].code, "detail": found[place].detail}
        for place in sorted(found)
    ]
    accepted = len(report.table.rows) - len(rejected)
    return _Outcome(accepted, len(converted.spend_rows - found.keys()), rejected)


def _no_settings(_: str) -> SourceView:
    return SourceView()


def _send(  # noqa: PLR0917 - one load's fixed parts
    client: httpx.Client,
    url: str,
    report: ReportFile,
    parts: _Parts,
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
    if options.dry_run:
        query["dry_run"] = "true"
    for name in ("source", "currency"):
        if getattr(options, name) is not None:
            query[name] = getattr(options, name)
    outcome = _Outcome(rejected=list(parts.left_out))
    for number, part in enumerate(parts.sent, 1):
        last = number == len(parts.sent)
        params = {
            **query,
            "first_row": part.first_row,
            "complete": "true" if options.complete and last else "false",
        }
        headers = {"Content-Type": report.media_type}
        reply = _post(client, url, params=params, content=part.body, headers=headers)
        outcome.accepted += reply["accepted"]
        outcome.spend_rows += reply["spend_rows"]
        outcome.not_complete += reply.get("not_complete", [])
        for rejection in reply["rejected"]:
            place = _place(report, rejection["row"] + part.first_row - 1)
            outcome.rejected.append({**rejection, **place})
    outcome.rejected.sort(key=lambda rejection: rejection["row"])
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
    for beat in outcome.not_complete:
        tell_stderr(f"{beat['source']} is not told complete: {beat['code']}: {beat['detail']}")
    if options.dry_run:
        tell_stderr("a dry run: nothing was sent")
    line = f"accepted={outcome.accepted} rejected={len(outcome.rejected)}"
    fields: dict[str, Any] = {
        "accepted": outcome.accepted,
        "rejected": len(outcome.rejected),
        "reasons": outcome.rejected,
        "not_complete": outcome.not_complete,
        "dry_run": options.dry_run,
    }
    refused = len(outcome.rejected)
    if ledger is not None:
        counts = {name: ledger.get(name, 0) for name in ("inserted", "updated", "unchanged")}
        refused += ledger.get("rejected", 0)
        # One amount in almost all files; those of several currencies are told side by side.
        amounts = ledger.get("amounts") or [{"amount": "0.00", "currency": options.currency or ""}]
        shown = {
            **counts,
            "rejected": refused,
            "suspense": ledger.get("suspense", 0),
            "amount": ",".join(one["amount"] for one in amounts),
            "currency": ",".join(one["currency"] for one in amounts),
        }
        line += "\n" + " ".join(f"{name}={value}" for name, value in shown.items())
        one = amounts[0] if len(amounts) == 1 else {"amount": None, "currency": None}
        fields |= {**shown, **one, "amounts": amounts}
    emit(line, fields, as_json=options.as_json)
    return Exit.REJECTIONS if refused or outcome.not_complete else Exit.OK
