"""Exact postings: events/s of budget's handler into PostgreSQL, dedupe, totals and all.

    python -m bench.posting [--replicas 2] [--batches 40] [--size 5000] [--fill 0] [--copies 0]
                            [--ids ordered|random] [--runs 1] [--url URL]

Without --url it starts its own PostgreSQL in a temporary directory. Each replica is a process that
gives polls of `size` events, spread over 10,000 lines by zipf 1.0 with time-ordered ids, to the
service's handler, each in a committed transaction (synchronous_commit on). Kafka and the sealer are
not in the path. --fill posts that many events first; PostgreSQL then copies them --copies times, to
later ids of the same accounts, and writes a checkpoint. --runs measures that often, each time with
new ids on the table as the run before left it.
"""

import argparse
import asyncio
import bisect
import datetime as dt
import gc
import itertools
import multiprocessing
import platform
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

import asyncpg
import uvloop

from bench.processes import postgres_cpu
from budget.handlers import SpendHandler
from budget.settings import BudgetSettings
from cli.embedded.postgres import PostgresServer
from cli.migrations.migrate import migrate
from shared.database.clock import SystemClock
from shared.database.pool import Pool, create_pool, transaction
from shared.events import ENCODER, SpendEvent, SpendStored
from shared.kafka.consumer import Received

LINES = 10_000
WARM_UP = 4
FILL_TIMEOUT_S = 3600.0
START = dt.datetime(2025, 11, 3, 4, tzinfo=dt.UTC)
PANE = dt.timedelta(minutes=5)
WEIGHTS = list(itertools.accumulate(1 / (rank + 1) for rank in range(LINES)))


# Filled entries once more, in the order of the primary key, as the events of each source come.
KEEP_FILLED = """
CREATE TEMP TABLE filled AS SELECT * FROM budget.entries ORDER BY stream_id, id
"""
COPY_FILLED = """
INSERT INTO budget.entries (entry, amount, at, recorded_at, stream_id, account_id, kind, bodyhash,
  id)
SELECT entry + $1 * $2::bigint, amount, at, recorded_at, stream_id, account_id, kind, bodyhash,
  {}
FROM filled ORDER BY stream_id, {}
"""
COPY_IDS = {
    "ordered": "'20251103-g' || lpad($1::text, 6, '0') || substr(id, 14)",
    "random": "md5(id || $1::text)",
}
# Balances and counters grow with the entries, so the ledger's invariants hold.
GROW_ACCOUNTS = """
UPDATE budget.accounts SET balance = balance * $1, entries = entries * $1
"""


def make_polls(
    name: str, first: int, count: int, size: int, ids: str = "ordered"
) -> list[list[Received]]:
    """Encoded polls; `first` keeps ids of a name unique and, unless random, rising."""
    rnd = random.Random(f"{name}/{first}")
    return [
        [
            record(
                rnd,
                bisect.bisect(WEIGHTS, rnd.random() * WEIGHTS[-1]),
                name,
                first + poll * size + place,
                ids,
            )
            for place in range(size)
        ]
        for poll in range(count)
    ]


