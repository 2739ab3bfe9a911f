"""A caller of the services' HTTP APIs: for the demo, end-to-end tests and the bench."""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Self

import httpx

from shared.access.tokens import sign_token

PIPELINE = ("ingest", "budget", "kpi", "alerts")
"""In the order in which a cause becomes an effect."""
TIMEOUT_S = 60.0
REPEAT_S = 0.25
UNAVAILABLE = 503


class ClientError(Exception):
    """A request was refused, or the services did not come to rest; the text is the answer."""


def first_answer(send: Callable[[], httpx.Response]) -> httpx.Response:
    """The first answer but 503, which means: send the same again."""
    deadline = time.monotonic() + TIMEOUT_S
    response = send()
    while response.status_code == UNAVAILABLE and time.monotonic() < deadline:
        time.sleep(REPEAT_S)
        response = send()
    return response


class Client:
    """`urls`: service name → base URL. Requests are made as the operator unless told otherwise."""

    def __init__(
        self, urls: dict[str, str], private_key: Path, *, workspace: str = "default"
    ) -> None:
        self._urls = urls
        self._private_key = private_key
        self._workspace = workspace
        self._http = httpx.Client(timeout=TIMEOUT_S)
        self._keys = (f"{uuid.uuid4().hex}-{number}" for number in count(1))
        self.operator = self.token("operator", "operator")
        self.admin = self.token("admin", "admin")

    def token(self, subject: str, *roles: str) -> str:
        return sign_token(
            self._private_key, subject=subject, roles=roles, workspace=self._workspace
        )

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(
        self, method: str, service: str, path: str, *, token: str | None = None, **rest: Any
    ) -> Any:
        """Any request; returns the decoded body. Raises ClientError unless it is a success."""
        headers = {"Authorization": f"Bearer {token or self.operator}", **rest.pop("headers", {})}
        request = self._http.build_request(
            method, self._urls[service] + path, headers=headers, **rest
        )
        try:
            response = first_answer(lambda: self._http.send(request))
        except httpx.HTTPError as error:
            raise ClientError(f"{method} {service}{path}: {error!r}") from error
        if response.is_error:
            raise ClientError(f"{method} {service}{path}: {response.status_code} {response.text}")
        return response.json()

    def get(self, service: str, path: str, **params: Any) -> Any:
        return self.call("GET", service, path, params=params)

    def post(self, service: str, path: str, body: Any, token: str | None = None) -> Any:
        """POST with a fresh Idempotency-Key."""
        headers = {"Idempotency-Key": next(self._keys)}
        return self.call("POST", service, path, token=token, json=body, headers=headers)

    def put(self, service: str, path: str, body: Any, token: str | None = None) -> Any:
        return self.call("PUT", service, path, token=token or self.admin, json=body)

    def pages(self, service: str, path: str, **params: Any) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            more = {} if cursor is None else {"cursor": cursor}
            answer = self.get(service, path, limit=500, **params, **more)
            yield from answer["items"]
            cursor = answer["next"]
            if cursor is None:
                return

    def approve_plan(self, campaign: str, plan: Any, effective_from: str | None = None) -> int:
        """Creates, submits and approves a plan by two persons; returns its version."""
        base = f"/v1/campaigns/{campaign}/plans"
        version = int(self.post("budget", base, plan)["plan_version"])
        submit = {"comment": "plan", "effective_from": effective_from}
        self.post("budget", f"{base}/{version}/submit", submit)
        for role in ("approver", "finance"):
            body = {"decision": "approve", "as": role, "opinion": "ok"}
            self.post("budget", f"{base}/{version}/decisions", body, self.token(role, role))
        return version

    def send(self, events: list[Any]) -> None:
        """POST /v1/events. Raises ClientError when any event is refused."""
        if not events:
            return
        answer = self.post("ingest", "/v1/events", events)
        if answer["rejected"]:
            raise ClientError(f"rejected: {answer['rejected'][:3]}")

    def set_clock(self, now: datetime) -> None:
        """Moves the manual clock: one stored row, read by all services."""
        body = {"now": now.isoformat()}
        self.call("POST", "ingest", "/internal/clock", token=self.admin, json=body)

    def settle(self, timeout_s: float = 120.0) -> None:
        """Waits for two equal passes along the pipeline in which every service is idle."""
        deadline = time.monotonic() + timeout_s
        passes = 0
        while passes < 2:
            states = {service: self._standing(service) for service in PIPELINE}
            passes = passes + 1 if all(state["idle"] for state in states.values()) else 0
            if passes == 0:
                if time.monotonic() > deadline:
                    raise ClientError(f"not idle after {timeout_s:.0f} s: {states}")
                time.sleep(0.02)

    def _standing(self, service: str) -> dict[str, Any]:
        """What the service says of itself; not idle while it cannot say, as after a restart."""
        try:
            return dict(self.call("GET", service, "/internal/idle", token=self.admin))
        except ClientError as error:
            return {"idle": False, "error": str(error)}
