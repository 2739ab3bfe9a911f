"""The first attempt of a round: one request per leader, packed and unpacked in one go.

aiokafka's sender wakes three tasks a request, and describes request and answer field by field in
Python: more than all the rest of a single event. What the broker does not take here goes to that
sender with the sequence numbers it was given: retries, new leaders and new connections stay the
library's. Written for aiokafka 0.14; the attributes used are private to it.

Wire format: Produce, version 7 (https://kafka.apache.org/protocol#The_Messages_Produce).
"""

import asyncio
import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import ConnectionGroup
from aiokafka.producer.message_accumulator import BatchBuilder, MessageBatch
from aiokafka.producer.sender import SendProduceReqHandler
from aiokafka.protocol.produce import ProduceResponse_v7

from shared.kafka.delivery.abandon import take_exception
from shared.kafka.delivery.batches import Batches
from shared.kafka.delivery.round import Failures, OnEnd, Place, failures_of

API_KEY, API_VERSION = 0, 7
ACKS_ALL = NO_TRANSACTION = -1

Single = dict[TopicPartition, BatchBuilder]
"""One batch a partition."""

_header = struct.Struct(">hhi").pack
_acks_and_timeout = struct.Struct(">hhii").pack
_int16 = struct.Struct(">h")
_int32 = struct.Struct(">i")
_partition_and_length = struct.Struct(">ii").pack
_partition_answer = struct.Struct(">ihqqq")
"""Partition, error code, offset, time of appending, first offset."""


class Answer:
    """The bytes of an answer after its header; only a failure is taken apart."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.taken = _all_taken(body)

    @classmethod
    def decode(cls, data: BytesIO) -> "Answer":
        """Of what is left of the response, as a connection asks for it."""
        return cls(data.read())

    def decoded(self) -> ProduceResponse_v7:
        """Field by field, for aiokafka's sender."""
        return ProduceResponse_v7.decode(self._body)


class _ResponseHeader(NamedTuple):
    """Version 0."""

    correlation_id: int

    @classmethod
    def decode(cls, data: BytesIO) -> "_ResponseHeader":
        """Of the whole response."""
        return cls(*_int32.unpack(data.read(_int32.size)))


class _Request:
    """What a connection asks about a request when its answer comes."""

    RESPONSE_TYPE = Answer
    parse_response_header = _ResponseHeader.decode


class _Waiting:
    """Stands where a connection keeps a future. An answer is handled at once: the future and the
    two turns of the loop to hear of it cost as much as the request."""

    def __init__(self, on_answer: Callable[[Answer | BaseException], None]) -> None:
        self._on_answer = on_answer
        self._done = False

    def done(self) -> bool:
        """Whether something has come."""
        return self._done

    def set_result(self, answer: Answer) -> None:
        """An answer has come."""
        self._done = True
        self._on_answer(answer)

    def set_exception(self, error: BaseException) -> None:
        """The connection is at its end, or out of step."""
        self._done = True
        self._on_answer(error)


def _all_taken(body: bytes) -> bool:
    """Whether no partition has an error code."""
    (topics,) = _int32.unpack_from(body)
    at = 4
    for _ in range(topics):
        at += 2 + _int16.unpack_from(body, at)[0]
        (partitions,) = _int32.unpack_from(body, at)
        at += 4
        for _ in range(partitions):
            if _partition_answer.unpack_from(body, at)[1]:
                return False
            at += _partition_answer.size
    return True


class _Answered:
    """A client whose next answer has come already."""

    def __init__(self, client: Any, answer: Answer | BaseException) -> None:
        self._answer = answer
        self.force_metadata_update = client.force_metadata_update
        self._maybe_wait_metadata = client._maybe_wait_metadata

    async def send(self, _node: int, _request: Any) -> Any:
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer.decoded()


