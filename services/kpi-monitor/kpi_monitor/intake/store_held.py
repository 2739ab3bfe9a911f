"""SQL of what is kept aside: sums of deltas, and snapshots as they came.

A snapshot is held whole, each revision of it: which of them count is known only when its campaign
is. Whoever adds or releases holds the workspace's lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b

from msgspec import Struct

from kpi_monitor.records.record import Group, HeldKey, MetricsRecord, Place, levels_of
from shared.database.pool import Conn, columns
from shared.database.rows import fetch
from shared.money import MONEY_MEASURES

# Counted to a limit: what matters is that something is held, and whether it grows.
COUNT = "SELECT count(*) FROM (SELECT FROM kpi.held LIMIT 100000) AS held"

Fit = tuple[str, str, str, int, int, str, bool, str, str]
"""(source, entity, period, first and last start, currency, whether it is the money of a fact that
stands without it, campaign, line) that may be placed now: of a fact that its revisions state in
several periods all, of sums those that start at one instant.
"""
MONEY = "$"
"""Begins `told` of money that is kept aside while the counts beside it are not."""

ADD_SUMS = """
INSERT INTO kpi.held AS h
  (workspace, source, entity, period, measure, start_ms, end_ms, known_ms, currency, amount, levels,
  measures)
SELECT u.workspace, u.source, u.entity, '', u.measure, u.start_ms, u.end_ms, u.known_ms,
  u.currency, u.amount::numeric, u.levels, u.measure
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
  $7::bigint[], $8::text[], $9::text[], $10::jsonb[])
  AS u(workspace, source, entity, measure, start_ms, end_ms, known_ms, currency, amount, levels)
ON CONFLICT (workspace, source, entity, period, start_ms, measure, end_ms, known_ms, currency, told)
DO UPDATE SET amount = h.amount + excluded.amount
"""
# One that is held already, with whatever mark, was told before: the first telling counts.
ADD_SNAPSHOTS = """
INSERT INTO kpi.held (workspace, source, entity, period, measure, start_ms, end_ms, known_ms,
  currency, amount, levels, measures, told, partition, position, value)
SELECT u.workspace, u.source, u.entity, u.period, '', u.start_ms, u.end_ms, u.complete_ms,
  u.currency, 0, u.levels, u.measures, u.told, u.partition, u.position, u.value
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
  $8::bigint[], $9::text[], $10::jsonb[], $11::text[], $12::int[], $13::bigint[], $14::bytea[])
  WITH ORDINALITY AS u(workspace, source, entity, period, measures, start_ms, end_ms, complete_ms,
    currency, levels, told, partition, position, value, n)
WHERE NOT EXISTS (SELECT FROM kpi.held h WHERE h.workspace = u.workspace AND h.source = u.source
  AND h.entity = u.entity AND h.period = u.period AND h.told = u.told)
ORDER BY u.n ON CONFLICT DO NOTHING
"""
FIND_GROUPS = """
SELECT source, entity, levels, period, currency, starts_with(told, '$') AS money,
  min(start_ms) AS first_ms, max(start_ms) AS last_ms,
  (array_agg(start_ms ORDER BY id))[1] AS start_ms
FROM kpi.held WHERE workspace = $1 AND source = ANY($2::text[])
GROUP BY 1, 2, 3, 4, 5, 6, CASE WHEN period = '' THEN start_ms END
ORDER BY min(id)
"""
FIND_WITH_SNAPSHOTS = """
SELECT DISTINCT u.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
  AS u(workspace, source, entity, period)
JOIN kpi.held h USING (workspace, source, entity, period)
"""
FIND_PRICED_SOURCES = """
SELECT DISTINCT source FROM kpi.held WHERE workspace = $1 AND currency <> ''
"""
TAKE = """
DELETE FROM kpi.held h
USING unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
  $8::bool[], $9::text[], $10::text[])
  AS u(source, entity, period, first_ms, last_ms, currency, money, campaign, line)
