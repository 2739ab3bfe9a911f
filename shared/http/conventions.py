"""Idempotency keys, entity tags and cursors: the HTTP conventions of design.md section 5."""

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from fastapi import Request, Response

from shared.database.pool import Conn
from shared.errors import (
    InvalidError,
    PreconditionFailedError,
    PreconditionRequiredError,
    UnparseableError,
)
from shared.http.answers import KEY_LENGTH_MAX
from shared.http.app import Json
from shared.http.auth import Principal

PAGE_MAX = 500

CLAIM = """
INSERT INTO {schema}.idempotency (workspace, route, key, body_hash, status, headers, reply)
VALUES ($1, $2, $3, $4, 0, '{{}}', 'null') ON CONFLICT DO NOTHING RETURNING true
"""
STORED = """
SELECT body_hash, status, headers, reply FROM {schema}.idempotency
WHERE workspace = $1 AND route = $2 AND key = $3
"""
STORE = """
UPDATE {schema}.idempotency SET status = $4, headers = $5, reply = $6
WHERE workspace = $1 AND route = $2 AND key = $3
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a route answers: status, JSON-able body, extra headers (Location, ETag)."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, *, hit: bool = False) -> Response:
        """The HTTP answer; `hit` marks a stored one."""
        headers = {**self.headers, "Idempotency-Hit": "true"} if hit else self.headers
        return Json(self.body, self.status, headers)


async def idempotent(
    request: Request,
    conn: Conn,
    schema: str,
    principal: Principal,
    produce: Callable[[], Awaitable[Reply]],
) -> Response:
    """Runs `produce` once per (workspace, path, Idempotency-Key), in `conn`'s transaction.

    The same key, person and body answer the stored reply with `Idempotency-Hit: true`. A
    concurrent twin waits for the first. An error stores nothing. Raises UnparseableError
    `idempotency_key_missing`, InvalidError `idempotency_key_reused`.
    """
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= KEY_LENGTH_MAX:
        raise UnparseableError(
            "idempotency_key_missing", f"send Idempotency-Key, 1 to {KEY_LENGTH_MAX} characters"
        )
    place = (principal.workspace, f"{request.method} {request.url.path}", key)
    # The subject belongs to it: another person with the same key must not get this one's reply, or
    # a second approver would be told of a decision that nobody stored.
    sent = principal.subject.encode() + b"\0" + await request.body()
    body_hash = hashlib.blake2b(sent, digest_size=16).digest()
    if await conn.fetchval(CLAIM.format(schema=schema), *place, body_hash):
        reply = await produce()
        plain = msgspec.json.decode(msgspec.json.encode(reply.body))
        await conn.execute(STORE.format(schema=schema), *place, reply.status, reply.headers, plain)
        return reply.response()
    stored = await conn.fetchrow(STORED.format(schema=schema), *place)
    assert stored is not None
    if stored["body_hash"] != body_hash:
        raise InvalidError("idempotency_key_reused", "this key was used with another body")
    return Reply(stored["status"], stored["reply"], stored["headers"]).response(hit=True)


def etag(version: int) -> str:
    """`3` → `"3"` (a strong tag)."""
    return f'"{version}"'


def check_if_match(request: Request, version: int) -> None:
    """Raises PreconditionRequiredError without If-Match, PreconditionFailedError if it differs."""
    sent = request.headers.get("if-match")
    if sent is None:
        raise PreconditionRequiredError("if_match_missing", "send If-Match with the ETag you read")
    if sent not in ("*", etag(version)):
        raise PreconditionFailedError("version_changed", f"the current version is {etag(version)}")


def encode_cursor(values: Sequence[str | int]) -> str:
    """Where the next page begins, opaque to callers."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def decode_cursor(text: str | None, *kinds: type[str] | type[int]) -> list[Any] | None:
    """The values of `encode_cursor`, one of each of `kinds`, or None for the first page.

    Raises InvalidError `cursor_invalid`, also for what no column of PostgreSQL can hold.
    """
    if not text:
        return None
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidError("cursor_invalid", "the cursor is not one we gave") from error
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise InvalidError("cursor_invalid", "the cursor is not one of this list")
    for value in values:
        if "\0" in value if isinstance(value, str) else not -(2**63) <= value < 2**63:
            raise InvalidError("cursor_invalid", "the cursor is not one we gave")
    return values


def page(items: list[Any], limit: int, cursor: Callable[[Any], Sequence[str | int]]) -> Any:
    """`{"items", "next"}` from up to limit + 1 rows: the extra one only tells there is more."""
    more = len(items) > limit
    shown = items[:limit]
    return {"items": shown, "next": encode_cursor(cursor(shown[-1])) if more else None}
