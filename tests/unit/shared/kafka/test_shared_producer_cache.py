"""Where a key goes is remembered within a bound, and is the same whether remembered or not."""

import pytest
from aiokafka.partitioner import murmur2

from shared.kafka.delivery.partitions import Partitions


def test_long_keys_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.kafka.delivery.partitions.PARTITION_CACHE_BYTES_MAX", 50_000)
    partitions = Partitions()
    partitions.learn({"spend.v1": 24})
    keys = [b"w|s|%05d" % number + b"x" * 2_900 for number in range(60)]
    for key in keys * 2:
        assert partitions.of("spend.v1", key) == (murmur2(key) & 0x7FFFFFFF) % 24

    assert 0 < sum(len(key) for _, key in partitions._by_key) <= 50_000
