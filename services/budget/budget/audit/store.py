"""The audit of decisions made over the API: append-only, a hash chain per workspace (A8).

Each row's hash covers its content and the hash before it, so a row that was changed, removed or
inserted later breaks the chain from there on. Postings have the ledger for that.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from shared.database.pool import Conn

GENESIS = b"\x00" * 32
LAST = "SELECT seq, hash FROM budget.audit WHERE workspace = $1 ORDER BY seq DESC LIMIT 1"
ADD = """
INSERT INTO budget.audit (workspace, seq, at, actor, action, object, detail, previous, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
LIST = """
SELECT seq, at, actor, action, object, detail, previous, hash FROM budget.audit
WHERE workspace = $1 AND seq > $2 ORDER BY seq LIMIT $3
"""


def chain_hash(previous: bytes, row: dict[str, Any]) -> bytes:
    """SHA-256 of the hash before and the row's seq, at, actor, action, object and detail."""
    at = row["at"].astimezone(UTC).isoformat()
    content = [row["seq"], at, row["actor"], row["action"], row["object"]]
    text = msgspec.json.encode([*content, row["detail"]], order="deterministic")
    return hashlib.sha256(previous + text).digest()


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
    row = dict(zip(("actor", "action", "object", "detail"), (*act[:3], plain), strict=True))
    digest = chain_hash(previous, {"seq": seq, "at": now, **row})
    await conn.execute(ADD, workspace, seq, now, *act[:3], plain, previous, digest)


async def list_rows(conn: Conn, workspace: str, after: int, limit: int) -> list[dict[str, Any]]:
    return [dict(row) for row in await conn.fetch(LIST, workspace, after, limit)]


async def broken_at(conn: Conn, workspace: str) -> int | None:
    """The first seq whose hash does not follow, or None when the whole chain holds."""
    previous, after = GENESIS, 0
    while rows := await list_rows(conn, workspace, after, 1000):
        for row in rows:
            follows = row["seq"] == after + 1 and row["previous"] == previous
            if not follows or row["hash"] != chain_hash(previous, row):
                return int(row["seq"])
            previous, after = row["hash"], row["seq"]
    return None
