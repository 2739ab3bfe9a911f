"""Who asks, in which transaction, at which moment: what every command is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request

from budget.audit import store as audit
from budget.audit.store import Act
from budget.ledger import catalogues
from budget.ledger.release import Moved, Release
from budget.ledger.rules import Catalogue
from shared.database.pool import Conn, transaction
from shared.errors import UnavailableError
from shared.http.auth import Principal

ACTOR = "paceline"
"""Who is named in the audit when time alone puts an approved plan in force."""


@dataclass(frozen=True, slots=True)
class Session:
    """One caller's transaction: the connection, who it is, and the moment it happens."""

    conn: Conn
    principal: Principal
    now: datetime

    @property
    def workspace(self) -> str:
        """The workspace of the credential."""
        return self.principal.workspace

    async def lock(self) -> None:
        """Takes the workspace's lock."""
        await catalogues.lock(self.conn, self.workspace)

    async def stop_posting(self) -> None:
        """Takes the workspace's lock and keeps polls out: for what moves booked money."""
        await self.lock()
        await catalogues.stop_posting(self.conn, self.workspace)

    async def audit(self, action: str, about: str, detail: dict[str, Any]) -> None:
        """Appends to the audit."""
        act = Act(self.principal.subject, action, about, detail)
        await audit.add(self.conn, self.workspace, act, self.now)

    async def begin_release(self, cause: str) -> tuple[Release, Catalogue]:
        """Makes the catalogue's change seen and moves what it frees; the caller closes it.

        The caller has stopped posting before it changed the catalogue.
        """
        await catalogues.bump(self.conn, self.workspace)
        moving = Release(self.conn, self.workspace, cause, self.now)
        catalogue = await moving.catalogue()
        await moving.move_held(catalogue)
        return moving, catalogue

    async def release(self, cause: str, *, touched: str | None = None) -> Moved:
        """A release of held money alone, after which a campaign's lines are told again."""
        moving, _ = await self.begin_release(cause)
        if touched is not None:
            moving.touch(touched)
        return await moving.close()


def system_session(conn: Conn, workspace: str, now: datetime) -> Session:
    """A transaction in which nobody but time acts."""
    return Session(conn, Principal(workspace, ACTOR, frozenset()), now)


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
