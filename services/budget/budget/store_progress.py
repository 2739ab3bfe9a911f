"""How far each source is complete, per partition; greatest wins. And whom that is news for."""

from collections.abc import Iterable

from budget.batch import Beat
from shared.database import Conn

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
    rows = [newest[key] for key in sorted(newest)]
    advanced = await conn.fetch(ADVANCE, *zip(*rows, strict=True))
    sources = sorted({(row["workspace"], row["source"]) for row in advanced})
    if sources:
        await conn.execute(TOUCH_FED, *zip(*sources, strict=True))
