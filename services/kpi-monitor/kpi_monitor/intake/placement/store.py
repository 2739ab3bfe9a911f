"""SQL of what mappings have placed: sums of deltas by entity, facts by entity, and what of it is
still to be placed anew after a mapping has changed.

Whoever places by a mapping shares `PLACING_LOCKS`, whoever changes one has them alone: so nothing
can come to a line by a mapping that is not in force any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from kpi_monitor.intake.placement.moving import StoredFact
from kpi_monitor.records.record import Place, PlacedKey
from kpi_monitor.windows import from_ms
from shared.database.locks import WorkspaceLocks
from shared.database.pool import Conn, columns
from shared.database.rows import InsertColumns, fetch_one
from shared.keys import pairs_text

PLACING_LOCKS = WorkspaceLocks("kpi/placing")
"""Shared by who places by mappings, alone for who changes one; taken before any other lock."""
ADD = """
INSERT INTO kpi.placed AS p (workspace, source, start_ms, entity, end_ms, known_ms, measure,
  currency, campaign, line, amount)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[],
  $7::text[], $8::text[], $9::text[], $10::text[], $11::text[]::numeric[])
ON CONFLICT (workspace, source, start_ms, entity, end_ms, known_ms, measure, currency, campaign,
  line) DO UPDATE SET amount = p.amount + excluded.amount
"""
# Every pair that a mapping asks for is in an entity's text between commas. One that is a part of
# another is taken for it here; whoever reads the rows looks again.
MATCHES = (
    "NOT EXISTS (SELECT FROM unnest($1::text[]) AS m WHERE strpos(',' || entity || ',', m) = 0)"
)
SUMS_END = """
SELECT start_ms, entity FROM kpi.placed
WHERE workspace = $1 AND source = $2 AND (start_ms, entity) > ($3, $4)
ORDER BY start_ms, entity OFFSET $5 LIMIT 1
"""
SUMS = f"""
SELECT * FROM kpi.placed
WHERE {MATCHES} AND workspace = $2 AND source = $3 AND (start_ms, entity) > ($4, $5)
  AND ($6::bigint IS NULL OR (start_ms, entity) <= ($6, $7))
"""
DELETE_SUMS = """
DELETE FROM kpi.placed p
USING unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[],
  $7::text[], $8::text[], $9::text[], $10::text[])
  AS u(workspace, source, start_ms, entity, end_ms, known_ms, measure, currency, campaign, line)
WHERE (p.workspace, p.source, p.start_ms, p.entity, p.end_ms, p.known_ms, p.measure, p.currency,
    p.campaign, p.line)
  = (u.workspace, u.source, u.start_ms, u.entity, u.end_ms, u.known_ms, u.measure, u.currency,
    u.campaign, u.line)
"""
FIND_STREAMS = """
SELECT stream FROM kpi.reports
WHERE workspace = $1 AND source = $2 AND mode = 'snapshot' AND stream >= $3 ORDER BY stream
"""
FACTS_END = """
SELECT period, entity FROM kpi.facts WHERE stream = $1 AND (period, entity) > ($2, $3)
ORDER BY period, entity OFFSET $4 LIMIT 1
"""
FACTS = f"""
SELECT f.*, r.workspace, r.source, r.report
FROM kpi.facts f JOIN kpi.reports r USING (stream)
WHERE {MATCHES} AND f.stream = $2 AND (f.period, f.entity) > ($3, $4)
  AND ($5::text IS NULL OR (f.period, f.entity) <= ($5, $6)) AND f.start_ms >= $7
  AND strpos(f.entity, '=') > 0
ORDER BY f.period, f.entity, f.dims
"""
DELETE_FACTS = """
DELETE FROM kpi.facts f
USING unnest($1::int[], $2::text[], $3::text[], $4::text[]) AS u(stream, period, entity, dims)
WHERE (f.stream, f.period, f.entity, f.dims) = (u.stream, u.period, u.entity, u.dims)
"""
# Money of a fact that is kept aside while its counts are not: it goes with them.
TAKE_MONEY = """
DELETE FROM kpi.held h
USING unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u(workspace, source, entity, period)
WHERE h.workspace = u.workspace AND h.source = u.source AND h.entity = u.entity
  AND h.period = u.period AND starts_with(h.told, '$')
RETURNING h.id, h.known_ms, h.partition, h.position, h.value
"""
# Sums that are nothing after a move, in periods in which the line has nothing else: a window of
# what never belonged there would be one of zeros, and too little.
DELETE_EMPTY = """
DELETE FROM kpi.panes p
USING unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
  AS u(workspace, campaign, line, start_ms, end_ms)
JOIN kpi.series s USING (workspace, campaign, line)
WHERE p.series = s.series AND p.start_ms = u.start_ms AND p.end_ms = u.end_ms AND p.amount = 0
  AND s.measure <> 'spend' AND NOT EXISTS (
    SELECT FROM kpi.series o JOIN kpi.panes q ON q.series = o.series
    WHERE o.workspace = u.workspace AND o.campaign = u.campaign AND o.line = u.line
      AND o.measure <> 'spend' AND q.start_ms = u.start_ms AND q.end_ms = u.end_ms
      AND q.amount <> 0)
