"""Alerts through Alertmanager's API v2: how many are taken a second, and how fast they are read.

    python -m bench.alertmanager [--alerts 50000] [--seconds 6] [--batches 1 64 1000]
        [--peer URL] [--peer-pid PID]

Each answer of ours means that the alerts are in PostgreSQL with all that follows from them:
episodes, groups and what is to be told. `new` are alerts that nobody knew, `again` reports of what
is open, which is what a sender repeats each minute. CPU is that of an alert, of the process and of
its PostgreSQL. Then all of them are read, and one by a filter.

With `--peer`, the address of an Alertmanager, each case is measured in turn with the one and the
other. Ours is started with a PostgreSQL of its own and no broker, in a temporary directory; its
route has a receiver without a channel, and one group for each of 500 names.
"""

import argparse
import asyncio
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import msgspec
import psutil
import uvloop

from bench.processes import postgres_cpu

CASES = {1: 16, 64: 8, 1000: 4}
"""Connections by alerts per request."""
NAMES = 500
ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = """\
route: {receiver: nobody, group_by: [alertname], group_wait: 1h, group_interval: 1h}
receivers: [{name: nobody}]
"""


@dataclass(frozen=True)
class AlertServer:
    """Where alerts go."""

    name: str
    url: str
    pid: int | None = None
    database: str = ""
    """Of ours."""

    @property
    def cpu_s(self) -> tuple[float, float]:
        """What its process has used, and its PostgreSQL."""
        if self.pid is None:
            return 0.0, 0.0
        used = psutil.Process(self.pid).cpu_times()
        database_s = uvloop.run(_database_cpu_s(self.database)) if self.database else 0.0
        return used.user + used.system, database_s

    @property
    def memory_mb(self) -> float:
        """Of its process; 0 when there is none to look at."""
        return psutil.Process(self.pid).memory_info().rss / 1e6 if self.pid else 0.0


async def _database_cpu_s(url: str) -> float:
    conn = await asyncpg.connect(url)
    try:
        return postgres_cpu(conn)
    finally:
        await conn.close()


