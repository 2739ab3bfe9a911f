"""Record batches for one partition: the records of a request appended in one go.

That is done when the request comes, while its records are still in the processor's cache: when a
round of many requests is sent, they are not, and appending them took twice as long.

aiokafka's own `append` is three calls and two defaults a record, which is as much as the encoding
of the record costs. Written for aiokafka 0.14; the attributes used are private to it.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

Pair = tuple[bytes, bytes]
"""Key and value of a record."""
Batches = Mapping[TopicPartition, Sequence[BatchBuilder]]
"""Of each partition, in order."""
_NO_HEADERS: list[Any] = []


def append_records(
    client: AIOKafkaProducer,
    batches: list[BatchBuilder],
    records: Sequence[Pair],
    timestamp_ms: int,
) -> None:
    """Into the last of a partition's batches, and into new ones of at most the client's
    `max_batch_size` bytes once that is full; no record is larger than a batch."""
    begun = 0
    while begun < len(records):
        if not batches or batches[-1].closed():
            batches.append(client.create_batch())
        begun = _fill(batches[-1], records, begun, timestamp_ms)


def _fill(batch: BatchBuilder, records: Sequence[Pair], begun: int, timestamp_ms: int) -> int:
    """Appends from `begun` on; the number of the first record that did not fit, or of all."""
    append = batch._builder.append
    before = batch._relative_offset - begun
    number = begun
    for key, value in islice(records, begun, None):
        if append(before + number, timestamp_ms, key, value, _NO_HEADERS) is None:
            batch.close()
            break
        number += 1
    batch._relative_offset = before + number
    return number
