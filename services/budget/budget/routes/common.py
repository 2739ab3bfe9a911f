"""What the routes share: roles, the caller's transaction, paging."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Query, Request

from budget.planning import Session
from shared.auth import Principal
from shared.database import transaction
from shared.http import require
from shared.requests import PAGE_MAX, decode_cursor, encode_cursor

READERS = ("viewer", "operator", "approver", "finance", "auditor")
Reader = Annotated[Principal, require(*READERS)]
Operator = Annotated[Principal, require("operator")]
Decider = Annotated[Principal, require("approver", "finance")]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@asynccontextmanager
async def session(request: Request, principal: Principal) -> AsyncIterator[Session]:
    """One transaction of the caller; it commits when the block ends."""
    async with transaction(request.app.state.pool) as conn:
        yield Session(conn, principal, await request.app.state.clock.now(conn))


def after(cursor: str | None, default: Any) -> Any:
    """The value the page begins after."""
    values = decode_cursor(cursor, 1)
    if values is None or type(values[0]) is not type(default):
        return default
    return values[0]


def page(items: list[Any], limit: int, last: Any) -> dict[str, Any]:
    """`{"items", "next"}` from up to limit + 1 items; `last` is the key of the last one shown."""
    return {"items": items[:limit], "next": encode_cursor([last]) if len(items) > limit else None}
