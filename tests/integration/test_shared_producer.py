"""The producer against a real broker: order, deadlines, and coming back without a restart."""

import asyncio
import gc
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from shared_helpers import eventually, make_settings, new_prefix, read_topic

from cli.embedded.kafka import KafkaServer
from shared.errors import TooLargeError, UnavailableError
from shared.events import METRICS_TOPIC, SPEND_TOPIC
from shared.producer import RECORD_BYTES_MAX, Producer, Record
from shared.settings import CommonSettings


@pytest.fixture
def broker(kafka_server: KafkaServer) -> Iterator[KafkaServer]:
    """The tests' broker, given back running."""
    yield kafka_server
    kafka_server.thaw()


@pytest.fixture
def settings(broker: KafkaServer) -> CommonSettings:
    return make_settings(broker.bootstrap, new_prefix(), delivery_timeout_s=2.0)


@asynccontextmanager
async def connected(settings: CommonSettings) -> AsyncIterator[Producer]:
    producer = Producer(settings)
    await producer.start()
    try:
        await until_connected(producer)
        yield producer
    finally:
        await producer.stop()


async def until_connected(producer: Producer) -> float:
    async def is_connected() -> bool:
        return producer.connected

    return await eventually(is_connected, what="the producer's connection")


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
        async with asyncio.timeout(20):
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
        await producer.send_everywhere(topics, Record(b"source", b"beat"))
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
    async with connected(small) as producer:
        broker.freeze()
        try:
            waiting = asyncio.create_task(
                producer.send(small.topic(SPEND_TOPIC), [Record(b"a", b"x" * 400_000)] * 2)
            )
            await asyncio.sleep(0.05)
            began = time.monotonic()
            with pytest.raises(UnavailableError) as refused:
                await producer.send(small.topic(SPEND_TOPIC), [Record(b"a", b"x" * 400_000)])
            assert refused.value.code == "overloaded"
            assert time.monotonic() - began < 0.5
            with pytest.raises(UnavailableError):
                await waiting
        finally:
            broker.thaw()
        await until_connected(producer)


async def test_a_frozen_broker_is_a_503_within_the_deadline_and_recovery_needs_no_restart(
    settings: CommonSettings, broker: KafkaServer
) -> None:
    topic = settings.topic(SPEND_TOPIC)
    async with connected(settings) as producer:
        await producer.send(topic, numbered(8, 100, "before"))
        broker.freeze()
        try:
            for _ in range(2):
                began = time.monotonic()
                with pytest.raises(UnavailableError) as refused:
                    await producer.send(topic, numbered(8, 100, "frozen"))
                assert refused.value.code == "broker_unavailable"
                assert refused.value.retry_after_s
                assert time.monotonic() - began < settings.delivery_timeout_s + 0.5
        finally:
            broker.thaw()
        await until_connected(producer)
        await producer.send(topic, numbered(8, 100, "after"))
    values = {record.value for record in await read_topic(settings.kafka_bootstrap, topic)}
    expected = numbered(8, 100, "before") + numbered(8, 100, "after")
    assert {record.value for record in expected} <= values


async def test_a_client_that_is_given_up_leaves_no_error_nobody_reads(
    settings: CommonSettings, broker: KafkaServer, state_dir: Path
) -> None:
    """Batches that the client wanted to send again once more are known to nobody else."""
    unread: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: unread.append(context["message"])
    )

    async def send_for_ever(producer: Producer) -> None:
        while True:
            try:
                await producer.send(settings.topic(SPEND_TOPIC), numbered(8, 50))
            except UnavailableError:
                await asyncio.sleep(0.05)

    async with connected(settings) as producer:
        senders = [asyncio.create_task(send_for_ever(producer)) for _ in range(8)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker.stop)
        await asyncio.sleep(2 * settings.delivery_timeout_s)
        await asyncio.to_thread(broker.start, state_dir)
        await until_connected(producer)
        for sender in senders:
            sender.cancel()
        await asyncio.wait(senders)
    del producer
    # asyncio reports an error nobody read when its future is collected.
    gc.collect()
    assert unread == []


async def test_a_refused_batch_is_not_written_after_the_one_that_followed_it(
    settings: CommonSettings, broker: KafkaServer
) -> None:
    """The client that timed out is dropped; it must not deliver its batch minutes later."""
    topic = settings.topic(SPEND_TOPIC)
    async with connected(settings) as producer:
        await producer.send(topic, [Record(b"k", b"1")])
        broker.freeze()
        try:
            with pytest.raises(UnavailableError):
                await producer.send(topic, [Record(b"k", b"2")])
            await asyncio.sleep(0.5)
        finally:
            broker.thaw()
        await until_connected(producer)
        await producer.send(topic, [Record(b"k", b"3")])
        await asyncio.sleep(1.5)
    values = [record.value for record in await read_topic(settings.kafka_bootstrap, topic)]
    # The frozen broker may have the batch in its socket already: then it comes before the next.
    assert values in ([b"1", b"3"], [b"1", b"2", b"3"])


async def test_a_broker_restarted_within_the_deadline_costs_nothing(
    settings: CommonSettings, broker: KafkaServer, state_dir: Path
) -> None:
    patient = settings.model_copy(update={"delivery_timeout_s": 30.0})
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
    settings: CommonSettings, broker: KafkaServer, state_dir: Path
) -> None:
    topic = settings.topic(SPEND_TOPIC)
    acknowledged: list[bytes] = []
    async with connected(settings) as producer:
        await asyncio.to_thread(broker.stop)
        try:
            for _ in range(2):
                began = time.monotonic()
                with pytest.raises(UnavailableError):
                    await producer.send(topic, [Record(b"k", b"lost")])
                assert time.monotonic() - began < settings.delivery_timeout_s + 0.5
        finally:
            await asyncio.to_thread(broker.start, state_dir)
        assert await until_connected(producer) < 10
        for n in range(20):
            await producer.send(topic, [Record(b"k", b"%d" % n)])
            acknowledged.append(b"%d" % n)
    stored = [record.value for record in await read_topic(settings.kafka_bootstrap, topic)]
    assert [value for value in stored if value != b"lost"] == acknowledged


async def test_a_round_cut_off_by_stop_is_a_failure_not_an_acknowledgement(
    settings: CommonSettings, broker: KafkaServer
) -> None:
    topic = settings.topic(SPEND_TOPIC)
    patient = settings.model_copy(update={"delivery_timeout_s": 30.0})
    producer = Producer(patient)
    await producer.start()
    await until_connected(producer)
    broker.freeze()
    try:
        sending = asyncio.create_task(producer.send(topic, [Record(b"k", b"1")]))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await producer.stop()
        assert time.monotonic() - began < 7
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
