"""Gauges of what is not sent yet, by channel and why, and counters from their first value on."""

from datetime import UTC, datetime

from alerts.channels.result import SendClass
from alerts.channels.table import CHANNELS
from alerts.configuration.configurations import Configurations
from alerts.configuration.limits import PERIODS
from alerts.delivery import store_unsent
from alerts.delivery.store_limits import find_usage
from shared import metrics
from shared.database.pool import Pool

WHY_UNSENT = ("queued", "unreachable", "rate_limited", "throttled", "refused")


def start_counters() -> None:
    """Every label value from 0, so that a first failure is a step a rate can see."""
    _clear_gauges()
    metrics.FAULTS.labels("send")
    for period in PERIODS:
        metrics.LIMITS_USED.labels(period).set(0)
    for kind in CHANNELS:
        metrics.DELIVERIES_FAILED.labels(kind)
        metrics.DELIVERIES_JOINED.labels(kind)
        metrics.DELIVERY_DURATION.labels(kind)
        for answer in SendClass:
            metrics.DELIVERIES.labels(kind, answer.value)


async def refresh(pool: Pool, configurations: Configurations) -> None:
    now, limits = datetime.now(UTC), configurations.limits
    async with pool.acquire() as conn:
        waiting = await store_unsent.count_unsent(conn, configurations.budgets)
        usage = await find_usage(conn, limits, now)
    for period in PERIODS:
        shares = [
            usage[one].used[period] / limit
            for one, of_file in limits.items()
            if (limit := of_file.of(period)) is not None
        ]
        metrics.LIMITS_USED.labels(period).set(max(shares, default=0))
    throttled = sum(one.throttled_until is not None for one in usage.values())
    metrics.DESTINATIONS_THROTTLED.set(throttled)
    _clear_gauges()
    for one in waiting:
        metrics.DELIVERIES_PENDING.labels(one.channel, one.why).set(one.deliveries)
        metrics.DELIVERIES_AGE.labels(one.channel, one.why).set(one.age_s)


def _clear_gauges() -> None:
    for kind in CHANNELS:
        for why in WHY_UNSENT:
            metrics.DELIVERIES_PENDING.labels(kind, why).set(0)
            metrics.DELIVERIES_AGE.labels(kind, why).set(0)
