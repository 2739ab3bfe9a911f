"""What has been folded and waits: for judgement, or for a mapping. A stuck service says so."""

from kpi_monitor.intake import store_held
from kpi_monitor.units import store as units
from shared import metrics
from shared.database.pool import Pool
from shared.errors import UnavailableError

AGE_MAX_S = 60.0
"""Judging follows folding within a second; after a minute nobody is at it."""


async def refresh(pool: Pool) -> None:
    async with pool.acquire() as conn:
        found = await units.get_waiting(conn)
        metrics.KPI_HELD_ROWS.set(await store_held.count(conn))
    metrics.KPI_CAMPAIGNS_WAITING.set(found.campaigns)
    metrics.KPI_WAITING_AGE.set(found.age_s)


async def check(pool: Pool, age_max_s: float = AGE_MAX_S) -> None:
    """Raises UnavailableError `evaluation_stuck` when a campaign waits for longer than that."""
    async with pool.acquire() as conn:
        found = await units.get_waiting(conn)
    if found.age_s > age_max_s:
        raise UnavailableError(
            "evaluation_stuck",
            f"{found.campaigns} campaigns wait to be judged, the oldest for {found.age_s:.0f} s",
        )
