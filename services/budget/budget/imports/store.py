"""Counters of imports: each record is counted once, however often it is read."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from budget.ledger.revisions import RowOutcome
from shared.database.counting import uncounted
from shared.database.pool import Conn

LOOK_TIMEOUT_S = 60.0
"""Instead of the connection's own: each of a million rows is looked up."""

COUNT = """
INSERT INTO budget.imports AS t (workspace, import_id, currency, inserted, updated, unchanged,
                                 outdated, rejected, suspense, amount)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
                     $7::bigint[], $8::bigint[], $9::bigint[], $10::text[]::numeric[])
ON CONFLICT ON CONSTRAINT imports_pk DO UPDATE SET
  inserted = t.inserted + excluded.inserted, updated = t.updated + excluded.updated,
  unchanged = t.unchanged + excluded.unchanged, outdated = t.outdated + excluded.outdated,
  rejected = t.rejected + excluded.rejected,
  suspense = t.suspense + excluded.suspense, amount = t.amount + excluded.amount,
  counted_at = now()
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
    new = await uncounted(conn, "budget", records)
    if not new:
        return
    tallies: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * 7)
    for record in new:
        _tally(tallies[record.workspace, record.import_id, record.currency], record)
    columns = zip(
        *((*key, *tallies[key][:6], str(tallies[key][6])) for key in sorted(tallies)), strict=True
    )
    await conn.execute(COUNT, *columns)


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
