"""Ours beside another server that takes CloudEvents over HTTP, alternating in one session.

    python -m bench.peers --peer URL [--peer-pid PID] [--peer-header "Name: value"]
                          [--peer-count "COMMAND"] [--seconds 6] [--rounds 3]

Starts nothing of others: `--peer` is the whole address their events go to. Ours is started as
bench.ingest does it. Each case is measured in turn with the one and with the other, `--rounds`
times, and the medians are compared. `--peer-count` is a command that prints how many events the
other has stored, asked before and after; ours are counted in Kafka. Any failed answer is counted,
not hidden: a server that refuses is not slower but not clean.
"""

import argparse
import asyncio
import itertools
import shlex
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import msgspec
import uvloop
from aiokafka import AIOKafkaConsumer

from bench.ingest import LoadConnection, cpu_s, own_service
from shared.events import SPEND_TOPIC

CASES = ((1, 1), (1, 16), (1, 64), (100, 16), (1000, 16))
"""(events per request, connections)."""
BODIES = 100
RUN = b"RUNRUNRUN"
"""In every id; replaced by a number that was never used before when the request is sent."""
SETTLE_S = 2.0


@dataclass(frozen=True)
class Server:
    """Where events go, and how its CPU and its stored events are looked up."""

    name: str
    url: str
    headers: tuple[str, ...] = ()
    pids: Sequence[int] = ()
    count: Callable[[], int] | None = None


@dataclass(frozen=True)
class Measured:
    """One measurement."""

    events_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    acknowledged: int
    failed: int


def requests_for(server: Server, size: int) -> list[bytes]:
    """Whole HTTP requests."""
    parts = urlsplit(server.url)
    kind = "application/cloudevents+json" if size == 1 else "application/cloudevents-batch+json"
    made = []
    for body_number in range(BODIES):
        events = [
            {
                "specversion": "1.0",
                "id": f"{RUN.decode()}-{number:06d}",
                "source": "bench/peers",
                "type": "paceline.spend.v1",
                "subject": f"L{(body_number + number) % 100:03d}",
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "data": {
                    "campaign": f"double11-{(body_number + number) % 10}",
                    "line": f"L{(body_number + number) % 100:03d}",
                    "amount": f"{number % 90}.345678",
                    "currency": "CNY",
                },
            }
            for number in range(size)
        ]
        body = msgspec.json.encode(events if size > 1 else events[0])
        lines = [
            f"POST {parts.path or '/'} HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
            *server.headers,
        ]
        made.append("\r\n".join([*lines, "", ""]).encode() + body)
    return made


class FreshConnection(LoadConnection):
    """No id comes twice: a server that knows repeated ones is not asked to."""

    numbers = itertools.count(time.time_ns() // 1000 % 10**8 * 10)

    def _request(self) -> bytes:
        return super()._request().replace(RUN, b"%09d" % (next(self.numbers) % 10**9))


async def measure(server: Server, size: int, connections: int, seconds: float) -> Measured:
    """One case."""
    parts = urlsplit(server.url)
    requests = requests_for(server, size)
    loop = asyncio.get_running_loop()
    used_s, began = cpu_s(server.pids), time.perf_counter()
    made = []
    for number in range(connections):
        _, protocol = await loop.create_connection(
            lambda number=number: FreshConnection(requests, number * 7, began + seconds),
            parts.hostname,
            parts.port,
        )
        made.append(protocol)
    await asyncio.gather(*(connection.done for connection in made))
    elapsed = time.perf_counter() - began
    latencies = sorted(latency for connection in made for latency in connection.latencies)
    failed = sum(len(connection.failures) for connection in made)
    acknowledged = (len(latencies) - failed) * size
    return Measured(
        acknowledged / elapsed,
        latencies[len(latencies) // 2] * 1000,
        latencies[len(latencies) * 99 // 100] * 1000,
        (cpu_s(server.pids) - used_s) / max(acknowledged, 1) * 1e6,
        acknowledged,
        failed,
    )


def median(several: list[Measured]) -> Measured:
    """Of each figure by itself; acknowledged and failed are summed."""
    return Measured(
        *(statistics.median(getattr(one, name) for one in several) for name in _MEDIANS),
        sum(one.acknowledged for one in several),
        sum(one.failed for one in several),
    )


_MEDIANS = ("events_per_s", "p50_ms", "p99_ms", "cpu_us")


def told_by(command: str) -> int:
    """What a command prints."""
    done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True)
    return int(done.stdout.strip())


def in_kafka(bootstrap: str) -> int:
    """Events in our topic."""

    async def count() -> int:
        consumer = AIOKafkaConsumer(SPEND_TOPIC, bootstrap_servers=bootstrap)
        await consumer.start()
        try:
            return sum((await consumer.end_offsets(consumer.assignment())).values())
        finally:
            await consumer.stop()

    return asyncio.run(count())


def compare(ours: Server, peer: Server, seconds: float, rounds: int) -> None:
    """Prints a line for each case and server, the ratios, and whether what is acknowledged is
    stored."""
    before = {server.name: server.count() for server in (ours, peer) if server.count}
    acknowledged = {ours.name: 0, peer.name: 0}
    print(f"{'':22} {'events/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>8} {'failed':>8}")
    for size, connections in CASES:
        results: dict[str, list[Measured]] = {ours.name: [], peer.name: []}
        for _ in range(rounds):
            for server in (ours, peer):
                one = uvloop.run(measure(server, size, connections, seconds))
                results[server.name].append(one)
                acknowledged[server.name] += one.acknowledged
        print(f"{size} a request, {connections} connections")
        medians = {name: median(several) for name, several in results.items()}
        for name, one in medians.items():
            print(
                f"  {name:20} {one.events_per_s:>10,.0f} {one.p50_ms:>8.2f} {one.p99_ms:>8.1f} "
                f"{one.cpu_us:>8.1f} {one.failed:>8}"
            )
        first, second = medians[ours.name], medians[peer.name]
        rate = first.events_per_s / max(second.events_per_s, 1e-9)
        cpu = f"{second.cpu_us / first.cpu_us:.2f}" if first.cpu_us and second.cpu_us else "-"
        print(f"  ratio: events/s {rate:.2f}, CPU {cpu}", flush=True)
    time.sleep(SETTLE_S)
    for server in (ours, peer):
        grown = f"{server.count() - before[server.name]:,}" if server.count else "not asked"
        print(f"{server.name}: acknowledged {acknowledged[server.name]:,}, stored {grown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="the address their events are posted to")
    parser.add_argument("--peer-name", default="peer")
    parser.add_argument("--peer-pid", type=int, nargs="*", default=[], help="its processes")
    parser.add_argument("--peer-header", action="append", default=[], help='"Name: value"')
    parser.add_argument("--peer-count", help="a command that prints how many events it stored")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    peer = Server(
        chosen.peer_name,
        chosen.peer,
        tuple(chosen.peer_header),
        chosen.peer_pid,
        partial(told_by, chosen.peer_count) if chosen.peer_count else None,
    )
    with own_service() as target:
        ours = Server(
            "paceline",
            f"{target.url}/v1/events",
            (f"Authorization: Bearer {target.token}",),
            target.pids,
            partial(in_kafka, target.kafka),
        )
        compare(ours, peer, chosen.seconds, chosen.rounds)


if __name__ == "__main__":
    main()
