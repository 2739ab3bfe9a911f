"""What every service wires alike: its resources, its readiness checks, and when it is idle."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import NamedTuple

from shared.database.clock import Clock, make_clock
from shared.database.pool import Conn, Pool, create_pool, transaction
from shared.http.app import Check, Idle, check_database
from shared.kafka.consumer import Consumer
from shared.kafka.outbox import Relay
from shared.kafka.producer import Producer
from shared.settings import CommonSettings

CountDue = Callable[[Conn], Awaitable[int]]
"""What time has made due and nobody has done yet; counted to a limit."""


class Resources(NamedTuple):
    """The database, the broker and the clock of a process."""

    pool: Pool
    producer: Producer
    clock: Clock


@asynccontextmanager
async def resources(settings: CommonSettings) -> AsyncIterator[Resources]:
    """Opens them, and closes them in reverse when the block ends."""
    async with AsyncExitStack() as stack:
        pool = await create_pool(settings)
        stack.push_async_callback(pool.close)
        producer = Producer(settings)
        stack.push_async_callback(producer.stop)
        await producer.start()
        yield Resources(pool, producer, make_clock(settings.clock))


def checks_of(pool: Pool, consumer: Consumer, relay: Relay) -> Mapping[str, Check]:
    """The readiness checks of a service that reads topics and sends an outbox."""
    return {
        "database": partial(check_database, pool),
        "consumer": consumer.check,
        "outbox": relay.check_age,
    }


def idle_of(pool: Pool, consumer: Consumer, relay: Relay, *due: CountDue) -> Idle:
    """What GET /internal/idle answers of it, in the order of the flow: what has left one place is
    counted at the next."""

    async def idle() -> Mapping[str, int]:
        lag = await consumer.lag()
        async with transaction(pool) as conn:
            counts = [await count(conn) for count in due]
        return {"lag": lag, "due": sum(counts), "outbox": await relay.unsent()}

    return idle
