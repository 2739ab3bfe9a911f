"""Counters of imports: each record is counted once, however often it is read.

A progress row per (import, topic, partition) holds the next offset to count. It is locked before it
is read, so of two replicas on the same records the second counts nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from budget.ledger.revisions import RowOutcome
from shared.database.pool import Conn
from shared.database.sweep import deleted_rows

LOOK_TIMEOUT_S = 60.0
"""Instead of the connection's own: each of a million rows is looked up."""

LOCK_PROGRESS = """
INSERT INTO budget.import_progress AS t (workspace, import_id, topic, partition, next_offset)
SELECT u.*, 0 FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS u
ON CONFLICT ON CONSTRAINT import_progress_pk DO UPDATE SET next_offset = t.next_offset
RETURNING workspace, import_id, topic, partition, next_offset
"""
ADVANCE = """
UPDATE budget.import_progress AS t
SET next_offset = greatest(t.next_offset, u.next_offset), counted_at = now()
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[])
  AS u(workspace, import_id, topic, partition, next_offset)
WHERE (t.workspace, t.import_id, t.topic, t.partition)
    = (u.workspace, u.import_id, u.topic, u.partition)
"""
COUNT = """
INSERT INTO budget.imports AS t (workspace, import_id, currency, inserted, updated, unchanged,
                                 outdated, rejected, suspense, amount)
SELECT u.workspace, u.import_id, u.currency, u.inserted, u.updated, u.unchanged, u.outdated,
       u.rejected, u.suspense, u.amount::numeric
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::text[])
  AS u(workspace, import_id, currency, inserted, updated, unchanged, outdated, rejected, suspense,
       amount)
ON CONFLICT ON CONSTRAINT imports_pk DO UPDATE SET
  inserted = t.inserted + excluded.inserted, updated = t.updated + excluded.updated,
  unchanged = t.unchanged + excluded.unchanged, outdated = t.outdated + excluded.outdated,
  rejected = t.rejected + excluded.rejected,
  suspense = t.suspense + excluded.suspense, amount = t.amount + excluded.amount,
  counted_at = now()
"""
SWEEP = """
DELETE FROM budget.{table} WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM budget.{table} WHERE counted_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
GET = """
SELECT currency, inserted, updated, unchanged, outdated, rejected, suspense, amount
FROM budget.imports WHERE workspace = $1 AND import_id = $2 ORDER BY currency
"""
# Which facts an import has stated: what stands for them, and what it lacks, is in the ledger.
ADD_FACTS = """
INSERT INTO budget.import_facts (stream_id, key, import_id, revision)
SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::bigint[]) ON CONFLICT DO NOTHING
"""
# Of a file that has just come the planner knows no row, and of its own accord compares each of them
# with each: two minutes and more for 20,000 rows. So every row is looked up by its primary key.
IS_OURS = """
(SELECT s.workspace FROM budget.streams AS s WHERE s.stream_id = i.stream_id) = $1
"""
STANDING = f"""
SELECT f.currency, sum(f.amount) AS amount, count(*) FILTER (WHERE f.kind = 'suspense') AS suspense
FROM budget.import_facts AS i
CROSS JOIN LATERAL (
  SELECT f.currency, f.amount,
         (SELECT a.kind FROM budget.accounts AS a WHERE a.account_id = f.account_id) AS kind
  FROM budget.facts AS f WHERE f.stream_id = i.stream_id AND f.key = i.key OFFSET 0) AS f
WHERE i.import_id = $2 AND {IS_OURS} GROUP BY f.currency
"""
# The keys of a period's facts lie side by side, from its label and "|" up to the next character.
MISSING = f"""
WITH periods AS MATERIALIZED (
  SELECT i.stream_id, split_part(i.key, '|', 1) AS period, max(i.revision) AS revision,
         max(i.counted_at) AS counted_at
  FROM budget.import_facts AS i WHERE i.import_id = $2 AND {IS_OURS} GROUP BY 1, 2
), missing AS MATERIALIZED (
  SELECT o.stream_id, o.key FROM periods AS p JOIN budget.import_facts AS o
    ON o.stream_id = p.stream_id AND o.key >= p.period || '|' AND o.key < p.period || '}}'
  GROUP BY o.stream_id, o.key
  HAVING bool_and(o.import_id <> $2)
     AND bool_or((o.revision, o.counted_at) < (p.revision, p.counted_at))
)
SELECT count(*) OVER () AS n, m.key, f.amount, f.currency
FROM missing AS m
CROSS JOIN LATERAL (
  SELECT f.amount, f.currency FROM budget.facts AS f
  WHERE f.stream_id = m.stream_id AND f.key = m.key OFFSET 0) AS f
