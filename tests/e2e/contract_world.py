"""A world of the contract tests: a workspace of the installation on the manual clock."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from cli.demo.client import Client, first_answer
from cli.helpers import run_coroutine
from cli.stack.stack import Stack
from tests.chaos.plans import campaign, plan_of
from tests.documented import check_documented
from tests.e2e.manual_installation import PLAIN, ManualInstallation

PARTITIONS = 24
ALLOCATED = 1000
HOUR = timedelta(hours=1)
METRICS_SOURCE = "metrics/1"
Hour = Mapping[str, tuple[int, int]]
"""Impressions and clicks by line."""


@dataclass
class World:
    """One workspace with one campaign of ten days from `starts`, 1,000.00 a line, evenly."""

    stack: Stack
    client: Client
    campaign: str
    starts: datetime
    now: datetime
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def http(
        self, method: str, service: str, path: str, role: str = "operator", **rest: Any
    ) -> Any:
        """Any request as a person with `role`, whatever the answer; `path` is sent as written."""
        headers = {"Authorization": f"Bearer {self.client.token(role, role)}"}
        headers |= rest.pop("headers", {})
        url = self.stack.urls[service] + path
        answer = first_answer(
            lambda: httpx.request(method, url, headers=headers, timeout=60, **rest)
        )
        check_documented(service, answer)
        return answer

    def key(self) -> dict[str, str]:
        """A header with a fresh Idempotency-Key."""
        return {"Idempotency-Key": f"{self.campaign}-{next(self._numbers)}"}

    def go_to(self, at: datetime) -> None:
        """Moves the clock and waits until nothing is left to do."""
        self.now = at
        self.client.set_clock(at)
        self.client.settle()

    def send(self, *events: dict[str, Any]) -> None:
        """Posts and waits until everything that follows has happened."""
        self.client.send(list(events))
        self.client.settle()

    def event(self, kind: str, source: str, at: datetime, **data: Any) -> dict[str, Any]:
        """A CloudEvent with an id of its own."""
        number = f"{self.campaign}-{next(self._numbers):06d}"
        return {
            "specversion": "1.0",
            "id": number,
            "source": source,
            "type": f"paceline.{kind}.v1",
            "time": at.isoformat(),
            "data": data,
        }

    def spend(self, line: str, amount: str, at: datetime, source: str) -> dict[str, Any]:
        """A delta on a line of the campaign."""
        place = {"campaign": self.campaign, "line": line}
        return self.event("spend", source, at, **place, amount=amount, currency="CNY")

    def heartbeat(self, source: str, at: datetime) -> dict[str, Any]:
        """The source has delivered everything up to `at`."""
        return self.event("source", source, at, complete_through=at.isoformat())

    def end_hour(self, lines: Hour) -> list[dict[str, Any]]:
        """Moves the clock to the end of the hour in hand; returns its metrics and heartbeat."""
        began = self.now.replace(minute=0, second=0, microsecond=0)
        self.go_to(began + HOUR)
        events = [
            self.event(
                "metrics",
                METRICS_SOURCE,
                began,
                campaign=self.campaign,
                line=line,
                measures={"impressions": impressions, "clicks": clicks},
                mode="snapshot",
                report="hourly",
                period=f"{began:%Y-%m-%dT%H}",
                revision=1,
            )
            for line, (impressions, clicks) in lines.items()
        ]
        return [*events, self.heartbeat(METRICS_SOURCE, began + HOUR)]

    def pass_hour(self, lines: Hour, *, and_then: timedelta = timedelta(0)) -> None:
        """The hour in hand is over, all is judged and told; then some time more goes by."""
        self.send(*self.end_hour(lines))
        if and_then:
            self.go_to(self.now + and_then)

    def ctr_rule(self, name: str, lines: Sequence[str], **changes: Any) -> dict[str, Any]:
        """A rule over hourly windows of the click-through rate: below 1 % is a warning."""
        rule: dict[str, Any] = {
            "rule": name,
            "scope": {"campaign": self.campaign, "lines": list(lines)},
            "group_by": ["line"],
            "kpi": "ctr",
            "window": {"kind": "tumbling", "size": "60m"},
            "condition": {"op": "<", "levels": [{"severity": "warning", "value": "0.01"}]},
        }
        return rule | changes

    def add_rule(self, body: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/rules."""
        made: dict[str, Any] = self.client.post("kpi", "/v1/rules", body)
        return made

    def breaches(self, rule: str) -> list[dict[str, Any]]:
        """Every transition of a rule, oldest episode first."""
        items = list(self.client.pages("kpi", "/v1/breaches", campaign=self.campaign))
        mine = [item for item in reversed(items) if item["rule"] == rule]
        return [one for item in mine for one in item["history"]]

    def notifications(self, rule: str | None = None, **wanted: str) -> list[dict[str, Any]]:
        """Notification items, oldest first; `wanted` are query parameters."""
        items = self.client.pages("alerts", "/v1/notifications", **wanted)
        return [item for item in items if rule in (None, item["explain"]["rule"])]

    def records(self, topic: str) -> list[Any]:
        """Everything of this workspace in a topic, decoded, in the order of each partition."""
        found = run_coroutine(_read(self.stack.kafka, self.stack.options.topic_prefix + topic))
        return [record for record in found if record["workspace"] == self.campaign]


def eventually(ready: Callable[[], bool], timeout_s: float = 120.0) -> bool:
    """Whether `ready` becomes true: for what waits on the real clock, such as a retry."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def words(text: str) -> set[str]:
    """The names of fields, as one reads them."""
    return set(text.split())


async def _read(kafka: str, topic: str) -> list[Any]:
    found = []
    async with AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest") as reader:
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        reader.assign(places)
        ends = await reader.end_offsets(places)
        while any([await reader.position(place) < ends[place] for place in places]):
            for records in (await reader.getmany(timeout_ms=200)).values():
                found += [json.loads(record.value) for record in records]
    return found


@contextmanager
def open_world(
    installation: ManualInstallation,
    *,
    name: str,
    starts: datetime,
    lines: Sequence[str],
    alerts: str = PLAIN,
) -> Iterator[World]:
    """A workspace with an approved campaign, both called `name`; `alerts` is its configuration.

    The worlds begin one after the other on the one clock, each after all that the others do.
    """
    (installation.alerts / f"{name}.yml").write_text(alerts, encoding="utf-8")
    stack = installation.stack
    with Client(stack.urls, stack.private_key, workspace=name) as client:
        world = World(stack, client, name, starts, starts)
        answer = world.http("POST", "alerts", "/-/reload", role="admin")
        assert answer.json()["workspaces"] == [name], answer.text
        world.go_to(starts)
        client.post("budget", "/v1/campaigns", campaign(name, starts))
        client.approve_plan(name, plan_of(list(lines), ALLOCATED), starts.isoformat())
        client.settle()
        yield world
