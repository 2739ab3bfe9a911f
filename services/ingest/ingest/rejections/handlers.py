"""What a record of rejected.v1 does: it is stored, so that GET /v1/rejections shows it.

Too many from one source quarantine that source, never the partition (design.md section 6).
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from ingest.rejections import outstanding, quarantines, store, subjects
from ingest.rejections.store import RejectionRow
from ingest.settings import IngestSettings
from shared.bodies.words import words_of_error
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.events import REJECTED_DECODER, Envelope, Rejected
from shared.kafka.brake import SetAside
from shared.kafka.consumer import Received
from shared.logs import get_logger

log = get_logger(__name__)
TEXT_MAX = 1000


class RejectedHandler:
    """Stores any service's rejections, and quarantines a source that has too many of them."""

    def __init__(
        self,
        settings: IngestSettings,
        clock: Clock,
        time_zone_of: Callable[[str, str], str] = lambda _, __: "UTC",
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._time_zone_of = time_zone_of

    async def on_rejected(self, conn: Conn, records: Sequence[Received]) -> list[SetAside]:
        """A record that cannot be read is stored as such, by its place, and returned."""
        rows: dict[str, RejectionRow] = {}
        unreadable: list[SetAside] = []
        now = await self._clock.now(conn)
        for received in records:
            try:
                row = self._row(REJECTED_DECODER.decode(received.value))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                row = _unreadable(received, words_of_error(str(error)), now)
                unreadable.append(SetAside(received, row.code, row.detail))
            rows[row.message] = row
        added = await store.add_rejections(conn, list(rows.values()))
        places = {
            (row.workspace, row.source)
            for row in added
            if row.source is not None and row.code not in quarantines.NOT_COUNTED
        }
        if places:
            await self._quarantine(conn, places, now)
        return unreadable

    def _row(self, event: Envelope[Rejected]) -> RejectionRow:
        data = event.data
        row = RejectionRow(
            message=_text(event.id),
            workspace=event.workspace,
            source=_optional(data.source),
            id=_optional(data.id),
            code=data.code,
            detail=_text(data.detail),
            topic=data.topic,
            partition=data.partition,
            offset=data.offset,
            event=_storable(data.event),
            rejected_at=event.time,
        )
        stated = row.event if isinstance(row.event, dict) else None
        if stated is None or row.source is None or row.code in outstanding.NOT_COUNTED:
            return row
        zone = self._time_zone_of(row.workspace, row.source)
        start = subjects.period_start_of(stated, zone, row.rejected_at)
        return replace(row, subject=subjects.subject_of(stated), period_start=start)

    async def _quarantine(self, conn: Conn, places: set[tuple[str, str]], now: datetime) -> None:
        begun = await quarantines.add_quarantines(
            conn,
            places,
            now=now,
            window_s=self._settings.quarantine_window_s,
            rejections_max=self._settings.quarantine_rejections_max,
        )
        for one in begun:
            log.error("source_quarantined", **one._asdict())


def _unreadable(received: Received, detail: str, now: datetime) -> RejectionRow:
    log.warning("rejection_unreadable", partition=received.partition, offset=received.offset)
    return RejectionRow(
        message=f"{received.topic}/{received.partition}/{received.offset}",
        workspace="default",
        source=None,
        id=None,
        code="unparseable",
        detail=detail[:TEXT_MAX],
        topic=received.topic,
        partition=received.partition,
        offset=received.offset,
        event=_text(received.value.decode("utf-8", "replace")[:TEXT_MAX]),
        rejected_at=now,
    )


def _text(text: str) -> str:
    """PostgreSQL's text and jsonb hold every character but U+0000."""
    return text.replace("\0", "\ufffd")


def _optional(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _storable(value: object) -> object:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(str(name)): _storable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return value
