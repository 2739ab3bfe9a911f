"""From stamped records to acknowledged ones: order, deadline, heartbeats in band.

A heartbeat says "everything up to T was delivered". It is written only after all events of its
request and all requests of its source that were under way before it are acknowledged; if one of
those failed, the heartbeat fails with it (design.md section 4). It can never overtake data of this
process; a sender that uses several replicas waits for its answers first, as it must anyway.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from ingest.events.context import Context
from ingest.events.decode import Decoded
from ingest.events.rejection_log import is_vouched
from ingest.events.stamping import Stamped, Stamper
from ingest.rejections.rejection import Rejection
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from shared.errors import PacelineError, UnavailableError
from shared.events import ENCODER, METRICS_TOPIC, SPEND_TOPIC, SourceEvent
from shared.kafka.delivery.round import Failures
from shared.kafka.producer import Producer, Record, not_acknowledged

HEARTBEATS_PER_ROUND_MAX = 100
"""Each is written into every partition of two topics."""

Place = tuple[str, str]
OnEnd = Callable[[PacelineError | None], None]


class _UnderWay:
    """The events of one request on their way; heartbeats behind it wait for its end."""

    __slots__ = ("_waiting", "ended", "failed")

    def __init__(self) -> None:
        self.ended = self.failed = False
        self._waiting: list[asyncio.Future[None]] = []

    async def wait(self) -> None:
        """Returns when the request has ended, at once if it has already."""
        if not self.ended:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting

    def end(self, *, failed: bool) -> None:
        self.ended, self.failed = True, failed
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


class Acceptance:
    """Sends what was stamped, all or 503. One per process."""

    def __init__(self, settings: IngestSettings, producer: Producer, memory: Memory) -> None:
        self._settings = settings
        self._producer = producer
        self._memory = memory
        self._topics = (settings.topic(SPEND_TOPIC), settings.topic(METRICS_TOPIC))
        self._under_way: dict[Place, set[_UnderWay]] = {}
        self._stamper = Stamper(producer.partition_for, settings.topic)
        self._partitions: list[int] = []

    async def check(self) -> None:
        """A readiness check. Raises UnavailableError `broker_unavailable`, also while Kafka has not
        answered for as long as a request may wait."""
        await self._producer.check()
        if self._producer.waited_s > self._settings.ack_timeout_s:
            raise UnavailableError("broker_unavailable", "Kafka does not answer")

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

    async def send(self, stamped: Stamped, context: Context, within_s: float) -> None:
        """Returns when every record is acknowledged by all in-sync replicas.

        Raises UnavailableError `broker_unavailable` or `overloaded` after `within_s` at the latest;
        the same request may then be sent again as it is.
        """
        earlier = self._earlier(context.workspace, stamped.heartbeats)
        try:
            async with asyncio.timeout(within_s):
                await self._send_events(stamped, context, within_s)
                if stamped.heartbeats:
                    await self._send_heartbeats(self._marked(stamped, context), earlier)
        except TimeoutError as error:
            raise not_acknowledged() from error
        if stamped.heartbeats:
            self._note(stamped, context)
        for source, event in stamped.heartbeats.items():
            self._memory.note_complete(context.workspace, source, event.data.complete_through)

    async def _send_events(self, stamped: Stamped, context: Context, within_s: float) -> None:
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_end(error: PacelineError | None) -> None:
            if ended.done():
                return
            if error is None:
                ended.set_result(None)
            else:
                ended.set_exception(error)

        self.submit(stamped, context, within_s, on_end)
        await ended

    def submit(self, stamped: Stamped, context: Context, within_s: float, on_end: OnEnd) -> None:
        """Sends the events without waiting, and calls `on_end` once with what `send` raises.

        Raises what can be said at once.
        """
        if not stamped.batches:
            self._settle(stamped, context)
            if not stamped.heartbeats:
                self._note(stamped, context)
            on_end(None)
            return
        if self._producer.waited_s > within_s:
            # Kafka holds its answer back for longer than anybody here would wait.
            raise not_acknowledged()
        places = [(context.workspace, source) for source in stamped.sources]
        request = _UnderWay()
        given_up = False

        def give_up() -> None:
            nonlocal given_up
            given_up = True
            on_end(not_acknowledged())

        def end(failures: Failures) -> None:
            deadline.cancel()
            self._leave(request, places, failed=bool(failures))
            if not failures:
                self._settle(stamped, context)
                self._note(stamped, context)
            if not given_up:
                on_end(not_acknowledged() if failures else None)

        # The producer has its own copy: what waits for Kafka is in memory once.
        batches, stamped.batches = stamped.batches, {}
        self._producer.submit(batches, end)
        for place in places:
            self._under_way.setdefault(place, set()).add(request)
        deadline = asyncio.get_running_loop().call_later(within_s, give_up)

    def _leave(self, request: _UnderWay, places: Sequence[Place], *, failed: bool) -> None:
        request.end(failed=failed)
        for place in places:
            requests = self._under_way[place]
            requests.discard(request)
            if not requests:
                del self._under_way[place]

    def _settle(self, stamped: Stamped, context: Context) -> None:
        """What has come is waited for no more; what was refused beside it is, from now on."""
        self._memory.outstanding.settle(stamped.stated, context.now)
        if stamped.rejected:
            self._count_refused(stamped.rejected, context)

    def _note(self, stamped: Stamped, context: Context) -> None:
        for source in stamped.sources:
            self._memory.note(context.workspace, source, context.now)

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

    def _earlier(self, workspace: str, sources: Iterable[str]) -> list[_UnderWay]:
        return [
            request
            for source in sources
            for request in self._under_way.get((workspace, source), ())
        ]

    async def _send_heartbeats(
        self, heartbeats: dict[str, SourceEvent], earlier: Sequence[_UnderWay]
    ) -> None:
        for request in earlier:
            await request.wait()
            if request.failed:
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
