"""SQL of proposals."""

from datetime import datetime
from typing import Any, NamedTuple

from budget.approval.rules import RequestStatus
from budget.documents.proposals.proposal import Proposal
from shared.database.pool import Conn
from shared.database.rows import columns, fetch, fetch_one
from shared.http.reach import Reach

COLUMNS = columns(Proposal)
OF_DOCUMENTS = ", ".join(f"d.{name}" for name in Proposal.__struct_fields__)
ASKED = """FROM budget.documents AS d
JOIN budget.requests AS r
  ON r.workspace = d.workspace AND r.object = concat_ws('/', d.kind, d.campaign, d.number)"""
ADD_PROPOSAL = f"""
INSERT INTO budget.documents (workspace, kind, campaign, number, other, status, amount, currency,
                              body, effect, created_by, created_at)
SELECT $1, $2, $3, 1 + coalesce(max(number), 0), $4, 'in_review', $5, $6, $7, $8, $9, $10
FROM budget.documents WHERE workspace = $1 AND kind = $2 AND campaign = $3
RETURNING {COLUMNS}
"""
GET_PROPOSAL = f"""
SELECT {COLUMNS} FROM budget.documents
WHERE workspace = $1 AND kind = $2 AND campaign = $3 AND number = $4
  AND ($5::text[] IS NULL OR campaign = ANY($5) AND (other IS NULL OR other = ANY($5)))
"""
LOCK_PROPOSAL = GET_PROPOSAL + " FOR UPDATE"
LIST_PROPOSALS = f"""
SELECT {OF_DOCUMENTS} {ASKED}
WHERE d.workspace = $1 AND d.kind = $2 AND (d.campaign = $3 OR d.other = $3)
  AND ($4::text IS NULL OR d.status = $4) AND r.request > $5::bigint
  AND ($6::text[] IS NULL OR d.campaign = ANY($6) AND (d.other IS NULL OR d.other = ANY($6)))
ORDER BY r.request LIMIT $7
"""
# What answers a breach, whatever it moves.
LIST_ADJUSTMENTS = f"""
SELECT {OF_DOCUMENTS}, r.request {ASKED}
WHERE d.workspace = $1 AND d.body->>'breach' IS NOT NULL
  AND ($2::text IS NULL OR $2 IN (d.campaign, d.other))
  AND ($3::text IS NULL OR d.body->>'breach' = $3) AND r.request > $4::bigint
  AND ($5::text[] IS NULL OR d.campaign = ANY($5) AND (d.other IS NULL OR d.other = ANY($5)))
ORDER BY r.request LIMIT $6
"""
PUT_DECIDED = """
UPDATE budget.documents SET status = $5, decided_at = $6, amount = $7, effect = $8
WHERE workspace = $1 AND kind = $2 AND campaign = $3 AND number = $4
"""


class NewProposal(NamedTuple):
    """What a proposal is made of."""

    kind: str
    campaign: str
    other: str | None
    amount: int
    currency: str
    body: dict[str, Any]
    effect: dict[str, Any]
    created_by: str
    created_at: datetime


class ProposalFilter(NamedTuple):
    """Which proposals of a kind: those that move money of a campaign, of one status if given."""

    kind: str
    campaign: str
    status: str | None


class AdjustmentFilter(NamedTuple):
    """Which adjustments: of a campaign and to a breach, as far as they are given."""

    campaign: str | None
    breach: str | None


class Adjustment(Proposal, frozen=True):
    """A proposal that answers a breach; `request`: the number of its request."""

    request: int


class ProposalPlace(NamedTuple):
    """Which proposal: its kind, its campaign, its number there."""

    kind: str
    campaign: str
    number: int


async def add_proposal(conn: Conn, workspace: str, new: NewProposal) -> Proposal:
    """The next proposal of its kind and campaign, in review."""
    [made] = await fetch(conn, Proposal, ADD_PROPOSAL, workspace, *new)
    return made


async def get_proposal(
    conn: Conn, reach: Reach, place: ProposalPlace, *, lock: bool = False
) -> Proposal | None:
    """A proposal, locked until the end of the transaction if asked; None also where one of its
    campaigns is out of reach."""
    statement = LOCK_PROPOSAL if lock else GET_PROPOSAL
    return await fetch_one(conn, Proposal, statement, reach.workspace, *place, reach.listed)


async def list_proposals(
    conn: Conn, reach: Reach, of: ProposalFilter, after: int, limit: int
) -> list[Proposal]:
    """Those behind a request's number, as far as all campaigns they concern are in reach."""
    asked = reach.workspace, *of, after, reach.listed, limit
    return await fetch(conn, Proposal, LIST_PROPOSALS, *asked)


async def list_adjustments(
    conn: Conn, reach: Reach, of: AdjustmentFilter, after: int, limit: int
) -> list[Adjustment]:
    """Those behind a request's number, as far as all campaigns they concern are in reach."""
    asked = reach.workspace, *of, after, reach.listed, limit
    return await fetch(conn, Adjustment, LIST_ADJUSTMENTS, *asked)


async def put_decided(
    conn: Conn, workspace: str, proposal: Proposal, status: RequestStatus, at: datetime
) -> None:
    """How it ended, with the amount and the effect it had."""
    place = proposal.kind, proposal.campaign, proposal.number
    ended = status, at, proposal.amount, proposal.effect
    await conn.execute(PUT_DECIDED, workspace, *place, *ended)
