"""Goes on with what a mapping has to move and one transaction cannot; any replica, step by step."""

from kpi_monitor.intake.handlers import Intake
from kpi_monitor.intake.placement import store as store_placed
from kpi_monitor.settings import KpiSettings
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.rounds import Rounds


class Mover:
    """The background task. A crash between two steps loses nothing: what is left is a row."""

    def __init__(self, settings: KpiSettings, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        # What a poll of the consumer remembers is its own: both run in one process.
        self._handlers = Intake(settings, clock)
        self.rounds = Rounds(settings, "mover", self.step)

    async def count_due(self, conn: Conn) -> int:
        """What is left to be moved, for GET /internal/idle."""
        return await store_placed.count_moves(conn)

    async def step(self) -> bool:
        """Moves some thousands of facts; False when nothing was left."""
        async with self._pool.acquire() as conn:
            if not await store_placed.count_moves(conn):
                return False
        async with transaction(self._pool) as conn:
            return await self._handlers.move_on(conn)
