"""Follows the configurations (`versions`) and applies them to what is already there, at start and
whenever one is new: open alerts go to who is to be told of them now, refused messages are tried
again, and all groups look at once whether somebody is to hear of what is open.

What it cannot adopt is logged and left as it is. It was there before this process, so ending the
process would only mean that no process starts any more.
"""

from collections.abc import Mapping

from alerts.adoption.standing import put_standing
from alerts.configuration.configurations import ConfigurationFile, Configurations
from alerts.configuration.versions import AT_START, Author, Versions
from alerts.configuration.yaml_reader import ConfigError
from alerts.delivery import store as delivery_store
from alerts.episodes.joining import FIRST, Joining
from alerts.episodes.rules import Key
from alerts.episodes.store import ROUTING_LOCK
from alerts.settings import AlertsSettings
from alerts.telling import store as telling_store
from shared.database.clock import Clock
from shared.database.pool import Pool, is_transient, transaction
from shared.http.auth import Principal
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

GROUPS_MAX = 500
"""Groups of one transaction."""
BY_SIGNAL = Author("SIGHUP")
FOLLOW_S = 1.0
"""Between two looks for a newer version: one statement that reads one row of an index."""


class Adoption:
    """`rounds` adopt once, since a restart is how a corrected secret arrives, and then each newer
    version. It is background work, so that the service starts while the database is away."""

    def __init__(
        self,
        settings: AlertsSettings,
        pool: Pool,
        configurations: Configurations,
        joining: Joining,
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._configurations = configurations
        self._joining = joining
        self._clock = clock
        self.versions = Versions(pool, configurations)
        self.rounds = Rounds(settings, "adoption", self._round, rest_s=FOLLOW_S)
        self._published = False
        self._asked = False
        self.adopted = False
        """Whether what is in force here was adopted."""

    async def reload(self, caller: Principal) -> tuple[int, int]:
        """Reads the files, makes versions of what is new in them and adopts these here at once;
        the other replicas follow. Raises ConfigError, and then nothing was changed."""
        return await self._reload(Author(caller.subject, caller.workspace))

    def ask_reload(self) -> None:
        """The same soon, by a signal; what is wrong with the files is logged."""
        self._asked = True
        self.rounds.wake()

    async def _reload(self, author: Author) -> tuple[int, int]:
        await self.versions.publish(
            lambda: self._configurations.read(author.workspace), author, remove=True
        )
        self._configurations.say_doubts()
        await self.versions.follow()
        return await self.adopt()

    async def adopt(self) -> tuple[int, int]:
        """(alerts routed, refused deliveries that are due again); each step its own transaction.

        Raises what is transient only.
        """
        routed = 0
        async with transaction(self._pool) as conn:
            # What is being routed by the file before is committed first, and found.
            await ROUTING_LOCK.take(conn)
        for workspace in self._configurations.workspaces():
            try:
                routed += await self._route(workspace)
            except Exception as error:
                if is_transient(error):
                    raise
                log.error("alerts_not_routed", workspace=workspace, error=repr(error))
        async with transaction(self._pool) as conn:
            requeued = await delivery_store.put_due_again(conn)
        for workspace in self._configurations.workspaces():
            await self._wake(workspace)
        await self._put_standing()
        return routed, requeued

    async def _wake(self, workspace: str) -> None:
        """Lets all groups look that have something open, from where their interval begins anew:
        who was told everything hears nothing."""
        after = 0
        while True:
            async with transaction(self._pool) as conn:
                now = await self._clock.now(conn)
                woken = await telling_store.put_active_due(
                    conn, workspace, after=after, limit=GROUPS_MAX, now=now
                )
            if len(woken) < GROUPS_MAX:
                return
            after = woken[-1]

    async def _put_standing(self) -> None:
        async with transaction(self._pool) as conn:
            now = await self._clock.now(conn)
            await put_standing(conn, self._configurations.in_use, now)

    async def _route(self, workspace: str) -> int:
        routed = 0
        after: Key | None = FIRST
        while after is not None:
            async with transaction(self._pool) as conn:
                now = await self._clock.now(conn)
                count, after = await self._joining.reroute(conn, workspace, now, after)
            routed += count
        return routed

    def _read_at_start(self) -> Mapping[str, ConfigurationFile]:
        """As they are now; if one was spoilt since this process began, which is logged, as then."""
        try:
            return self._configurations.read()
        except ConfigError:
            return self._configurations.files

    async def _round(self) -> bool:
        if self._asked:
            self._asked = False
            try:
                await self._reload(BY_SIGNAL)
            except ConfigError as error:
                log.error("not_reloaded", error=str(error))
        if not self._published:
            await self.versions.publish(self._read_at_start, AT_START, remove=False)
            self._published = True
        if await self.versions.follow():
            # Until it is adopted: a fault on the way is tried again, and nothing new is followed.
            self.adopted = False
        if not self.adopted:
            routed, requeued = await self.adopt()
            self.adopted = True
            log.info("configuration_followed", routed=routed, requeued=requeued)
        return False
