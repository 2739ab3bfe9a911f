"""Which records of imports are to be counted: each once, however often it is read.

A progress row per (import, topic, partition) holds the next offset to count. It is locked before it
is read, so of two replicas on the same records the second counts nothing.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from shared.database.pool import Conn, columns

LOCK_PROGRESS = """
INSERT INTO {schema}.import_progress AS t (workspace, import_id, topic, partition, next_offset)
SELECT u.workspace, u.import_id, u.topic, u.partition, 0
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[])
  AS u(workspace, import_id, topic, partition)
ON CONFLICT ON CONSTRAINT import_progress_pk DO UPDATE SET next_offset = t.next_offset
RETURNING workspace, import_id, topic, partition, next_offset
"""
ADVANCE = """
UPDATE {schema}.import_progress AS t SET next_offset = u.next_offset, counted_at = now()
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[])
  AS u(workspace, import_id, topic, partition, next_offset)
WHERE (t.workspace, t.import_id, t.topic, t.partition)
    = (u.workspace, u.import_id, u.topic, u.partition)
"""


Record = TypeVar("Record", bound=Any)
"""A record of a topic that belongs to an import: workspace, import_id, topic, partition, offset."""
Place = tuple[str, str, str, int]


async def uncounted(conn: Conn, schema: str, records: Collection[Record]) -> list[Record]:
    """Those that no transaction has counted before; with this one they are."""
    if not records:
        return []
    places = sorted({_place(record) for record in records})
    rows = await conn.fetch(LOCK_PROGRESS.format(schema=schema), *columns(places, 4))
    begin = {tuple(row)[:4]: row["next_offset"] for row in rows}
    new = [record for record in records if record.offset >= begin[_place(record)]]
    ends: dict[Place, int] = {}
    for record in new:
        ends[_place(record)] = max(ends.get(_place(record), 0), record.offset + 1)
    if ends:
        moved = [(*place, ends[place]) for place in sorted(ends)]
        await conn.execute(ADVANCE.format(schema=schema), *columns(moved, 5))
    return new


def _place(record: Any) -> Place:
    return record.workspace, record.import_id, record.topic, record.partition
