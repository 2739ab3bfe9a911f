"""A round tells each caller what became of its own records."""

from typing import Any

from shared.kafka.delivery.round import Failures, Round
from tests.unit.shared.kafka.test_shared_batches import Client

ONE, TWO = ("spend.v1", 0), ("spend.v1", 1)


def test_each_caller_is_told_of_its_own_partitions_whatever_another_does_with_the_news() -> None:
    told: dict[str, Failures] = {}

    def stumble(_: Failures) -> None:
        raise RuntimeError("a fault of one caller")

    client: Any = Client()
    made = Round()
    made.add(
        client, {ONE: [(b"k", b"v")], TWO: [(b"k", b"v")]}, 4, lambda own: told.update(both=own)
    )
    made.add(client, {ONE: [(b"k", b"v")]}, 2, stumble)
    made.add(client, {TWO: [(b"k", b"v"), (b"k", b"w")]}, 4, lambda own: told.update(second=own))
    error = TimeoutError()
    made.end({TWO: error})

    assert told == {"both": {TWO: error}, "second": {TWO: error}}
    assert made.acknowledged({TWO: error}) == {"spend.v1": 2}
    assert (made.size, made.ended) == (10, True)
