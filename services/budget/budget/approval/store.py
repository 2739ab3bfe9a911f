"""Decisions on what needs several people: who said what about which amount and version."""

from collections.abc import Sequence

from budget.approval.rules import Decision, Subject
from shared.database.pool import Conn

DECISIONS = """
SELECT object, role, decided_by, verdict, decided_at, opinion, amount, version
FROM budget.decisions WHERE workspace = $1 AND object = ANY($2::text[])
ORDER BY object, decided_at, role
"""
ADD = """
INSERT INTO budget.decisions (workspace, object, role, decided_by, verdict, opinion, decided_at,
                              amount, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def decisions(
    conn: Conn, workspace: str, objects: Sequence[str]
) -> dict[str, tuple[Decision, ...]]:
    """Per object all decisions on it in order of time, also those that do not count any more."""
    found: dict[str, list[Decision]] = {name: [] for name in objects}
    for name, role, by, verdict, at, opinion, amount, version in await conn.fetch(
        DECISIONS, workspace, objects
    ):
        subject = Subject(amount, version)
        found[name].append(Decision(role, by, verdict, at, opinion, subject))
    return {name: tuple(made) for name, made in found.items()}


async def add(conn: Conn, workspace: str, about: str, made: Decision) -> None:
    """Stores a decision; one per role and version of its object."""
    values = (made.role, made.by, made.verdict, made.opinion, made.at)
    await conn.execute(ADD, workspace, about, *values, *made.subject)
