"""The producer against a real broker: order, deadlines, and coming back without a restart."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from cli.embedded.kafka import KafkaServer
from shared.errors import TooLargeError, UnavailableError
from shared.events import METRICS_TOPIC, SPEND_TOPIC
from shared.kafka.producer import RECORD_BYTES_MAX, Producer, Record
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import (
    PATIENCE_S,
    connected,
    eventually,
    make_settings,
    new_prefix,
    read_topic,
    until_connected,
)


@pytest.fixture
def broker(kafka_server: KafkaServer) -> Iterator[KafkaServer]:
    """The tests' broker, given back running."""
    yield kafka_server
    kafka_server.thaw()


@pytest.fixture
def settings(broker: KafkaServer) -> CommonSettings:
    return make_settings(broker.bootstrap, new_prefix(), delivery_timeout_s=30.0)


@pytest.fixture
def hasty(settings: CommonSettings) -> CommonSettings:
    """For a broker that does not answer: soon a 503."""
    return settings.model_copy(update={"delivery_timeout_s": 2.0})


async def send_until_taken(producer: Producer, topic: str, records: list[Record]) -> None:
    """As a caller does who gets a 503: the same again."""

    async def is_taken() -> bool:
        try:
            await producer.send(topic, records)
        except UnavailableError:
            return False
        return True

    await eventually(is_taken, what="the broker's acknowledgement")


def once(values: Sequence[bytes]) -> list[bytes]:
    """In the order in which they were seen first: what got a 503 may be stored all the same."""
    return list(dict.fromkeys(values))


def numbered(keys: int, count: int, tag: str = "r") -> list[Record]:
    return [Record(b"key-%d" % (n % keys), f"{tag}{n:06d}".encode()) for n in range(count)]


async def test_all_records_arrive_and_each_key_keeps_its_order(settings: CommonSettings) -> None:
    topic = settings.topic(SPEND_TOPIC)
    async with connected(settings) as producer:
        for start in range(0, 6000, 1500):
            await producer.send(topic, numbered(50, 6000)[start : start + 1500])
    by_key: dict[bytes, list[bytes]] = defaultdict(list)
    partition_of: dict[bytes, set[int]] = defaultdict(set)
    for record in await read_topic(settings.kafka_bootstrap, topic):
        by_key[record.key].append(record.value)
        partition_of[record.key].add(record.partition)
    assert sum(map(len, by_key.values())) == 6000
    assert all(values == sorted(values) for values in by_key.values())
    assert all(len(partitions) == 1 for partitions in partition_of.values())


async def test_requests_that_arrive_together_share_batches(settings: CommonSettings) -> None:
    topic = settings.topic(SPEND_TOPIC)
    async with connected(settings) as producer:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(
                *(producer.send(topic, [Record(b"k%d" % n, b"v%d" % n)]) for n in range(2000))
            )
    values = {record.value for record in await read_topic(settings.kafka_bootstrap, topic)}
    assert values == {b"v%d" % n for n in range(2000)}


async def test_a_request_larger_than_a_batch_is_split_in_order(settings: CommonSettings) -> None:
    topic = settings.topic(SPEND_TOPIC)
    records = [Record(b"one", b"%06d" % n + b"x" * 200_000) for n in range(20)]
    async with connected(settings) as producer:
        await producer.send(topic, records)
    arrived = await read_topic(settings.kafka_bootstrap, topic)
    assert [record.value[:6] for record in arrived] == [b"%06d" % n for n in range(20)]


async def test_a_heartbeat_reaches_every_partition_of_every_topic(settings: CommonSettings) -> None:
    topics = [settings.topic(SPEND_TOPIC), settings.topic(METRICS_TOPIC)]
    async with connected(settings) as producer:
        await producer.send_everywhere(topics, [Record(b"source", b"beat")])
    for topic in topics:
        arrived = await read_topic(settings.kafka_bootstrap, topic)
        assert sorted(record.partition for record in arrived) == [0, 1, 2, 3]


