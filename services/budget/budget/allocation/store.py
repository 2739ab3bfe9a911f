"""SQL of the lines: what the plan in force gives them, and what each plan made of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from budget.allocation.phasing import NOTHING, Curve
from shared.database.pool import Conn

LINES = "SELECT * FROM budget.lines WHERE workspace = $1 AND campaign = $2 ORDER BY line"
LINE_NAMES = """
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
KEEP_LINES = """
INSERT INTO budget.plan_lines (workspace, campaign, plan_version, line, name, allocated, curve)
SELECT workspace, campaign, $3, line, name, allocated, curve
FROM budget.lines WHERE workspace = $1 AND campaign = $2
"""
PLAN_LINES = """
SELECT line, name, allocated, curve FROM budget.plan_lines
WHERE workspace = $1 AND campaign = $2 AND plan_version = $3 ORDER BY line
"""


def read_curve(stored: Mapping[str, Any]) -> Curve:
    """A curve as stored: instants in microseconds, amounts in micros."""
    return Curve(tuple(stored["instants"]), tuple(stored["amounts"]))


def store_curve(curve: Curve) -> dict[str, Any]:
    """The way back of `read_curve`."""
    return {"instants": list(curve.instants), "amounts": list(curve.amounts)}


class LineRow(NamedTuple):
    """A line as a plan puts it in force; `removed`: the plan leaves it out."""

    line: str
    name: str
    owner: str | None
    channel: str | None
    allocated: int
    curve: dict[str, Any]
    removed: bool = False


async def lines(conn: Conn, workspace: str, campaign: str) -> list[dict[str, Any]]:
    """The lines as they are in force, also those that were left out."""
    return [dict(row) for row in await conn.fetch(LINES, workspace, campaign)]


async def line_names(conn: Conn, workspace: str, campaign: str) -> set[str]:
    """The lines of the plan in force."""
    return {row[0] for row in await conn.fetch(LINE_NAMES, workspace, campaign)}


async def put_lines(
    conn: Conn,
    workspace: str,
    campaign: str,
    plan_version: int,
    rows: Sequence[LineRow],
    *,
    first: bool,
) -> list[dict[str, Any]]:
    """Gives the lines what the plan made of them; all lines of the campaign, as they are then.

    Unless it is the `first` plan, a new line is one for which nothing was planned before.
    """
    key = workspace, campaign, plan_version
    nothing = store_curve(NOTHING)
    await conn.execute(PUT_LINES, *key, *zip(*rows, strict=True), not first, nothing)
    await conn.execute(KEEP_LINES, *key)
    return [dict(row) for row in await conn.fetch(LINES, *key[:2])]


async def plan_lines(
    conn: Conn, workspace: str, campaign: str, plan_version: int
) -> list[dict[str, Any]]:
    """What a plan made of the lines; nothing for one of before this was kept."""
    rows = await conn.fetch(PLAN_LINES, workspace, campaign, plan_version)
    return [dict(row) for row in rows]
