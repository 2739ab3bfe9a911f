"""Do the totals equal the ledger? Asked by anybody, looked up once at a time (design.md 1.4)."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from budget.audit import store as audit
from budget.invariants import store
from shared.database.pool import Conn, Pool
from shared.errors import UnavailableError
from shared.money import format_micros

REST = 9
"""So that long looks take at most a tenth of the time."""


class _Look(NamedTuple):
    """Seconds of the monotonic clock, and what was found."""

    began: float
    holds_until: float
    answer: dict[str, Any]


@dataclass(slots=True)
class Invariants:
    """One per process. Reading a ledger again for everybody who asks would let a reader stop
    posting, so one look is taken at a time, and the answer of one that took more than `long_s`
    holds for REST times as long as it took."""

    pool: Pool
    timeout_s: float
    long_s: float = 1.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _known: dict[str, _Look] = field(default_factory=dict)

    async def of(self, workspace: str) -> dict[str, Any]:
        """The answer of GET /v1/invariants. Raises UnavailableError `invariants_timeout`."""
        asked = time.monotonic()
        async with self._turn:
            known = self._known.get(workspace)
            # Who has waited for somebody else's look gets what it found.
            if known is not None and (known.began >= asked or asked < known.holds_until):
                return known.answer
            began = time.monotonic()
            try:
                answer = await self._look(workspace)
            except TimeoutError as error:
                detail = f"adding up the ledger took more than {self.timeout_s:g} s"
                raise UnavailableError("invariants_timeout", detail, retry_after_s=60) from error
            ended = time.monotonic()
            took_s = ended - began
            holds_until = ended + REST * took_s if took_s > self.long_s else began
            look = _Look(began, holds_until, answer)
            fresh = {w: k for w, k in self._known.items() if ended < k.holds_until}
            self._known = {**fresh, workspace: look}
            return answer

    async def _look(self, workspace: str) -> dict[str, Any]:
        async with (
            self.pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            found = await look(conn, workspace, timeout_s=self.timeout_s)
        return {
            "holds": found.holds,
            "accounts": found.accounts,
            "entries": found.entries,
            "drift": format_micros(found.drift) if found.drift else "0",
            "checks": found.checks,
            "as_of": found.as_of,
            "took_ms": found.took_ms,
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """One look at a workspace's ledger: what was true at `as_of`, and how long it took to see."""

    accounts: int
    entries: int
    drift: int
    checks: dict[str, bool]
    as_of: datetime
    took_ms: int

    @property
    def holds(self) -> bool:
        return all(self.checks.values())


async def look(conn: Conn, workspace: str, *, timeout_s: float) -> Findings:
    """Looks at the whole ledger in the caller's snapshot. Raises TimeoutError."""
    as_of, began = datetime.now(UTC), time.monotonic()
    found = await store.count_broken(conn, workspace, timeout_s=timeout_s)
    found["currencies"] = await store.count_crossings(conn, workspace, timeout_s=timeout_s)
    found["allocations"] = await store.count_unallocated(conn, workspace, timeout_s=timeout_s)
    found["commitments"] = await store.count_unbound(conn, workspace, timeout_s=timeout_s)
    chain = await audit.verify(conn, workspace)
    accounts, entries = found.pop("accounts"), found.pop("entries")
    checks = {name: value == 0 for name, value in found.items()}
    checks["audit"] = chain.broken_at is None
    took_ms = max(1, int((time.monotonic() - began) * 1000))
    return Findings(accounts, entries, found["drift"], checks, as_of, took_ms)
