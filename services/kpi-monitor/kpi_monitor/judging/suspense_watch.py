"""Begins and ends the breaches of suspense when their time has come; any replica, by row locks."""

from collections.abc import Callable
from datetime import timedelta

from kpi_monitor.judging import store as store_evaluate
from kpi_monitor.judging import store_figures, store_suspense
from kpi_monitor.judging.evaluator import tell
from kpi_monitor.judging.figures import Ended
from kpi_monitor.judging.suspense import judge
from kpi_monitor.settings import KpiSettings, owners_of
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.rounds import Rounds

SOURCES_MAX = 200
"""Judged in one transaction; the next follows at once."""
REST_S = 5.0


class SuspenseWatch:
    """The background task; on the manual clock it looks as often as the other loops."""

    def __init__(
        self,
        settings: KpiSettings,
        pool: Pool,
        clock: Clock,
        wake_relay: Callable[[], None] = lambda: None,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._wake_relay = wake_relay
        self._limit = timedelta(seconds=settings.suspense_limit_s)
        self._figures_interval_s = settings.figures_interval_s
        self._owners = owners_of(settings.workspace_owners)
        rest_s = None if settings.clock == "manual" else REST_S
        self.rounds = Rounds(settings, "suspense-watch", self.step, rest_s=rest_s)

    async def count_due(self, conn: Conn) -> int:
        """Breaches that begin or end now, for GET /internal/idle."""
        return await store_suspense.count_due(conn, await self._clock.now(conn), self._limit)

    async def step(self) -> bool:
        """Judges what is due; False when nothing was."""
        async with transaction(self._pool) as conn:
            now = await self._clock.now(conn)
            told = []
            for standing, firing in await store_suspense.take(conn, now, self._limit, SOURCES_MAX):
                owner = self._owners.get(standing.workspace)
                breach = judge(standing, firing, now, self._limit, owner)
                if breach is not None:
                    told.append((standing, breach))
            await store_suspense.save(conn, told)
            ended = [
                Ended(standing.workspace, breach.breach)
                for standing, breach in told
                if breach.transition == "resolved"
            ]
            await store_figures.keep(conn, [], ended, now, self._figures_interval_s)
            events = [(standing.workspace, "", breach) for standing, breach in told]
            await store_evaluate.save(conn, [], events, now)
            await tell(conn, events)
        if told:
            self._wake_relay()
        return bool(told)
