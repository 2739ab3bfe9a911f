"""How long a service is gone: from SIGKILL to the first batch it commits again, under load.

    python -m bench.restart [--times 5] [--background 2000]

The replica is started again at once, as a supervisor would. What counts is the service's first
committed poll of Kafka, seen in its witness rows. Everything runs on this machine.
"""

import argparse
import asyncio
import multiprocessing
import platform
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import asyncpg
import psutil

from bench.message import background, prepare
from cli.demo.client import Client
from cli.stack.stack import Stack, StackOptions

SERVICES = ("budget", "kpi")
"""By name; the schema of each is called the same."""
TIMEOUT_S = 60.0
SETTLE_S = 3.0


async def committed(conn: asyncpg.Connection, schema: str) -> int:
    """The sum of all offsets the service's group has written with its data."""
    total: int = await conn.fetchval(f"SELECT sum(next_offset)::bigint FROM {schema}.witness")
    return total


async def measure(running: Stack, service: str) -> float:
    """Kills, starts and waits; seconds. Raises TimeoutError when nothing is committed."""
    conn = await asyncpg.connect(running.database_url)
    try:
        running.kill(service)
        began = time.monotonic()
        before = await committed(conn, service)
        running.replica(service).start()
        async with asyncio.timeout(TIMEOUT_S):
            while await committed(conn, service) == before:  # noqa: ASYNC110 - a database
                await asyncio.sleep(0.01)
        return time.monotonic() - began
    finally:
        await conn.close()


def main() -> None:
    """Prints the machine and a line per service."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--background", type=int, default=2000, help="events a second")
    options = parser.parse_args()
    state = Path(tempfile.mkdtemp(prefix="paceline-bench-"))
    state.chmod(0o711)
    print(f"machine: {platform.processor() or platform.machine()}, {psutil.cpu_count()} cores")
    print(f"background: {options.background} events/s, {options.times} kills a service")
    try:
        with (
            Stack(StackOptions(state=state)) as running,
            Client(running.urls, running.private_key) as client,
        ):
            prepare(client, 1)
            ending = multiprocessing.Event()
            load = multiprocessing.Process(
                target=background,
                args=(running.urls["ingest"], client.operator, options.background, ending),
            )
            load.start()
            time.sleep(SETTLE_S)
            for service in SERVICES:
                taken = []
                for _ in range(options.times):
                    taken.append(asyncio.run(measure(running, service)))
                    running.await_ready()
                    time.sleep(SETTLE_S)
                print(
                    f"{service}: p50 {statistics.median(taken):.2f} s, max {max(taken):.2f} s "
                    "from SIGKILL to the first committed batch"
                )
            ending.set()
            load.join()
    finally:
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