def make_requests(host: str, case: str, size: int, alerts: int) -> list[bytes]:
    """Whole HTTP requests that together hold so many alerts of this case."""
    requests = []
    for first in range(0, alerts, size):
        body = msgspec.json.encode(
            [
                {
                    "labels": {
                        "alertname": f"HighLatency{number % NAMES}",
                        "case": case,
                        "instance": f"node-{number:06d}.example.com:9100",
                        "job": "checkout",
                        "severity": "warning",
                    },
                    "annotations": {"summary": f"p99 of node-{number:06d} is above 1 s"},
                    "generatorURL": "http://prometheus.example.com/graph?g0.expr=latency",
                }
                for number in range(first, min(first + size, alerts))
            ]
        )
        head = (
            f"POST /api/v2/alerts HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


async def send_all(
    url: str, requests: Sequence[bytes], connections: int, until_s: float | None
) -> tuple[float, list[float]]:
    """Each request once or, with `until_s`, in turn for so long; seconds, and those of each."""
    parts = urlsplit(url)
    numbers = count()
    latencies: list[float] = []
    began = time.perf_counter()

    async def send() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while True:
            number = next(numbers)
            over = time.perf_counter() - began
            if number >= len(requests) if until_s is None else over > until_s:
                break
            sent = time.perf_counter()
            writer.write(requests[number % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            answer = await reader.readexactly(length)
            if b" 200 " not in head[:20]:
                raise SystemExit(f"refused: {head!r} {answer[:200]!r}")
            latencies.append(time.perf_counter() - sent)
        writer.close()

    await asyncio.gather(*(send() for _ in range(connections)))
    return time.perf_counter() - began, sorted(latencies)


def measure(server: AlertServer, case: str, size: int, connections: int, chosen: "Chosen") -> None:
    """Prints a line for what is new and one for what is said again."""
    wanted = min(chosen.alerts, size * 4000)
    requests = make_requests(urlsplit(server.url).netloc, case, size, wanted)
    for what, until_s in (("new", None), ("again", chosen.seconds)):
        before = server.cpu_s
        took, latencies = uvloop.run(send_all(server.url, requests, connections, until_s))
        sent = len(latencies) * size
        own_us, database_us = (
            (after - former) / sent * 1e6
            for after, former in zip(server.cpu_s, before, strict=True)
        )
        print(
            f"{server.name:>12} {what:>6} {size:>6} {connections:>12} {sent / took:>10,.0f} "
            f"{latencies[len(latencies) // 2] * 1000:>8.1f} "
            f"{latencies[len(latencies) * 99 // 100] * 1000:>8.1f} "
            f"{own_us:>8.0f} {database_us:>11.0f}",
            flush=True,
        )


def read(server: AlertServer) -> None:
    """Prints how long it takes to read all, and one."""
    with httpx.Client(base_url=server.url, timeout=120) as client:
        for what, filters in (("all", []), ("one", ["instance=node-000007.example.com:9100"])):
            began = time.perf_counter()
            answer = client.get("/api/v2/alerts", params={"filter": filters})
            took = time.perf_counter() - began
            found = len(msgspec.json.decode(answer.content))
            print(f"{server.name:>12} read {what}: {found} alerts in {took * 1000:,.0f} ms")
    print(f"{server.name:>12} memory: {server.memory_mb:,.0f} MB", flush=True)


@contextmanager
def own_server(
    configuration: str = CONFIGURATION, settings: Mapping[str, str] = {}
) -> Iterator[AlertServer]:
    """alerts on a PostgreSQL of its own, without a broker unless `settings` name one."""
    from cli.embedded.postgres import PostgresServer
    from cli.migrations.migrate import migrate
    from cli.processes import free_port

    directory = Path(tempfile.mkdtemp(prefix="paceline-bench-"))
    directory.chmod(0o711)
    postgres = PostgresServer()
    running: subprocess.Popen[bytes] | None = None
    try:
        postgres.start(directory)
        migrate(postgres.url)
        (directory / "alerts.d").mkdir()
        (directory / "alerts.d" / "default.yml").write_text(configuration)
        port = free_port()
        paths = [str(ROOT), str(ROOT / "services" / "alerts")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PACELINE_KAFKA_BOOTSTRAP": "127.0.0.1:9",
            "PACELINE_DATABASE_URL": postgres.url,
            "PACELINE_ALERTS_DIR": str(directory / "alerts.d"),
            "PACELINE_ALERTMANAGER_WORKSPACE": "default",
            "PACELINE_PORT": str(port),
            **settings,
        }
        with (directory / "alerts.log").open("wb") as log:
            running = subprocess.Popen(
                [sys.executable, "-m", "alerts"], env=environment, stderr=log, stdout=log, cwd=ROOT
            )
        url = f"http://127.0.0.1:{port}"
        _await_healthy(url)
        yield AlertServer("paceline", url, running.pid, postgres.url)
    finally:
        if running is not None:
            running.terminate()
            running.wait(20)
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _await_healthy(url: str, timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/-/healthy").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit("alerts did not become healthy")


@dataclass(frozen=True)
class Chosen:
    """What the command line says."""

    alerts: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--batches", type=int, nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--peer")
    parser.add_argument("--peer-pid", type=int)
    said = parser.parse_args()
    chosen = Chosen(said.alerts, said.seconds)
    peers = [AlertServer("peer", said.peer, said.peer_pid)] if said.peer else []
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(
        "      server   what  batch  connections   alerts/s   p50 ms   p99 ms   CPU us  PostgreSQL"
    )
    with own_server() as ours:
        for size in said.batches:
            for server in (ours, *peers):
                measure(server, f"of {size}", size, CASES[size], chosen)
        for server in (ours, *peers):
            read(server)


if __name__ == "__main__":
    main()
