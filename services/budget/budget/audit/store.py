"""The audit of decisions made over the API: append-only, a hash chain per workspace (A8).

Each row's hash covers its content and the hash before it, so a row that was changed, removed or
inserted later breaks the chain from there on. Postings have the ledger for that.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import astuple, replace

from shared.database.pool import Conn
from shared.database.rows import columns, fetch
from shared.http.reach import Reach

GENESIS = b"\x00" * 32
LAST = "SELECT seq, hash FROM budget.audit WHERE workspace = $1 ORDER BY seq DESC LIMIT 1"


class AuditRecord(Struct, frozen=True):
    """Who did what when; `hash` covers `previous`, the one before, and all of this."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    detail: dict[str, Any]
    previous: bytes
    hash: bytes = b""


COLUMNS = columns(AuditRecord)
ADD = f"""
INSERT INTO budget.audit (workspace, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
CHAIN = f"""
SELECT {COLUMNS} FROM budget.audit WHERE workspace = $1 AND seq > $2 ORDER BY seq LIMIT $3
"""
# A row is of the campaign that its object names or has, or that its request is about, and of the
# other one whose money it moves. Of no campaign (a mapping, suspense): of the workspace as a whole.
LIST = f"""
WITH rows AS (SELECT a.*, d.other,
    CASE WHEN o.kind IN ('campaign', 'plan', 'commitment', 'invoice') THEN o.name
      WHEN a.action LIKE 'object\\_%' THEN a.detail ->> 'campaign'
      ELSE r.campaign END AS campaign
  FROM budget.audit AS a
  CROSS JOIN LATERAL (SELECT split_part(a.object, '/', 1) AS kind,
    split_part(a.object, '/', 2) AS name, split_part(a.object, '/', 3) AS number) AS o
  LEFT JOIN budget.requests AS r ON (r.workspace, r.object) = (a.workspace, a.object)
  LEFT JOIN budget.documents AS d ON (d.workspace, d.kind, d.campaign, d.number::text)
    = (a.workspace, o.kind, o.name, o.number)
  WHERE a.workspace = $1 AND a.seq > $2 AND ($3::text IS NULL OR a.actor = $3)
    AND ($4::text IS NULL OR a.action = $4) AND ($5::text IS NULL OR a.object = $5))
SELECT {COLUMNS} FROM rows
WHERE ($6::text IS NULL OR $6 IN (campaign, other)) AND ($7::text[] IS NULL
  OR campaign = ANY($7) AND (other IS NULL OR other = ANY($7)))
ORDER BY seq LIMIT $8
"""


def chain_hash(row: AuditRecord) -> bytes:
    """SHA-256 of the hash before and the row's seq, at, actor, action, object and detail."""
    at = row.at.astimezone(UTC).isoformat()
    content = [row.seq, at, row.actor, row.action, row.object, row.detail]
    text = msgspec.json.encode(content, order="deterministic")
    return hashlib.sha256(row.previous + text).digest()


class Act(NamedTuple):
    """Who did what to which object, and what it came to."""

    actor: str
    action: str
    about: str
    detail: dict[str, Any]


async def add(conn: Conn, workspace: str, act: Act, now: datetime) -> None:
    """Appends a row; the caller holds the workspace's lock, which orders the chain."""
    last = await conn.fetchrow(LAST, workspace)
    seq, previous = (last["seq"] + 1, last["hash"]) if last else (1, GENESIS)
    plain = msgspec.json.decode(msgspec.json.encode(act.detail))
    row = AuditRecord(seq, now, *act[:3], plain, previous)
    await conn.execute(ADD, workspace, *astuple(replace(row, hash=chain_hash(row))))


class AuditFilter(NamedTuple):
    """Which rows: all that fit each condition that is given."""

    actor: str | None = None
    action: str | None = None
    object: str | None = None
    campaign: str | None = None


class AuditChain(Struct, frozen=True):
    """How many rows of a chain hold and the hash of the last of them; the first seq that does not
    follow, or None when all hold. Who keeps `head` elsewhere sees whether a chain was cut off."""

    rows: int
    head: bytes
    broken_at: int | None


async def list_records(
    conn: Conn, reach: Reach, of: AuditFilter, after: int, limit: int
) -> list[AuditRecord]:
    """Rows behind a seq, as far as all campaigns they are of are in reach."""
    asked = after, *of, reach.listed, limit
    return await fetch(conn, AuditRecord, LIST, reach.workspace, *asked)


async def verify(conn: Conn, workspace: str) -> AuditChain:
    """Reads the whole chain."""
    head, rows = GENESIS, 0
    while part := await fetch(conn, AuditRecord, CHAIN, workspace, rows, 1000):
        for row in part:
            follows = row.seq == rows + 1 and row.previous == head
            if not follows or row.hash != chain_hash(row):
                return AuditChain(rows, head, row.seq)
            head, rows = row.hash, row.seq
    return AuditChain(rows, head, None)
