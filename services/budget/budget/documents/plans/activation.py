"""Puts approved plans in force when their time comes: what no person does, but time alone.

Runs in every replica; the workspace's lock and the plan's status make the second of two find
nothing to do. Each plan is a transaction of its own, like the decision of a person.
"""

import asyncio

from budget.caller import time_itself
from budget.documents.plans import store
from budget.documents.plans.in_force import put_due_in_force
from budget.documents.plans.store import PlanName
from budget.settings import BudgetSettings
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.errors import UnavailableError
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)
PLANS_MAX = 100
"""Plans looked for at once; more come in the next round."""


class Activator:
    """Looks for plans whose time has come, until `stop`."""

    def __init__(self, settings: BudgetSettings, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._limit_s = settings.release_timeout_s
        self.rounds = Rounds(settings, "activator", self.step)

    async def step(self) -> bool:
        """Puts all due plans in force, in the order of their times; False when none was.

        One that takes too long keeps only the later plans of its own campaign waiting. Raises
        UnavailableError `release_timeout` after the others.
        """
        async with self._pool.acquire() as conn:
            plans = await store.find_due(conn, await self._clock.now(conn), PLANS_MAX)
        stuck: dict[tuple[str, str], UnavailableError] = {}
        for plan in plans:
            campaign = plan.workspace, plan.campaign
            if campaign in stuck:
                continue
            try:
                async with transaction(self._pool) as conn:
                    await self._put(conn, plan)
            except UnavailableError as error:
                log.error("plan_waits", campaign=plan.campaign, detail=error.detail)
                stuck[campaign] = error
        if stuck:
            raise next(iter(stuck.values()))
        return bool(plans)

    async def count_due(self, conn: Conn) -> int:
        """Plans that wait for this, for GET /internal/idle."""
        return await store.count_due(conn, await self._clock.now(conn))

    async def _put(self, conn: Conn, plan: PlanName) -> None:
        """Posting waits for it, as for what a person does: so it ends in time, or nothing stands.

        Raises UnavailableError `release_timeout`; the next round tries again.
        """
        session = await time_itself(conn, plan.workspace, self._clock)
        try:
            async with asyncio.timeout(self._limit_s):
                await put_due_in_force(session, plan)
        except TimeoutError as error:
            detail = (
                f"plan {plan.plan_version} of {plan.campaign} took more than {self._limit_s:g} s"
            )
            raise UnavailableError("release_timeout", detail) from error
        log.info("plan_in_force", campaign=plan.campaign, plan_version=plan.plan_version)
