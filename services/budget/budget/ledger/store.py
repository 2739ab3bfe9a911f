"""The ledger's hot path: entries, facts, accounts, changes. Constant SQL over arrays (unnest).

Every statement takes its rows in one sorted order (stream and id, account), and all writers run
them in the order of this file, against deadlocks.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from shared.database.pool import Conn
from shared.database.rows import InsertColumns

BLOCK = 16_384
"""Entry numbers are taken in blocks: the number then says which event of a poll came back."""
SPEND, CORRECTION, MOVE, MOVED_CORRECTION = 0, 1, 2, 3
KINDS = ("spend", "correction", "move", "move")
"""What an entry is called; a moved correction is a move that counts among the corrections."""
TAKE_BLOCK = "SELECT nextval('budget.entry_blocks') FROM generate_series(1, $1)"
# A new row comes back with `old` empty, a reused id with both, a plain repeat not at all
# (reference: PostgreSQL 18 RETURNING old/new); in the common case all are new, and no row need
# come back. A delta's period is the 5-minute pane of `at`, so it
# is not stored: each array costs 0.2 µs an event to encode.
ADD_DELTAS = """
WITH added AS (
  INSERT INTO budget.entries AS t (stream_id, id, entry, account_id, amount, at, bodyhash, kind,
                                   recorded_at)
  SELECT u.stream_id, u.id, u.entry, u.account_id, u.amount, u.at, u.bodyhash, 0, $8::timestamptz
  FROM unnest($1::int[], $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::timestamptz[],
              $7::bytea[]) AS u(stream_id, id, entry, account_id, amount, at, bodyhash)
  ON CONFLICT (stream_id, id) DO UPDATE SET bodyhash = t.bodyhash
  WHERE t.bodyhash <> excluded.bodyhash
  RETURNING new.entry, old.entry IS NULL AS fresh, old.bodyhash AS before, new.stream_id, new.id
), fresh AS (
  SELECT count(*) AS n, array_agg(entry) AS numbers FROM added WHERE fresh
)
SELECT CASE WHEN n < cardinality($1::int[]) THEN coalesce(numbers, '{}') END AS fresh,
       array(SELECT (stream_id, id, before) FROM added WHERE NOT fresh) AS reused
FROM fresh
"""
# Only a poll that names platforms' entities pays for the array that keeps them.
ADD_DELTAS_OF_ENTITIES = (
    ADD_DELTAS.replace("bodyhash, kind,", "bodyhash, entity, kind,", 1)
    .replace("u.bodyhash, 0, $8::timestamptz", "u.bodyhash, u.entity, 0, $9::timestamptz")
    .replace("$7::bytea[])", "$7::bytea[], $8::text[])")
    .replace("at, bodyhash)", "at, bodyhash, entity)")
)
ENTRY = InsertColumns(
    "stream_id int, id text, entry bigint, account_id int, amount bigint, at timestamptz, "
    "kind smallint, corrects bigint, period_start timestamptz, period_end timestamptz, "
    "period text, event_id text, entity text, item_stream int, item_key text, leaves bool"
)
ADD_ENTRIES = f"""
INSERT INTO budget.entries ({ENTRY.names}, recorded_at)
SELECT {ENTRY.names}, $17::timestamptz FROM {ENTRY.rows}
"""
# The accounts are locked in order of their ids: an UPDATE joined to an array has no order. Lines
# also get rows in `changes`, for the sealer to tell; the few periods of a poll are passed once.
POST_ACCOUNTS = """
WITH given AS MATERIALIZED (
  SELECT u.account_id, u.correction, u.period, u.amount::numeric, u.entries, u.latest_at
  FROM unnest($1::int[], $2::bool[], $3::int[], $4::text[], $5::int[], $6::timestamptz[])
    AS u(account_id, correction, period, amount, entries, latest_at)
), locked AS MATERIALIZED (
  SELECT account_id, kind FROM budget.accounts WHERE account_id = ANY($1::int[])
  ORDER BY account_id FOR NO KEY UPDATE
), told AS (
  INSERT INTO budget.changes (account_id, correction, day, period_start, period_end, known_ms,
                              amount)
  SELECT account_id, correction, ($7::date[])[period], ($8::timestamptz[])[period],
         ($9::timestamptz[])[period], ($10::bigint[])[period], amount
  FROM given JOIN locked USING (account_id) WHERE kind = 'line'
)
UPDATE budget.accounts AS t
SET balance = t.balance + s.amount, corrections = t.corrections + s.corrections,
    entries = t.entries + s.entries, latest_at = greatest(t.latest_at, s.latest_at)
