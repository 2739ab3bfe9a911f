"""Alerts of other senders end without anybody saying so, when their end has come."""

from collections.abc import Callable
from datetime import datetime

from alerts.alertmanager.intake import store
from alerts.alertmanager.intake.signals import AlertStatement, signal_of
from alerts.episodes.joining import Joining
from alerts.episodes.merge import merge
from alerts.incoming.signal import Signal
from alerts.settings import AlertsSettings
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.rounds import Rounds

ALERTS_MAX = 1000
"""Of one transaction."""


class Endings:
    """Any replica ends what is over; `rounds` look by themselves."""

    def __init__(
        self,
        settings: AlertsSettings,
        pool: Pool,
        clock: Clock,
        joining: Joining,
        wake: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._joining = joining
        self._wake = wake
        self.rounds = Rounds(settings, "endings", self._round)

    async def count_due(self, conn: Conn) -> int:
        """Alerts that are over and not ended yet."""
        return await store.count_due(conn, await self._clock.now(conn))

    async def _round(self) -> bool:
        async with transaction(self._pool) as conn:
            seen, ended = await self.end_due(conn)
        if ended:
            self._wake()
        return seen >= ALERTS_MAX

    async def end_due(self, conn: Conn) -> tuple[int, int]:
        """One round of one workspace in the caller's transaction; how many alerts it looked at,
        and how many are over."""
        now = await self._clock.now(conn)
        workspace = await store.get_due_workspace(conn, now)
        if workspace is None:
            return 0, 0
        await store.lock(conn, workspace)
        found = await store.find_due(conn, workspace, now, ALERTS_MAX)
        await store.check_again(conn, [one for one in found if one.ends_at > now])
        over = [one for one in found if one.ends_at <= now]
        said = {(workspace, one.signals): [_last_signal(one, now)] for one in over}
        touched, _ = await merge(conn, said)
        await self._joining.join(conn, touched, now)
        await store.end(conn, over)
        return len(found), len(over)


def _last_signal(one: store.EndingAlert, now: datetime) -> Signal:
    said = AlertStatement(one.signals, one.labels, one.annotations, one.link, one.activity)
    return signal_of(said, "timed_out" if one.times_out else "end_reached", now)
