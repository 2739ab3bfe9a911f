"""From the POST of an event to the request at the chat provider, under background load.

    python -m bench.message [--probes 150] [--background 5000] [--lines 500]

The load spends on all `lines` in turn. Each probe overspends a line of its own, so one event makes
one message (group_wait 0, a rule that may fire early). Ten local DingTalk robots share the probes,
because a robot takes 18 a minute. Everything – broker, database, four services, load, robots – runs
on this machine.
"""

import argparse
import multiprocessing
import platform
import shutil
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.processes import stack_cpu
from cli.demo.client import Client
from cli.fakes.dingtalk import FakeDingTalk
from cli.stack.stack import Stack, StackOptions

ROBOTS = 10
SECRET = "SECbench"  # noqa: S105 - a local robot's
BATCH = 500
LINES = 500
PLAN_LINES_MAX = 500
START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
TIMEOUT_S = 30.0


def event(event_id: str, campaign: str, line: str, amount: str) -> dict[str, Any]:
    """A spend delta of now."""
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": f"bench/{campaign}",
        "type": "paceline.spend.v1",
        "time": datetime.now(UTC).isoformat(),
        "data": {"campaign": campaign, "line": line, "amount": amount, "currency": "CNY"},
    }


def load_of(lines: int) -> list[tuple[str, str]]:
    """The campaigns and lines that the load spends on."""
    return [(f"load{number // PLAN_LINES_MAX}", f"L{number:04d}") for number in range(lines)]


def background(url: str, token: str, rate: int, ending: Any, lines: int = LINES) -> None:
    """Posts `rate` events a second in batches of BATCH, on `lines`, until `ending` is set."""
    number = 0
    places = load_of(lines)
    due = time.monotonic()
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        while not ending.is_set():
            events = [
                event(f"{START:%Y%m%d}-{one:09d}", *places[one % lines], "0.01")
                for one in range(number, number + BATCH)
            ]
            http.post(f"{url}/v1/events", json=events)
            number += BATCH
            due += BATCH / rate
            time.sleep(max(0.0, due - time.monotonic()))


def prepare(client: Client, probes: int, busy: int = LINES) -> None:
    """Campaigns for the load, one for the probes, and the overspend rule."""
    campaigns = {"probe": [f"P{number:04d}" for number in range(probes)]}
    for name, line in load_of(busy):
        campaigns.setdefault(name, []).append(line)
    for name, lines in campaigns.items():
        ends = (START + timedelta(days=10)).isoformat()
        target = {
            "target": "sales",
            "measure": "revenue",
            "form": "absolute",
            "value": "1",
            "unit": "CNY",
            "deadline": ends,
            "relevance": "bench",
            "primary": True,
            "parent": None,
        }
        campaign = {
            "campaign": name,
            "name": name,
            "currency": "CNY",
            "time_zone": "UTC",
            "starts_at": START.isoformat(),
            "ends_at": ends,
            "owner": "bench",
            "targets": [target],
        }
        client.post("budget", "/v1/campaigns", campaign)
        plan = {
            "total": {"amount": f"{1000 * len(lines)}.00", "currency": "CNY"},
            "reserve": [],
            "lines": [
                {
                    "line": line,
                    "name": line,
                    "category": "advertising",
                    "cost_nature": "direct",
                    "cost_behavior": "variable",
                    "channel": "search",
                    "allocated": "1000.00",
                    "targets": ["sales"],
                    "phasing": {"kind": "even"},
                }
                for line in lines
            ],
        }
        client.approve_plan(name, plan, START.isoformat())
    rule = {
        "rule": "overspend",
        "name": "overspend",
        "scope": {"campaign": "probe"},
        "group_by": ["line"],
        "kpi": "budget.used_ratio",
        "window": None,
        "condition": {"op": ">", "levels": [{"severity": "critical", "value": "1.00"}]},
    }
    client.post("kpi", "/v1/rules", rule)


