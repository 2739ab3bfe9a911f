"""Idempotency keys and entity tags: the HTTP conventions of design.md section 5."""

import hashlib
from collections.abc import Awaitable, Callable
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
    # The subject and its reach belong to it: another person with the same key must not get this
    # one's reply, or a second approver would be told of a decision that nobody stored.
    sent = principal.subject.encode() + b"\0" + await request.body()
    if not principal.reach.is_whole:
        sent += b"\0" + principal.reach.text.encode()
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


def tagged(request: Request, body: Any) -> Response:
    """An answer of state with a weak tag of its content; 304 for who has it (If-None-Match)."""
    answer = Json(body)
    tag = f'W/"{hashlib.blake2b(answer.body, digest_size=16).hexdigest()}"'
    known = request.headers.get("if-none-match", "").split(",")
    if any(one.strip() in ("*", tag, tag.removeprefix("W/")) for one in known):
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer


def check_if_match(request: Request, version: int, *, required: bool = True) -> None:
    """Raises PreconditionFailedError when If-Match names another version, and
    PreconditionRequiredError without one, where it is required."""
    sent = request.headers.get("if-match")
    if sent is None and not required:
        return
    if sent is None:
        raise PreconditionRequiredError(
            "if_match_missing",
            f"send If-Match with the version you read, in quotation marks as its ETag: {etag(1)}",
        )
    if sent not in ("*", etag(version)):
        raise PreconditionFailedError("version_changed", f"the current version is {etag(version)}")
