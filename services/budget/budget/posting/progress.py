"""How far each source is complete, per partition; greatest wins. And whom that is news for."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from budget.posting.records import Beat
from shared.database.pool import Conn
from shared.events import SPEND_TOPIC

Place = tuple[str, str, int]
"""(workspace, source, partition of spend.v1)."""
ADVANCE = """
INSERT INTO budget.progress AS t (workspace, source, topic, partition, complete_through,
                                  expected_interval_s, set_aside, settled_through, set_aside_until)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::timestamptz[], $6::int[],
                     $7::int[], $8::timestamptz[], $9::timestamptz[])
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
UPDATE budget.progress AS t SET settled_through = t.complete_through, set_aside_until = NULL
FROM (SELECT workspace, source, topic, partition FROM budget.progress WHERE set_aside_until <= $1
      FOR UPDATE SKIP LOCKED) AS due
WHERE (t.workspace, t.source, t.topic, t.partition)
    = (due.workspace, due.source, due.topic, due.partition)
RETURNING t.workspace, t.source
"""
COUNT_GIVEN_UP = "SELECT count(*) FROM budget.progress WHERE set_aside_until <= $1"
# What comes while something of its source is waited for is not late: it may be just that.
COMPLETE_TO = """
SELECT p.workspace, p.source, p.partition, coalesce(p.settled_through, p.complete_through)
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS u(workspace, source, told_to)
JOIN budget.progress AS p ON p.workspace = u.workspace AND p.source = u.source
  AND p.topic = $4 AND p.complete_through >= u.told_to
  AND coalesce(p.settled_through, p.complete_through) >= u.told_to
"""
# A change without a period tells the sealer that the line's figures may differ now.
TOUCH_FED = """
INSERT INTO budget.changes (account_id, correction)
SELECT a.account_id, false
FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
JOIN budget.line_sources AS f ON f.source = u.source
JOIN budget.accounts AS a ON a.account_id = f.account_id AND a.workspace = u.workspace
"""


async def advance(conn: Conn, beats: Iterable[Beat]) -> None:
    """Stores heartbeats that are news and touches the lines their sources feed."""
    newest: dict[tuple[str, str, str, int], Beat] = {}
    for beat in beats:
        known = newest.get(beat[:4])
        # The same completeness again may say that less of the source is set aside now.
        if known is None or known.complete_through <= beat.complete_through:
            newest[beat[:4]] = beat
    if not newest:
        return
    rows = [(*newest[key][:6], *newest[key][7:]) for key in sorted(newest)]
    advanced = await conn.fetch(ADVANCE, *zip(*rows, strict=True))
    sources = sorted({(row["workspace"], row["source"]) for row in advanced})
    if sources:
        await conn.execute(TOUCH_FED, *zip(*sources, strict=True))


async def give_up(conn: Conn, now: datetime) -> None:
    """Touches the lines of sources of which nothing is waited for any more."""
    rows = await conn.fetch(GIVE_UP, now)
    sources = sorted({(row["workspace"], row["source"]) for row in rows})
    if sources:
        await conn.execute(TOUCH_FED, *zip(*sources, strict=True))


async def count_given_up(conn: Conn, now: datetime) -> int:
    """How much `give_up` has to do at this time."""
    found: int = await conn.fetchval(COUNT_GIVEN_UP, now)
    return found


async def complete_to(
    conn: Conn, wanted: Mapping[tuple[str, str], datetime]
) -> dict[Place, datetime]:
    """Completeness of sources per partition, where it reaches the instant given for the source."""
    sources = sorted(wanted)
    rows = await conn.fetch(
        COMPLETE_TO, *zip(*sources, strict=True), [wanted[one] for one in sources], SPEND_TOPIC
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}