def configuration() -> str:
    """A receiver per robot; a probe's last digit chooses it."""
    routes = "".join(
        f"    - {{matchers: ['line=~\"P.*{n}\"'], receiver: r{n}}}\n" for n in range(ROBOTS)
    )
    receivers = "".join(
        f"  - {{name: r{n}, locale: en, dingtalk_configs: "
        f"[{{url_env: BENCH_URL_{n}, secret_env: BENCH_SECRET}}]}}\n"
        for n in range(ROBOTS)
    )
    return (
        "route:\n  receiver: r0\n  group_by: [campaign, line]\n  group_wait: 0s\n"
        f"  group_interval: 1s\n  repeat_interval: 30d\n  routes:\n{routes}receivers:\n{receivers}"
    )


def measure(client: Client, robots: list[FakeDingTalk], probes: int) -> list[float]:
    """Seconds from POST to message, per probe. Raises TimeoutError when one does not arrive."""
    posted: dict[str, float] = {}
    for number in range(probes):
        line = f"P{number:04d}"
        posted[line] = time.time()
        client.send([event(f"probe-{number:06d}", "probe", line, "1500.00")])
        time.sleep(max(0.0, 0.35 - (time.time() - posted[line])))
    deadline = time.monotonic() + TIMEOUT_S
    arrived: dict[str, float] = {}
    while len(arrived) < probes:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{probes - len(arrived)} messages did not arrive")
        for robot in robots:
            for message in robot.messages:
                for line in posted:
                    if line in message.title:
                        arrived.setdefault(line, message.received_at)
        time.sleep(0.1)
    return [arrived[line] - posted[line] for line in posted]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--probes", type=int, default=150)
    parser.add_argument("--background", type=int, default=5000, help="events a second")
    parser.add_argument("--lines", type=int, default=LINES, help="that the load spends on")
    options = parser.parse_args()
    state = Path(tempfile.mkdtemp(prefix="paceline-bench-"))
    state.chmod(0o711)
    (state / "alerts.d").mkdir()
    (state / "alerts.d" / "default.yml").write_text(configuration())
    with ExitStack() as stack:
        robots = [stack.enter_context(FakeDingTalk(SECRET, token=f"r{n}")) for n in range(ROBOTS)]
        environment = {
            "PACELINE_ALERTS_DIR": str(state / "alerts.d"),
            "BENCH_SECRET": SECRET,
            **{f"BENCH_URL_{n}": robot.url for n, robot in enumerate(robots)},
        }
        running = stack.enter_context(Stack(StackOptions(state=state, environment=environment)))
        client = stack.enter_context(Client(running.urls, running.private_key))
        prepare(client, options.probes, options.lines)
        ending = multiprocessing.Event()
        whom = running.urls["ingest"], client.operator, options.background
        load = multiprocessing.Process(target=background, args=(*whom, ending, options.lines))
        load.start()
        time.sleep(10)
        psutil.cpu_percent(percpu=False)
        before, began = stack_cpu(running), time.monotonic()
        taken = sorted(measure(client, robots, options.probes))
        busy, seconds = psutil.cpu_percent(percpu=False), time.monotonic() - began
        used = {name: cpu - before[name] for name, cpu in stack_cpu(running).items()}
        ending.set()
        load.join()
    shutil.rmtree(state)
    print(f"machine: {platform.processor() or platform.machine()}, {psutil.cpu_count()} cores")
    print(
        f"background: {options.background} events/s asked for on {options.lines} lines, "
        f"cpu busy {busy:.0f} %"
    )
    shares = ", ".join(f"{name} {cpu / seconds:.0%}" for name, cpu in used.items())
    print(f"of one core: {shares}")
    print(
        f"event to message, {len(taken)} probes: p50 {statistics.median(taken) * 1000:.0f} ms, "
        f"p99 {taken[int(len(taken) * 0.99) - 1] * 1000:.0f} ms, max {taken[-1] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