class FirstAttempt:
    """Of one client: connections, sequence numbers and what waits for a repetition are its own."""

    def __init__(self, client: AIOKafkaProducer) -> None:
        self._client = client.client
        self._sender = client._sender
        self._accumulator = client._message_accumulator
        self._transactions = client._txn_manager
        self._repeats: set[asyncio.Task[Failures]] = set()
        self._closed = False

    def close(self) -> None:
        """Nothing is repeated any more, and nobody is told of what still comes."""
        self._closed = True
        for task in list(self._repeats):
            task.cancel()

    def send(self, batches: Batches, on_end: OnEnd) -> bool:
        """Sends closed batches, one a partition, and calls `on_end` once with what failed.

        False, and nothing was sent, when a partition has more batches than one, while a leader is
        unknown, its connection is not open, or something before waits for its repetition: then the
        library's sender is the one to ask.
        """
        if any(len(built) > 1 for built in batches.values()):
            return False
        by_connection = self._by_connection(batches)
        if by_connection is None:
            return False
        left = len(by_connection)
        failures: dict[Place, BaseException] = {}

        def end(failed: Failures) -> None:
            nonlocal left
            left -= 1
            failures.update(failed)
            if not left:
                on_end(failures)

        for (node, connection), some in by_connection.items():
            self._send_to(node, connection, some, end)
        return True

    def _by_connection(self, batches: Batches) -> dict[tuple[int, Any], Single] | None:
        sender, client = self._sender, self._client
        waiting, muted = self._accumulator._batches, sender._muted_partitions
        leader_of = client.cluster.leader_for_partition
        found: dict[tuple[int, Any], Single] = {}
        for place, (builder,) in batches.items():
            node = leader_of(place)
            if node is None or node in sender._in_flight or place in waiting or place in muted:
                return None
            connection = client._conns.get((node, ConnectionGroup.DEFAULT))
            if connection is None or connection._writer is None or not connection.connected():
                return None
            found.setdefault((node, connection), {})[place] = builder
        return found

    def _send_to(self, node: int, connection: Any, batches: Single, end: OnEnd) -> None:
        transactions = self._transactions
        for place, builder in batches.items():
            builder._set_producer_state(
                transactions.producer_id,
                transactions.producer_epoch,
                transactions.sequence_number(place),
            )
            transactions.increment_sequence_number(place, builder.record_count())
        correlation_id = connection._next_correlation_id()

        def on_answer(answer: Answer | BaseException) -> None:
            if self._closed:
                return
            if isinstance(answer, Answer) and answer.taken:
                end({})
            else:
                self._spawn_repeat(node, batches, answer, end)

        connection._requests.append((correlation_id, _Request, _Waiting(on_answer)))
        timeout_ms = self._sender._request_timeout_ms
        connection._writer.write(
            pack_request(correlation_id, self._client._client_id, timeout_ms, batches)
        )

    def _spawn_repeat(
        self,
        node: int,
        batches: Single,
        answer: Answer | BaseException,
        end: OnEnd,
    ) -> None:
        def on_done(task: asyncio.Task[Failures]) -> None:
            self._repeats.discard(task)
            if not task.cancelled():
                end(task.result())

        task = asyncio.create_task(self._repeat(node, batches, answer))
        self._repeats.add(task)
        task.add_done_callback(on_done)

    async def _repeat(self, node: int, batches: Single, answer: Answer | BaseException) -> Failures:
        """Hands batches to the library's sender as if the first attempt had been its own."""
        accumulator, sender = self._accumulator, self._sender
        taken: dict[TopicPartition, MessageBatch] = {}
        for place, builder in batches.items():
            batch = taken[place] = MessageBatch(
                place, builder, accumulator._batch_ttl, accumulator._linger_time
            )
            batch.drain_ready()
            accumulator._pending_batches.add(batch)
            batch.future.add_done_callback(take_exception)
            batch.future.add_done_callback(
                lambda _, batch=batch: accumulator._pending_batches.discard(batch)
            )
        handler = SendProduceReqHandler(sender, taken)
        handler._client = _Answered(self._client, answer)
        sender._in_flight.add(node)
        sender._muted_partitions.update(taken)
        try:
            await handler.do(node)
        finally:
            sender._in_flight.discard(node)
            sender._muted_partitions.difference_update(taken)
            accumulator._wakeup(accumulator._waiter_future)
        return await failures_of((place, batch.future) for place, batch in taken.items())


def pack_request(correlation_id: int, client_id: str, timeout_ms: int, batches: Single) -> bytes:
    """The whole request, with its length."""
    by_topic: dict[str, list[bytes]] = {}
    for (topic, partition), builder in batches.items():
        records = builder._build()
        by_topic.setdefault(topic, []).extend(
            (_partition_and_length(partition, len(records)), records)
        )
    parts = [
        _header(API_KEY, API_VERSION, correlation_id),
        _string(client_id),
        _acks_and_timeout(NO_TRANSACTION, ACKS_ALL, timeout_ms, len(by_topic)),
    ]
    for topic, pieces in by_topic.items():
        parts += [_string(topic), _int32.pack(len(pieces) // 2), *pieces]
    return b"".join((_int32.pack(sum(map(len, parts))), *parts))


def _string(text: str) -> bytes:
    encoded = text.encode()
    return _int16.pack(len(encoded)) + encoded
