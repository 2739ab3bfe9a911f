"""What the routes share: roles, the caller's transaction, paging."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from budget.planning import Session
from shared.database.pool import transaction
from shared.errors import UnavailableError
from shared.http.app import Json, require
from shared.http.auth import Principal
from shared.http.conventions import PAGE_MAX, decode_cursor, page
from shared.names import NAME

READERS = ("viewer", "operator", "approver", "finance", "auditor")
Reader = Annotated[Principal, require(*READERS)]
Operator = Annotated[Principal, require("operator")]
Name = Annotated[str, Path(pattern=f"^{NAME}$")]
Filter = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]+$")]
Financier = Annotated[Principal, require("finance")]
Decider = Annotated[Principal, require("approver", "finance")]


@asynccontextmanager
async def session(request: Request, principal: Principal) -> AsyncIterator[Session]:
    """One transaction of the caller; it commits when the block ends.

    Polls of spend.v1 may wait for it, and a poll names many workspaces: so it ends in time, or
    nothing of it stands. Raises UnavailableError `release_timeout`.
    """
    state = request.app.state
    limit_s = state.settings.release_timeout_s
    async with transaction(state.pool) as conn:
        timer = asyncio.timeout(limit_s)
        try:
            async with timer:
                yield Session(conn, principal, await state.clock.now(conn))
        except TimeoutError as error:
            if not timer.expired():
                raise
            detail = f"it took more than {limit_s:g} s while posting waits; nothing was changed"
            raise UnavailableError("release_timeout", detail, retry_after_s=60) from error


@dataclass(frozen=True, slots=True)
class Paging:
    """`?limit=&cursor=`: how much of a list is asked for, and from where."""

    limit: int
    cursor: str | None

    def after(self, default: Any) -> Any:
        """The key the page begins after. Raises InvalidError `cursor_invalid`."""
        values = decode_cursor(self.cursor, type(default))
        return default if values is None else values[0]

    def page(self, items: list[Any], key: str) -> Json:
        """`{"items", "next"}` from up to limit + 1 items in order of `key`."""
        return Json(page(items, self.limit, lambda item: [item[key]]))


def _paging(
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100, cursor: str | None = None
) -> Paging:
    return Paging(limit, cursor)


Paged = Annotated[Paging, Depends(_paging)]
