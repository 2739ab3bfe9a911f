"""Who asks, in one transaction at one instant: what every route of people begins with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import Path, Query, Request, Response

from shared.database.clock import Clock
from shared.database.pool import Conn, transaction
from shared.http.app import require
from shared.http.auth import Principal
from shared.http.conventions import Reply, idempotent
from shared.http.reach import Reach, resolved
from shared.names import NAME

READERS = ("viewer", "operator", "approver", "finance", "auditor")
Reader = Annotated[Principal, require(*READERS)]
Operator = Annotated[Principal, require("operator")]
Decider = Annotated[Principal, require("approver", "finance")]
Financier = Annotated[Principal, require("finance")]
Auditor = Annotated[Principal, require("auditor", "finance", "approver")]
Admin = Annotated[Principal, require("admin")]

Name = Annotated[str, Path(pattern=f"^{NAME}$")]
"""An id of ours in a path."""
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""An id that the database counted."""
Filter = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]+$")]
"""A condition of a list: any text that PostgreSQL can hold."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The connection, who it is, and the moment it happens."""

    conn: Conn
    principal: Principal
    now: datetime
    reach: Reach
    """Of the credential, its regions resolved to campaigns."""
    clock: Clock

    @property
    def workspace(self) -> str:
        """The workspace of the credential."""
        return self.principal.workspace

    async def at_present(self) -> "Caller":
        """The same at the moment it is by now: for who has waited for a lock, so that what is done
        one after the other is recorded in that order."""
        return replace(self, now=await self.clock.now(self.conn))


@asynccontextmanager
async def calling(request: Request, principal: Principal) -> AsyncIterator[Caller]:
    """The caller's transaction: commits when the block ends, rolls back when it raises."""
    state = request.app.state
    async with transaction(state.pool) as conn:
        reach = await resolved(conn, principal.reach, state.campaigns_of_regions)
        yield Caller(conn, principal, await state.clock.now(conn), reach, state.clock)


async def once(
    request: Request,
    principal: Principal,
    act: Callable[[Caller], Awaitable[Reply]],
    *,
    calling: Callable[[Request, Principal], AbstractAsyncContextManager[Caller]] = calling,
) -> Response:
    """What a person does in one transaction, done once for an Idempotency-Key."""
    schema = request.app.state.schema
    async with calling(request, principal) as caller:
        return await idempotent(request, caller.conn, schema, principal, partial(act, caller))
