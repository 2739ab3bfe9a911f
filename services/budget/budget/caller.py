"""What every command of people does in its transaction: lock, stop posting, audit, release.

All take the workspace's lock first: it orders the audit chain and the catalogue's versions. What
changes where money belongs also keeps polls out, before it locks anything a poll could want.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import Request

from budget.audit import store as audit
from budget.audit.store import Act
from budget.ledger import catalogues
from budget.ledger.moving import MovedMoney
from budget.ledger.release import Release
from budget.ledger.rules import Catalogue
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.errors import UnavailableError
from shared.http import caller as callers
from shared.http.auth import Principal
from shared.http.caller import Caller
from shared.http.reach import Reach

ACTOR = "paceline"
"""Who is named in the audit when time alone puts an approved plan in force."""


@asynccontextmanager
async def calling(request: Request, principal: Principal) -> AsyncIterator[Caller]:
    """One transaction of the caller; it commits when the block ends.

    Polls of spend.v1 may wait for it, and a poll names many workspaces: so it ends in time, or
    nothing of it stands. Raises UnavailableError `release_timeout`.
    """
    limit_s = request.app.state.settings.release_timeout_s
    async with callers.calling(request, principal) as caller:
        timer = asyncio.timeout(limit_s)
        try:
            async with timer:
                yield caller
        except TimeoutError as error:
            if not timer.expired():
                raise
            detail = f"it took more than {limit_s:g} s while posting waits; nothing was changed"
            raise UnavailableError("release_timeout", detail, retry_after_s=60) from error


once = partial(callers.once, calling=calling)


async def time_itself(conn: Conn, workspace: str, clock: Clock) -> Caller:
    """A transaction in which nobody but time acts."""
    reach = Reach(workspace)
    nobody = Principal(reach, ACTOR, frozenset())
    return Caller(conn, nobody, await clock.now(conn), reach, clock)


async def lock(caller: Caller) -> Caller:
    """Takes the workspace's lock; the caller at the moment it has it."""
    await catalogues.WORKSPACE_LOCK.take(caller.conn, caller.workspace)
    return await caller.at_present()


async def stop_posting(caller: Caller) -> Caller:
    """Takes the workspace's lock and keeps polls out, for what moves booked money; the caller at
    the moment at which nobody else writes."""
    await catalogues.WORKSPACE_LOCK.take(caller.conn, caller.workspace)
    await catalogues.stop_posting(caller.conn, caller.workspace)
    return await caller.at_present()


async def add_audit(caller: Caller, action: str, about: str, detail: dict[str, Any]) -> None:
    act = Act(caller.principal.subject, action, about, detail)
    await audit.add(caller.conn, caller.workspace, act, caller.now)


async def begin_release(caller: Caller, cause: str) -> tuple[Release, Catalogue]:
    """Makes the catalogue's change seen and moves what it frees; the caller closes it.

    The caller has stopped posting before it changed the catalogue.
    """
    await catalogues.put_version(caller.conn, caller.workspace)
    moving = Release(caller.conn, caller.reach, cause, caller.now)
    catalogue = await moving.catalogue()
    await moving.move_held(catalogue)
    return moving, catalogue


async def release(caller: Caller, cause: str, *, touched: str | None = None) -> MovedMoney:
    """A release of held money alone, after which a campaign's lines are told again."""
    moving, _ = await begin_release(caller, cause)
    if touched is not None:
        moving.touch(touched)
    return await moving.close()