async def test_a_record_over_the_limit_is_refused_and_nothing_is_sent(
    settings: CommonSettings,
) -> None:
    topic = settings.topic(SPEND_TOPIC)
    async with connected(settings) as producer:
        with pytest.raises(TooLargeError):
            await producer.send(topic, [Record(b"a", b"ok"), Record(b"b", b"x" * RECORD_BYTES_MAX)])
    assert await read_topic(settings.kafka_bootstrap, topic) == []


async def test_bytes_in_flight_are_bounded(settings: CommonSettings, broker: KafkaServer) -> None:
    small = settings.model_copy(update={"inflight_bytes_max": 1024 * 1024})
    topic = small.topic(SPEND_TOPIC)
    async with connected(small) as producer:
        broker.freeze()
        try:
            waiting = asyncio.create_task(producer.send(topic, [Record(b"a", b"x" * 400_000)] * 2))
            await asyncio.sleep(0)
            with pytest.raises(UnavailableError) as refused:
                await producer.send(topic, [Record(b"a", b"x" * 400_000)])
            assert refused.value.code == "overloaded"
            # It was refused at once: the one before it still waits.
            assert not waiting.done()
        finally:
            broker.thaw()
        await waiting


async def test_a_frozen_broker_is_a_503_within_the_deadline_and_recovery_needs_no_restart(
    hasty: CommonSettings, broker: KafkaServer
) -> None:
    topic = hasty.topic(SPEND_TOPIC)
    async with connected(hasty) as producer:
        await send_until_taken(producer, topic, numbered(8, 100, "before"))
        broker.freeze()
        try:
            # Nothing but the deadline can end these: the broker stays frozen.
            for _ in range(2):
                with pytest.raises(UnavailableError) as refused:
                    await producer.send(topic, numbered(8, 100, "frozen"))
                assert refused.value.code == "broker_unavailable"
                assert refused.value.retry_after_s
        finally:
            broker.thaw()
        await send_until_taken(producer, topic, numbered(8, 100, "after"))
    values = {record.value for record in await read_topic(hasty.kafka_bootstrap, topic)}
    expected = numbered(8, 100, "before") + numbered(8, 100, "after")
    assert {record.value for record in expected} <= values


@pytest.fixture
async def unread() -> AsyncIterator[list[str]]:
    """What the loop of the tests tells of errors that nobody reads, from here on."""
    told: list[str] = []
    # An error of an earlier test is told when its future is collected.
    gc.collect()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context["message"]))
    yield told
    loop.set_exception_handler(None)


async def test_a_client_that_is_given_up_leaves_no_error_nobody_reads(
    hasty: CommonSettings, broker: KafkaServer, state_dir: Path, unread: list[str]
) -> None:
    """Batches that the client wanted to send again once more are known to nobody else."""

    async def send_for_ever(producer: Producer) -> None:
        while True:
            try:
                await producer.send(hasty.topic(SPEND_TOPIC), numbered(8, 50))
            except UnavailableError:
                await asyncio.sleep(0.05)

    async with connected(hasty) as producer:
        senders = [asyncio.create_task(send_for_ever(producer)) for _ in range(8)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker.stop)
        await asyncio.sleep(2 * hasty.delivery_timeout_s)
        await asyncio.to_thread(broker.start, state_dir)
        await until_connected(producer)
        for sender in senders:
            sender.cancel()
        await asyncio.wait(senders)
    del producer
    gc.collect()
    assert unread == []


