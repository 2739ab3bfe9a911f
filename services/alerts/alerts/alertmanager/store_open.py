"""SQL of what is open, as API v2 shows it: alerts of other senders, and breaches."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from alerts.incoming.signal import Signal
from shared.database.pool import Conn

ROWS_AT_ONCE = 2000
FOREIGN = """
SELECT f.fingerprint, a.labels, f.annotations, f.link, f.starts_at, f.ends_at, f.updated_at
FROM alerts.foreign_alerts f JOIN alerts.alerts a USING (alert)
WHERE f.workspace = $1 AND f.newest AND f.open AND f.ends_at > $2 AND a.labels @> $3::jsonb
"""
BREACHES = """
SELECT a.fingerprint, e.starts_at, e.decided_at AS updated_at, t.signal
FROM alerts.episodes e
JOIN alerts.alerts a USING (alert)
JOIN alerts.transitions t USING (alert, episode, seq)
WHERE e.workspace = $1 AND e.state NOT IN ('resolved', 'withdrawn') AND e.breach NOT LIKE '/%'
"""


class ShownAlert(Struct, frozen=True):
    """An alert that is open. `ends_at` is None of what only a signal ends."""

    fingerprint: str
    labels: dict[str, str]
    annotations: Mapping[str, str]
    link: str
    starts_at: datetime
    ends_at: datetime | None
    updated_at: datetime

    @property
    def is_breach(self) -> bool:
        """Whether one of ours, whose severity changes while it is open."""
        return self.ends_at is None


async def iterate_open(
    conn: Conn, workspace: str, now: datetime, labels: Mapping[str, str]
) -> AsyncIterator[ShownAlert]:
    """All that is open of a workspace, of other senders what has these labels; in a
    transaction."""
    cursor = conn.cursor(FOREIGN, workspace, now, labels, prefetch=ROWS_AT_ONCE)
    async for row in cursor:
        yield ShownAlert(**row)
    for row in await conn.fetch(BREACHES, workspace):
        signal = msgspec.convert(row["signal"], Signal)
        yield ShownAlert(
            fingerprint=row["fingerprint"],
            labels=signal.routing_labels,
            annotations={name: text for name, text in signal.annotations.items() if text},
            link=signal.link,
            starts_at=row["starts_at"],
            ends_at=None,
            updated_at=row["updated_at"],
        )
