"""Records of one partition become batches: all of them, in order, none too large."""

from typing import Any

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatch

from shared.kafka.delivery.batches import append_records

BATCH_BYTES_MAX = 1_000


class Client:
    """Makes batches as the real one does, without a broker."""

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(BATCH_BYTES_MAX, 0)


def values_of(batch: BatchBuilder) -> list[bytes]:
    return [record.value for record in DefaultRecordBatch(bytes(batch._build()))]


def build(parts: list[list[tuple[bytes, bytes]]]) -> list[BatchBuilder]:
    client: Any = Client()
    batches: list[BatchBuilder] = []
    for records in parts:
        append_records(client, batches, records, 1_764_000_000_000)
    return batches


@pytest.mark.parametrize("sizes", [[1], [40], [3, 40, 1], [0, 2], [39, 39, 39]])
def test_every_record_is_in_a_batch_once_and_in_order(sizes: list[int]) -> None:
    numbers = iter(range(sum(sizes)))
    parts = [[(b"k", b"%080d" % next(numbers)) for _ in range(size)] for size in sizes]
    batches = build(parts)
    counts = [batch.record_count() for batch in batches]
    assert all(batch.size() <= BATCH_BYTES_MAX for batch in batches)
    values = [value for batch in batches for value in values_of(batch)]
    assert [int(value) for value in values] == list(range(sum(sizes)))
    assert sum(counts) == sum(sizes)
    assert len(batches) == -(-sum(sizes) // max(counts))


def test_no_record_makes_no_batch() -> None:
    assert build([]) == build([[]]) == []
