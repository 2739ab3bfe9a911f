"""How far each source is complete in each partition: the greatest heartbeat wins (design.md 4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from shared.database.pool import Conn
from shared.database.rows import InsertColumns
from shared.events import SourceEvent
from shared.kafka.consumer import Received

SourceKey = tuple[str, str]
"""(workspace, source)"""

BEAT = InsertColumns(
    "workspace text, source text, topic text, partition int, complete_through timestamptz, "
    "expected_interval_s int, set_aside int, settled_through timestamptz, "
    "set_aside_until timestamptz"
)
ADVANCE = f"""
INSERT INTO {{schema}}.progress AS t ({BEAT.names}) SELECT {BEAT.names} FROM {BEAT.rows}
ON CONFLICT ON CONSTRAINT progress_pk DO UPDATE SET
  complete_through = excluded.complete_through,
  expected_interval_s = coalesce(excluded.expected_interval_s, t.expected_interval_s),
  set_aside = excluded.set_aside, set_aside_until = excluded.set_aside_until,
  settled_through = greatest(t.settled_through, excluded.settled_through)
WHERE t.complete_through < excluded.complete_through
   OR (t.complete_through = excluded.complete_through
       AND (t.set_aside, t.set_aside_until) IS DISTINCT FROM
           (excluded.set_aside, excluded.set_aside_until))
RETURNING workspace, source
"""
# Nobody waits any more for what was refused of these: they are settled as far as complete. A row
# that a poll has locked is left for the next look: it may hold others that are due here.
GIVE_UP = """
UPDATE {schema}.progress AS t SET settled_through = t.complete_through, set_aside_until = NULL
FROM (SELECT workspace, source, topic, partition FROM {schema}.progress
      WHERE set_aside_until <= $1 FOR UPDATE SKIP LOCKED) AS due
WHERE (t.workspace, t.source, t.topic, t.partition)
    = (due.workspace, due.source, due.topic, due.partition)
RETURNING t.workspace, t.source
"""
COUNT_GIVEN_UP = "SELECT count(*) FROM {schema}.progress WHERE set_aside_until <= $1"


class Heartbeat(NamedTuple):
    """A heartbeat as it stands in one partition."""

    workspace: str
    source: str
    topic: str
    partition: int
    complete_through: datetime
    expected_interval_s: int | None = None
    set_aside: int = 0
    settled_through: datetime | None = None
    set_aside_until: datetime | None = None

    @classmethod
    def of(cls, event: SourceEvent, received: Received) -> "Heartbeat":
        """What a record of a topic says."""
        return cls(
            event.workspace,
            event.source,
            received.topic,
            received.partition,
            event.data.complete_through,
            event.expectedinterval,
            event.setaside,
            event.settled_through,
            event.setasideuntil,
        )


async def advance(conn: Conn, schema: str, beats: Iterable[Heartbeat]) -> list[SourceKey]:
    """Stores heartbeats that are news; the sources that moved, in order."""
    newest: dict[tuple[str, str, str, int], Heartbeat] = {}
    for beat in beats:
        known = newest.get(beat[:4])
        # The same completeness again may say that less of the source is set aside now.
        if known is None or known.complete_through <= beat.complete_through:
            newest[beat[:4]] = beat
    if not newest:
        return []
    rows = [newest[key] for key in sorted(newest)]
    moved = await conn.fetch(ADVANCE.format(schema=schema), *BEAT.arrays(rows))
    return _sources(moved)


async def give_up(conn: Conn, schema: str, now: datetime) -> list[SourceKey]:
    """Sources of which something was refused that nobody waits for any more, in order."""
    return _sources(await conn.fetch(GIVE_UP.format(schema=schema), now))


async def count_given_up(conn: Conn, schema: str, now: datetime) -> int:
    """How much `give_up` has to do at this time."""
    found: int = await conn.fetchval(COUNT_GIVEN_UP.format(schema=schema), now)
    return found


def _sources(rows: Iterable[Any]) -> list[SourceKey]:
    return sorted({(row[0], row[1]) for row in rows})