WHERE h.workspace = $1 AND h.source = u.source AND h.entity = u.entity AND h.period = u.period
  AND h.start_ms BETWEEN u.first_ms AND u.last_ms AND h.currency = u.currency
  AND starts_with(h.told, '$') = u.money
RETURNING h.id, u.money, u.campaign, u.line, h.measure, h.source, h.entity, h.levels, h.currency,
  h.start_ms, h.end_ms, h.known_ms, h.amount, h.partition, h.position, h.value
"""


class HeldGroup(Struct, frozen=True):
    """What is placed together of an entity: of a period's label (snapshots), or sums ("") that
    start at one instant. `money`: it is that of facts which stand without it; `start_ms`: where
    what came first begins."""

    source: str
    entity: str
    levels: dict[str, str]
    period: str
    currency: str
    money: bool
    first_ms: int
    last_ms: int
    start_ms: int


class HeldMetrics(Struct, frozen=True):
    """What was kept aside and has a place now: a sum, or a snapshot as it came (`value`, from
    `partition` at `position`), of which with `money` only that was."""

    id: int
    money: bool
    campaign: str
    line: str
    measure: str
    source: str
    entity: str
    levels: dict[str, str]
    currency: str
    start_ms: int
    end_ms: int
    known_ms: int
    amount: Decimal
    partition: int | None
    position: int | None
    value: bytes | None

    @property
    def place(self) -> Place:
        return self.campaign, self.line


async def add_sums(
    conn: Conn,
    held: Mapping[HeldKey, int],
    levels: Mapping[tuple[str, str, str], Mapping[str, str]],
) -> None:
    """Adds amounts of deltas to what is kept aside."""
    if held:
        rows = [(*key, str(held[key]), levels[key[:3]]) for key in sorted(held)]
        await conn.execute(ADD_SUMS, *columns(rows, 10))


async def add_snapshots(conn: Conn, told: Sequence[MetricsRecord]) -> None:
    """Keeps snapshots aside as they came, in this order; of some only their money waits."""
    rows = []
    for one in told:
        data = one.event.data
        names = one.measures.keys()
        digest = _digest(f"{data.report}@{data.revision}#{one.event.bodyhash}")
        rows.append(
            (
                *one.group,
                "\n".join(sorted(names & MONEY_MEASURES if one.money_waits else names)),
                one.start,
                one.end,
                one.complete,
                one.currency,
                levels_of(data),
                MONEY + digest if one.money_waits else digest,
                one.received.partition,
                one.received.offset,
                one.received.value,
            )
        )
    if rows:
        await conn.execute(ADD_SNAPSHOTS, *columns(rows, 14))


async def find_with_snapshots(conn: Conn, groups: Iterable[Group]) -> set[Group]:
    """Those of the groups of which snapshots are kept aside."""
    rows = await conn.fetch(FIND_WITH_SNAPSHOTS, *columns(sorted(set(groups)), 4))
    return {(row[0], row[1], row[2], row[3]) for row in rows}


async def find_priced_sources(conn: Conn, workspace: str) -> set[str]:
    """Sources of which money is kept aside."""
    return {row["source"] for row in await conn.fetch(FIND_PRICED_SOURCES, workspace)}


async def find_groups(conn: Conn, workspace: str, sources: Iterable[str]) -> list[HeldGroup]:
    """What is kept aside of these sources, the first told first."""
    return await fetch(conn, HeldGroup, FIND_GROUPS, workspace, sorted(set(sources)))


async def take(conn: Conn, workspace: str, fits: Iterable[Fit]) -> list[HeldMetrics]:
    """Takes out what fits, in the order it was kept aside."""
    rows = await fetch(conn, HeldMetrics, TAKE, workspace, *columns(sorted(fits), 9))
    return sorted(rows, key=lambda row: row.id)


def _digest(text: str) -> str:
    """Of what may be longer than a key can be; 16 bytes in hex."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


async def count(conn: Conn) -> int:
    """How many sums wait for a mapping, at most 100,000."""
    return int(await conn.fetchval(COUNT))
