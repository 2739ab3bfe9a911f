"""POST /v1/reports/{platform}: a platform's own rows, as its API returns them or as CSV."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ingest.adapters.convert import Converted, Import, convert
from ingest.adapters.mapping import Platform
from ingest.adapters.reading import FileRefusedError, Table, decode_text, read_csv, read_json
from ingest.context import Context, SourceView
from ingest.credentials import Caller
from ingest.decode import Decoded, Rejection
from ingest.faults import FaultError
from ingest.imports import make_import_id
from ingest.periods import as_utc
from ingest.routes_events import Ingest
from ingest.stamping import Stamped
from ingest.wire import SourceWire
from shared import metrics
from shared.errors import InvalidError, UnsupportedMediaError
from shared.events import SourceData, SourceSent
from shared.json_keys import json_fault

EVENTS_PER_ROUND_MAX = 5_000
_CSV_TYPES = ("text/csv", "text/tab-separated-values", "text/plain", "application/csv")
_JSON_TYPES = ("application/json",)
AS_OF_MISSING = "as_of_missing"

Send = Callable[[Stamped, Context], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The query of a request. `revision` and `import_id` let one load span several requests."""

    source: str | None = None
    currency: str | None = None
    as_of: datetime | None = None
    complete: bool = False
    mark: str = "point"
    import_id: str | None = None
    revision: int | None = None
    first_row: int = 1
    dry_run: bool = False


class Sent(NamedTuple):
    """A report as it came."""

    body: bytes
    media_type: str


class Loaded(NamedTuple):
    """What became of a report; `rejected` are rows, one reason each.

    `not_complete` are heartbeats that `complete` asked for and that were refused, by source.
    """

    import_id: str
    table: Table
    accepted: int
    spend_rows: int
    rejected: Sequence[Rejection]
    not_complete: Sequence[Rejection]


def read_report(sent: Sent, platform: Platform, rows_max: int) -> Table:
    """A body by its media type → a table.

    Raises UnsupportedMediaError, FileRefusedError.
    """
    kind = sent.media_type.partition(";")[0].strip().lower()
    if kind in _JSON_TYPES:
        if (fault := json_fault(sent.body)) is not None:
            raise fault
        return read_json(sent.body, platform, rows_max)
    if kind in _CSV_TYPES:
        return read_csv(decode_text(sent.body), platform, rows_max)
    known = ", ".join(_JSON_TYPES + _CSV_TYPES[:1])
    raise UnsupportedMediaError("unsupported_media_type", f"send one of: {known}")


def plan_import(table: Table, wanted: Wanted, now: datetime, skew_s: float) -> Import:
    """The report's time: `as_of`, else what the preamble says, else its receipt.

    Raises InvalidError `future_time`.
    """
    time = as_utc(wanted.as_of or table.as_of or now)
    if time > now + timedelta(seconds=skew_s):
        raise InvalidError("future_time", "as_of lies in the future")
    import_id = wanted.import_id or make_import_id(int(datetime.now(UTC).timestamp() * 1000))
    revision = wanted.revision
    if revision is None:
        revision = int(time.timestamp() * 1000)
    return Import(
        import_id,
        time,
        revision,
        wanted.source,
        wanted.currency,
        wanted.mark,
        wanted.first_row,
    )


