"""Ending an aiokafka producer at once: what its own `stop` does not do, in one place.

Written for aiokafka 0.14; the attributes used are private to it.
"""

import asyncio
import itertools
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.logs import get_logger

log = get_logger(__name__)

ABANDON_TIMEOUT_S = 5.0


async def abandon(client: AIOKafkaProducer) -> None:
    """Ends a client without sending what it still holds; every batch of it has failed then.

    Its own `stop` sends everything first, without a limit: a client that timed out on a frozen
    broker would write batches that were refused long ago, after newer ones.
    """
    client._closed = True
    _fail_all(client._message_accumulator)
    task = client._sender.sender_task
    if task is not None:
        task.cancel()
    try:
        async with asyncio.timeout(ABANDON_TIMEOUT_S):
            await client.client.close()
    except (KafkaError, OSError, TimeoutError) as error:
        log.warning("producer_stop_failed", error=repr(error))
    if task is not None:
        # The first cancellation lets it wait for requests whose connection is gone by now.
        task.cancel()
        await asyncio.wait([task], timeout=ABANDON_TIMEOUT_S)


def _fail_all(accumulator: Any) -> None:
    left = list(itertools.chain(*accumulator._batches.values()))
    # A batch that waits to be sent again was taken from the pending ones, and its end would take
    # it from them once more.
    accumulator._pending_batches.update(left)
    accumulator.fail_all(KafkaError("the client was abandoned"))
    for batch in left:
        take_exception(batch._drain_waiter)


def take_exception(future: asyncio.Future[Any]) -> None:
    """Marks a failure as seen: nobody waits for the future any more."""
    if not future.cancelled():
        future.exception()
