"""What this process says about itself: readiness, idleness on the manual clock, gauges."""

from collections.abc import Mapping

from alerts.configuration.versions import Versions
from alerts.delivery import store as store_deliveries
from alerts.telling import store as store_groups
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Pool, transaction
from shared.http.app import Check, check_database
from shared.kafka.consumer import Consumer
from shared.kafka.outbox import Relay

CHANNELS = ("dingtalk", "email")
WHY_UNSENT = ("queued", "unreachable", "rate_limited", "refused")


def start_gauges() -> None:
    """Every gauge of unsent deliveries at 0."""
    for channel in CHANNELS:
        for why in WHY_UNSENT:
            metrics.DELIVERIES_PENDING.labels(channel, why).set(0)
            metrics.DELIVERIES_AGE.labels(channel, why).set(0)


class Watch:
    """Reads the parts; changes nothing but gauges."""

    def __init__(
        self, pool: Pool, clock: Clock, consumer: Consumer, relay: Relay, versions: Versions
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._consumer = consumer
        self._relay = relay
        self._versions = versions

    def checks(self) -> dict[str, Check]:
        """The readiness checks by name; each raises when its part cannot do its work."""
        return {
            "database": self._database,
            "consumer": self._progress,
            "outbox": self._relay.check_age,
            "configuration": self._versions.check,
        }

    async def idle(self) -> Mapping[str, int]:
        """Breaches not merged, groups and deliveries due now, records not relayed: in the order
        of the work, so that what moves on between two readings is still seen by the later one."""
        lag = await self._consumer.lag()
        async with transaction(self._pool) as conn:
            due = await store_groups.count_due(conn, await self._clock.now(conn))
            due += await store_deliveries.count_unsent_due(conn)
        return {"lag": lag, "outbox": await self._relay.unsent(), "due": due}

    async def refresh_metrics(self) -> None:
        """Sets the gauges that are read from the database."""
        await self._relay.unsent()
        async with self._pool.acquire() as conn:
            waiting = await store_deliveries.unsent(conn)
        start_gauges()
        for one in waiting:
            metrics.DELIVERIES_PENDING.labels(one.channel, one.why).set(one.deliveries)
            metrics.DELIVERIES_AGE.labels(one.channel, one.why).set(one.age_s)

    async def _database(self) -> None:
        await check_database(self._pool)

    async def _progress(self) -> None:
        self._consumer.check_progress()
