"""Plays the scenario through the services' HTTP APIs, on the manual clock, in order of time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx

from cli.demo import scenario, setup
from cli.demo.scenario import CAMPAIGN, Moment, Said

SETTLE_TIMEOUT_S = 60.0
GROUP_INTERVAL = timedelta(seconds=2)
"""A little over the receivers' group_interval: what came in is told before time goes on."""
PIPELINE = ("ingest", "budget", "kpi", "alerts")


class DemoError(Exception):
    """A request of the demo was refused, or the services did not come to rest."""


@dataclass(frozen=True)
class People:
    """Tokens of the persons who act: two deciders, because nobody decides on their own request."""

    admin: str
    operator: str
    approver: str
    finance: str


class Player:
    """`urls`: service name → base URL. Each instance numbers its Idempotency-Keys from 1."""

    def __init__(self, urls: dict[str, str], people: People) -> None:
        self._urls = urls
        self._people = people
        self._http = httpx.Client(timeout=60.0)
        self._keys = count(1)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def get(self, service: str, path: str, **params: Any) -> Any:
        """GET as the operator. Raises DemoError."""
        return self._call("GET", service, path, self._people.operator, params=params)

    def post(self, service: str, path: str, body: Any, token: str | None = None) -> Any:
        """POST with a fresh Idempotency-Key, as the operator unless `token`. Raises DemoError."""
        key = {"Idempotency-Key": f"demo-{next(self._keys)}"}
        token = token or self._people.operator
        return self._call("POST", service, path, token, json=body, headers=key)

    def _call(self, method: str, service: str, path: str, token: str, **rest: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", **rest.pop("headers", {})}
        response = self._http.request(method, self._urls[service] + path, headers=headers, **rest)
        if response.is_error:
            raise DemoError(f"{method} {service}{path}: {response.status_code} {response.text}")
        return response.json()

    def prepare(self) -> None:
        """Sources, campaign, plan with two approvals, rules: all before the first day."""
        self._set_clock(scenario.PLANNED_AT)
        for source in [*map(scenario.source_of, scenario.LINES), scenario.METRICS_SOURCE]:
            settings = {
                "time_zone": "Asia/Shanghai",
                "currency": "CNY",
                "expected_interval": 3600 if source == scenario.METRICS_SOURCE else 86400,
            }
            self._call("PUT", "ingest", f"/v1/sources/{source}", self._people.admin, json=settings)
        self.post("budget", "/v1/campaigns", setup.campaign())
        base = f"/v1/campaigns/{CAMPAIGN}/plans"
        version = self.post("budget", base, setup.plan())["plan_version"]
        submit = {"comment": "双十一 plan", "effective_from": None}
        self.post("budget", f"{base}/{version}/submit", submit)
        decisions = (("approver", self._people.approver), ("finance", self._people.finance))
        for role, token in decisions:
            body = {"decision": "approve", "as": role, "opinion": "ok"}
            self.post("budget", f"{base}/{version}/decisions", body, token)
        self.settle()
        for rule in setup.rules():
            self.post("kpi", "/v1/rules", rule)
        self.settle()

    def play(self, moment: Moment) -> None:
        """Moves the clock to the moment, sends its events, waits until all is said."""
        self._set_clock(moment.at)
        self.settle()
        self.send(moment.events)
        self.settle()
        self._set_clock(moment.at + GROUP_INTERVAL)
        self.settle()

    def send(self, events: Sequence[Any]) -> None:
        """POST /v1/events. Raises DemoError when any event is refused."""
        if not events:
            return
        answer = self.post("ingest", "/v1/events", list(events))
        if answer["rejected"]:
            raise DemoError(f"rejected: {answer['rejected'][:3]}")

    def _set_clock(self, now: datetime) -> None:
        body = {"now": now.isoformat()}
        for service in PIPELINE:
            self._call("POST", service, "/internal/clock", self._people.admin, json=body)

    def settle(self) -> None:
        """Waits for two equal passes along the pipeline in which every service is idle."""
        deadline = time.monotonic() + SETTLE_TIMEOUT_S
        passes = 0
        states: dict[str, Any] = {}
        while passes < 2:
            if time.monotonic() > deadline:
                raise DemoError(f"not idle after {SETTLE_TIMEOUT_S:.0f} s: {states}")
            states = {service: self._idle(service) for service in PIPELINE}
            passes = passes + 1 if all(state["idle"] for state in states.values()) else 0
            if passes == 0:
                time.sleep(0.02)

    def _idle(self, service: str) -> Any:
        return self._call("GET", service, "/internal/idle", self._people.admin)

    def totals(self) -> dict[str, Any]:
        """GET totals, lines by their id."""
        answer = self.get("budget", f"/v1/campaigns/{CAMPAIGN}/totals")
        return {"total": answer["total"], **{line["line"]: line for line in answer["lines"]}}

    def notifications(self) -> list[dict[str, Any]]:
        """Every notification row, oldest first."""
        items: list[dict[str, Any]] = []
        cursor = None
        while True:
            params = {"limit": 500} | ({"cursor": cursor} if cursor else {})
            answer = self.get("alerts", "/v1/notifications", **params)
            items += answer["items"]
            cursor = answer["next"]
            if cursor is None:
                return sorted(items, key=lambda item: item["decided_at"])


def told(items: Sequence[dict[str, Any]]) -> list[tuple[str, str, Said]]:
    """Notification rows as (receiver, channel, what was said); undelivered rows are left out."""
    return [
        (
            item["receiver"],
            item["channel"],
            Said(
                at=datetime.fromisoformat(item["decided_at"]),
                rule=item["explain"]["rule"],
                line=item["labels"]["line"],
                transition=item["transition"],
                severity=item["severity"],
                value=item["explain"]["value"],
            ),
        )
        for item in items
        if item["state"] == "delivered"
    ]


Teller = Callable[[Moment], None]
