"""POST /v1/reports/{platform}: a platform's own rows, as its API returns them or as CSV."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ingest.events.context import Context, SourceView
from ingest.events.decode import Decoded, Rejection
from ingest.events.routes import Ingest
from ingest.events.stamping import Stamped
from ingest.faults import FaultError
from ingest.keys.credentials import Caller
from ingest.periods import as_utc
from ingest.platforms.mapping import Platform
from ingest.reports.completeness import (
    AS_OF_MISSING,
    PAGES_MISSING,
    ROWS_REFUSED,
    SOURCE_MISSING,
    Wish,
    why_unsettled,
)
from ingest.reports.convert import Converted, Import, convert
from ingest.reports.facts import StatedFacts
from ingest.reports.imports import make_import_id
from ingest.reports.outcome import Loaded, count, name_equal
from ingest.reports.reading.notation import NOTHING_ASKED, Asked
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.reading.report import Report, understand
from ingest.wire import SourceWire
from shared import metrics
from shared.errors import ForbiddenError, InvalidError, UnsupportedMediaError
from shared.events import SourceData, SourceSent
from shared.http.json_keys import json_fault
from shared.logs import get_logger

log = get_logger(__name__)

_CSV_TYPES = ("text/csv", "text/tab-separated-values", "text/plain", "application/csv")
_JSON_TYPES = ("application/json",)
OURS = (AS_OF_MISSING, PAGES_MISSING, ROWS_REFUSED, SOURCE_MISSING)
"""Why a heartbeat was never made: said in the answer only, it says nothing against the source."""

Send = Callable[[Stamped, Context], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The query of a request. `revision` and `import_id` let one load span several requests, and
    `unsettled` says how many rows of the others were refused or counted once."""

    source: str | None = None
    currency: str | None = None
    as_of: datetime | None = None
    complete: Wish = "no"
    asked: Asked = NOTHING_ASKED
    import_id: str | None = None
    revision: int | None = None
    first_row: int = 1
    unsettled: int = 0
    dry_run: bool = False


class Sent(NamedTuple):
    """A report as it came."""

    body: bytes
    media_type: str


def read_report(
    sent: Sent, platform: Platform, rows_max: int, asked: Asked = NOTHING_ASKED
) -> Report:
    """A body by its media type → a report that can be read.

    Raises UnsupportedMediaError, FileRefusedError, UnparseableError for a key stated twice.
    """
    kind = sent.media_type.partition(";")[0].strip().lower()
    if kind not in _JSON_TYPES + _CSV_TYPES:
        known = ", ".join(_JSON_TYPES + _CSV_TYPES[:1])
        raise UnsupportedMediaError("unsupported_media_type", f"send one of: {known}")
    is_json = kind in _JSON_TYPES
    try:
        return understand(lambda: io.BytesIO(sent.body), platform, rows_max, asked, json=is_json)
    except FileRefusedError as error:
        # A key that is stated twice has one code and one wording at every door.
        if is_json and (fault := json_fault(sent.body)) is not None:
            raise fault from error
        raise


def plan_import(stated: datetime | None, wanted: Wanted, now: datetime, skew_s: float) -> Import:
    """The report's time: `as_of`, else what its preamble has `stated`, else its receipt.

    Raises InvalidError `future_time`.
    """
    time = as_utc(wanted.as_of or stated or now)
    if time > now + timedelta(seconds=skew_s):
        raise InvalidError("future_time", "as_of lies in the future")
    import_id = wanted.import_id or make_import_id(int(datetime.now(UTC).timestamp() * 1000))
    revision = wanted.revision
    if revision is None:
        revision = int(time.timestamp() * 1000)
    return Import(import_id, time, revision, wanted.source, wanted.currency, wanted.first_row)


