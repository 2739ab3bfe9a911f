"""Applies the configuration in use to what is already there, at start and after a reload: open
alerts without a group are routed, refused messages are tried again (`requeue`)."""

from alerts.configurations import Configurations
from alerts.handlers import REROUTE_MAX, Handlers
from alerts.requeue import requeue
from alerts.settings import AlertsSettings
from shared.database import Pool, transaction
from shared.rounds import Rounds

REST_S = 3600.0


class Adoption:
    """`run` adopts once, since a restart is how a corrected secret arrives, then waits for `stop`.

    It is a background part, so that the service starts while the database is away.
    """

    def __init__(
        self,
        settings: AlertsSettings,
        pool: Pool,
        configurations: Configurations,
        handlers: Handlers,
    ) -> None:
        self._pool = pool
        self._configurations = configurations
        self._handlers = handlers
        self._rounds = Rounds(settings, "adoption", self._round)
        self._adopted = False

    async def adopt(self) -> tuple[int, int]:
        """(alerts routed, refused deliveries that are due again); each step its own transaction."""
        routed = 0
        while True:
            async with transaction(self._pool) as conn:
                count = await self._handlers.reroute(conn)
            routed += count
            if count < REROUTE_MAX:
                return routed, await requeue(self._pool, self._configurations)

    async def run(self) -> None:
        """Lasts until `stop`; transient faults wait, anything else is raised."""
        await self._rounds.run()

    async def stop(self) -> None:
        """Asks `run` to end."""
        await self._rounds.stop()

    async def _round(self) -> bool:
        if not self._adopted:
            await self.adopt()
            self._adopted = True
        await self._rounds.rest(REST_S)
        return True
