"""SIGKILL at random under load with duplicates and reorders: nothing lost, nothing said twice.

The same workload is played twice on one installation with two replicas of each service: calmly in
one workspace, then in another while the replicas of budget, kpi-monitor and alerts are killed, each
once a round. PACELINE_CHAOS_S sets how long that lasts (30 s in the suite; 180 s and more by hand).
"""

import itertools
import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.demo.client import Client
from cli.fakes.mail import FakeMail
from cli.stack.stack import Stack, StackOptions
from shared.money import parse_micros
from tests.chaos.plans import campaign, plan_of
from tests.chaos.workload import CAMPAIGN, STARTS, Workload

CHAOS_S = float(os.environ.get("PACELINE_CHAOS_S", "30"))
SEED = int(os.environ.get("PACELINE_CHAOS_SEED", "11"))
KILLED = tuple(itertools.product(("budget", "kpi", "alerts"), (1, 2)))
"""Services and replicas."""
LINES, DELTAS = 12, 20
HOURS = 18 if CHAOS_S < 60 else 36
ALLOCATED = 2_800 * HOURS
"""A line spends some 630 an hour, and passes each level of the rule on its way."""

ALERTS = """\
route: {receiver: ops, group_by: [campaign, line], group_wait: 0s, group_interval: 1s,
        repeat_interval: 30d}
receivers:
  - name: ops
    locale: en
    email_configs: [{to: [ops@example.com]}]
"""


@pytest.fixture(scope="module")
def stack(kafka: str, database_url: str, topic_prefix: str) -> Iterator[Stack]:
    state = Path(tempfile.mkdtemp(prefix="paceline-chaos-"))
    configuration = state / "alerts.d"
    configuration.mkdir()
    for workspace in ("calm", "storm"):
        (configuration / f"{workspace}.yml").write_text(ALERTS)
    with FakeMail() as inbox:
        environment = {
            "PACELINE_ALERTS_DIR": str(configuration),
            "PACELINE_SMTP_PORT": str(inbox.port),
            "PACELINE_SMTP_SECURITY": "none",
            "PACELINE_CLAIM_S": "20",
            "PACELINE_DELIVERY_TIMEOUT_S": "60",
            "PACELINE_SESSION_TIMEOUT_S": "10",
        }
        options = StackOptions(
            state=state,
            replicas=2,
            clock="manual",
            known_ports=False,
            environment=environment,
            kafka=kafka,
            database=database_url,
            topic_prefix=topic_prefix,
        )
        with Stack(options) as running:
            yield running
    shutil.rmtree(state, ignore_errors=True)


def _prepare(client: Client, workload: Workload) -> None:
    client.set_clock(STARTS - timedelta(days=1))
    client.post("budget", "/v1/campaigns", campaign(CAMPAIGN, STARTS, days=3))
    client.approve_plan(CAMPAIGN, plan_of(workload.lines, ALLOCATED))
    client.settle()
    for rule in _rules():
        client.post("kpi", "/v1/rules", rule)
    client.settle()


def _rules() -> list[dict[str, Any]]:
    """`used` only grows (every amount is positive), so its levels do not depend on timing."""
    steps = [("info", "0.10"), ("warning", "0.18"), ("critical", "0.21")]
    return [
        {
            "rule": "used",
            "name": "used",
            "scope": {"campaign": CAMPAIGN},
            "group_by": ["line"],
            "kpi": "budget.used_ratio",
            "window": None,
            "condition": {"op": ">=", "levels": [{"severity": s, "value": v} for s, v in steps]},
        },
        {
            "rule": "ctr-low",
            "name": "ctr low",
            "scope": {"campaign": CAMPAIGN},
            "group_by": ["line"],
            "kpi": "ctr",
            "window": {"kind": "tumbling", "size": "60m"},
            "condition": {
                "op": "<",
                "levels": [
                    {"severity": "warning", "value": "0.015"},
                    {"severity": "critical", "value": "0.010"},
                ],
            },
        },
    ]


def _play(client: Client, workload: Workload, hour_s: float) -> None:
    """Each hour of the workload is spread over `hour_s`, so that kills meet work on its way.

    Who is late rests no more until it has caught up: a slow machine is not killed for longer.
    """
    due = time.monotonic()
    for hour in workload.play():
        client.set_clock(hour.ends)
        requests = [*hour.requests, hour.heartbeats]
        for request in requests:
            client.send(request)
            due += hour_s / len(requests)
            time.sleep(max(0.0, due - time.monotonic()))


