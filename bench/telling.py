"""From an alert to the request at whoever is told: how late at a steady rate, or in a storm.

    python -m bench.telling [--through api|kafka] [--rate 500] [--seconds 10] [--group 5000]

`api`: each alert is one POST of Alertmanager's API, `kafka`: one record of breaches.v1. Each is a
group of its own that waits for nobody (group_wait 0), so each is one request to a webhook that
answers at once. The time runs from just before the POST, or before the record is given to Kafka.

Then `--group` alerts, of one group, at once: how long until the last request about them, and for
how long the service answered nobody meanwhile.

alerts, PostgreSQL, Kafka, the load and the webhook share the machine.
"""

import argparse
import asyncio
import multiprocessing
import os
import platform
import re
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import psutil
import uvloop
from aiokafka import AIOKafkaProducer

from bench.alertmanager import AlertServer, own_server
from cli.embedded.kafka import KafkaServer
from cli.kafka.topics import ensure_topics
from shared.kafka.outbox import envelope

PROBE = re.compile(rb'"probe": ?"(\w+)"')
CONNECTIONS = 32
CONFIGURATION = """\
route:
  receiver: hook
  group_by: [probe]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 30d
  routes:
    - {matchers: [alertname="Storm"], receiver: hook, group_by: [alertname], group_wait: 1s}
receivers:
  - name: hook
    locale: en
    webhook_configs: [{url_env: BENCH_HOOK, allow_private: true}]
"""
Send = Callable[[str], Coroutine[Any, Any, None]]


class AlertHook(asyncio.Protocol):
    """Answers 200 to each request; notes when each probe came."""

    def __init__(self, arrived: dict[str, float]) -> None:
        self._arrived = arrived
        self._unread = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._unread.find(b"\r\n\r\n")) >= 0:
            found = re.search(rb"(?i)content-length: (\d+)", self._unread[:end])
            size = end + 4 + (int(found[1]) if found else 0)
            if len(self._unread) < size:
                return
            body, self._unread = self._unread[end:size], self._unread[size:]
            at = time.time()
            for probe in PROBE.findall(body):
                self._arrived.setdefault(probe.decode(), at)
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def serve_hook(pipe: Connection) -> None:
    """Says its port, then when each probe came whenever it is asked; None ends it."""
    arrived: dict[str, float] = {}

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: AlertHook(arrived), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        while await asyncio.to_thread(pipe.recv) is not None:
            pipe.send(arrived)

    uvloop.run(serve())


class ApiLoad:
    """Alerts through Alertmanager's API, over a few connections that stay open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: asyncio.Queue[Any] = asyncio.Queue()

    async def open(self) -> None:
        for _ in range(CONNECTIONS):
            self._free.put_nowait(await asyncio.open_connection("127.0.0.1", self._port))

    async def send(self, probe: str) -> None:
        await self.post([alert("Latency", probe)])

    async def post(self, alerts: list[Any]) -> None:
        body = msgspec.json.encode(alerts)
        head = f"POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        await self.ask(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)

    async def ask(self, request: bytes) -> None:
        reader, writer = await self._free.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        if b" 200 " not in head[:20]:
            raise SystemExit(f"refused: {head!r}")
        self._free.put_nowait((reader, writer))


class KafkaLoad:
    """Breaches as kpi-monitor writes them."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
        self.open, self.close = self._producer.start, self._producer.stop

    async def send(self, probe: str) -> None:
        await self._producer.send_and_wait("breaches.v1", breach(probe), key=probe.encode())


def alert(name: str, probe: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "probe": probe, "job": "checkout", "severity": "warning"},
        "annotations": {
            "summary": f"p99 of {probe} is above 1 s",
            "runbook_url": "http://x.test/r",
        },
        "generatorURL": "http://prometheus.example.com/graph?g0.expr=latency",
    }


def breach(probe: str) -> bytes:
    now = datetime.now(UTC)
    said = {
        "breach": f"overspend/line:{probe}/1",
        "seq": 1,
        "rule": "overspend",
        "rule_version": 1,
        "kind": "budget",
        "group": {"line": probe},
        "transition": "firing",
        "reason": "above_level",
        "severity": "critical",
        "previous_severity": None,
        "crossed": ["1.2"],
        "value": "1.600000",
        "threshold": "1.2",
        "op": ">",
        "window": None,
        "numbers": {"actual": "48000.00", "planned_to_date": "30000.00", "allocated": "150000.00"},
        "sources": [{"source": "google-ads/1", "complete_through": now}],
        "plan_version": 1,
        "names": {"campaign": "Double 11", "line": f"Search {probe}"},
        "owner": "wang.lei",
        "labels": {"campaign": "double11", "line": probe, "probe": probe, "rule": "overspend"},
        "annotations": {"lever": None, "runbook": None, "bucket": None},
        "corrects": None,
        "event_time": now,
        "decided_at": now,
        "since": now,
        "kpi": "budget.pacing_ratio",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "kpi_title": "Pacing",
        "unit": "percent",
    }
    return envelope(
        "breaches.v1", said, event_id=probe, service="kpi-monitor", workspace="default", time=now
    )


