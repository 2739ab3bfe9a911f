"""SQL of API keys."""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from shared.database.pool import Conn
from shared.database.rows import fetch, fetch_one
from shared.http.reach import Reach

FIND_KEYS_IN_FORCE = """
SELECT key_id, workspace, hash, sources, campaigns, rate_per_s, expires_at
FROM ingest.api_keys WHERE revoked_at IS NULL
"""
_KEYS = """
SELECT key_id, name, sources, campaigns, rate_per_s, created_by, created_at, expires_at, revoked_at
FROM ingest.api_keys WHERE workspace = $1
"""
LIST_KEYS = _KEYS + "AND key_id > $2 ORDER BY key_id LIMIT $3"
GET_KEY = _KEYS + "AND key_id = $2"
ADD_KEY = """
INSERT INTO ingest.api_keys
  (key_id, workspace, name, hash, sources, campaigns, rate_per_s, created_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
PUT_REVOKED = """
UPDATE ingest.api_keys SET revoked_at = now()
WHERE workspace = $1 AND key_id = $2 AND revoked_at IS NULL RETURNING hash
"""


class ApiKey(Struct, frozen=True):
    key_id: str
    name: str
    sources: list[str]
    campaigns: list[str] | None
    rate_per_s: int | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class KeyInForce(Struct, frozen=True):
    key_id: str
    workspace: str
    hash: bytes
    sources: list[str]
    campaigns: list[str] | None
    rate_per_s: int | None
    expires_at: datetime | None


class NewKey(NamedTuple):
    """A key as it is stored: its text is nowhere."""

    key_id: str
    workspace: str
    name: str
    hash: bytes
    sources: list[str]
    campaigns: list[str] | None
    rate_per_s: int | None
    created_by: str
    expires_at: datetime | None


async def find_keys_in_force(conn: Conn) -> list[KeyInForce]:
    return await fetch(conn, KeyInForce, FIND_KEYS_IN_FORCE)


async def list_keys(conn: Conn, reach: Reach, *, after: str, limit: int) -> list[ApiKey]:
    """Of the whole workspace alone."""
    rows = limit if reach.is_whole else 0
    return await fetch(conn, ApiKey, LIST_KEYS, reach.workspace, after, rows)


async def get_key(conn: Conn, workspace: str, key_id: str) -> ApiKey | None:
    return await fetch_one(conn, ApiKey, GET_KEY, workspace, key_id)


async def add_key(conn: Conn, key: NewKey) -> None:
    await conn.execute(ADD_KEY, *key)


async def put_revoked(conn: Conn, workspace: str, key_id: str) -> bytes | None:
    """The key's hash; None when there is no such key in force."""
    digest: bytes | None = await conn.fetchval(PUT_REVOKED, workspace, key_id)
    return digest
