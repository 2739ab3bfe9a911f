"""Applies the configuration in use to what is already there, at start and after a reload: open
alerts without a group are routed, refused messages are tried again (`requeue`).

What it cannot adopt is logged and left as it is. It was there before this process, so ending the
process would only mean that no process starts any more.
"""

from alerts.configurations import Configurations
from alerts.handlers import REROUTE_MAX, Handlers
from alerts.requeue import requeue
from alerts.settings import AlertsSettings
from shared.database import Pool, is_transient, transaction
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

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

    async def adopt(self) -> tuple[int, int]:
        """(alerts routed, refused deliveries that are due again); each step its own transaction.

        Raises what is transient only.
        """
        routed = 0
        for workspace in self._configurations.workspaces():
            try:
                routed += await self._route(workspace)
            except Exception as error:
                if is_transient(error):
                    raise
                log.error("alerts_not_routed", workspace=workspace, error=repr(error))
        return routed, await requeue(self._pool, self._configurations)

    async def _route(self, workspace: str) -> int:
        routed = 0
        while True:
            async with transaction(self._pool) as conn:
                count = await self._handlers.reroute(conn, workspace)
            routed += count
            if count < REROUTE_MAX:
                return routed

    async def run(self) -> None:
        """Lasts until `stop`; transient faults wait, anything else is raised."""
        await self._rounds.run()

    async def stop(self) -> None:
        """Asks `run` to end."""
        await self._rounds.stop()

    async def _round(self) -> bool:
        await self.adopt()
        while not self._rounds.stopping:
            await self._rounds.rest(REST_S)
        return False
