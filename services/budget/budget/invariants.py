"""Do the totals equal the ledger? Asked by anybody, looked up once at a time (design.md 1.4)."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from budget import store_audit, store_invariants
from shared.database import Pool
from shared.errors import UnavailableError
from shared.money import format_micros


@dataclass(slots=True)
class Invariants:
    """One per process. Reading a ledger again for everybody who asks would let a reader stop
    posting, so one look is taken at a time, and its answer holds for `max_age_s`."""

    pool: Pool
    max_age_s: float
    timeout_s: float
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _known: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)

    async def of(self, workspace: str) -> dict[str, Any]:
        """The answer of GET /v1/invariants. Raises UnavailableError `invariants_timeout`."""
        asked = time.monotonic()
        async with self._turn:
            known = self._known.get(workspace)
            # Who has waited for somebody else's look gets what it found.
            if known is not None and (known[0] >= asked or asked - known[0] < self.max_age_s):
                return known[1]
            began = time.monotonic()
            try:
                answer = await self._look(workspace)
            except TimeoutError as error:
                detail = f"adding up the ledger took more than {self.timeout_s:g} s"
                raise UnavailableError("invariants_timeout", detail, retry_after_s=60) from error
            fresh = {w: k for w, k in self._known.items() if began - k[0] < self.max_age_s}
            self._known = {**fresh, workspace: (began, answer)}
            return answer

    async def _look(self, workspace: str) -> dict[str, Any]:
        async with (
            self.pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            found = await store_invariants.read(conn, workspace, timeout_s=self.timeout_s)
            broken_at = await store_audit.broken_at(conn, workspace)
        accounts, entries = found.pop("accounts"), found.pop("entries")
        checks = {name: value == 0 for name, value in found.items()}
        checks["audit"] = broken_at is None
        drift = found["drift"]
        return {
            "holds": all(checks.values()),
            "accounts": accounts,
            "entries": entries,
            "drift": format_micros(drift) if drift else "0",
            "checks": checks,
        }
