"""The brake on dead letters, with a real broker and database, and in every service's handler."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.database.pool import Conn, Pool
from shared.errors import DeadLettersError
from shared.kafka.brake import CONTRACT_CODES, SetAside
from shared.kafka.consumer import Received
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import (
    PATIENCE_S,
    SPEND,
    all_seen,
    eventually,
    make_consumer,
    put,
    running,
    seen,
    writer,
)


class Decoder:
    """A handler that writes what it can read; `wrong` makes it refuse whatever begins so."""

    def __init__(self, schema: str, wrong: str) -> None:
        self._write = writer(schema)
        self._wrong = wrong.encode()

    async def __call__(self, conn: Conn, records: Sequence[Received]) -> list[SetAside]:
        await self._write(conn, records)
        return [
            SetAside(record, "unparseable", "no such field")
            for record in records
            if record.value.startswith(self._wrong)
        ]


async def test_a_decoder_that_is_wrong_stops_the_consumer_and_nothing_is_committed(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    values = [f"bad {n}" for n in range(400)]
    await put(settings, values)
    consumer = make_consumer(settings, pool, schema, Decoder(schema, "bad"))
    async with running(consumer) as task:
        with pytest.raises(DeadLettersError, match=rf"{SPEND}/\d offset 0: unparseable"):
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.shield(task)
    # What fits below the smallest number that is judged may have been set aside before.
    assert len(await seen(pool, schema)) < settings.dead_letters_records_min
    # The right decoder finds everything that was left where it was.
    async with running(make_consumer(settings, pool, schema)):
        await all_seen(pool, schema, values)
    assert sorted(await seen(pool, schema)) == sorted(values)


async def test_a_hundred_polls_of_one_broken_record_each_are_caught(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    one_by_one = settings.model_copy(update={"batch_events_max": 1})
    await put(settings, [f"bad {n}" for n in range(120)])
    async with running(make_consumer(one_by_one, pool, schema, Decoder(schema, "bad"))) as task:
        with pytest.raises(DeadLettersError, match="100 of 100 records"):
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.shield(task)
    assert len(await seen(pool, schema)) == 99


async def test_poison_below_the_share_is_passed_and_the_setting_passes_all_of_it(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    some = [f"{'bad' if n % 4 == 0 else 'good'} {n}" for n in range(400)]
    await put(settings, some)
    async with running(make_consumer(settings, pool, schema, Decoder(schema, "bad"))):
        await all_seen(pool, schema, some)
    everything = [f"bad again {n}" for n in range(400)]
    await put(settings, everything)
    let = settings.model_copy(update={"dead_letters_share_max": 1.0})
    consumer = make_consumer(let, pool, schema, Decoder(schema, "bad"))
    async with running(consumer):
        await all_seen(pool, schema, everything)

        async def caught_up() -> bool:
            return await consumer.lag() == 0

        await eventually(caught_up, what="lag 0")


def test_the_codes_that_count_are_those_of_a_broken_contract() -> None:
    assert "unparseable" in CONTRACT_CODES
    assert CONTRACT_CODES.isdisjoint({"id_reused", "revision_conflict", "future_time", "too_old"})
