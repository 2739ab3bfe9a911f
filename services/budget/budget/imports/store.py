"""Counters of imports: each record is counted once, however often it is read."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from budget.ledger.revisions import RowOutcome
from shared.database.counting import uncounted
from shared.database.pool import Conn
from shared.database.rows import InsertColumns, fetch

COUNTED = (RowOutcome.INSERTED, RowOutcome.UPDATED, RowOutcome.UNCHANGED, RowOutcome.OUTDATED)
"""The outcomes with a counter of their own; what else became of a record is `rejected`."""
LOOK_TIMEOUT_S = 60.0
"""Instead of the connection's own: each of a million rows is looked up."""

COUNTERS = InsertColumns(
    "workspace text, import_id text, currency text, inserted bigint, updated bigint, "
    "unchanged bigint, outdated bigint, rejected bigint, suspense bigint, amount numeric"
)
ADD = f"""
INSERT INTO budget.imports AS t ({COUNTERS.names})
SELECT {COUNTERS.names} FROM {COUNTERS.rows}
ON CONFLICT ON CONSTRAINT imports_pk DO UPDATE SET
  inserted = t.inserted + excluded.inserted, updated = t.updated + excluded.updated,
  unchanged = t.unchanged + excluded.unchanged, outdated = t.outdated + excluded.outdated,
  rejected = t.rejected + excluded.rejected,
  suspense = t.suspense + excluded.suspense, amount = t.amount + excluded.amount,
  counted_at = now()
"""
FIND = f"""
SELECT {COUNTERS.names} FROM budget.imports
WHERE workspace = $1 AND import_id = $2 ORDER BY currency
"""
# Which facts an import has stated: what stands for them, and what it lacks, is in the ledger.
FACT = InsertColumns("stream_id int, key text, import_id text, revision bigint")
ADD_FACTS = f"""
INSERT INTO budget.import_facts ({FACT.names})
SELECT {FACT.names} FROM {FACT.rows} ON CONFLICT DO NOTHING
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


class ImportCounters(Struct, frozen=True):
    """What became of an import's records of one currency, when they came."""

    workspace: str
    import_id: str
    currency: str
    inserted: int
    updated: int
    unchanged: int
    outdated: int
    rejected: int
    suspense: int
    amount: Decimal


class StandingSum(Struct, frozen=True):
    """What stands in the ledger now for an import's facts of one currency, and how many of them in
    suspense."""

    currency: str
    amount: Decimal
    suspense: int


class MissingFact(Struct, frozen=True):
    """A fact that an earlier import of the period stated and this one does not, one of `n`."""

    n: int
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
    outcome: RowOutcome | None = None
    suspense: bool = False
    amount: int = 0


async def add(conn: Conn, records: Sequence[Counted]) -> None:
    """Counts the records that no transaction has counted before."""
    tallies: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for record in await uncounted(conn, "budget", records):
        tally = tallies[record.workspace, record.import_id, record.currency]
        if record.outcome not in COUNTED:
            tally["rejected"] += 1
        else:
            tally[record.outcome] += 1
            tally["suspense"] += record.suspense
            tally["amount"] += record.amount
    rows = [
        ImportCounters(
            *key,
            inserted=tally["inserted"],
            updated=tally["updated"],
            unchanged=tally["unchanged"],
            outdated=tally["outdated"],
            rejected=tally["rejected"],
            suspense=tally["suspense"],
            amount=Decimal(tally["amount"]),
        )
        for key, tally in sorted(tallies.items())
    ]
    if rows:
        await conn.execute(ADD, *COUNTERS.arrays(rows))


async def find(conn: Conn, workspace: str, import_id: str) -> list[ImportCounters]:
    """Counters of an import, one row per currency."""
    return await fetch(conn, ImportCounters, FIND, workspace, import_id)


async def add_facts(conn: Conn, facts: Collection[ImportedFact]) -> None:
    if facts:
        await conn.execute(ADD_FACTS, *FACT.arrays(sorted(facts)))


async def find_standing(conn: Conn, workspace: str, import_id: str) -> list[StandingSum]:
    """What stands in the ledger now for the facts of an import, by currency.

    Raises TimeoutError.
    """
    of = workspace, import_id
    return await fetch(conn, StandingSum, STANDING, *of, timeout=LOOK_TIMEOUT_S)


async def find_missing(conn: Conn, workspace: str, import_id: str, limit: int) -> list[MissingFact]:
    """The first facts that an earlier import of the same periods stated and this one does not.

    Raises TimeoutError.
    """
    of = workspace, import_id, limit
    return await fetch(conn, MissingFact, MISSING, *of, timeout=LOOK_TIMEOUT_S)
