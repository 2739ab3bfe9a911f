"""Metrics into panes, and windows into breaches: kpi-monitor's two steps on a real PostgreSQL.

    python -m bench.folding [--keys 100000] [--mode delta|snapshot] [--spread zipf|even]
        [--replicas 1] [--events 200000] [--size 5000] [--grow 0] [--url URL]

A key is a budget line; each event states two measures of one line. Every key is folded once first
(`warm`), then `events` more are measured: deltas with time-ordered ids spread over the keys, or
snapshots of hours, half of them restatements. Each replica is a process that gives polls of `size`
to the service's handler, each in a committed transaction (synchronous_commit on). --grow measures
the same again with that many keys. Kafka is not in the path; CPU is that of the replicas and of all
of PostgreSQL's processes. bench/judging.py goes on from here.
"""

import argparse
import asyncio
import datetime as dt
import gc
import multiprocessing
import platform
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing.queues import Queue
from typing import NamedTuple, TypeAlias

import asyncpg
import msgspec
import uvloop

from bench.posting import database
from bench.processes import postgres_cpu
from kpi_monitor.intake.handlers import Intake
from kpi_monitor.judging.evaluator import Evaluator
from kpi_monitor.settings import KpiSettings
from shared.database.clock import SystemClock
from shared.database.pool import Pool, create_pool, transaction
from shared.events import ENCODER, MetricsEvent, MetricsStored
from shared.kafka.consumer import Received

SOURCES = 8
PARTITIONS = 24
RULES = 100
PANE = dt.timedelta(minutes=5)
HOUR = dt.timedelta(hours=1)
START = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0) - 30 * HOUR
PREPARE = """
WITH names AS (SELECT 'c' || lpad(n::text, 6, '0') AS name FROM generate_series(0, $1 - 1) AS n),
campaigns AS (
  INSERT INTO kpi.catalog (workspace, kind, id, version, deleted, object)
  SELECT 'default', 'campaign', name, 1, false,
    jsonb_build_object('campaign', name, 'name', name, 'time_zone', 'Asia/Shanghai')
  FROM names)
INSERT INTO kpi.units (workspace, campaign) SELECT 'default', name FROM names
"""
ADD_RULE = """
INSERT INTO kpi.rules VALUES ('default', $1, 1, $2, $3::jsonb, false, $4, 'bench', now(), now())
"""
BREACHES = "SELECT count(*) FROM kpi.outbox WHERE topic = 'breaches.v1'"

Orders: TypeAlias = "Queue[tuple[str, int, int] | None]"
Results: TypeAlias = "Queue[tuple[float, float]]"


class LoadPlan(NamedTuple):
    """What the replicas fold. `campaigns`: how many share the keys."""

    keys: int
    campaigns: int
    mode: str
    spread: str
    events: int
    size: int
    replicas: int


class Cost(NamedTuple):
    """Events folded, wall seconds, CPU seconds of Python and of PostgreSQL."""

    events: int
    seconds: float
    python: float
    postgres: float

    def __str__(self) -> str:
        python, postgres = (one / self.events * 1e6 for one in (self.python, self.postgres))
        return (
            f"{self.events / self.seconds:.0f}/s, CPU an event: {python + postgres:.1f} us = "
            f"python {python:.1f} + postgres {postgres:.1f}"
        )

    @property
    def each(self) -> float:
        return (self.python + self.postgres) / self.events