async def pace(send: Send, prefix: str, rate: int, seconds: float) -> dict[str, float]:
    """When each probe was sent; one every 1/rate seconds, whether or not others are answered."""
    sent: dict[str, float] = {}
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            probe = f"{prefix}{number:06d}"
            sent[probe] = time.time()
            tasks.create_task(send(probe))
    return sent


def await_all(pipe: Connection, probes: set[str], timeout_s: float = 120.0) -> dict[str, float]:
    """When each of them came; what did not come in time is not there."""
    deadline = time.monotonic() + timeout_s
    while True:
        pipe.send("arrived")
        arrived: dict[str, float] = pipe.recv()
        if probes <= arrived.keys() or time.monotonic() > deadline:
            return {one: arrived[one] for one in probes if one in arrived}
        time.sleep(0.2)


async def steady(what: str, send: Send, pipe: Connection, pid: int, chosen: Any) -> None:
    """Measures one rate; prints a line."""
    await pace(send, "warm", 100, 2)
    used_s = cpu_s(pid)
    sent = await pace(send, "probe", chosen.rate, chosen.seconds)
    arrived = await asyncio.to_thread(await_all, pipe, set(sent))
    used_s = cpu_s(pid) - used_s
    took = sorted((arrived[one] - sent[one]) * 1000 for one in arrived)
    print(
        f"{what}, {chosen.rate}/s for {chosen.seconds:g} s: {len(took)} of {len(sent)} came, "
        f"p50 {took[len(took) // 2]:.0f} ms, p99 {took[len(took) * 99 // 100]:.0f} ms, "
        f"max {took[-1]:.0f} ms, {used_s / len(sent) * 1e6:.0f} us CPU each",
        flush=True,
    )


def cpu_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


async def storm(posting: ApiLoad, pipe: Connection, count: int) -> None:
    """All at once, in one group; prints a line."""
    alive, waits, ending = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n", [0.0], False

    async def watch() -> None:
        while not ending:
            began = time.perf_counter()
            await posting.ask(alive)
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    probes = [f"storm{number:06d}" for number in range(count)]
    began = time.time()
    for first in range(0, count, 1000):
        await posting.post([alert("Storm", one) for one in probes[first : first + 1000]])
    posted = time.time() - began
    arrived = await asyncio.to_thread(await_all, pipe, set(probes), 60.0)
    ending = True
    await watching
    last = max(arrived.values(), default=began) - began
    print(
        f"{count} alerts in one group: taken after {posted:.2f} s, the last request after "
        f"{last:.2f} s with {len(arrived)} of them, longest without an answer "
        f"{max(waits) * 1000:.0f} ms"
    )


async def run(server: AlertServer, bootstrap: str, pipe: Connection, chosen: Any) -> None:
    posting = ApiLoad(int(server.url.rpartition(":")[2]))
    await posting.open()
    sender: Any = posting if chosen.through == "api" else KafkaLoad(bootstrap)
    if sender is not posting:
        await sender.open()
    what = "POST to webhook" if sender is posting else "breach on Kafka to webhook"
    assert server.pid is not None
    await steady(what, sender.send, pipe, server.pid, chosen)
    if sender is not posting:
        await sender.close()
    if chosen.group:
        await storm(posting, pipe, chosen.group)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--through", choices=("api", "kafka"), default="api")
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--group", type=int, default=0)
    chosen = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    ours, theirs = multiprocessing.Pipe()
    hook = multiprocessing.get_context("spawn").Process(target=serve_hook, args=(theirs,))
    hook.start()
    with ExitStack() as stack:
        stack.callback(hook.join)
        stack.callback(ours.send, None)
        kafka = KafkaServer()
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="paceline-bench-"))
        stack.callback(kafka.stop)
        kafka.start(Path(directory))
        ensure_topics(kafka.bootstrap)
        environment = {
            "BENCH_HOOK": f"http://127.0.0.1:{ours.recv()}/",
            "PACELINE_KAFKA_BOOTSTRAP": kafka.bootstrap,
        }
        server = stack.enter_context(own_server(CONFIGURATION, environment))
        uvloop.run(run(server, kafka.bootstrap, ours, chosen))


if __name__ == "__main__":
    main()