FROM (SELECT account_id, sum(amount) AS amount, sum(entries) AS entries,
             coalesce(sum(amount) FILTER (WHERE correction), 0) AS corrections,
             max(latest_at) AS latest_at
      FROM given GROUP BY account_id) AS s
JOIN locked USING (account_id)
WHERE t.account_id = s.account_id
"""
DeltaRow = tuple[int, str, int, int, int, datetime, bytes]
"""stream, id, entry, account, micros, at, bodyhash: a plain tuple, as one is made per event."""
SCAN_TIMEOUT_S = 3600.0
"""Instead of the connection's own: the whole change has a limit, `release_timeout_s`."""
PANE = "interval '5 minutes'"


class EntryRow(NamedTuple):
    """Any other entry: of a fact, or of a move. Its id is unique by the way it is made.

    The item it is about is a fact, or what moves; `leaves`: it takes the item off the account.
    """

    stream_id: int
    id: str
    entry: int
    account_id: int
    amount: int
    at: datetime
    kind: int
    corrects: int | None
    period_start: datetime | None
    period_end: datetime | None
    period: str | None
    event_id: str | None
    entity: str | None
    item_stream: int
    item_key: str
    leaves: bool


class Reused(NamedTuple):
    """An id that stands in the ledger with another body."""

    stream_id: int
    id: str
    bodyhash: bytes


class LedgerPeriod(NamedTuple):
    day: date
    start: datetime
    end: datetime


class PeriodChange(NamedTuple):
    """What a sum is kept for: one period of one account, corrections apart.

    `known`: the mark of what a source told (`lateness`); None of what a person moved.
    """

    account_id: int
    correction: bool
    period: LedgerPeriod
    known: int | None = None


class Summed(Protocol):
    """A sum of micros, the entries in it, and the newest `at` of them."""

    amount: int
    count: int
    latest_at: datetime


async def take_entries(conn: Conn, count: int) -> list[range]:
    """Blocks of unused entry numbers, together at least `count`."""
    blocks = await conn.fetch(TAKE_BLOCK, -(-count // BLOCK))
    return [range(row[0] * BLOCK, (row[0] + 1) * BLOCK) for row in blocks]


async def add_deltas(
    conn: Conn, rows: Sequence[DeltaRow], entities: Mapping[int, str], now: datetime
) -> tuple[set[int] | None, list[Reused]]:
    """Inserts deltas, sorted by (stream, id), no id twice; `entities` by entry number, if any.

    The entry numbers that are new (None: all of them), and the ids in use with another body.
    """
    if not rows:
        return None, []
    columns: list[Sequence[object]] = [*zip(*rows, strict=True)]
    statement = ADD_DELTAS
    if entities:
        statement = ADD_DELTAS_OF_ENTITIES
        columns.append([entities.get(row[2]) for row in rows])
    answer = await conn.fetchrow(statement, *columns, now)
    assert answer is not None
    if answer["fresh"] is None:
        return None, []
    return set(answer["fresh"]), [
        Reused(stream_id, item, before) for stream_id, item, before in answer["reused"]
    ]


async def add_entries(conn: Conn, rows: Sequence[EntryRow], now: datetime) -> None:
    """Inserts entries of facts and moves, sorted by (stream, id)."""
    if rows:
        await conn.execute(ADD_ENTRIES, *ENTRY.arrays(rows), now)


async def post_accounts(conn: Conn, tallies: Mapping[PeriodChange, Summed]) -> None:
    """Adds to the accounts, and to what is to be told of lines.

    Comes last: the hot rows stay locked until the commit.
    """
    if not tallies:
        return
    periods: dict[tuple[LedgerPeriod, int | None], int] = {}
    rows = [
        (
            change.account_id,
            change.correction,
            periods.setdefault((change.period, change.known), len(periods) + 1),
            str(tally.amount),
            tally.count,
            tally.latest_at,
        )
        for change, tally in tallies.items()
    ]
    told = [(*period, known) for period, known in periods]
    await conn.execute(POST_ACCOUNTS, *zip(*rows, strict=True), *zip(*told, strict=True))
