"""From stamped records to acknowledged ones: order, deadline, heartbeats in band.

A heartbeat says "everything up to T was delivered". It is written only after all events of its
request and all requests of its source that were under way before it are acknowledged; if one of
those failed, the heartbeat fails with it (design.md section 4). It can never overtake data of this
process; a sender that uses several replicas waits for its answers first, as it must anyway.
"""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice

from ingest.events.context import Context
from ingest.events.decode import Decoded
from ingest.events.rejection_log import is_vouched
from ingest.events.stamping import Stamped, Stamper
from ingest.rejections.rejection import Rejection
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from shared.errors import UnavailableError
from shared.events import ENCODER, METRICS_TOPIC, SPEND_TOPIC, SourceEvent
from shared.kafka.producer import Producer, Record

HEARTBEATS_PER_ROUND_MAX = 100
"""Each is written into every partition of two topics."""

Place = tuple[str, str]


class _Ticket:
    """The events of one request on their way; heartbeats behind it wait for `end`."""

    __slots__ = ("_ended", "failed")

    def __init__(self) -> None:
        self.failed = False
        self._ended = asyncio.Event()

    async def wait(self) -> None:
        """Returns when the request has ended, at once if it has already."""
        await self._ended.wait()

    def end(self, *, failed: bool) -> None:
        self.failed = failed
        self._ended.set()


class Acceptance:
    """Sends what was stamped, all or 503. One per process."""

    def __init__(self, settings: IngestSettings, producer: Producer, memory: Memory) -> None:
        self._settings = settings
        self._producer = producer
        self._memory = memory
        self._topics = (settings.topic(SPEND_TOPIC), settings.topic(METRICS_TOPIC))
        self._under_way: dict[Place, set[_Ticket]] = {}
        self._stamper = Stamper(producer.partition_for, settings.topic)
        self._partitions: list[int] = []

    def stamp(self, decoded: Decoded, context: Context) -> Stamped:
        """Stamper.stamp, with the partitions the broker names now. Raises UnavailableError."""
        partitions = [self._producer.partition_count(topic) for topic in self._topics]
        if partitions != self._partitions:
            self._stamper.names.forget()
            self._partitions = partitions
        stamped = self._stamper.stamp(decoded, context)
        stamped.stated = self._memory.outstanding.stated(
            context.workspace, decoded.events, decoded.places, stamped.rejected
        )
        return stamped

    async def send(self, stamped: Stamped, context: Context) -> None:
        """Returns when every record is acknowledged by all in-sync replicas.

        Raises UnavailableError `broker_unavailable` or `overloaded` within the delivery deadline;
        the same request may then be sent again as it is.
        """
        places = [(context.workspace, source) for source in stamped.sources]
        earlier = self._earlier(context.workspace, stamped.heartbeats)
        if stamped.batches:
            await self._send_events(stamped, places)
        self._settle(stamped, context)
        if stamped.heartbeats:
            try:
                async with asyncio.timeout(self._settings.delivery_timeout_s):
                    await self._send_heartbeats(self._marked(stamped, context), earlier)
            except TimeoutError as error:
                raise UnavailableError(
                    "broker_unavailable", "Kafka did not acknowledge the heartbeats in time"
                ) from error
        for place in places:
            self._memory.note(*place, context.now)
        for source, event in stamped.heartbeats.items():
            self._memory.note_complete(context.workspace, source, event.data.complete_through)

    def _settle(self, stamped: Stamped, context: Context) -> None:
        """What has come is waited for no more; what was refused beside it is, from now on."""
        self._memory.outstanding.settle(stamped.stated, context.now)
        if stamped.rejected:
            self._count_refused(stamped.rejected, context)

    def _count_refused(self, rejected: Sequence[Rejection], context: Context) -> None:
        """Has the heartbeats of the sources say what of them was refused."""
        vouched = [one for one in rejected if one.source is not None and is_vouched(one, context)]
        sources = {one.source for one in vouched if one.source is not None}
        zones = {name: context.settings(name).time_zone or context.time_zone for name in sources}
        self._memory.outstanding.add(context.workspace, vouched, zones, context.now)

    def _marked(self, stamped: Stamped, context: Context) -> dict[str, SourceEvent]:
        outstanding = self._memory.outstanding
        return {
            source: outstanding.marked(event, context.now)
            for source, event in stamped.heartbeats.items()
        }

    def _earlier(self, workspace: str, sources: Iterable[str]) -> list[_Ticket]:
        return [
            ticket for source in sources for ticket in self._under_way.get((workspace, source), ())
        ]

    async def _send_events(self, stamped: Stamped, places: Sequence[Place]) -> None:
        ticket = _Ticket()
        for place in places:
            self._under_way.setdefault(place, set()).add(ticket)
        failed = True
        try:
            await self._producer.send_batches(stamped.batches)
            failed = False
        finally:
            ticket.end(failed=failed)
            for place in places:
                tickets = self._under_way[place]
                tickets.discard(ticket)
                if not tickets:
                    del self._under_way[place]

    async def _send_heartbeats(
        self, heartbeats: dict[str, SourceEvent], earlier: Sequence[_Ticket]
    ) -> None:
        for ticket in earlier:
            await ticket.wait()
            if ticket.failed:
                raise UnavailableError(
                    "broker_unavailable", "earlier events of this source were not acknowledged"
                )
        waiting = iter(heartbeats.values())
        while some := list(islice(waiting, HEARTBEATS_PER_ROUND_MAX)):
            records = [
                Record(f"{event.workspace}|{event.source}".encode(), ENCODER.encode(event))
                for event in some
            ]
            await self._producer.send_everywhere(self._topics, records)
