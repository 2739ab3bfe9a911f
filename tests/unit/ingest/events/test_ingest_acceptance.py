"""Order and failure of what is sent: heartbeats behind data, 503 for the whole request."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from msgspec import json

from ingest.events.accept import Acceptance
from ingest.events.context import Context
from ingest.events.decode import Shape, decode
from ingest.events.rejection_log import RejectionLog
from ingest.keys.credentials import Credentials
from ingest.keys.keyring import Keyring
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from shared.database.clock import SystemClock
from shared.errors import UnavailableError
from shared.events import REJECTED_DECODER
from shared.kafka.delivery.round import Failures, OnEnd
from shared.kafka.producer import RECORD_BYTES_MAX
from shared.kafka.rejections import EVENT_TEXT_MAX
from tests.unit.ingest.ingest_builders import context, heartbeat, new_stamper, spend

PARTITIONS = 3
PATIENCE_S = 60.0


class Broker:
    """Stands in for shared.kafka.producer.Producer: acknowledges when told to."""

    def __init__(self) -> None:
        self.held = asyncio.Event()
        self.held.set()
        self.failing = False
        self.stored: list[tuple[tuple[str, int], bytes]] = []
        self.partitions = PARTITIONS
        self.waited_s = 0.0
        self._tasks: set[asyncio.Task[Failures]] = set()

    def partition_for(self, topic: str, key: bytes) -> int:
        return len(key) % self.partition_count(topic)

    def partition_count(self, _: str) -> int:
        return self.partitions

    def submit(self, batches: Mapping[Any, Sequence[Any]], on_end: OnEnd) -> None:
        task = asyncio.create_task(self._store(batches, self.held, failing=self.failing))
        task.add_done_callback(lambda done: on_end(done.result()))
        self._tasks.add(task)

    async def _store(
        self, batches: Mapping[Any, Sequence[Any]], held: asyncio.Event, *, failing: bool
    ) -> Failures:
        await held.wait()
        if failing:
            return dict.fromkeys(batches, TimeoutError("frozen"))
        for place, records in batches.items():
            self.stored.extend((place, value) for _, value in records)
        return {}

    async def send_batches(self, batches: Mapping[Any, Sequence[Any]]) -> None:
        if await self._store(batches, self.held, failing=self.failing):
            raise UnavailableError("broker_unavailable", "frozen")

    async def send_everywhere(self, topics: Sequence[str], records: Sequence[Any]) -> None:
        places = [(topic, number) for topic in topics for number in range(self.partitions)]
        await self.send_batches(dict.fromkeys(places, records))

    def ids(self) -> list[str]:
        return [json.decode(value)["id"] for _, value in self.stored]


def acceptance(broker: Broker, **settings: Any) -> tuple[Acceptance, Memory]:
    chosen = IngestSettings(**settings)
    keyring = Keyring(None, Credentials(None, 60, 1))  # type: ignore[arg-type]
    memory = Memory(chosen, None, SystemClock(), keyring)  # type: ignore[arg-type]
    return Acceptance(chosen, broker, memory), memory  # type: ignore[arg-type]


async def post(accept: Acceptance, *events: Any) -> None:
    decoded = decode(json.encode(list(events)), Shape.EITHER, 100)
    await accept.send(accept.stamp(decoded, context()), context(), PATIENCE_S)


async def test_a_heartbeat_goes_into_every_partition_of_both_topics_behind_its_events() -> None:
    broker = Broker()
    accept, memory = acceptance(broker)
    await post(accept, heartbeat(id="beat"), spend(id="event"))

    assert broker.ids() == ["event"] + ["beat"] * PARTITIONS * 2
    assert {place for place, _ in broker.stored[1:]} == {
        (topic, number) for topic in ("spend.v1", "metrics.v1") for number in range(PARTITIONS)
    }
    assert memory.waiting == 1


async def test_a_heartbeat_waits_for_requests_of_its_source_that_were_under_way() -> None:
    broker = Broker()
    accept, _ = acceptance(broker)
    broker.held.clear()
    earlier = asyncio.create_task(post(accept, spend(id="slow")))
    await asyncio.sleep(0)
    beat = asyncio.create_task(post(accept, heartbeat(id="beat")))
    await asyncio.sleep(0.02)
    assert broker.stored == []
    assert not beat.done()
    broker.held.set()
    await asyncio.gather(earlier, beat)

    assert broker.ids()[0] == "slow"


async def test_a_heartbeat_does_not_wait_for_a_request_that_has_ended_meanwhile() -> None:
    broker = Broker()
    accept, _ = acceptance(broker)
    first, second = asyncio.Event(), asyncio.Event()
    broker.held = first
    earlier = asyncio.create_task(post(accept, spend(id="earlier")))
    await asyncio.sleep(0)
    broker.held = second
    both = asyncio.create_task(post(accept, spend(id="own"), heartbeat(id="beat")))
    await asyncio.sleep(0)
    first.set()
    await earlier
    second.set()
    await both

    assert broker.ids()[:3] == ["earlier", "own", "beat"]


async def test_a_heartbeat_does_not_wait_for_other_sources() -> None:
    broker = Broker()
    accept, _ = acceptance(broker)
    broker.held.clear()
    earlier = asyncio.create_task(post(accept, spend(id="slow", source="meta-ads/1")))
    await asyncio.sleep(0)
    waiting = accept._earlier("default", ["google-ads/123-456-7890"])
    broker.held.set()
    await earlier

    assert waiting == []


async def test_a_heartbeat_fails_with_the_earlier_events_it_would_vouch_for() -> None:
    broker = Broker()
    accept, memory = acceptance(broker)
    broker.held.clear()
    broker.failing = True
    earlier = asyncio.create_task(post(accept, spend(id="lost")))
    await asyncio.sleep(0)
    broker.failing = False
    beat = asyncio.create_task(post(accept, heartbeat(id="beat")))
    await asyncio.sleep(0)
    broker.held.set()
    results = await asyncio.gather(earlier, beat, return_exceptions=True)

    assert [type(result) for result in results] == [UnavailableError, UnavailableError]
    assert broker.stored == []
    assert memory.waiting == 0


async def test_routes_are_looked_up_again_when_a_topic_has_more_partitions() -> None:
    broker = Broker()
    accept, _ = acceptance(broker)
    await post(accept, spend())
    broker.partitions = 5
    await post(accept, spend())
    places = [place for place, _ in broker.stored]

    assert places[0] != places[1]


async def test_heartbeats_of_many_sources_go_in_rounds() -> None:
    broker = Broker()
    accept, _ = acceptance(broker)
    await post(accept, *(heartbeat(id=f"h-{n}", source=f"s/{n}") for n in range(100)))

    assert len(broker.stored) == 100 * PARTITIONS * 2


async def test_refused_events_are_written_to_rejected_v1_and_too_many_are_dropped() -> None:
    broker = Broker()
    settings = IngestSettings(rejections_waiting_max=2)
    log = RejectionLog(settings, broker)  # type: ignore[arg-type]
    decoded = decode(json.encode([5, 6, 7]), Shape.EITHER, 100)
    log.add(decoded.rejected, context(workspace="acme"))
    assert log.waiting == 2
    await log.stop()
    await log.run()

    stored = [REJECTED_DECODER.decode(value) for _, value in broker.stored]
    assert [event.data.code for event in stored] == ["wrong_type", "wrong_type"]
    assert [event.data.event for event in stored] == [5, 6]
    assert {event.workspace for event in stored} == {"acme"}
    assert len({event.id for event in stored}) == 2


async def test_of_large_events_only_what_will_be_shown_waits_for_kafka(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten thousand of them, while Kafka was away, would be fifty gigabytes."""
    broker = Broker()
    log = RejectionLog(IngestSettings(), broker)  # type: ignore[arg-type]
    large = spend(id="i" * 500_000, data_amount="9" * 500_000)
    decoded = decode(json.encode([large, {**large, "data": 1}]), Shape.EITHER, 100)
    stamped = new_stamper().stamp(decoded, context())
    assert len(stamped.rejected) == 2
    log.add(stamped.rejected, context())

    kept = [rejection for rejection, _ in log._queue._queue]  # type: ignore[attr-defined]
    assert max(len(json.encode(rejection)) for rejection in kept) < 100_000
    monkeypatch.setattr("ingest.events.rejection_log.REJECTIONS_BYTES_MAX", 3 * 20_000)
    log.add(stamped.rejected, context())
    assert log.waiting == 3
    await log.stop()
    await log.run()
    assert len(broker.stored) == 3
    log.add(stamped.rejected, context())
    assert log.waiting == 2
    shown = REJECTED_DECODER.decode(broker.stored[0][1]).data.event
    assert len(shown) == EVENT_TEXT_MAX