async def load_report(
    ingest: Ingest, caller: Caller, platform: Platform, sent: Sent, wanted: Wanted
) -> Loaded:
    """Reads, converts, stamps and sends a whole report; rows with a fault are set aside.

    A dry run does all of it but sends nothing and leaves no trace but in the answer.

    Raises FileRefusedError (the file as a whole), InvalidError, UnavailableError (any round was
    not acknowledged: send the same report again).
    """
    settings = ingest.settings
    ingest.memory.check_loaded()
    now = await ingest.memory.now()
    table = await asyncio.to_thread(read_report, sent, platform, settings.report_rows_max)
    try:
        load = plan_import(table, wanted, now, settings.future_skew_s)
    except FaultError as fault:
        raise InvalidError(fault.code, fault.detail) from fault
    caller.take(len(table.rows))

    def view(source: str) -> SourceView:
        return ingest.memory.view(caller.workspace, source)

    converted = await asyncio.to_thread(convert, table, platform, load, view)
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
    rejected = await _send(ingest, converted, context, send)
    not_complete: Sequence[Rejection] = ()
    if wanted.complete:
        beats = _heartbeats(converted, load)
        if wanted.as_of is None:
            not_complete = [_without_time(beat) for beat in beats]
        else:
            not_complete = await _send_heartbeats(ingest, beats, context, send)
    refused = {rejection.place for rejection in rejected}
    accepted = len(table.rows) - len(refused)
    if not wanted.dry_run:
        told = [*rejected, *(beat for beat in not_complete if beat.code != AS_OF_MISSING)]
        if told:
            ingest.rejection_log.add(told, context)
        metrics.INGEST_REPORT_ROWS.labels(platform.platform).inc(accepted)
    spend_rows = len(converted.spend_rows - refused)
    return Loaded(load.import_id, table, accepted, spend_rows, rejected, not_complete)


async def _send_nothing(_: Stamped, __: Context) -> None:
    """The last step of a dry run."""


async def _send(
    ingest: Ingest, converted: Converted, context: Context, send: Send
) -> list[Rejection]:
    """One reason per refused row: both of its events fail alike, the first one is told."""
    decoded = converted.decoded
    found = {rejection.place: rejection for rejection in decoded.rejected}
    for start in range(0, len(decoded.events), EVENTS_PER_ROUND_MAX):
        end = start + EVENTS_PER_ROUND_MAX
        some = Decoded(decoded.events[start:end], decoded.places[start:end], [])
        stamped = ingest.acceptance.stamp(some, context)
        await send(stamped, context)
        for rejection in stamped.rejected:
            found.setdefault(rejection.place, rejection)
        # A long report must not keep single events waiting.
        await asyncio.sleep(0)
    return [found[place] for place in sorted(found)]


def _heartbeats(converted: Converted, load: Import) -> list[SourceSent]:
    sources = {event.source for event in converted.decoded.events}
    if load.source is not None:
        sources.add(load.source)
    return [
        SourceWire(
            specversion="1.0",
            id=f"{load.import_id}-complete",
            source=source,
            time=load.time,
            data=SourceData(complete_through=load.time),
        )
        for source in sorted(sources)
    ]


def _without_time(beat: SourceSent) -> Rejection:
    """Nobody sent it, so it is told in the answer only: it says nothing against the source."""
    detail = "complete=true needs as_of, the time up to which the source is complete"
    return Rejection(0, beat.id, beat.source, AS_OF_MISSING, detail, None)


async def _send_heartbeats(
    ingest: Ingest, beats: Sequence[SourceSent], context: Context, send: Send
) -> list[Rejection]:
    """Those that were refused: of a quarantined source, or one the credential does not cover."""
    stamped = ingest.acceptance.stamp(
        Decoded(beats, range(len(beats)), []), context._replace(import_id=None)
    )
    await send(stamped, context)
    return stamped.rejected


def refused(error: FileRefusedError) -> InvalidError:
    """A file refused whole: 422 with the line and the reason."""
    return InvalidError(
        error.code,
        f"line {error.line}: {error.detail}",
        errors=[{"loc": f"line.{error.line}", "code": error.code, "detail": error.detail}],
    )


def rows_rejected(loaded: Loaded) -> list[dict[str, Any]]:
    """The refused rows as the reply shows them."""
    return [
        {
            "row": loaded.table.rows[rejection.place].number,
            "line": loaded.table.rows[rejection.place].line,
            "code": rejection.code,
            "detail": rejection.detail,
        }
        for rejection in loaded.rejected
    ]
