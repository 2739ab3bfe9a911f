"""Looks at every workspace's ledger now and then, so that a broken one is found before a person is.

One look at a time in the whole installation, whoever takes it; what was found is a row, so that
every replica's gauges say the same, after a restart as well.
"""

from budget.invariants import checks
from budget.invariants.look import look
from budget.settings import BudgetSettings
from shared import metrics
from shared.database.pool import Pool, transaction
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

REST_S = 5.0
"""Between two questions whether a workspace is due."""


class LedgerWatch:
    """The background task; `refresh` sets the gauges from what all replicas have found."""

    def __init__(self, settings: BudgetSettings, pool: Pool) -> None:
        self._pool = pool
        self._every_s = settings.invariants_every_s
        self._timeout_s = settings.invariants_timeout_s
        self.rounds = Rounds(settings, "ledger-watch", self.step, rest_s=REST_S)

    async def step(self) -> bool:
        """Looks at the workspace that has waited longest, if one is due; False: none is."""
        workspace = None
        try:
            # Not read only, for the answer is stored; one snapshot, as for GET /v1/invariants.
            async with (
                self._pool.acquire() as conn,
                conn.transaction(isolation="repeatable_read"),
            ):
                workspace = await checks.take_due(conn, self._every_s)
                if workspace is None:
                    return False
                found = await look(conn, workspace, timeout_s=self._timeout_s)
                await checks.put_look(conn, workspace, found)
        except TimeoutError:
            if workspace is None:
                raise
            # It keeps its last answer, which ages, and its turn comes again behind the others.
            log.error("ledger_unchecked", workspace=workspace, timeout_s=self._timeout_s)
            async with transaction(self._pool) as later:
                await checks.put_tried(later, workspace, self._timeout_s)
            return True
        if not found.holds:
            broken = [name for name, holds in found.checks.items() if not holds]
            log.error("ledger_broken", workspace=workspace, drift=found.drift, checks=broken)
        return True


async def refresh(pool: Pool) -> None:
    """Sets the gauges: the drift of all ledgers, whether all hold, and the oldest look."""
    async with pool.acquire() as conn:
        state = await checks.get_state(conn)
    metrics.LEDGER_DRIFT.set(state.drift)
    metrics.LEDGER_HOLDS.set(state.holds)
    metrics.ALLOCATIONS_HOLD.set(state.allocated)
    metrics.LEDGER_CHECKED.set(state.checked_s)
