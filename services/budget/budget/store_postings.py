"""The ledger's hot path: entries, facts, accounts, changes. Constant SQL over arrays (unnest).

Every statement takes its rows in one sorted order (stream and id, account), and all writers run
them in the order of this file, against deadlocks.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from budget.rules.posting import Fact
from shared.database import Conn

BLOCK = 16_384
"""Entry numbers are taken in blocks: the number then says which event of a poll came back."""
SPEND, CORRECTION, MOVE = 0, 1, 2
KINDS = ("spend", "correction", "move")

TAKE_BLOCK = "SELECT nextval('budget.entry_blocks') FROM generate_series(1, $1)"

# A new row comes back with `old` empty, a reused id with both, a plain repeat not at all
# (reference: PostgreSQL 18 RETURNING old/new).
ADD_ENTRIES = """
INSERT INTO budget.entries AS t (stream_id, id, entry, account_id, amount, at, kind, bodyhash,
                                 corrects, period_start, period_end, period, event_id, recorded_at)
SELECT u.*, $14::timestamptz
FROM unnest($1::int[], $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::timestamptz[],
            $7::smallint[], $8::bytea[], $9::bigint[], $10::timestamptz[], $11::timestamptz[],
            $12::text[], $13::text[]) AS u
ON CONFLICT (stream_id, id) DO UPDATE SET bodyhash = t.bodyhash
WHERE t.bodyhash <> excluded.bodyhash
RETURNING new.entry, old.entry IS NOT NULL AS reused, old.bodyhash AS before,
          CASE WHEN old.entry IS NOT NULL THEN new.stream_id END AS stream_id,
          CASE WHEN old.entry IS NOT NULL THEN new.id END AS id
"""

# What comes back is every fact that is not exactly as proposed already. The rule of
# `posting.restate` decides; the CASE repeats it for the common statement, `settle_facts` does the
# rest.
STATE_FACTS = """
INSERT INTO budget.facts AS t (stream_id, key, revision, amount, currency, stated_at, account_id,
                               entry)
SELECT * FROM unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[], $5::text[],
                     $6::timestamptz[], $7::int[], $8::bigint[])
ON CONFLICT (stream_id, key) DO UPDATE SET (revision, amount, stated_at, entry) =
  (SELECT CASE WHEN w THEN excluded.revision ELSE t.revision END,
          CASE WHEN w THEN excluded.amount ELSE t.amount END,
          CASE WHEN w THEN excluded.stated_at ELSE t.stated_at END,
          CASE WHEN w AND excluded.amount <> t.amount THEN excluded.entry ELSE t.entry END
   FROM (SELECT excluded.revision > t.revision AND (excluded.currency = t.currency
                OR 'XXX' IN (excluded.currency, t.currency)) AS w) AS wins)
WHERE (t.revision, t.amount, t.currency)
      IS DISTINCT FROM (excluded.revision, excluded.amount, excluded.currency)
RETURNING new.stream_id, new.key, new.account_id,
          old.revision AS old_revision, old.amount AS old_amount, old.currency AS old_currency,
          old.stated_at AS old_stated_at, old.entry AS old_entry,
          new.revision, new.amount, new.currency, new.stated_at, new.entry
"""
SETTLE_FACTS = """
UPDATE budget.facts AS t SET revision = u.revision, amount = u.amount, stated_at = u.stated_at,
                             entry = u.entry
FROM unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::bigint[])
  AS u(stream_id, key, revision, amount, stated_at, entry)