async def load_report(
    ingest: Ingest, caller: Caller, platform: Platform, sent: Sent, wanted: Wanted
) -> Loaded:
    """Reads, converts, stamps and sends a whole report; rows with a fault are set aside.

    It is read once to understand it, then round by round: only a round of it is in memory as rows
    and events. A dry run does all of it but sends nothing and leaves no trace but in the answer.

    Raises FileRefusedError (the file as a whole), InvalidError, ForbiddenError `person_missing`,
    UnavailableError (any round was not acknowledged: send the same report again).
    """
    settings = ingest.settings
    if wanted.complete == "anyway" and not caller.roles:
        detail = "an API key cannot confirm what was refused: send complete=anyway with a token"
        raise ForbiddenError("person_missing", detail)
    ingest.memory.check_loaded()
    now = await ingest.memory.now()
    report = await asyncio.to_thread(
        read_report, sent, platform, settings.report_rows_max, wanted.asked
    )
    try:
        load = plan_import(report.as_of, wanted, now, settings.future_skew_s)
    except FaultError as fault:
        raise InvalidError(fault.code, fault.detail) from fault
    caller.take(report.rows_count)

    def view(source: str) -> SourceView:
        return ingest.memory.view(caller.workspace, source)

    context = Context(
        caller.workspace,
        caller.allows,
        view,
        now,
        settings.future_skew_s,
        load.import_id,
        platform.time_zone,
        lambda source: ingest.memory.quarantined(caller.workspace, source),
    )
    send = _send_nothing if wanted.dry_run else ingest.acceptance.send
    loaded = Loaded(load.import_id, report.rows_count, next_page=report.next_page)
    told: list[Rejection] = []
    stated, tables = StatedFacts(), report.tables()
    while (table := await asyncio.to_thread(next, tables, None)) is not None:
        converted = await asyncio.to_thread(convert, table, platform, load, view, stated)
        rejected = await _send(ingest, converted, context, send)
        count(loaded, table, converted, rejected)
        name_equal(loaded, table.rows, stated, load.first_row)
        told += rejected
    loaded.equal_count = stated.equal_count
    loaded.unset = sorted(name for name in loaded.sources if view(name).time_zone is None)
    if wanted.complete != "no":
        beats = _heartbeats(loaded, load)
        loaded.not_complete = await _complete(ingest, caller, loaded, beats, wanted, context, send)
    if not wanted.dry_run:
        told += [beat for beat in loaded.not_complete if beat.code not in OURS]
        if told:
            ingest.rejection_log.add(told, context)
        metrics.INGEST_REPORT_ROWS.labels(platform.platform).inc(loaded.accepted)
    return loaded


async def _send_nothing(_: Stamped, __: Context) -> None:
    """The last step of a dry run."""


async def _send(
    ingest: Ingest, converted: Converted, context: Context, send: Send
) -> list[Rejection]:
    """One reason per refused row: both of its events fail alike, the first one is told."""
    decoded = converted.decoded
    found = {rejection.place: rejection for rejection in decoded.rejected}
    stamped = ingest.acceptance.stamp(Decoded(decoded.events, decoded.places, []), context)
    await send(stamped, context)
    for rejection in stamped.rejected:
        found.setdefault(rejection.place, rejection)
    # A long report must not keep single events waiting.
    await asyncio.sleep(0)
    return [found[place] for place in sorted(found)]


def _heartbeats(loaded: Loaded, load: Import) -> list[SourceSent]:
    named = () if load.source is None else (load.source,)
    return [
        SourceWire(
            specversion="1.0",
            id=f"{load.import_id}-complete",
            source=source,
            time=load.time,
            data=SourceData(complete_through=load.time),
        )
        for source in sorted({*loaded.sources, *named})
    ]


async def _complete(  # noqa: PLR0917 - one request's parts
    ingest: Ingest,
    caller: Caller,
    loaded: Loaded,
    beats: Sequence[SourceSent],
    wanted: Wanted,
    context: Context,
    send: Send,
) -> Sequence[Rejection]:
    """Sends the heartbeats, or says of each source why it is not told complete."""
    detail = why_unsettled(
        loaded.rows, loaded.codes, loaded.equal_count, wanted.unsettled, loaded.next_page
    )
    unsettled = ROWS_REFUSED if loaded.next_page is None else PAGES_MISSING
    if not beats:
        missing = detail or "no row names a source: say which one is complete (source, --source)"
        code = unsettled if detail else SOURCE_MISSING
        return [Rejection(0, None, None, code, missing, None)]
    if wanted.as_of is None:
        time = "complete needs as_of, the time up to which the source is complete"
        return _withheld(beats, AS_OF_MISSING, time)
    if detail is not None and wanted.complete != "anyway":
        return _withheld(beats, unsettled, detail)
    if detail is not None and not wanted.dry_run:
        log.warning(
            "complete_anyway",
            workspace=context.workspace,
            subject=caller.subject,
            sources=[beat.source for beat in beats],
            complete_through=wanted.as_of.isoformat(),
            importid=loaded.import_id,
            unsettled=detail.partition(":")[0],
        )
        for beat in beats:
            ingest.memory.set_aside.confirm(context.workspace, beat.source, context.now)
    stamped = ingest.acceptance.stamp(
        Decoded(beats, range(len(beats)), []), context._replace(import_id=None)
    )
    await send(stamped, context)
    return stamped.rejected


def _withheld(beats: Iterable[SourceSent], code: str, detail: str) -> list[Rejection]:
    """Nobody sent these, so they are told in the answer only."""
    return [Rejection(0, beat.id, beat.source, code, detail, None) for beat in beats]
