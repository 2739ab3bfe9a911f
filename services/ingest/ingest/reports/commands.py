"""POST /v1/reports/{platform}: a platform's own rows, as its API returns them or as CSV."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import structs

from ingest.events.context import Context
from ingest.events.decode import Decoded, lines_of
from ingest.events.endpoint import Ingest
from ingest.events.stamping import Stamped
from ingest.faults import FaultError
from ingest.keys.grant import Grant
from ingest.platforms.mapping import Platform
from ingest.rejections.rejection import Rejection
from ingest.reports.convert import Converted, convert
from ingest.reports.facts import StatedFacts
from ingest.reports.heartbeats import OURS, Completion, plan_completion
from ingest.reports.outcome import Loaded, count, name_equal
from ingest.reports.request import Sent, Wanted, plan_import, read_report
from ingest.sources.settings import SourceSettings
from shared import metrics
from shared.errors import ForbiddenError, InvalidError
from shared.logs import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Way:
    """The way of one load's events into Kafka; a dry run goes all of it but the last step."""

    ingest: Ingest
    grant: Grant
    wanted: Wanted
    context: Context

    async def send(self, decoded: Decoded, context: Context) -> Stamped:
        """What was stamped, after it was acknowledged. Raises UnavailableError."""
        stamped = self.ingest.acceptance.stamp(decoded, context)
        if not self.wanted.dry_run:
            await self.ingest.acceptance.send(
                stamped, context, self.ingest.settings.delivery_timeout_s
            )
        return stamped


async def load_report(
    ingest: Ingest, grant: Grant, platform: Platform, sent: Sent, wanted: Wanted
) -> Loaded:
    """Reads, converts, stamps and sends a whole report; rows with a fault are set aside.

    It is read once to understand it, then round by round: only a round of it is in memory as rows
    and events. A dry run does all of it but sends nothing and leaves no trace but in the answer.

    Raises FileRefusedError (the file as a whole), InvalidError, ForbiddenError `person_missing`,
    UnavailableError (any round was not acknowledged: send the same report again).
    """
    # Its rows name entities of the platform, whose campaigns are known to budget alone.
    grant.reach.require_whole()
    settings = ingest.settings
    if wanted.complete == "anyway" and not grant.roles:
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
    grant.take(report.rows_count)

    def settings_of(source: str) -> SourceSettings:
        return ingest.memory.settings_of(grant.workspace, source)

    context = Context(
        grant.workspace,
        grant.allows,
        settings_of,
        now,
        settings.future_skew_s,
        load.import_id,
        platform.time_zone,
        lambda source: ingest.memory.quarantined(grant.workspace, source),
    )
    way = _Way(ingest, grant, wanted, context)
    loaded = Loaded(load.import_id, report.rows_count, next_page=report.next_page)
    told: list[Rejection] = []
    stated, tables = StatedFacts(), report.tables()
    while (table := await asyncio.to_thread(next, tables, None)) is not None:
        converted = await asyncio.to_thread(convert, table, platform, load, settings_of, stated)
        rejected = await _send_rows(way, converted)
        count(loaded, table, converted, rejected)
        name_equal(loaded, table.rows, stated, load.first_row)
        told += rejected
    loaded.equal_count = stated.equal_count
    loaded.unset = sorted(name for name in loaded.sources if settings_of(name).time_zone is None)
    if wanted.complete != "no":
        completion = plan_completion(loaded, load, wanted)
        loaded.not_complete = await _complete(way, completion, load.import_id)
    if not wanted.dry_run:
        told += [beat for beat in loaded.not_complete if beat.code not in OURS]
        if told:
            ingest.rejection_log.add(told, context)
        metrics.INGEST_REPORT_ROWS.labels(platform.platform).inc(loaded.accepted)
    return loaded


async def _send_rows(way: _Way, converted: Converted) -> list[Rejection]:
    """One reason per refused row: both of its events fail alike, the first one is told."""
    decoded = converted.decoded
    found = {rejection.place: rejection for rejection in decoded.rejected}
    stamped = await way.send(decoded._replace(rejected=[]), way.context)
    for rejection in stamped.rejected:
        found.setdefault(rejection.place, rejection)
    # A long report must not keep single events waiting.
    await asyncio.sleep(0)
    return [found[place] for place in sorted(found)]


async def _complete(way: _Way, completion: Completion, import_id: str) -> Sequence[Rejection]:
    """Sends the heartbeats; why the sources are not told complete that are not."""
    context, beats = way.context, completion.beats
    if not beats:
        return completion.withheld
    if completion.overridden is not None and not way.wanted.dry_run:
        log.warning(
            "complete_anyway",
            workspace=context.workspace,
            subject=way.grant.subject,
            sources=[beat.source for beat in beats],
            complete_through=beats[0].data.complete_through.isoformat(),
            importid=import_id,
            unsettled=completion.overridden.partition(":")[0],
        )
        for beat in beats:
            way.ingest.memory.outstanding.confirm(context.workspace, beat.source, context.now)
    decoded = Decoded(beats, range(len(beats)), [], lines_of(beats))
    return (await way.send(decoded, structs.replace(context, import_id=None))).rejected