WHERE t.stream_id = u.stream_id AND t.key = u.key
"""

# The rows are locked in order of their ids first: an UPDATE joined to an array has no order.
POST_ACCOUNTS = """
WITH given AS MATERIALIZED (
  SELECT u.account_id, u.amount::numeric, u.corrections::numeric, u.entries, u.latest_at
  FROM unnest($1::int[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[])
    AS u(account_id, amount, corrections, entries, latest_at)
), locked AS MATERIALIZED (
  SELECT account_id FROM budget.accounts WHERE account_id = ANY($1::int[])
  ORDER BY account_id FOR NO KEY UPDATE
)
UPDATE budget.accounts AS t
SET balance = t.balance + given.amount, corrections = t.corrections + given.corrections,
    entries = t.entries + given.entries, latest_at = greatest(t.latest_at, given.latest_at)
FROM given JOIN locked USING (account_id) WHERE t.account_id = given.account_id
"""
ADD_CHANGES = """
INSERT INTO budget.changes (account_id, correction, day, period_start, period_end, amount)
SELECT u.account_id, u.correction, u.day, u.period_start, u.period_end, u.amount::numeric
FROM unnest($1::int[], $2::bool[], $3::date[], $4::timestamptz[], $5::timestamptz[], $6::text[])
  AS u(account_id, correction, day, period_start, period_end, amount)
"""


class EntryRow(NamedTuple):
    """One ledger entry; the period is given unless it is the 5-minute pane of `at`."""

    stream_id: int
    id: str
    entry: int
    account_id: int
    amount: int
    at: datetime
    kind: int
    bodyhash: bytes | None
    corrects: int | None
    period_start: datetime | None
    period_end: datetime | None
    period: str | None
    event_id: str | None


class Reused(NamedTuple):
    """An id that stands in the ledger with another body."""

    stream_id: int
    id: str
    bodyhash: bytes


class FactRow(NamedTuple):
    """A fact as proposed, should it be new."""

    stream_id: int
    key: str
    fact: Fact
    account_id: int


class StatedFact(NamedTuple):
    """A fact that was not exactly as proposed: before (None: new), as stored now, its account."""

    before: Fact | None
    after: Fact
    account_id: int


class Change(NamedTuple):
    """What is added to an account for one period."""

    account_id: int
    correction: bool
    day: date
    period_start: datetime
    period_end: datetime


class Sum(NamedTuple):
    """What is added to an account in all: micros, of it corrections, entries, newest `at`."""

    account_id: int
    amount: int
    corrections: int
    entries: int
    latest_at: datetime


async def take_entries(conn: Conn, count: int) -> list[range]:
    """Blocks of unused entry numbers, together at least `count`."""
    blocks = await conn.fetch(TAKE_BLOCK, -(-count // BLOCK))
    return [range(row[0] * BLOCK, (row[0] + 1) * BLOCK) for row in blocks]


async def add_entries(
    conn: Conn, rows: Sequence[EntryRow], now: datetime
) -> tuple[set[int] | None, list[Reused]]:
    """Inserts entries, sorted by (stream, id), no id twice.

    The entry numbers that are new (None: all of them), and the ids in use with another body.
    """
    if not rows:
        return None, []
    columns = zip(*rows, strict=True)
    returned = await conn.fetch(ADD_ENTRIES, *columns, now)
    reused = [Reused(row[3], row[4], row[2]) for row in returned if row[1]]
    if not reused and len(returned) == len(rows):
        return None, []
    return {row[0] for row in returned if not row[1]}, reused


async def state_facts(conn: Conn, rows: Sequence[FactRow]) -> dict[tuple[int, str], StatedFact]:
    """Proposes facts, sorted by (stream, key), no key twice; by key, those that differed."""
    columns = list(
        zip(
            *((r.stream_id, r.key, *r.fact[:4], r.account_id, r.fact.entry) for r in rows),
            strict=True,
        )
    )
    found = {}
    for row in await conn.fetch(STATE_FACTS, *columns):
        before = None if row[3] is None else Fact(*tuple(row)[3:8])
        found[row[0], row[1]] = StatedFact(before, Fact(*tuple(row)[8:13]), row[2])
    return found


async def settle_facts(conn: Conn, facts: Iterable[tuple[int, str, Fact]]) -> None:
    """Stores what the rule decided where it differs from what the statement guessed."""
    rows = [(s, k, f.revision, f.amount, f.stated_at, f.entry) for s, k, f in facts]
    if rows:
        await conn.execute(SETTLE_FACTS, *zip(*rows, strict=True))


async def add_changes(conn: Conn, changes: Sequence[tuple[Change, int]]) -> None:
    """Appends what the sealer has to tell of lines: amounts in micros per period."""
    if changes:
        columns = zip(*((*change, str(amount)) for change, amount in changes), strict=True)
        await conn.execute(ADD_CHANGES, *columns)


async def post_accounts(conn: Conn, sums: Sequence[Sum]) -> None:
    """Adds to the accounts, sorted by id. Comes last: hot rows stay locked until the commit."""
    if sums:
        columns = zip(*((s[0], str(s[1]), str(s[2]), s[3], s[4]) for s in sums), strict=True)
        await conn.execute(POST_ACCOUNTS, *columns)
