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
LIST = f"""
SELECT {COLUMNS} FROM budget.audit WHERE workspace = $1 AND seq > $2 ORDER BY seq LIMIT $3
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


async def list_records(conn: Conn, workspace: str, after: int, limit: int) -> list[AuditRecord]:
    return await fetch(conn, AuditRecord, LIST, workspace, after, limit)


async def find_break(conn: Conn, workspace: str) -> int | None:
    """The first seq whose hash does not follow, or None when the whole chain holds."""
    previous, after = GENESIS, 0
    while rows := await list_records(conn, workspace, after, 1000):
        for row in rows:
            follows = row.seq == after + 1 and row.previous == previous
            if not follows or row.hash != chain_hash(row):
                return row.seq
            previous, after = row.hash, row.seq
    return None