async def test_an_id_too_long_to_be_sent_does_not_hold_up_the_log_of_rejections() -> None:
    broker = Broker()
    log = RejectionLog(IngestSettings(), broker)  # type: ignore[arg-type]
    named = {"type": "paceline.spend.v1", "id": "i" * 600_000, "source": "s" * 600_000}
    decoded = decode(json.encode([named]), Shape.EITHER, 100)
    log.add(decoded.rejected, context())
    await log.stop()
    await log.run()

    ((_, value),) = broker.stored
    assert len(value) < RECORD_BYTES_MAX
    rejected = REJECTED_DECODER.decode(value).data
    assert (rejected.id, rejected.source) == ("i" * 256, None)


@pytest.mark.parametrize(
    ("credential", "named"),
    [
        (context(allows=lambda source: source == "mine/1"), ["mine/1", None]),
        (context(campaigns=frozenset({"spring"})), ["mine/1", "theirs/1"]),
        (context(campaigns=frozenset({"spring"}), vouches=False), [None, None]),
    ],
)
async def test_a_source_the_credential_does_not_stand_for_is_not_named_in_its_rejections(
    credential: Context, named: list[str | None]
) -> None:
    broker = Broker()
    log = RejectionLog(IngestSettings(), broker)  # type: ignore[arg-type]
    events = [spend(source=source, data_amount=1) for source in ("mine/1", "theirs/1")]
    decoded = decode(json.encode(events), Shape.EITHER, 100)
    log.add(decoded.rejected, credential)
    await log.stop()
    await log.run()

    shown = [REJECTED_DECODER.decode(value).data.source for _, value in broker.stored]
    assert shown == named