def record(rnd: random.Random, rank: int, name: str, number: int, ids: str = "ordered") -> Received:
    """Event `number` of `name`, about the line of that rank."""
    time_ = START + dt.timedelta(milliseconds=number % 10_000_000)
    start = time_.replace(minute=time_.minute // 5 * 5, second=0, microsecond=0)
    event = SpendEvent(
        specversion="1.0",
        id=f"20251103-{name}-{number:012d}" if ids == "ordered" else f"{rnd.getrandbits(128):032x}",
        source=f"google-ads/{rank % 8:03d}-456-7890",
        time=time_,
        workspace="default",
        receivedat=time_,
        bodyhash=f"{rnd.getrandbits(128):032x}",
        data=SpendStored(
            campaign=f"c{rank // 10:04d}",
            line=f"L{rank % 10:02d}",
            amount=f"{rnd.randint(1, 99_999)}.{rnd.randint(0, 999_999):06d}",
            currency="CNY",
            period_start=start,
            period_end=start + PANE,
        ),
    )
    return Received("spend.v1", rank % 24, number, None, ENCODER.encode(event))


async def prepare(url: str) -> None:
    """Approved campaigns with LINES lines."""
    conn = await asyncpg.connect(url)
    day = dt.timedelta(days=1)
    names = [f"c{number:04d}" for number in range(LINES // 10)]
    await conn.execute(
        "INSERT INTO budget.campaigns (workspace, campaign, version, status, name, currency, "
        "time_zone, starts_at, ends_at, body, plan_version, effective_from, created_by, created_at)"
        " SELECT 'default', u, 1, 'approved', u, 'CNY', 'Asia/Shanghai', $2, $3, '{}', 1, $2, 'b',"
        " $2 FROM unnest($1::text[]) AS u",
        names,
        START - 2 * day,
        START + 9 * day,
    )
    await conn.execute(
        "INSERT INTO budget.lines (workspace, campaign, line, version, plan_version, removed, name,"
        " allocated, curve) SELECT 'default', u, 'L' || lpad(n::text, 2, '0'), 1, 1, false, u, 1,"
        " '{}' FROM unnest($1::text[]) AS u, generate_series(0, 9) AS n",
        names,
    )
    await conn.execute("INSERT INTO budget.catalogue_versions VALUES ('default', 1)")
    await conn.close()


async def post(pool: Pool, handler: SpendHandler, polls: list[list[Received]]) -> list[float]:
    """Posts the polls; seconds of each, commit included."""
    took = []
    for poll in polls:
        began = time.perf_counter()
        async with transaction(pool) as conn:
            await handler.on_spend(conn, poll)
        took.append(time.perf_counter() - began)
    return took


class ReplicaCost(NamedTuple):
    """One replica's measured part: wall clock, CPU seconds of it and of PostgreSQL so far."""

    began: float
    ended: float
    python_s: float
    postgres_began_s: float
    postgres_ended_s: float
    poll_p50_s: float


def replica(
    url: str, share: tuple[str, int, int, str], warm: Barrier, results: "Queue[ReplicaCost]"
) -> None:
    """One process; all begin to measure when the last of them is warm."""
    name, count, size, ids = share

    async def run() -> None:
        settings = BudgetSettings(database_url=url)
        pool = await create_pool(settings)
        handler = SpendHandler(settings, SystemClock())
        polls = make_polls(name, 0, count + WARM_UP, size, ids)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        await post(pool, handler, polls[:WARM_UP])
        async with pool.acquire() as conn:
            warm.wait()
            before, began, cpu = postgres_cpu(conn), time.time(), time.process_time()
            took = await post(pool, handler, polls[WARM_UP:])
            cpu, ended = time.process_time() - cpu, time.time()
            middle = sorted(took)[len(took) // 2]
            results.put(ReplicaCost(began, ended, cpu, before, postgres_cpu(conn), middle))
        await pool.close()

    uvloop.run(run())


async def fill(url: str, events: int, copies: int, size: int, ids: str) -> None:
    """Posts `events` before the measurement, multiplies them, and has all of it written out."""
    settings = BudgetSettings(database_url=url)
    pool = await create_pool(settings)
    handler = SpendHandler(settings, SystemClock())
    for first in range(0, events, 20 * size):
        await post(pool, handler, make_polls("fill", first, 20, size, ids))
    async with pool.acquire() as conn:
        await conn.execute("TRUNCATE budget.changes")
        blocks = await conn.fetchval("SELECT last_value FROM budget.entry_blocks")
        span = await conn.fetchval("SELECT max(entry) + 1 FROM budget.entries")
        await conn.execute(KEEP_FILLED, timeout=FILL_TIMEOUT_S)
        for copy in range(1, copies + 1):
            statement = COPY_FILLED.format(COPY_IDS[ids], COPY_IDS[ids])
            await conn.execute(statement, copy, span, timeout=FILL_TIMEOUT_S)
        await conn.execute(GROW_ACCOUNTS, copies + 1)
        await conn.execute("SELECT setval('budget.entry_blocks', $1)", blocks * (copies + 1))
        await conn.execute("VACUUM ANALYZE budget.entries", timeout=FILL_TIMEOUT_S)
        await conn.execute("CHECKPOINT", timeout=FILL_TIMEOUT_S)
    await pool.close()


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """The URL of a migrated database; an own server unless one is given."""
    if url:
        migrate(url)
        yield url
        return
    directory = Path(tempfile.mkdtemp(prefix="paceline-bench-"))
    directory.chmod(0o711)
    server = PostgresServer({"max_wal_size": "16GB", "checkpoint_timeout": "30min"})
    server.start(directory)
    try:
        migrate(server.url)
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def measure(url: str, run: int, options: argparse.Namespace) -> str:
    """Has the replicas post and returns the line of figures; `run` makes their ids new."""
    context = multiprocessing.get_context("spawn")
    results: Queue[ReplicaCost] = context.Queue()
    warm = context.Barrier(options.replicas)
    shape = options.batches, options.size, options.ids
    processes = [
        context.Process(target=replica, args=(url, (f"r{run}{number}", *shape), warm, results))
        for number in range(options.replicas)
    ]
    for process in processes:
        process.start()
    figures = [results.get() for _ in processes]
    for process in processes:
        process.join()
    events = options.replicas * options.batches * options.size
    seconds = max(one.ended for one in figures) - min(one.began for one in figures)
    python_us = sum(one.python_s for one in figures) / events * 1e6
    postgres_s = max(one.postgres_ended_s for one in figures)
    postgres_s -= min(one.postgres_began_s for one in figures)
    postgres_us = postgres_s / events * 1e6
    median_ms = max(one.poll_p50_s for one in figures) * 1000
    return (
        f"replicas={options.replicas} size={options.size} "
        f"filled={options.fill * (options.copies + 1)} ids={options.ids} "
        f"rate={events / seconds:.0f}/s poll_p50={median_ms:.0f}ms CPU an event: "
        f"{python_us + postgres_us:.1f}us = python {python_us:.1f} + postgres {postgres_us:.1f}"
    )


def main() -> None:
    """Prints the machine, the command and one line of figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--batches", type=int, default=40)
    parser.add_argument("--size", type=int, default=5000)
    parser.add_argument("--fill", type=int, default=0)
    parser.add_argument("--copies", type=int, default=0)
    parser.add_argument("--ids", choices=("ordered", "random"), default="ordered")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--url")
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"python -m bench.posting {' '.join(sys.argv[1:])}")
    with database(options.url) as url:
        asyncio.run(prepare(url))
        if options.fill:
            asyncio.run(fill(url, options.fill, options.copies, options.size, options.ids))
        for run in range(options.runs):
            print(measure(url, run, options), flush=True)


if __name__ == "__main__":
    main()