ORDER BY m.stream_id, m.key LIMIT $3
"""


class ImportedFact(NamedTuple):
    """A fact that an import states."""

    stream_id: int
    key: str
    import_id: str
    revision: int


class Missing(NamedTuple):
    """A fact that an earlier import of the period stated and this one does not."""

    key: str
    amount: int
    currency: str


class Counted(NamedTuple):
    """What became of one record of an import; `outcome` None is a refusal. `amount` and `suspense`
    are those of deltas: of facts the ledger is asked."""

    workspace: str
    import_id: str
    topic: str
    partition: int
    offset: int
    currency: str
    outcome: RowOutcome | None
    suspense: bool
    amount: int


async def count(conn: Conn, records: Sequence[Counted]) -> None:
    """Counts the records that no transaction has counted before."""
    if not records:
        return
    places = sorted({record[:4] for record in records})
    rows = await conn.fetch(LOCK_PROGRESS, *zip(*places, strict=True))
    begin = {tuple(row)[:4]: row["next_offset"] for row in rows}
    new = [record for record in records if record.offset >= begin[record[:4]]]
    if not new:
        return
    tallies: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * 7)
    for record in new:
        _tally(tallies[record.workspace, record.import_id, record.currency], record)
    columns = zip(
        *((*key, *tallies[key][:6], str(tallies[key][6])) for key in sorted(tallies)), strict=True
    )
    await conn.execute(COUNT, *columns)
    ends: dict[tuple[str, str, str, int], int] = {}
    for record in new:
        ends[record[:4]] = max(ends.get(record[:4], 0), record.offset + 1)
    await conn.execute(ADVANCE, *zip(*((*k, ends[k]) for k in sorted(ends)), strict=True))


def _tally(tally: list[int], record: Counted) -> None:
    columns = (RowOutcome.INSERTED, RowOutcome.UPDATED, RowOutcome.UNCHANGED, RowOutcome.OUTDATED)
    if record.outcome not in columns:
        tally[4] += 1
        return
    tally[columns.index(record.outcome)] += 1
    tally[5] += record.suspense
    tally[6] += record.amount


async def get(conn: Conn, workspace: str, import_id: str) -> list[dict[str, Any]]:
    """Counters of an import, one row per currency."""
    return [dict(row) for row in await conn.fetch(GET, workspace, import_id)]


async def add_facts(conn: Conn, facts: Collection[ImportedFact]) -> None:
    """Notes which facts imports state."""
    if facts:
        await conn.execute(ADD_FACTS, *zip(*sorted(facts), strict=True))


async def standing(conn: Conn, workspace: str, import_id: str) -> list[dict[str, Any]]:
    """What stands in the ledger now for the facts of an import, by currency.

    Raises TimeoutError.
    """
    rows = await conn.fetch(STANDING, workspace, import_id, timeout=LOOK_TIMEOUT_S)
    return [dict(row) for row in rows]


async def missing(
    conn: Conn, workspace: str, import_id: str, limit: int
) -> tuple[int, list[Missing]]:
    """How many facts an earlier import of the same periods stated and this one does not, and the
    first of them. Raises TimeoutError."""
    rows = await conn.fetch(MISSING, workspace, import_id, limit, timeout=LOOK_TIMEOUT_S)
    found = [Missing(row["key"], row["amount"], row["currency"]) for row in rows]
    return (rows[0]["n"] if rows else 0), found


async def forget_rows(table: str, conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes rows of a table of imports last counted before `before`; how many.

    An import whose records are read again after that is counted from the start, as a new one.
    """
    return deleted_rows(await conn.execute(SWEEP.format(table=table), before, rows_max))
