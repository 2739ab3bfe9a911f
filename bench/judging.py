"""From a heartbeat to its breaches: how long kpi-monitor takes to judge all that it closes.

    python -m bench.judging [--keys 100000] [--campaigns 100] [--mode delta|snapshot]
        [--replicas 2] [--url URL]

A key is a budget line, judged by one of 100 rules (CTR of an hour, by line): one rule in each
campaign from 100 campaigns on, several that share the lines of each below that. Every key has the
panes of three hours: 12 of five minutes for deltas, one for snapshots. One heartbeat closes an hour
of all keys at once, the next nothing, the third the second hour; one key in a hundred breaches.
Replicas are processes that run the evaluator's steps. Kafka is not in the path.
"""

import argparse
import asyncio
import datetime as dt
import platform
import sys

import asyncpg

from bench.folding import HOUR, PARTITIONS, SOURCES, START, LoadPlan, Replicas, prepare
from bench.posting import database
from kpi_monitor.intake.handlers import Intake
from kpi_monitor.settings import KpiSettings
from shared.database.clock import SystemClock
from shared.database.pool import create_pool, transaction
from shared.events import ENCODER, SourceData, SourceEvent
from shared.kafka.consumer import Received

FILL = """
INSERT INTO kpi.panes (series, start_ms, end_ms, known_ms, amount)
SELECT series, $1 + n * $3::bigint, $1 + (n + 1) * $3::bigint, 0,
  1000000 * (CASE WHEN measure = 'impressions' THEN 1000
             WHEN right(line, 2)::int = $4 THEN 1 ELSE 50 END)
FROM kpi.series, generate_series(0, $2 - 1) AS n ORDER BY 1, 2
"""
NAME_LINES = """
INSERT INTO kpi.catalog (workspace, kind, id, version, deleted, object)
SELECT DISTINCT workspace, 'line', campaign || '/' || line, 1, false,
  jsonb_build_object('campaign', campaign, 'line', line, 'name', 'line ' || line, 'owner', 'bench')
FROM kpi.series
"""
RANKS = (1e-9, 0.5, 0.99, 1.0)


def heartbeats(until: dt.datetime) -> list[Received]:
    """All sources are complete through `until`, told in every partition."""
    events = [
        SourceEvent(
            specversion="1.0",
            id=f"beat-{until:%d%H%M}",
            source=f"bench/{number}",
            time=until,
            workspace="default",
            receivedat=until,
            bodyhash="00" * 16,
            data=SourceData(complete_through=until),
        )
        for number in range(SOURCES)
    ]
    return [
        Received("metrics.v1", place, 0, None, ENCODER.encode(event))
        for event in events
        for place in range(PARTITIONS)
    ]


async def judge(url: str, plan: LoadPlan) -> None:
    """Closes two hours of all keys, and has one heartbeat between that closes nothing."""
    await prepare(url, plan)
    replicas, conn = Replicas(url, plan), await asyncpg.connect(url)
    await replicas.fold(conn, 0, plan.keys)
    settings = KpiSettings(database_url=url)
    pool = await create_pool(settings)
    handlers = Intake(settings, SystemClock())
    begin, hour = int(START.timestamp() * 1000), int(HOUR.total_seconds() * 1000)
    panes, grain = (12, hour // 12) if plan.mode == "delta" else (1, hour)
    await conn.execute("TRUNCATE kpi.panes, kpi.touches")
    await conn.execute(NAME_LINES)
    for lap in range(3):
        await conn.execute(FILL, begin + lap * hour, panes, grain, lap)
    await conn.execute("VACUUM ANALYZE")
    for name, minutes in (("first hour", 60), ("nothing closes", 90), ("second hour", 120)):
        async with transaction(pool) as folding:
            await handlers.on_batch(folding, heartbeats(START + minutes * HOUR / 60))
        cost, seen = await replicas.judge(conn)
        told = seen[-1][1] - seen[0][1]
        at = [next((t for t, n in seen if n - seen[0][1] >= told * part), 0.0) for part in RANKS]
        print(
            f"{name}: {plan.campaigns} campaigns, {cost.events} groups, "
            f"cpu {cost.python:.2f} s python + {cost.postgres:.2f} s postgres, "
            f"{told} breaches out after first {at[0]:.2f}, half {at[1]:.2f}, "
            f"99 % {at[2]:.2f}, all {at[3]:.2f} s, "
            f"idle after {cost.seconds:.2f} s",
            flush=True,
        )
    replicas.end()
    await conn.close()
    await pool.close()


def main() -> None:
    """Prints the machine, the command and a line of figures for each heartbeat."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("keys", 100_000), ("campaigns", 100), ("replicas", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--mode", choices=("delta", "snapshot"), default="delta")
    parser.add_argument("--url")
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"python -m bench.judging {' '.join(sys.argv[1:])}")
    plan = LoadPlan(
        options.keys, options.campaigns, options.mode, "even", options.keys, 5000, options.replicas
    )
    with database(options.url) as url:
        asyncio.run(judge(url, plan))


if __name__ == "__main__":
    main()
