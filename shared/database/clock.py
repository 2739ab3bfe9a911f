"""Where `now` comes from: the system, or one stored row that tests and the demo move by hand.

Only decisions about campaigns use this clock. Timeouts, rate limits, tokens and signatures stay
on the real one (design.md section 4).
"""

from datetime import UTC, datetime
from typing import Protocol

from shared.database.pool import Conn, Pool


class Clock(Protocol):
    async def now(self, conn: Conn) -> datetime:
        """The current instant, aware, UTC; one statement at most."""
        ...


class SystemClock:
    """The machine's clock."""

    async def now(self, conn: Conn) -> datetime:  # noqa: ARG002 - one shape for both
        return datetime.now(UTC)


class ManualClock:
    """The stored row `runtime.clock`, read inside the caller's transaction."""

    async def now(self, conn: Conn) -> datetime:
        stored: datetime | None = await conn.fetchval("SELECT now FROM runtime.clock")
        return stored or datetime.now(UTC)


async def set_manual(conn: Conn, now: datetime) -> None:
    """Moves the stored clock; it may jump forwards or backwards, callers decide what that means."""
    await conn.execute(
        'INSERT INTO runtime.clock ("only", now) VALUES (true, $1) '
        'ON CONFLICT ("only") DO UPDATE SET now = excluded.now',
        now,
    )


async def now_of(clock: Clock, pool: Pool) -> datetime:
    """The current instant for who has no connection: one is taken only where the clock is a row."""
    if isinstance(clock, SystemClock):
        return datetime.now(UTC)
    async with pool.acquire() as conn:
        return await clock.now(conn)


def make_clock(kind: str) -> Clock:
    """`kind` is the setting PACELINE_CLOCK: "system" or "manual"."""
    return ManualClock() if kind == "manual" else SystemClock()
