"""SQL of requests and of decisions on them: who said what about which amount and version."""

from collections.abc import Sequence

from asyncpg import Record

from budget.approval.rules import ApprovalDecision, ApprovalRequest, ApprovalSubject
from shared.database.pool import Conn

COLUMNS = """object, kind, campaign, amount, version, currency, region, authors, roles, decisions,
  status, asked_at, due_at"""
LOCK_REQUEST = f"""
SELECT {COLUMNS}, request FROM budget.requests WHERE workspace = $1 AND object = $2 FOR UPDATE
"""
FIND_REQUESTS = f"""
SELECT {COLUMNS}, request FROM budget.requests WHERE workspace = $1 AND object = ANY($2::text[])
"""
PUT_REQUEST = f"""
INSERT INTO budget.requests (workspace, {COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT ON CONSTRAINT requests_pk DO UPDATE SET amount = excluded.amount,
  campaign = excluded.campaign, version = excluded.version, currency = excluded.currency,
  region = excluded.region, authors = excluded.authors, roles = excluded.roles,
  decisions = excluded.decisions, status = excluded.status, asked_at = excluded.asked_at,
  due_at = excluded.due_at
"""
PUT_STATUS = "UPDATE budget.requests SET status = $3 WHERE workspace = $1 AND object = $2"
FIND_DECISIONS = """
SELECT object, role, decided_by, verdict, decided_at, opinion, amount, version
FROM budget.decisions WHERE workspace = $1 AND object = ANY($2::text[])
ORDER BY object, decided_at, role
"""
ADD_DECISION = """
INSERT INTO budget.decisions (workspace, object, role, decided_by, verdict, opinion, decided_at,
                              amount, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def lock_request(conn: Conn, workspace: str, name: str) -> ApprovalRequest | None:
    """A request by its object, locked until the end of the transaction."""
    row = await conn.fetchrow(LOCK_REQUEST, workspace, name)
    return _request(row) if row else None


async def find_requests(
    conn: Conn, workspace: str, names: Sequence[str]
) -> dict[str, ApprovalRequest]:
    rows = await conn.fetch(FIND_REQUESTS, workspace, names)
    return {row["object"]: _request(row) for row in rows}


async def put_request(conn: Conn, workspace: str, request: ApprovalRequest) -> None:
    """Stores a request; of an object that was asked for before, in its place."""
    name, kind, campaign, subject, currency, region, authors, roles, *rest, _ = request
    values = (name, kind, campaign, *subject, currency, region, sorted(authors), list(roles), *rest)
    await conn.execute(PUT_REQUEST, workspace, *values)


async def put_status(conn: Conn, workspace: str, name: str, status: str) -> None:
    """approved, rejected, or withdrawn."""
    await conn.execute(PUT_STATUS, workspace, name, status)


async def find_decisions(
    conn: Conn, workspace: str, names: Sequence[str]
) -> dict[str, tuple[ApprovalDecision, ...]]:
    """Per object all decisions on it in order of time, also those that do not count any more."""
    found: dict[str, list[ApprovalDecision]] = {name: [] for name in names}
    for name, role, by, verdict, at, opinion, amount, version in await conn.fetch(
        FIND_DECISIONS, workspace, names
    ):
        subject = ApprovalSubject(amount, version)
        found[name].append(ApprovalDecision(role, by, verdict, at, opinion, subject))
    return {name: tuple(made) for name, made in found.items()}


async def add_decision(conn: Conn, workspace: str, name: str, made: ApprovalDecision) -> None:
    """Stores a decision; one per role and version of its object."""
    values = (made.role, made.by, made.verdict, made.opinion, made.at)
    await conn.execute(ADD_DECISION, workspace, name, *values, *made.subject)


def _request(row: Record) -> ApprovalRequest:
    name, kind, campaign, amount, version, currency, region, authors, roles, *rest = row
    subject = ApprovalSubject(amount, version)
    people = frozenset(authors)
    terms = (name, kind, campaign, subject, currency, region, people, tuple(roles))
    return ApprovalRequest(*terms, *rest)
