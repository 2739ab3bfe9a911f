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