async def test_a_refused_batch_is_not_written_after_the_one_that_followed_it(
    hasty: CommonSettings, broker: KafkaServer
) -> None:
    """The client that timed out is dropped; it must not deliver its batch minutes later."""
    topic = hasty.topic(SPEND_TOPIC)
    async with connected(hasty) as producer:
        await send_until_taken(producer, topic, [Record(b"k", b"1")])
        broker.freeze()
        try:
            with pytest.raises(UnavailableError):
                await producer.send(topic, [Record(b"k", b"2")])
            await asyncio.sleep(0.5)
        finally:
            broker.thaw()
        await until_connected(producer)
        await send_until_taken(producer, topic, [Record(b"k", b"3")])
        await asyncio.sleep(1.5)
    values = [record.value for record in await read_topic(hasty.kafka_bootstrap, topic)]
    # The frozen broker may have the batch in its socket already: then it comes before the next.
    assert once(values) in ([b"1", b"3"], [b"1", b"2", b"3"])


async def test_a_broker_restarted_within_the_deadline_costs_nothing(
    settings: CommonSettings, broker: KafkaServer, state_dir: Path
) -> None:
    patient = settings.model_copy(update={"delivery_timeout_s": PATIENCE_S})
    topic = patient.topic(SPEND_TOPIC)
    async with connected(patient) as producer:
        await producer.send(topic, [Record(b"k", b"1")])
        await asyncio.to_thread(broker.kill)
        sending = asyncio.create_task(producer.send(topic, [Record(b"k", b"2")]))
        await asyncio.to_thread(broker.start, state_dir)
        await sending
    values = [record.value for record in await read_topic(patient.kafka_bootstrap, topic)]
    assert values == [b"1", b"2"]


async def test_a_stopped_broker_is_a_503_and_its_return_is_noticed(
    hasty: CommonSettings, broker: KafkaServer, state_dir: Path
) -> None:
    topic = hasty.topic(SPEND_TOPIC)
    async with connected(hasty) as producer:
        await asyncio.to_thread(broker.stop)
        try:
            for _ in range(2):
                with pytest.raises(UnavailableError):
                    await producer.send(topic, [Record(b"k", b"lost")])
        finally:
            await asyncio.to_thread(broker.start, state_dir)
        await until_connected(producer)
        acknowledged = [b"%d" % n for n in range(20)]
        for value in acknowledged:
            await send_until_taken(producer, topic, [Record(b"k", value)])
    stored = [record.value for record in await read_topic(hasty.kafka_bootstrap, topic)]
    assert once([value for value in stored if value != b"lost"]) == acknowledged


async def test_a_round_cut_off_by_stop_is_a_failure_not_an_acknowledgement(
    settings: CommonSettings, broker: KafkaServer
) -> None:
    topic = settings.topic(SPEND_TOPIC)
    patient = settings.model_copy(update={"delivery_timeout_s": 10 * PATIENCE_S})
    producer = Producer(patient)
    await producer.start()
    await until_connected(producer)
    broker.freeze()
    try:
        sending = asyncio.create_task(producer.send(topic, [Record(b"k", b"1")]))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(PATIENCE_S):
            await producer.stop()
        with pytest.raises(UnavailableError):
            await sending
    finally:
        broker.thaw()


async def test_stop_waits_for_what_was_handed_over(settings: CommonSettings) -> None:
    topic = settings.topic(SPEND_TOPIC)
    producer = Producer(settings)
    await producer.start()
    await until_connected(producer)
    sending = asyncio.create_task(producer.send(topic, numbered(8, 5000)))
    await asyncio.sleep(0)
    await producer.stop()
    await sending
    assert len(await read_topic(settings.kafka_bootstrap, topic)) == 5000


async def test_without_a_broker_every_send_is_refused_at_once() -> None:
    settings = CommonSettings(kafka_bootstrap="127.0.0.1:1", delivery_timeout_s=1.0)
    producer = Producer(settings)
    await producer.start()
    try:
        with pytest.raises(UnavailableError) as refused:
            await producer.send("spend.v1", [Record(b"k", b"v")])
        assert refused.value.code == "broker_unavailable"
        assert not producer.connected
    finally:
        await producer.stop()
