"""Which replicas of alerts are alive over this database: the peers of `GET /api/v2/status`."""

from typing import NamedTuple

from alerts.settings import AlertsSettings
from shared.database.pool import Conn, Pool, transaction
from shared.database.rows import fetch
from shared.rounds import Rounds

BEAT_S = 5.0
SEEN = """
INSERT INTO alerts.replicas AS r (replica, address, seen_at) VALUES ($1, $2, now())
ON CONFLICT (replica) DO UPDATE SET address = excluded.address, seen_at = now()
"""
FORGET = "DELETE FROM alerts.replicas WHERE seen_at < now() - interval '1 hour'"
ALIVE = """
SELECT replica AS name, address FROM alerts.replicas
WHERE seen_at > now() - interval '15 s' ORDER BY replica
"""


class Peer(NamedTuple):
    """A replica, and HOST:PORT where it is asked."""

    name: str
    address: str


class LiveReplicas:
    """`rounds` say that this one is alive."""

    def __init__(self, settings: AlertsSettings, pool: Pool) -> None:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.own = Peer(settings.replica, f"{host}:{settings.port}")
        self._pool = pool
        self.rounds = Rounds(settings, "replicas", self._round, rest_s=BEAT_S)

    async def _round(self) -> bool:
        async with transaction(self._pool) as conn:
            await conn.execute(SEEN, *self.own)
            await conn.execute(FORGET)
        return False

    async def alive(self, conn: Conn) -> list[Peer]:
        """This one and the others."""
        found = {one.name: one for one in await fetch(conn, Peer, ALIVE)}
        return sorted((found | {self.own.name: self.own}).values())
