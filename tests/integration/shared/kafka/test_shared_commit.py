"""A commit of offsets that hangs: what was read is in the database, the next commit covers it."""

import asyncio

from shared.database.pool import Pool
from shared.kafka.consumer import Consumer
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import (
    all_seen,
    eventually,
    make_consumer,
    put,
    running,
)


async def lose_a_commit(consumer: Consumer, settings: CommonSettings, last: str) -> None:
    """Has the commit of `last` hang until it times out; the ones after it are made."""
    client = consumer._consumer
    assert client is not None
    commit, lost = client.commit, asyncio.Event()

    async def hang(_: object) -> None:
        lost.set()
        await asyncio.Event().wait()

    client.commit = hang
    await put(settings, [last])
    await lost.wait()
    client.commit = commit


async def all_committed(consumer: Consumer, what: str) -> None:
    async def caught_up() -> bool:
        return (await consumer._offsets.standing()).lag == 0

    await eventually(caught_up, what=what)


async def test_a_commit_that_never_ends_does_not_stop_the_reading(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    quick = settings.model_copy(update={"delivery_timeout_s": 1.0})
    consumer = make_consumer(quick, pool, schema)
    async with running(consumer):
        await put(settings, ["a"])
        await all_seen(pool, schema, ["a"])
        await lose_a_commit(consumer, settings, "b")
        await put(settings, ["c", "d"])
        await all_seen(pool, schema, ["b", "c", "d"])
        await all_committed(consumer, "all of it committed")


async def test_a_commit_that_times_out_is_tried_again_when_nothing_more_comes(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    quick = settings.model_copy(update={"delivery_timeout_s": 1.0})
    consumer = make_consumer(quick, pool, schema)
    async with running(consumer):
        await put(settings, ["a"])
        await all_seen(pool, schema, ["a"])
        await lose_a_commit(consumer, settings, "the last record for a long time")
        await all_committed(consumer, "the owed commit is made without a further record")
        await all_seen(pool, schema, ["the last record for a long time"])
        assert consumer._commits.owed == {}
