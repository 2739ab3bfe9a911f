"""SQL of commitments, and of the steps by which they bind money and let it go."""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from budget.documents.commitments.commitment import Commitment
from shared.database.pool import Conn
from shared.database.rows import columns, fetch, fetch_one

COLUMNS = columns(Commitment)
STEPS_MAX = 1000
ADD_COMMITMENT = f"""
INSERT INTO budget.commitments (workspace, {COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING
RETURNING commitment
"""
GET_COMMITMENT = f"""
SELECT {COLUMNS} FROM budget.commitments
WHERE workspace = $1 AND campaign = $2 AND commitment = $3
"""
LOCK_COMMITMENT = GET_COMMITMENT + " FOR UPDATE"
LIST_COMMITMENTS = f"""
SELECT {COLUMNS} FROM budget.commitments
WHERE workspace = $1 AND campaign = $2 AND ($3::text IS NULL OR line = $3)
  AND ($4::bool IS NULL OR (ended IS NULL AND invoiced < amount) = $4) AND commitment > $5
ORDER BY commitment LIMIT $6
"""
PUT_COMMITMENT = """
UPDATE budget.commitments SET invoiced = $4, ended = $5
WHERE workspace = $1 AND campaign = $2 AND commitment = $3
"""
# The line's sum goes with the step, in one statement.
ADD_STEP = """
WITH added AS (
  INSERT INTO budget.commitment_steps (workspace, campaign, commitment, line, amount, document,
                                       decided_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
)
UPDATE budget.lines SET committed = committed + $5
WHERE workspace = $1 AND campaign = $2 AND line = $4
"""
LIST_STEPS = """
SELECT decided_at AS at, amount, document FROM budget.commitment_steps
WHERE workspace = $1 AND campaign = $2 AND commitment = $3 ORDER BY step DESC LIMIT $4
"""
FIND_COMMITTED = """
SELECT line, sum(amount)::bigint AS amount FROM budget.commitment_steps
WHERE workspace = $1 AND campaign = $2 AND decided_at <= $3 GROUP BY line
"""


class CommitmentStep(Struct, frozen=True):
    """So many micros bound more from a moment on, by a document."""

    at: datetime
    amount: int
    document: str


class CommitmentFilter(NamedTuple):
    """Which of a campaign's commitments; None: all."""

    campaign: str
    line: str | None
    is_open: bool | None


async def has_commitment(conn: Conn, workspace: str, campaign: str, name: str) -> bool:
    return await get_commitment(conn, workspace, campaign, name) is not None


async def add_commitment(conn: Conn, workspace: str, new: Commitment) -> bool:
    """Whether the name was free."""
    return await conn.fetchval(ADD_COMMITMENT, workspace, *astuple(new)) is not None


async def get_commitment(
    conn: Conn, workspace: str, campaign: str, name: str, *, lock: bool = False
) -> Commitment | None:
    """A commitment, locked until the end of the transaction if asked, or None."""
    statement = LOCK_COMMITMENT if lock else GET_COMMITMENT
    return await fetch_one(conn, Commitment, statement, workspace, campaign, name)


async def list_commitments(
    conn: Conn, workspace: str, of: CommitmentFilter, after: str, limit: int
) -> list[Commitment]:
    return await fetch(conn, Commitment, LIST_COMMITMENTS, workspace, *of, after, limit)


async def put_commitment(conn: Conn, workspace: str, changed: Commitment) -> None:
    """What was invoiced of it, and how it ended."""
    place = changed.campaign, changed.commitment
    await conn.execute(PUT_COMMITMENT, workspace, *place, changed.invoiced, changed.ended)


async def add_step(conn: Conn, workspace: str, of: Commitment, step: CommitmentStep) -> None:
    """Appends a step, and brings the line's sum along."""
    place = of.campaign, of.commitment, of.line
    await conn.execute(ADD_STEP, workspace, *place, step.amount, step.document, step.at)


async def list_steps(conn: Conn, workspace: str, campaign: str, name: str) -> list[CommitmentStep]:
    """The last STEPS_MAX of a commitment, the newest first."""
    return await fetch(conn, CommitmentStep, LIST_STEPS, workspace, campaign, name, STEPS_MAX)


async def find_committed(conn: Conn, workspace: str, campaign: str, at: datetime) -> dict[str, int]:
    """By line, the micros that were bound at a moment."""
    rows = await conn.fetch(FIND_COMMITTED, workspace, campaign, at)
    return {row["line"]: row["amount"] for row in rows}
