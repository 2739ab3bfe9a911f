"""What a process of budget holds after it has seen very many names; prints megabytes.

    python router_memory.py sources|workspaces

A database that knows every name stands behind it, for only what is committed is remembered.
"""

import asyncio
import gc
import itertools
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from budget.ledger import catalogues, registry
from budget.ledger.rules import AccountKey
from budget.posting.records import SpendFields, SpendRecord
from budget.posting.route import Posting
from budget.posting.router import Router
from shared.database import locks
from shared.database.pool import Conn
from shared.kafka.consumer import Received

POLL = 5000
SOURCES = 280_000
PANES = 70_000
WORKSPACES = ("w1", "w2", "w3", "w4")
START = datetime(2025, 11, 3, tzinfo=UTC)
FLIGHT = {
    "campaign": "c1",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "starts_at": START - timedelta(days=1),
    "ends_at": START + timedelta(days=4000),
    "effective_from": START - timedelta(days=1),
    "closed": False,
    "lines": [f"L{number:03d}" for number in range(200)],
}


class Database:
    """Answers as if everything had been committed before."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    async def execute(self, statement: str, *_: Any) -> None:
        assert statement == locks.TAKE_ALL, statement

    async def fetch(self, statement: str, *columns: Sequence[Any]) -> list[Any]:
        if statement == catalogues.FIND_VERSIONS:
            return [{"workspace": one, "version": 1} for one in columns[0]]
        if statement == catalogues.CAMPAIGNS:
            return [FLIGHT]
        if statement == catalogues.MAPPINGS:
            return []
        rows = zip(*columns, strict=True)
        if statement == registry.FIND_REPORTS:
            return [(*key, "delta", "") for key in rows]
        if statement == registry.FIND_FEEDS:
            return list(rows)
        if statement == registry.FIND_ACCOUNTS:
            names = (*AccountKey._fields, "account_id")
            return [dict(zip(names, (*key, next(self._ids)), strict=True)) for key in rows]
        assert statement == registry.FIND_STREAMS, statement
        return [(*key, next(self._ids)) for key in rows]


def posting(index: int, workspace: str, source: str, line: str, minute: int) -> Posting:
    """A delta as it comes from Kafka: each of its texts is an object of its own."""
    start = START + timedelta(minutes=minute)
    data = SpendFields(
        amount="1.00",
        period_start=start.isoformat(),
        period_end=(start + timedelta(minutes=5)).isoformat(),
        currency="".join(["C", "NY"]),
        campaign="".join(["c", "1"]),
        line=f"{line}",
    )
    event = SpendRecord(
        id=f"e{index}",
        source=source,
        time=start,
        workspace=workspace,
        bodyhash="00" * 16,
        data=data,
    )
    return Posting(index, Received("spend.v1", 0, index, None, b""), event, 1_000_000)


def sources(number: int) -> Posting:
    """Each event is of another source."""
    return posting(number, "default", f"google-ads/{number:07d}", f"L{number % 200:03d}", 0)


def workspaces(number: int) -> Posting:
    """Four workspaces in turn, each with 200 lines over 350 panes."""
    workspace, pane = WORKSPACES[number % 4], number // 4
    return posting(number, workspace, "ads/1", f"L{pane % 200:03d}", pane // 200 * 5)


def resident_mb() -> float:
    """What the process holds in memory now."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


async def main(kind: str) -> None:
    make, total = {"sources": (sources, SOURCES), "workspaces": (workspaces, 4 * PANES)}[kind]
    router, conn = Router(), cast("Conn", Database())
    gc.collect()
    before, most = resident_mb(), 0.0
    for first in range(0, total, POLL):
        polled = [make(number) for number in range(first, first + POLL)]
        kept, refused = await router.assign(conn, polled)
        assert len(kept) == POLL
        assert not refused
        most = max(most, resident_mb())
    sys.stdout.write(f"before={before:.0f} most={most:.0f}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
