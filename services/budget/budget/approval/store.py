"""SQL of requests and of decisions on them: who said what about which amount and version."""

from collections.abc import Sequence
from typing import NamedTuple

from asyncpg import Record

from budget.approval.rules import ApprovalDecision, ApprovalRequest, ApprovalSubject
from shared.database.pool import Conn
from shared.http.reach import Reach

COLUMNS = """object, kind, campaign, amount, version, currency, region, authors, roles, decisions,
  status, asked_at, due_at, asked_by"""
LOCK_REQUEST = f"""
SELECT {COLUMNS}, request FROM budget.requests WHERE workspace = $1 AND object = $2 FOR UPDATE
"""
FIND_REQUESTS = f"""
SELECT {COLUMNS}, request FROM budget.requests WHERE workspace = $1 AND object = ANY($2::text[])
"""
PUT_REQUEST = f"""
INSERT INTO budget.requests (workspace, {COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT ON CONSTRAINT requests_pk DO UPDATE SET amount = excluded.amount,
  campaign = excluded.campaign, version = excluded.version, currency = excluded.currency,
  region = excluded.region, authors = excluded.authors, roles = excluded.roles,
  decisions = excluded.decisions, status = excluded.status, asked_at = excluded.asked_at,
  due_at = excluded.due_at, asked_by = excluded.asked_by
"""
# An exception that is restated while people decide is asked about as it is now; one that is not
# held any more, and what is of a campaign that was closed meanwhile, waits for nobody.
REQUESTS = """
SELECT r.object, r.kind, r.campaign, coalesce(h.amount, r.amount) AS amount,
  coalesce(h.entry, r.version) AS version, r.currency, r.region, r.authors, r.roles, r.decisions,
  r.status, r.asked_at, r.due_at, r.asked_by, r.request
FROM budget.requests AS r
LEFT JOIN budget.held AS h ON r.status = 'in_review' AND h.workspace = r.workspace
  AND h.held = CASE WHEN r.kind = 'exception' THEN split_part(r.object, '/', 2)::bigint END
LEFT JOIN budget.campaigns AS c ON (c.workspace, c.campaign) = (r.workspace, r.campaign)
LEFT JOIN budget.documents AS d ON (d.workspace, d.kind, d.campaign, d.number::text)
  = (r.workspace, r.kind, r.campaign, split_part(r.object, '/', 3))
WHERE r.workspace = $1
  AND ($2::text[] IS NULL OR r.campaign = ANY($2) AND (d.other IS NULL OR d.other = ANY($2)))
"""
LIST_REQUESTS = f"""{REQUESTS} AND r.request > $3
  AND ($4::text IS NULL OR r.status = $4) AND ($5::text IS NULL OR $5 IN (r.campaign, d.other))
  AND (r.status <> 'in_review'
       OR CASE r.kind WHEN 'exception' THEN h.held IS NOT NULL ELSE c.status <> 'closed' END)
ORDER BY r.request LIMIT $6
"""
GET_REQUEST = f"{REQUESTS} AND r.request = $3"
FIND_MOVED = f"""
SELECT {COLUMNS}, request FROM budget.requests AS r
WHERE workspace = $1 AND kind = 'exception' AND status = 'in_review' AND NOT EXISTS (
  SELECT FROM budget.held AS h
  WHERE h.workspace = r.workspace AND h.held = split_part(r.object, '/', 2)::bigint)
ORDER BY request
"""
PUT_TOLD = """
UPDATE budget.requests SET told = told + 1 WHERE workspace = $1 AND object = $2
RETURNING request, told
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


class RequestFilter(NamedTuple):
    """Which requests: all that fit each condition that is given; `campaign`: it or the other one
    whose money is moved."""

    status: str | None = None
    campaign: str | None = None


async def list_requests(
    conn: Conn, reach: Reach, of: RequestFilter, after: int, limit: int
) -> list[ApprovalRequest]:
    """Requests behind a number, as far as all campaigns they concern are in reach."""
    asked = reach.workspace, reach.listed, after, *of, limit
    return [_request(row) for row in await conn.fetch(LIST_REQUESTS, *asked)]


async def get_request(conn: Conn, reach: Reach, number: int) -> ApprovalRequest | None:
    """A request by its number, None also where it is out of reach."""
    row = await conn.fetchrow(GET_REQUEST, reach.workspace, reach.listed, number)
    return _request(row) if row else None


async def find_moved(conn: Conn, workspace: str) -> list[ApprovalRequest]:
    """Requests in review about exceptions that are not held any more."""
    return [_request(row) for row in await conn.fetch(FIND_MOVED, workspace)]


async def put_told(conn: Conn, workspace: str, name: str) -> tuple[int, int]:
    """Counts an announcement of a request: its number, and which announcement it is."""
    row = await conn.fetchrow(PUT_TOLD, workspace, name)
    assert row is not None, "the request was stored before"
    return row["request"], row["told"]


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