class Killer(threading.Thread):
    """Kills one replica after another at random times, and starts it a moment later."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self.kills = 0
        self._stack = stack
        self._ending = threading.Event()
        self._random = random.Random(SEED)

    def run(self) -> None:
        victims: list[tuple[str, int]] = []
        while not self._ending.wait(self._random.uniform(0.3, 2.0)):
            victims = victims or self._random.sample(KILLED, len(KILLED))
            replica = self._stack.replica(*victims.pop())
            replica.kill()
            self.kills += 1
            self._ending.wait(self._random.uniform(0.0, 1.0))
            replica.start()

    def end(self) -> None:
        """Stops killing and waits until every replica is ready."""
        self._ending.set()
        self.join()
        self._stack.await_ready()


def _breaches(client: Client) -> list[dict[str, Any]]:
    return [
        change
        for breach in client.pages("kpi", "/v1/breaches", campaign=CAMPAIGN)
        for change in breach["history"]
    ]


def _window_breaches(changes: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    return {
        (
            c["rule"],
            c["group"]["line"],
            c["window"]["start"],
            c["transition"],
            c["severity"],
            c["value"],
        )
        for c in changes
        if c["window"] is not None
    }


def _crossed(changes: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {
        (c["rule"], c["group"]["line"], level)
        for c in changes
        if c["window"] is None
        for level in c["crossed"]
    }


def _last_states(changes: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[str, str]]:
    ordered = sorted(changes, key=lambda c: (int(c["breach"].rsplit("/", 1)[1]), c["seq"]))
    return {
        (c["rule"], c["group"]["line"]): (c["transition"] == "resolved", c["severity"])
        for c in ordered
        if c["window"] is None
    }


def _check_totals(client: Client, workload: Workload) -> None:
    totals = client.get("budget", f"/v1/campaigns/{CAMPAIGN}/totals")
    actual = {line["line"]: parse_micros(line["actual"]) for line in totals["lines"]}
    assert actual == {line: workload.expected.total(line) for line in workload.lines}
    invariants = client.get("budget", "/v1/invariants")
    assert (invariants["holds"], invariants["drift"]) == (True, "0")


@pytest.mark.chaos
def test_random_kills_change_no_total_and_no_breach_and_lose_no_message(stack: Stack) -> None:
    with (
        Client(stack.urls, stack.private_key, workspace="calm") as calm,
        Client(stack.urls, stack.private_key, workspace="storm") as storm,
    ):
        _compare(stack, calm, storm)


def _compare(stack: Stack, calm: Client, storm: Client) -> None:
    quiet, loud = (Workload(seed=SEED, lines=LINES, hours=HOURS, deltas=DELTAS) for _ in "ab")

    _prepare(calm, quiet)
    _play(calm, quiet, hour_s=0.0)
    calm.settle(120)
    _prepare(storm, loud)
    killer = Killer(stack)
    killer.start()
    try:
        _play(storm, loud, hour_s=CHAOS_S / HOURS)
    finally:
        killer.end()
    print(f"{killer.kills} kills in {CHAOS_S:.0f} s, seed {SEED}")  # noqa: T201 - told with -s
    storm.settle(180)
    storm.set_clock(loud.ends + timedelta(seconds=5))
    storm.settle(60)

    assert killer.kills >= max(CHAOS_S / 10, len(KILLED))
    _check_totals(calm, quiet)
    _check_totals(storm, loud)
    undisturbed, disturbed = _breaches(calm), _breaches(storm)
    assert _window_breaches(disturbed) == _window_breaches(undisturbed) != set()
    assert _crossed(disturbed) == _crossed(undisturbed) != set()
    assert _last_states(disturbed) == _last_states(undisturbed)
    _check_told(storm, disturbed)


def _check_told(client: Client, changes: list[dict[str, Any]]) -> None:
    """Every announced breach is delivered, or has a row that says why not."""
    rows = list(client.pages("alerts", "/v1/notifications"))
    known = {(r["explain"]["rule"], r["labels"]["line"], r["episode"]) for r in rows}
    announced = {
        (c["rule"], c["group"]["line"], int(c["breach"].rsplit("/", 1)[1])) for c in changes
    }
    assert announced <= known
    assert {row["state"] for row in rows} <= {"delivered", "suppressed"}
    resolved = {
        (c["rule"], c["group"]["line"], int(c["breach"].rsplit("/", 1)[1]))
        for c in changes
        if c["transition"] == "resolved"
    }
    told = {
        (r["explain"]["rule"], r["labels"]["line"], r["episode"])
        for r in rows
        if r["transition"] == "resolved" or r["state"] == "suppressed"
    }
    assert resolved <= told
