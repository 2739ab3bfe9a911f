"""Sealing: CPU and time a line from pending changes to an acknowledged message.

    python -m bench.sealing [--lines 500] [--ticks 40]

Starts PostgreSQL and Kafka. Before each tick the handler posts an event to each line, which is not
measured; then the sealer tells all lines in one transaction and the relay sends what was told, as
in a tick of the service.
"""

import argparse
import asyncio
import datetime as dt
import gc
import platform
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from bench.posting import START, prepare, record
from bench.processes import postgres_cpu
from budget import SCHEMA
from budget.figures.seal import Sealer
from budget.handlers import SpendHandler
from budget.settings import BudgetSettings
from cli.stack.stack import Stack, StackOptions
from shared.database.pool import Conn, create_pool, transaction
from shared.kafka.outbox import Relay
from shared.kafka.producer import Producer

PARTITIONS = 24
WARM_UP = 5
NOW = START + dt.timedelta(hours=5)
CURVES = """
UPDATE budget.lines SET allocated = 1000000000000, curve = jsonb_build_object(
  'instants', array[1761993600000000, 1762948800000000], 'amounts', array[0, 1000000000000])
"""


class FrozenClock:
    """Always the same instant, so that no line is due without news."""

    async def now(self, conn: Conn) -> dt.datetime:  # noqa: ARG002 - one shape for all clocks
        return NOW


class Stage:
    """What one stage has cost so far: wall and CPU seconds of Python and PostgreSQL."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self.seconds = self.python = self.postgres = 0.0

    def __enter__(self) -> None:
        self._before = time.perf_counter(), time.process_time(), postgres_cpu(self._conn)

    def __exit__(self, *_: object) -> None:
        seconds, python, postgres = self._before
        self.python += time.process_time() - python
        self.seconds += time.perf_counter() - seconds
        self.postgres += postgres_cpu(self._conn) - postgres

    def of(self, lines: int) -> str:
        """Microseconds a line."""
        wall, python, postgres = (
            one / lines * 1e6 for one in (self.seconds, self.python, self.postgres)
        )
        return f"{wall:.0f} us, CPU python {python:.1f} + postgres {postgres:.1f}"


async def measure(running: Stack, lines: int, ticks: int) -> None:
    """Prints what sealing and relaying have cost a line."""
    settings = BudgetSettings(
        database_url=running.database_url, kafka_bootstrap=running.kafka, seal_lines_max=10_000
    )
    pool, producer = await create_pool(settings), Producer(settings)
    await producer.start()
    while not producer.connected:  # noqa: ASYNC110 - it says so nowhere else
        await asyncio.sleep(0.05)
    handler = SpendHandler(settings, FrozenClock())
    sealer = Sealer(settings, FrozenClock(), lambda: PARTITIONS)
    relay = Relay(settings, pool, producer, schema=SCHEMA)
    rnd = random.Random(1)
    gc.collect()
    gc.freeze()
    async with pool.acquire() as conn:
        await conn.execute(CURVES)
        for tick in range(WARM_UP + ticks):
            if tick in {0, WARM_UP}:
                sealing, relaying = Stage(conn), Stage(conn)
            numbers = range(tick * lines, (tick + 1) * lines)
            poll = [record(rnd, number % lines, "seal", number) for number in numbers]
            async with transaction(pool) as other:
                await handler.on_spend(other, poll)
            with sealing:
                async with conn.transaction():
                    await sealer.seal(conn)
            with relaying:
                while await relay.send(conn):
                    pass
        told = lines * ticks
    print(f"lines={lines} ticks={ticks} a line: seal {sealing.of(told)}; relay {relaying.of(told)}")
    await producer.stop()
    await pool.close()


def main() -> None:
    """Prints the machine, the command and the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--ticks", type=int, default=40)
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"python -m bench.sealing {' '.join(sys.argv[1:])}")
    state = Path(tempfile.mkdtemp(prefix="paceline-bench-"))
    state.chmod(0o711)
    running = Stack(StackOptions(state=state, services=()))
    try:
        running.start_servers()
        asyncio.run(prepare(running.database_url))
        uvloop.run(measure(running, options.lines, options.ticks))
    finally:
        running.stop()
        shutil.rmtree(state)


if __name__ == "__main__":
    main()
