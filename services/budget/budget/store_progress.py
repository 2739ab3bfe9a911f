"""How far each source is complete, per partition; greatest wins. And whom that is news for."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from budget.batch import Beat
from shared.database import Conn
from shared.events import SPEND_TOPIC

Place = tuple[str, str, int]
"""(workspace, source, partition of spend.v1)."""

ADVANCE = """
INSERT INTO budget.progress AS t (workspace, source, topic, partition, complete_through,
                                  expected_interval_s)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::timestamptz[], $6::int[])
ON CONFLICT ON CONSTRAINT progress_pk DO UPDATE SET
  complete_through = excluded.complete_through,
  expected_interval_s = coalesce(excluded.expected_interval_s, t.expected_interval_s)
WHERE t.complete_through < excluded.complete_through
RETURNING workspace, source
"""
COMPLETE_TO = """
SELECT p.workspace, p.source, p.partition, p.complete_through
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS u(workspace, source, told_to)
JOIN budget.progress AS p ON p.workspace = u.workspace AND p.source = u.source
  AND p.topic = $4 AND p.complete_through >= u.told_to
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
        if known is None or known.complete_through < beat.complete_through:
            newest[beat[:4]] = beat
    if not newest:
        return
    rows = [newest[key][:6] for key in sorted(newest)]
    advanced = await conn.fetch(ADVANCE, *zip(*rows, strict=True))
    sources = sorted({(row["workspace"], row["source"]) for row in advanced})
    if sources:
        await conn.execute(TOUCH_FED, *zip(*sources, strict=True))


async def complete_to(
    conn: Conn, wanted: Mapping[tuple[str, str], datetime]
) -> dict[Place, datetime]:
    """Completeness of sources per partition, where it reaches the instant given for the source."""
    sources = sorted(wanted)
    rows = await conn.fetch(
        COMPLETE_TO, *zip(*sources, strict=True), [wanted[one] for one in sources], SPEND_TOPIC
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}
