"""Ingest over HTTP: events/s and latency, every answer meaning that Apache Kafka has the events.

    python -m bench.ingest [--seconds 8] [--processes 1] [--url URL --token TOKEN --pid PID …]

The last column is CPU time of the ingest process per event: unlike the rates it hardly depends on
what else the machine does, and its inverse is the rate one core could reach.

Without --url it starts its own Kafka, PostgreSQL and ingest processes on one address in a temporary
directory.
The load comes from this process (one core), so figures on two cores are shared by all of them.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import psutil
import uvloop

CASES = ((1, 1), (1, 16), (1, 64), (100, 16), (1000, 16))
"""(events per request, connections)."""
BODIES = 40
LINES = 1000
ROOT = Path(__file__).resolve().parent.parent


def make_requests(host: str, token: str, size: int) -> list[bytes]:
    """Whole HTTP requests with distinct, time-ordered ids; made before the clock starts."""
    requests = []
    for body_number in range(BODIES):
        events = [
            {
                "specversion": "1.0",
                "id": f"20251101-{body_number:06d}-{number:06d}",
                "source": "google-ads/123-456-7890",
                "type": "paceline.spend.v1",
                "time": f"2025-11-01T{number % 24:02d}:{number % 60:02d}:02Z",
                "data": {
                    "campaign": f"double11-{(body_number * size + number) % 10}",
                    "line": f"L{(body_number * size + number) % (LINES // 10):03d}",
                    "amount": f"{number % 90}.345678",
                    "currency": "CNY",
                },
            }
            for number in range(size)
        ]
        body = msgspec.json.encode(events if size > 1 else events[0])
        head = (
            f"POST /v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


class LoadConnection(asyncio.Protocol):
    """One request at a time, as fast as the answers come."""

    def __init__(self, requests: list[bytes], first: int, until: float) -> None:
        self.latencies: list[float] = []
        self.failures: list[bytes] = []
        self.done = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._next = first
        self._until = until
        self._received = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._request())  # type: ignore[attr-defined]
        self._next += 1

    def _request(self) -> bytes:
        return self._requests[self._next % len(self._requests)]

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._received = b""
        self.latencies.append(time.perf_counter() - self._began)
        if b" 202 " not in head[:20]:
            self.failures.append(head[:60] + body[:200])
        if time.perf_counter() < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def cpu_s(pids: Sequence[int]) -> float:
    """User and system time the processes have used; 0 when there is none to look at."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


@dataclass(frozen=True)
class MeasuredService:
    """The service under load."""

    url: str
    token: str
    pids: Sequence[int] = ()
    kafka: str = ""
    """HOST:PORT of its broker, where it is ours."""


async def measure(target: MeasuredService, size: int, connections: int, seconds: float) -> str:
    """One case → one line of the table."""
    parts = urlsplit(target.url)
    used_s = cpu_s(target.pids)
    requests = make_requests(parts.netloc, target.token, size)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made = []
    for number in range(connections):
        _, protocol = await loop.create_connection(
            lambda number=number: LoadConnection(requests, number * 7, began + seconds),
            parts.hostname,
            parts.port,
        )
        made.append(protocol)
    await asyncio.gather(*(connection.done for connection in made))
    elapsed = time.perf_counter() - began
    latencies = sorted(latency for connection in made for latency in connection.latencies)
    failures = [failure for connection in made for failure in connection.failures]
    if failures:
        raise SystemExit(f"{len(failures)} requests failed, the first: {failures[0]!r}")
    count = len(latencies)
    used_s = cpu_s(target.pids) - used_s
    return (
        f"{size:>7} {connections:>12} {count / elapsed:>11,.0f} {count * size / elapsed:>10,.0f} "
        f"{latencies[count // 2] * 1000:>8.2f} {latencies[count * 99 // 100] * 1000:>8.1f} "
        f"{used_s / (count * size) * 1e6:>13.2f}"
    )


@contextmanager
def own_service(processes: int = 1) -> Iterator[MeasuredService]:
    """Ingest on a Kafka and a PostgreSQL of its own; several processes share one address."""
    from cli.embedded.kafka import KafkaServer
    from cli.embedded.postgres import PostgresServer
    from cli.kafka.topics import ensure_topics
    from cli.migrations.migrate import migrate
    from cli.processes import free_port
    from shared.access.tokens import generate_keys, sign_token

    directory = Path(tempfile.mkdtemp(prefix="paceline-bench-"))
    directory.chmod(0o711)
    kafka, postgres = KafkaServer(), PostgresServer()
    running: list[subprocess.Popen[bytes]] = []
    try:
        kafka.start(directory)
        postgres.start(directory)
        migrate(postgres.url)
        ensure_topics(kafka.bootstrap)
        private_key, jwks = generate_keys(directory / "keys")
        ports = [free_port() for _ in range(processes)]
        shared = ports[0] if processes == 1 else free_port()
        paths = [str(ROOT), str(ROOT / "services" / "ingest")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PACELINE_KAFKA_BOOTSTRAP": kafka.bootstrap,
            "PACELINE_DATABASE_URL": postgres.url,
            "PACELINE_JWKS": str(jwks),
        }
        if processes > 1:
            environment["PACELINE_SHARED_PORT"] = str(shared)
        with (directory / "ingest.log").open("wb") as log:
            running += [
                subprocess.Popen(
                    [sys.executable, "-m", "ingest"],
                    env={**environment, "PACELINE_PORT": str(port), "PACELINE_REPLICA": str(port)},
                    stderr=log,
                    cwd=ROOT,
                )
                for port in ports
            ]
        for port in ports:
            _await_ready(f"http://127.0.0.1:{port}")
        url = f"http://127.0.0.1:{shared}"
        token = sign_token(private_key, subject="bench", roles=["operator"])
        pids = [service.pid for service in running]
        yield MeasuredService(url, token, pids, kafka.bootstrap)
    finally:
        for service in running:
            service.terminate()
        for service in running:
            service.wait(20)
        postgres.stop()
        kafka.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _await_ready(url: str, timeout_s: float = 30.0) -> None:
    import httpx

    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit("ingest did not become ready")


def run(target: MeasuredService, seconds: float) -> None:
    """Prints machine, command and one line per case."""
    print(f"$ python -m bench.ingest --seconds {seconds:g} --processes {max(len(target.pids), 1)}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("  batch  connections  requests/s   events/s   p50 ms   p99 ms  CPU us/event")
    for size, connections in CASES:
        uvloop.run(measure(target, size, connections, 1.0))
        print(uvloop.run(measure(target, size, connections, seconds)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--url")
    parser.add_argument("--token", default="")
    parser.add_argument("--pid", type=int, nargs="*", default=[])
    parser.add_argument("--processes", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.url:
        run(MeasuredService(chosen.url, chosen.token, chosen.pid), chosen.seconds)
        return
    with own_service(chosen.processes) as target:
        run(target, chosen.seconds)


if __name__ == "__main__":
    main()
