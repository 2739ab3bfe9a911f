"""A client that knows the contract only: requests by role, and valid bodies to begin with."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from cli.demo.client import Client, first_answer
from tests.documented import check_documented

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
STARTS = TODAY - timedelta(days=20)
ENDS = TODAY + timedelta(days=10)
WAIT_S = 120.0
PEOPLE = {
    "operator": "li.na",
    "approver": "zhao.min",
    "finance": "qian.wei",
    "viewer": "eve",
    "auditor": "sun.li",
    "admin": "root",
}
"""One person per role, so that four eyes are kept unless a test wants otherwise."""


def day(number: int) -> str:
    """The label of day `number` of the flight, from 1."""
    return (STARTS + timedelta(days=number - 1)).date().isoformat()


def at(number: int, hour: int = 10) -> str:
    """An instant on day `number` of the flight, UTC."""
    return (STARTS + timedelta(days=number - 1, hours=hour)).isoformat()


def name(prefix: str) -> str:
    """An id no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def spend(source: str, amount: Any, **changes: Any) -> dict[str, Any]:
    """A delta of day 3; `data_x=…` changes a field of data, None removes one."""
    data = {"campaign": "c1", "line": "L1", "amount": amount, "currency": "CNY"}
    event = {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": source,
        "type": "paceline.spend.v1",
        "time": at(3),
        "data": data,
    }
    for key, value in changes.items():
        target, field = (data, key[5:]) if key.startswith("data_") else (event, key)
        if value is None:
            target.pop(field, None)
        else:
            target[field] = value
    return event


def snapshot(source: str, amount: str, revision: int, **changes: Any) -> dict[str, Any]:
    """A whole day as stated on the next one."""
    stated = {"mode": "snapshot", "report": "daily", "period": day(3), "revision": revision}
    data = {f"data_{key}": value for key, value in stated.items()}
    return spend(source, amount, **{"time": at(4, 2), **data, **changes})


def heartbeat(source: str, through: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": source,
        "type": "paceline.source.v1",
        "time": through,
        "data": {"complete_through": through},
    }


def campaign_body(campaign: str, **changes: Any) -> dict[str, Any]:
    """POST /v1/campaigns of the contract, for a flight around today."""
    target = {
        "target": "sales",
        "measure": "revenue",
        "form": "absolute",
        "value": "12000000",
        "unit": "CNY",
        "deadline": ENDS.isoformat(),
        "relevance": "annual growth plan",
        "primary": True,
        "parent": None,
    }
    return {
        "campaign": campaign,
        "name": "双十一大促",
        "currency": "CNY",
        "time_zone": "UTC",
        "starts_at": STARTS.isoformat(),
        "ends_at": ENDS.isoformat(),
        "owner": "li.na",
        "region": "hq",
        "management_mode": "project",
        "stages": [],
        "attributes": {},
        "targets": [target],
        **changes,
    }


def line_body(line: str = "L1", allocated: str | None = "300.00", **changes: Any) -> dict[str, Any]:
    return {
        "line": line,
        "name": "search ads",
        "category": "advertising",
        "cost_nature": "direct",
        "cost_behavior": "variable",
        "channel": "search",
        "allocated": allocated,
        "priority": 1,
        "key": True,
        "targets": ["sales"],
        "owner": "wang.lei",
        "phasing": {"kind": "even"},
        **changes,
    }


def plan_body(*lines: dict[str, Any], total: str = "300.00", reserve: Any = ()) -> dict[str, Any]:
    return {
        "total": {"amount": total, "currency": "CNY"},
        "lines": list(lines or (line_body(),)),
        "reserve": list(reserve),
    }


def decision(role: str, verdict: str = "approve") -> dict[str, Any]:
    return {"decision": verdict, "as": role, "opinion": "ok"}


class Caller:
    """One workspace of a running installation; every answer is returned as it came."""

    def __init__(self, client: Client, urls: dict[str, str]) -> None:
        self._client = client
        self._urls = urls
        self._http = httpx.Client(timeout=30.0)

    def close(self) -> None:
        self._http.close()

    def token(self, *roles: str, subject: str | None = None) -> str:
        return self._client.token(subject or PEOPLE[roles[0]], *roles)

    def send(
        self, method: str, service: str, path: str, *, role: str = "operator", **rest: Any
    ) -> httpx.Response:
        """Any request by the person of `role`, with a fresh Idempotency-Key unless one is given,
        again while the answer is 503, as senders are told to."""
        headers = {
            "Authorization": f"Bearer {rest.pop('token', None) or self.token(role)}",
            "Idempotency-Key": rest.pop("key", None) or uuid.uuid4().hex,
            **rest.pop("headers", {}),
        }
        url = self._urls[service] + path
        answer = first_answer(lambda: self._http.request(method, url, headers=headers, **rest))
        check_documented(service, answer)
        return answer

    def post(self, path: str, body: Any, status: int = 200, **rest: Any) -> Any:
        """POST to budget; the JSON answer of the expected status."""
        answer = self.send("POST", "budget", path, json=body, **rest)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(
        self, path: str, *, service: str = "budget", role: str = "viewer", **params: Any
    ) -> Any:
        answer = self.send("GET", service, path, role=role, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def events(self, *events: Any, status: int = 202) -> Any:
        """POST /v1/events as an array."""
        answer = self.send("POST", "ingest", "/v1/events", json=list(events))
        assert answer.status_code == status, answer.text
        return answer.json()

    def rejections(self, source: str, count: int) -> list[dict[str, Any]]:
        """What GET /v1/rejections shows of a source once it is `count`, newest first."""
        return self.eventually(
            lambda: self.get("/v1/rejections", service="ingest", source=source)["items"],
            lambda items: len(items) >= count,
        )

    def campaign(self, *lines: dict[str, Any], total: str = "300.00", **approval: Any) -> str:
        """A new campaign with an approved plan, in force from its start unless told otherwise."""
        campaign = name("c")
        self.post("/v1/campaigns", campaign_body(campaign), 201)
        self.approve(campaign, plan_body(*lines, total=total), **approval)
        return campaign

    def approve(self, campaign: str, plan: Any, effective_from: str | None = at(1, 0)) -> None:
        plans = f"/v1/campaigns/{campaign}/plans"
        version = self.post(plans, plan, 201)["plan_version"]
        submit = {"comment": "please", "effective_from": effective_from}
        self.post(f"{plans}/{version}/submit", submit)
        for role in ("approver", "finance"):
            self.post(f"{plans}/{version}/decisions", decision(role), role=role)

    def totals(self, campaign: str, until: Callable[[Any], bool], **params: Any) -> Any:
        """GET totals once `until` holds of them."""
        path = f"/v1/campaigns/{campaign}/totals"
        return self.eventually(lambda: self.get(path, **params), until)

    def actual(self, campaign: str, amount: str) -> Any:
        """GET totals once all lines together have spent `amount`."""
        return self.totals(campaign, lambda totals: totals["total"]["actual"] == amount)

    def entries(self, campaign: str, line: str = "L1") -> list[dict[str, Any]]:
        items = self.get(f"/v1/campaigns/{campaign}/lines/{line}/entries", limit=500)["items"]
        assert isinstance(items, list)
        return items

    @staticmethod
    def eventually(ask: Callable[[], Any], until: Callable[[Any], bool]) -> Any:
        """The first answer for which `until` holds; after WAIT_S the test fails with the last."""
        deadline = time.monotonic() + WAIT_S
        while not until(answer := ask()):
            assert time.monotonic() < deadline, answer
            time.sleep(0.05)
        return answer
