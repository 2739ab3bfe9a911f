"""Counters of imports: each record is counted once, however often it is read."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from kpi_monitor.imports.rules import ImportedRecord, MeasuresOutcome
from shared.database.counting import uncounted
from shared.database.pool import Conn, columns
from shared.database.rows import fetch_one

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
    inserted: int
    updated: int
    unchanged: int
    outdated: int
    rejected: int
    suspense: int


async def add(conn: Conn, records: Collection[ImportedRecord]) -> None:
    """Counts the records that no transaction has counted before."""
    new = await uncounted(conn, "kpi", records)
    if not new:
        return
    tallies: dict[tuple[str, str], Counter[MeasuresOutcome]] = {}
    for record in new:
        tallies.setdefault(record[:2], Counter())[record.outcome] += 1
    counts = [
        (*key, *(tallies[key][outcome] for outcome in MeasuresOutcome)) for key in sorted(tallies)
    ]
    await conn.execute(COUNT, *columns(counts, 2 + len(MeasuresOutcome)))


async def get_counts(conn: Conn, workspace: str, import_id: str) -> MeasuresCounts | None:
    """Counters of an import; None when nothing of it was counted."""
    return await fetch_one(conn, MeasuresCounts, GET_COUNTS, workspace, import_id)
