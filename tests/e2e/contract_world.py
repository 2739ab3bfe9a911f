"""A running installation for contract tests: everything goes over HTTP, on the manual clock."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from cli.demo.client import Client
from cli.helpers import run_coroutine
from cli.stack.stack import Stack, StackOptions
from tests.chaos.plans import campaign, plan_of
from tests.documented import check_documented

PARTITIONS = 24
ALLOCATED = 1000
HOUR = timedelta(hours=1)
STARTS = datetime(2025, 11, 1, tzinfo=UTC)
METRICS_SOURCE = "metrics/1"
Hour = Mapping[str, tuple[int, int]]
"""Impressions and clicks by line."""


@dataclass
class World:
    """One installation with one campaign of ten days from STARTS, 1,000.00 a line, evenly."""

    stack: Stack
    client: Client
    campaign: str
    now: datetime
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def http(
        self, method: str, service: str, path: str, role: str = "operator", **rest: Any
    ) -> Any:
        """Any request as a person with `role`, whatever the answer; `path` is sent as written."""
        headers = {"Authorization": f"Bearer {self.client.token(role, role)}"}
        headers |= rest.pop("headers", {})
        url = self.stack.urls[service] + path
        answer = httpx.request(method, url, headers=headers, timeout=60, **rest)
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
        """Everything in a topic, decoded, in the order of each partition."""
        return run_coroutine(_read(self.stack.kafka, self.stack.options.topic_prefix + topic))


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
    servers: Mapping[str, str],
    *,
    name: str,
    lines: Sequence[str],
    alerts: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[World]:
    """All services on the session's servers (kafka, database, topic_prefix), with an approved
    campaign; `alerts` is the configuration of the workspace."""
    state = Path(tempfile.mkdtemp(prefix="paceline-contract-"))
    state.chmod(0o711)
    directory = state / "alerts.d"
    directory.mkdir()
    (directory / "default.yml").write_text(alerts, encoding="utf-8")
    options = StackOptions(
        state=state,
        clock="manual",
        known_ports=False,
        environment={"PACELINE_ALERTS_DIR": str(directory), **(environment or {})},
        **servers,  # type: ignore[arg-type]
    )
    with Stack(options) as stack, Client(stack.urls, stack.private_key) as client:
        world = World(stack, client, name, STARTS)
        world.go_to(STARTS)
        client.post("budget", "/v1/campaigns", campaign(name, STARTS))
        client.approve_plan(name, plan_of(list(lines), ALLOCATED), STARTS.isoformat())
        client.settle()
        yield world
    shutil.rmtree(state, ignore_errors=True)