"""
MOVES = InsertColumns(
    "workspace text, source text, match jsonb, since_ms bigint, start_ms bigint, entity text, "
    "stream int, period text"
)
ADD_MOVES = f"INSERT INTO kpi.moves ({MOVES.names}) SELECT * FROM {MOVES.unnest}"
GET_WORKSPACE = "SELECT workspace FROM kpi.moves ORDER BY id LIMIT 1"
TAKE_MOVE = f"""
DELETE FROM kpi.moves WHERE id = (
  SELECT id FROM kpi.moves WHERE workspace = $1 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING {MOVES.names}
"""
COUNT_MOVES = "SELECT count(*) FROM kpi.moves"


class Move(NamedTuple):
    """What of a source is to be looked at again: entities that match, periods since `since_ms`
    (epoch); sums after (`start_ms`, `entity`), or, with a `stream`, its facts after (`period`,
    `entity`).
    """

    workspace: str
    source: str
    match: dict[str, str]
    since_ms: int
    start_ms: int
    entity: str = ""
    stream: int = -1
    period: str = ""


def begin(workspace: str, source: str, match: Mapping[str, str], since: int) -> Move:
    """A move from its beginning: the first sum that may begin at `since`, or later."""
    return Move(workspace, source, dict(match), since, since - 1, "\U0010ffff")


def facts_of(move: Move, stream: int) -> Move:
    """From the first fact of a stream on that may begin at `since`: labels of periods are local
    days and hours, at most a day away."""
    day = from_ms(move.since_ms) - timedelta(days=2) if move.since_ms > 0 else None
    first = "" if day is None else day.strftime("%Y-%m-%d")
    return move._replace(entity="", stream=stream, period=first)


async def add(conn: Conn, placed: Mapping[PlacedKey, int]) -> None:
    """Adds amounts of deltas to what mappings have placed, by entity."""
    if placed:
        rows = [(*key, str(placed[key])) for key in sorted(placed)]
        await conn.execute(ADD, *columns(rows, 11))


async def delete_sums(conn: Conn, keys: Iterable[PlacedKey]) -> None:
    """Forgets sums by entity, which leave their lines."""
    await conn.execute(DELETE_SUMS, *columns(sorted(keys), 10))


async def find_sums_after(conn: Conn, move: Move, rows_max: int) -> tuple[list[Any], Move | None]:
    """Rows of sums that match, of the next ones to look at, and where to go on; None: at the end.

    What is of one entity and period is never split.
    """
    key = move.workspace, move.source
    end = await conn.fetchrow(SUMS_END, *key, move.start_ms, move.entity, rows_max - 1)
    last = tuple(end) if end is not None else (None, None)
    rows = await conn.fetch(SUMS, _parts(move), *key, move.start_ms, move.entity, *last)
    follows = None if end is None else move._replace(start_ms=end[0], entity=end[1])
    return list(rows), follows


async def find_streams(conn: Conn, move: Move) -> list[int]:
    """Numbers of the source's reports whose facts are still to be looked at."""
    rows = await conn.fetch(FIND_STREAMS, move.workspace, move.source, move.stream)
    return [row["stream"] for row in rows]


async def find_facts_after(
    conn: Conn, move: Move, rows_max: int
) -> tuple[list[StoredFact], Move | None]:
    """Facts that match, of the next ones of the stream to look at, and where to go on in it."""
    key = move.stream, move.period, move.entity
    end = await conn.fetchrow(FACTS_END, *key, rows_max - 1)
    last = tuple(end) if end is not None else (None, None)
    rows = await conn.fetch(FACTS, _parts(move), *key, *last, move.since_ms)
    follows = None if end is None else move._replace(period=end[0], entity=end[1])
    return [_fact(row) for row in rows], follows


async def delete_facts(conn: Conn, facts: Iterable[StoredFact]) -> None:
    await conn.execute(DELETE_FACTS, *columns(sorted(one.key for one in facts), 4))


async def take_money(conn: Conn, groups: Iterable[tuple[str, str, str, str]]) -> list[Any]:
    """Takes out the money that is kept aside of facts of (workspace, source, entity, period)."""
    rows = await conn.fetch(TAKE_MONEY, *columns(sorted(set(groups)), 4))
    return sorted(rows, key=lambda row: int(row["id"]))


async def delete_empty(conn: Conn, left: Iterable[tuple[str, str, str, int, int]]) -> None:
    """Deletes sums of nothing in (workspace, campaign, line, start, end) that were left."""
    rows = sorted(set(left))
    if rows:
        await conn.execute(DELETE_EMPTY, *columns(rows, 5))


async def add_moves(conn: Conn, moves: Sequence[Move]) -> None:
    """Stores what is left to be moved by later transactions."""
    if moves:
        await conn.execute(ADD_MOVES, *MOVES.arrays(moves))


async def get_workspace(conn: Conn) -> str | None:
    """A workspace in which something is left to be moved."""
    found: str | None = await conn.fetchval(GET_WORKSPACE)
    return found


async def take_move(conn: Conn, workspace: str) -> Move | None:
    """Takes the oldest move of a workspace, until commit."""
    return await fetch_one(conn, Move, TAKE_MOVE, workspace)


async def count_moves(conn: Conn) -> int:
    return int(await conn.fetchval(COUNT_MOVES))


def _parts(move: Move) -> list[str]:
    return [f",{pairs_text({level: name})}," for level, name in move.match.items()]


def _fact(row: Any) -> StoredFact:
    place: Place = row["campaign"], row["line"]
    return StoredFact(
        workspace=row["workspace"],
        source=row["source"],
        report=row["report"],
        key=(row["stream"], row["period"], row["entity"], row["dims"]),
        revision=row["revision"],
        measures=row["measures"],
        start=row["start_ms"],
        end=row["end_ms"],
        place=place,
        currency=row["currency"],
        complete=row["complete_ms"],
        earlier=row["earlier"],
    )
