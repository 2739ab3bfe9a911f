"""What a process of kpi-monitor holds after it has folded very many lines; prints megabytes.

A database that knows every feed stands behind it, for only what is committed is remembered.
"""

import asyncio
import gc
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from kpi_monitor.intake.handlers import Intake
from kpi_monitor.panes import store
from kpi_monitor.panes.feeds import Feeds
from kpi_monitor.records.measures import Measures
from kpi_monitor.records.record import Fed
from shared.database.pool import Conn

POLL = 5_000
LINES = 350_000
PERIOD = 1_762_214_400_000, 1_762_218_000_000, 0


class Database:
    """Answers as if every feed had been committed before."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    async def fetch(self, statement: str, *columns: Sequence[Any]) -> list[Any]:
        assert statement == store.FEEDS, statement
        return [(number, next(self._ids)) for number in range(1, len(columns[0]) + 1)]


def line(number: int) -> tuple[Fed, Measures]:
    """A line as it comes from Kafka: each of its texts is an object of its own."""
    fed = (
        "".join(["def", "ault"]),
        f"campaign-{number // 20:06d}",
        f"L{number % 20:02d}",
        (f"google-ads/{number % 997:07d}"),
    )
    return fed, {"".join(["impres", "sions"]): 1_000_000, "".join(["cli", "cks"]): 1_000_000}


def resident_mb() -> float:
    """What the process holds in memory now."""
    for row in Path("/proc/self/status").read_text("utf-8").splitlines():
        if row.startswith("VmRSS:"):
            return int(row.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


async def main() -> None:
    feeds, conn = Feeds(), cast("Conn", Database())
    assert Intake, "what the service imports is in memory too"
    gc.collect()
    before, most = resident_mb(), 0.0
    for first in range(0, LINES, POLL):
        lines = dict(line(number) for number in range(first, first + POLL))
        sums = await feeds.number(conn, {PERIOD: lines})
        assert len(sums[PERIOD]) == 2 * POLL
        most = max(most, resident_mb())
    sys.stdout.write(f"before={before:.0f} most={most:.0f}\n")


if __name__ == "__main__":
    asyncio.run(main())