def subject(plan: LoadPlan, key: int) -> tuple[str, str]:
    """Campaign and line of a key."""
    lines = -(-plan.keys // plan.campaigns)
    return f"c{key // lines:06d}", f"L{key % lines:06d}"


def polls(plan: LoadPlan, replica: int, first: int, count: int) -> Iterator[list[Received]]:
    """`count` events from number `first` on, as polls; the first `keys` go once over all keys."""
    mine = range(replica, plan.keys, plan.replicas)
    rnd = random.Random(f"{replica}/{first}")
    for begin in range(first, first + count, plan.size):
        poll = []
        for number in range(begin, min(begin + plan.size, first + count)):
            key = mine[number % len(mine)]
            if plan.mode == "delta" and number >= len(mine):
                # Zipf 1.0 by inverting its distribution: ranks spread over the key range.
                skewed = int(len(mine) ** rnd.random()) * 7919 % len(mine)
                key = mine[skewed if plan.spread == "zipf" else rnd.randrange(len(mine))]
            poll.append(record(plan, replica, key, number, number // len(mine), rnd))
        yield poll


def record(  # noqa: PLR0917 - one call a line
    plan: LoadPlan, replica: int, key: int, number: int, lap: int, rnd: random.Random
) -> Received:
    """Event `number` about `key`; in snapshot mode lap 2n states hour n, lap 2n + 1 restates it."""
    campaign, line = subject(plan, key)
    is_delta = plan.mode == "delta"
    start = START if is_delta else START + lap // 2 * HOUR
    event = MetricsEvent(
        specversion="1.0",
        id=f"{START:%Y%m%d}-{replica}-{number:012d}",
        source=f"bench/{key % SOURCES}",
        time=start + dt.timedelta(milliseconds=number % 300_000),
        workspace="default",
        receivedat=start,
        bodyhash=f"{rnd.getrandbits(128):032x}",
        data=MetricsStored(
            campaign=campaign,
            line=line,
            mode="delta" if is_delta else "snapshot",
            report=None if is_delta else "hourly",
            period=None if is_delta else f"{start:%Y-%m-%dT%H}",
            revision=None if is_delta else lap + 1,
            measures={"impressions": rnd.randrange(100, 999), "clicks": rnd.randrange(9)},
            period_start=start,
            period_end=start + (PANE if is_delta else HOUR),
        ),
    )
    return Received("metrics.v1", key % PARTITIONS, number, None, ENCODER.encode(event))


def rule_body(rule: str, campaign: str, lines: list[str] | None) -> bytes:
    """CTR of an hour and a line, below one per cent."""
    return msgspec.json.encode(
        {
            "rule": rule,
            "scope": {"campaign": campaign, **({"lines": lines} if lines else {})},
            "group_by": ["line"],
            "kpi": "ctr",
            "window": {"kind": "tumbling", "size": "60m"},
            "condition": {"op": "<", "levels": [{"severity": "warning", "value": "0.01"}]},
        }
    )


async def prepare(url: str, plan: LoadPlan) -> None:
    """An empty kpi schema but for campaigns and the rules on them."""
    conn = await asyncpg.connect(url)
    tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'kpi'")
    names = ", ".join(f"kpi.{row[0]}" for row in tables)
    await conn.execute(f"TRUNCATE {names} RESTART IDENTITY")
    await conn.execute(PREPARE, plan.campaigns)
    effective = int(START.timestamp() * 1000)
    each = max(1, RULES // plan.campaigns)
    of_campaign: dict[str, list[str]] = {}
    for key in range(plan.keys):
        campaign, line = subject(plan, key)
        of_campaign.setdefault(campaign, []).append(line)
    for campaign, lines in of_campaign.items():
        for part in range(each):
            rule, some = f"ctr-{campaign}-{part}", lines[part::each] if each > 1 else None
            body = rule_body(rule, campaign, some).decode()
            await conn.execute(ADD_RULE, rule, campaign, body, effective)
    await conn.execute("VACUUM ANALYZE")
    await conn.execute("CHECKPOINT")
    await conn.close()


async def _count_due(pool: Pool, evaluator: Evaluator) -> int:
    async with pool.acquire() as conn:
        return await evaluator.count_due(conn)


def work(url: str, plan: LoadPlan, number: int, orders: Orders, results: Results) -> None:
    """A replica: obeys ("fold", first, count) and ("judge", 0, 0) until None."""

    async def run() -> None:
        settings = KpiSettings(database_url=url, replica=str(number))
        pool = await create_pool(settings)
        handlers = Intake(settings, SystemClock())
        evaluator = Evaluator(settings, pool, SystemClock(), partitions=lambda: PARTITIONS)
        gc.set_threshold(100_000, 20, 20)
        while (order := orders.get()) is not None:
            python, seconds = 0.0, 0.0
            if order[0] == "judge":
                began, cpu = time.time(), time.process_time()
                # What this replica cannot take now, another has in hand.
                while await evaluator.step() or await _count_due(pool, evaluator):  # noqa: ASYNC110
                    await asyncio.sleep(0)
                python, seconds = time.process_time() - cpu, time.time() - began
            else:
                for poll in polls(plan, number, *order[1:]):
                    began, cpu = time.time(), time.process_time()
                    async with transaction(pool) as conn:
                        await handlers.on_batch(conn, poll)
                    python += time.process_time() - cpu
                    seconds += time.time() - began
            results.put((python, seconds))
        await pool.close()

    uvloop.run(run())


class Replicas:
    """The processes, and what it costs to have them do something."""

    def __init__(self, url: str, plan: LoadPlan) -> None:
        context = multiprocessing.get_context("spawn")
        self.plan = plan
        self.results: Results = context.Queue()
        self.orders: list[Orders] = [context.Queue() for _ in range(plan.replicas)]
        for number, orders in enumerate(self.orders):
            arguments = (url, plan, number, orders, self.results)
            context.Process(target=work, args=arguments, daemon=True).start()

    async def fold(self, conn: asyncpg.Connection, first: int, events: int) -> Cost:
        """All replicas fold `events` together, each from its number `first` on."""
        each = events // self.plan.replicas
        before = postgres_cpu(conn)
        for orders in self.orders:
            orders.put(("fold", first, each))
        figures = [await asyncio.to_thread(self.results.get) for _ in self.orders]
        cpu = postgres_cpu(conn) - before
        python = sum(one[0] for one in figures)
        return Cost(each * self.plan.replicas, max(one[1] for one in figures), python, cpu)

    async def judge(self, conn: asyncpg.Connection) -> tuple[Cost, list[tuple[float, int]]]:
        """All replicas judge until idle; also when the outbox was seen to hold how many."""
        before, began = postgres_cpu(conn), time.monotonic()
        seen = [(0.0, await conn.fetchval(BREACHES))]
        for orders in self.orders:
            orders.put(("judge", 0, 0))
        waiting = asyncio.gather(*(asyncio.to_thread(self.results.get) for _ in self.orders))
        while not waiting.done():
            await asyncio.sleep(0.02)
            count = await conn.fetchval(BREACHES)
            if count != seen[-1][1]:
                seen.append((time.monotonic() - began, count))
        figures = waiting.result()
        cpu = postgres_cpu(conn) - before
        python, seconds = sum(one[0] for one in figures), max(one[1] for one in figures)
        return Cost(self.plan.keys, seconds, python, cpu), seen

    def end(self) -> None:
        for orders in self.orders:
            orders.put(None)


async def measure(url: str, plan: LoadPlan) -> Cost:
    """Folds; prints and returns what an event costs once all keys have been seen."""
    await prepare(url, plan)
    replicas, conn = Replicas(url, plan), await asyncpg.connect(url)
    name = f"{plan.mode} {plan.spread if plan.mode == 'delta' else 'laps'} keys={plan.keys}"
    print(f"{name} first: {await replicas.fold(conn, 0, plan.keys)}", flush=True)
    cost = await replicas.fold(conn, plan.keys // plan.replicas, plan.events)
    print(f"{name} then: {cost}", flush=True)
    replicas.end()
    await conn.close()
    return cost


NAMES = ("keys", "mode", "spread", "events", "size", "replicas")


def main() -> None:
    """Prints the machine, the command and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (
        ("keys", 100_000),
        ("events", 200_000),
        ("size", 5000),
        ("replicas", 1),
        ("grow", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--mode", choices=("delta", "snapshot"), default="delta")
    parser.add_argument("--spread", choices=("zipf", "even"), default="zipf")
    parser.add_argument("--url")
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"python -m bench.folding {' '.join(sys.argv[1:])}")
    plan = LoadPlan(campaigns=100, **{name: getattr(options, name) for name in NAMES})
    with database(options.url) as url:
        cost = asyncio.run(measure(url, plan))
        if options.grow:
            grown = asyncio.run(measure(url, plan._replace(keys=options.grow)))
            print(f"cost at {options.grow} / at {plan.keys} keys: {grown.each / cost.each:.2f}")


if __name__ == "__main__":
    main()
