"""Counters of imports: each record is counted once, however often it is read.

A progress row per (import, topic, partition) holds the next offset to count. It is locked before it
is read, so of two replicas on the same records the second counts nothing.
"""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from kpi_monitor.imports.rules import ImportedRecord, MeasuresOutcome
from shared.database.pool import Conn, columns
from shared.events import METRICS_TOPIC

LOCK_PROGRESS = """
INSERT INTO kpi.import_progress AS t (workspace, import_id, topic, partition, next_offset)
SELECT u.workspace, u.import_id, $1, u.partition, 0
FROM unnest($2::text[], $3::text[], $4::int[]) AS u(workspace, import_id, partition)
ON CONFLICT ON CONSTRAINT import_progress_pk DO UPDATE SET next_offset = t.next_offset
RETURNING workspace, import_id, partition, next_offset
"""
ADVANCE = """
UPDATE kpi.import_progress AS t SET next_offset = u.next_offset, counted_at = now()
FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[])
  AS u(workspace, import_id, partition, next_offset)
WHERE (t.workspace, t.import_id, t.topic, t.partition)
    = (u.workspace, u.import_id, $1, u.partition)
"""
COUNT = """
INSERT INTO kpi.imports AS t (workspace, import_id, inserted, updated, unchanged, outdated,
  rejected, suspense)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[],
  $6::bigint[], $7::bigint[], $8::bigint[])
ON CONFLICT ON CONSTRAINT imports_pk DO UPDATE SET
  inserted = t.inserted + excluded.inserted, updated = t.updated + excluded.updated,
  unchanged = t.unchanged + excluded.unchanged, outdated = t.outdated + excluded.outdated,
  rejected = t.rejected + excluded.rejected, suspense = t.suspense + excluded.suspense,
  counted_at = now()
"""
GET_COUNTS = """
SELECT inserted, updated, unchanged, outdated, rejected, suspense
FROM kpi.imports WHERE workspace = $1 AND import_id = $2
"""


class MeasuresCounts(NamedTuple):
    """What became of the records of an import, by outcome."""

    inserted: int
    updated: int
    unchanged: int
    outdated: int
    rejected: int
    suspense: int


async def add(conn: Conn, records: Collection[ImportedRecord]) -> None:
    """Counts the records that no transaction has counted before."""
    if not records:
        return
    places = sorted({record[:3] for record in records})
    rows = await conn.fetch(LOCK_PROGRESS, METRICS_TOPIC, *columns(places, 3))
    begin = {tuple(row)[:3]: row["next_offset"] for row in rows}
    new = [record for record in records if record.offset >= begin[record[:3]]]
    if not new:
        return
    tallies: dict[tuple[str, str], Counter[MeasuresOutcome]] = {}
    ends: dict[tuple[str, str, int], int] = {}
    for record in new:
        tallies.setdefault(record[:2], Counter())[record.outcome] += 1
        ends[record[:3]] = max(ends.get(record[:3], 0), record.offset + 1)
    counts = [
        (*key, *(tallies[key][outcome] for outcome in MeasuresOutcome)) for key in sorted(tallies)
    ]
    await conn.execute(COUNT, *columns(counts, 2 + len(MeasuresOutcome)))
    ordered = [(*place, ends[place]) for place in sorted(ends)]
    await conn.execute(ADVANCE, METRICS_TOPIC, *columns(ordered, 4))


async def get_counts(conn: Conn, workspace: str, import_id: str) -> MeasuresCounts | None:
    """Counters of an import; None when nothing of it was counted."""
    row = await conn.fetchrow(GET_COUNTS, workspace, import_id)
    return None if row is None else MeasuresCounts(*row)
