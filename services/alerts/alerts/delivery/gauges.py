"""Gauges of what is not sent yet, by channel and why, and counters from their first value on."""

from alerts.channels.result import SendClass
from alerts.channels.table import CHANNELS
from alerts.delivery import store_unsent
from shared import metrics
from shared.database.pool import Pool

WHY_UNSENT = ("queued", "unreachable", "rate_limited", "refused")


def start_counters() -> None:
    """Every label value from 0, so that a first failure is a step a rate can see."""
    _clear_gauges()
    metrics.FAULTS.labels("send")
    for kind in CHANNELS:
        metrics.DELIVERIES_FAILED.labels(kind)
        metrics.DELIVERIES_JOINED.labels(kind)
        metrics.DELIVERY_DURATION.labels(kind)
        for answer in SendClass:
            metrics.DELIVERIES.labels(kind, answer.value)


async def refresh(pool: Pool) -> None:
    async with pool.acquire() as conn:
        waiting = await store_unsent.count_unsent(conn)
    _clear_gauges()
    for one in waiting:
        metrics.DELIVERIES_PENDING.labels(one.channel, one.why).set(one.deliveries)
        metrics.DELIVERIES_AGE.labels(one.channel, one.why).set(one.age_s)


def _clear_gauges() -> None:
    for kind in CHANNELS:
        for why in WHY_UNSENT:
            metrics.DELIVERIES_PENDING.labels(kind, why).set(0)
            metrics.DELIVERIES_AGE.labels(kind, why).set(0)
