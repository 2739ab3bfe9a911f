"""SQL of the lines as they are in force, and of the journal of who was given how much, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from budget.allocation.journal import AllocationStep, Holder
from budget.allocation.phasing import NOTHING, store_curve
from shared.database.pool import Conn
from shared.database.rows import columns, fetch


class LineRecord(Struct, frozen=True):
    """A line as it is in force; `removed`: the plan left it out."""

    campaign: str
    line: str
    version: int
    plan_version: int
    removed: bool
    name: str
    owner: str | None
    channel: str | None
    allocated: int
    curve: dict[str, list[int]]


FIND_LINES = f"""
SELECT {columns(LineRecord)} FROM budget.lines WHERE workspace = $1 AND campaign = $2 ORDER BY line
"""
FIND_NAMES = """
SELECT line FROM budget.lines WHERE workspace = $1 AND campaign = $2 AND NOT removed
"""
PUT_LINES = """
INSERT INTO budget.lines AS t (workspace, campaign, line, version, plan_version, removed, name,
                               owner, channel, allocated, curve, allocated_before,
                               curve_before)
SELECT $1, $2, u.line, 1, $3, u.removed, u.name, u.owner, u.channel, u.allocated, u.curve,
       CASE WHEN $11 THEN 0 END, CASE WHEN $11 THEN $12::jsonb END
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::jsonb[], $10::bool[])
  AS u(line, name, owner, channel, allocated, curve, removed)
ORDER BY u.line
ON CONFLICT ON CONSTRAINT lines_pk DO UPDATE SET
  version = t.version + 1, plan_version = excluded.plan_version, removed = excluded.removed,
  name = excluded.name, owner = excluded.owner, channel = excluded.channel,
  allocated = excluded.allocated, curve = excluded.curve,
  allocated_before = t.allocated, curve_before = t.curve
"""
FIND_STEPS = """
SELECT place, name, effective_from, sum(amount)::bigint AS amount FROM budget.allocations
WHERE workspace = $1 AND campaign = $2 AND ($3::timestamptz IS NULL OR decided_at <= $3)
GROUP BY place, name, effective_from
"""
PUT_ALLOCATED = """
UPDATE budget.lines AS t SET allocated = u.allocated, curve = u.curve,
  allocated_before = t.allocated, curve_before = t.curve
FROM unnest($3::text[], $4::bigint[], $5::jsonb[]) AS u(line, allocated, curve)
WHERE t.workspace = $1 AND t.campaign = $2 AND t.line = u.line
"""
ADD_STEPS = """
WITH added AS (
  INSERT INTO budget.allocations (workspace, campaign, document, decided_at, place, name,
                                  effective_from, amount, curve)
  SELECT $1, $2, $3, $4, u.place, u.name, u.effective_from, u.amount, u.curve
  FROM unnest($5::text[], $6::text[], $7::timestamptz[], $8::bigint[], $9::jsonb[])
    AS u(place, name, effective_from, amount, curve)
  RETURNING entry, place, name
)
UPDATE budget.lines AS t SET allocation = a.entry, allocated_by = $3
FROM (SELECT name, max(entry) AS entry FROM added WHERE place = 'line' GROUP BY name) AS a
WHERE t.workspace = $1 AND t.campaign = $2 AND t.line = a.name
"""
FIND_CURVES = """
SELECT DISTINCT ON (name) name, curve FROM budget.allocations
WHERE workspace = $1 AND campaign = $2 AND decided_at <= $3 AND curve IS NOT NULL
ORDER BY name, entry DESC
"""


class LineRow(NamedTuple):
    """A line as a plan puts it in force; `removed`: the plan leaves it out."""

    line: str
    name: str
    owner: str | None
    channel: str | None
    allocated: int
    curve: dict[str, list[int]]
    removed: bool = False


class AllocatingDocument(NamedTuple):
    """What gave money out: its name in the audit, when it was decided, and the curves it makes."""

    name: str
    decided_at: datetime
    curves: Mapping[Holder, dict[str, list[int]]]


async def find_lines(conn: Conn, workspace: str, campaign: str) -> list[LineRecord]:
    """The lines as they are in force, also those that were left out."""
    return await fetch(conn, LineRecord, FIND_LINES, workspace, campaign)


async def find_names(conn: Conn, workspace: str, campaign: str) -> set[str]:
    return {row[0] for row in await conn.fetch(FIND_NAMES, workspace, campaign)}


async def put_lines(
    conn: Conn,
    workspace: str,
    campaign: str,
    plan_version: int,
    rows: Sequence[LineRow],
    *,
    first: bool,
) -> list[LineRecord]:
    """Gives the lines what the plan made of them; all lines of the campaign, as they are then.

    Unless it is the `first` plan, a new line is one for which nothing was planned before.
    """
    key = workspace, campaign, plan_version
    nothing = store_curve(NOTHING)
    await conn.execute(PUT_LINES, *key, *zip(*rows, strict=True), not first, nothing)
    return await find_lines(conn, workspace, campaign)


async def put_allocated(
    conn: Conn, workspace: str, campaign: str, rows: Sequence[tuple[str, int, dict[str, list[int]]]]
) -> None:
    """Gives lines of a plan in force (line, micros, curve), by something else than a plan."""
    if rows:
        await conn.execute(PUT_ALLOCATED, workspace, campaign, *zip(*rows, strict=True))


async def find_steps(
    conn: Conn, workspace: str, campaign: str, known_at: datetime | None = None
) -> list[AllocationStep]:
    """The campaign's journal, or what of it was decided by a moment; what is of one place and
    instant summed."""
    rows = await conn.fetch(FIND_STEPS, workspace, campaign, known_at)
    return [AllocationStep(Holder(row[0], row[1]), row[2], row[3]) for row in rows]


async def add_steps(
    conn: Conn,
    workspace: str,
    campaign: str,
    document: AllocatingDocument,
    steps: Sequence[AllocationStep],
) -> None:
    """Appends a document's steps; a line's own carry its curve as it is from then on, and the line
    remembers the last of them."""
    curves = document.curves
    rows = [
        (*step.place, step.effective_from, step.amount, curves.get(step.place)) for step in steps
    ]
    names = workspace, campaign, document.name, document.decided_at
    await conn.execute(ADD_STEPS, *names, *zip(*rows, strict=True))


async def find_curves(
    conn: Conn, workspace: str, campaign: str, known_at: datetime
) -> dict[str, dict[str, list[int]]]:
    """The curves of lines as they were known then; each holds what was planned before it."""
    rows = await conn.fetch(FIND_CURVES, workspace, campaign, known_at)
    return {row["name"]: row["curve"] for row in rows}
