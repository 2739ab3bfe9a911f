"""The broker or the database goes away under load: what was accepted is stored, all recover.

No service is restarted in these tests: the same processes must come back by themselves.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.client import Client
from cli.stack import Stack, StackOptions
from tests.chaos.plans import campaign, plan_of

CAMPAIGN = "outage"
STARTS = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
DELIVERY_TIMEOUT_S = 3.0
ANSWER_WITHIN_S = DELIVERY_TIMEOUT_S + 2.0
BATCH = 50
ACCEPTED = 202


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    state = Path(tempfile.mkdtemp(prefix="paceline-outage-"))
    state.chmod(0o711)
    (state / "alerts.d").mkdir()
    (state / "alerts.d" / "default.yml").write_text(
        "route: {receiver: ops}\nreceivers: [{name: ops, email_configs: [{to: [a@example.com]}]}]\n"
    )
    environment = {
        "PACELINE_ALERTS_DIR": str(state / "alerts.d"),
        "PACELINE_DELIVERY_TIMEOUT_S": str(DELIVERY_TIMEOUT_S),
    }
    with Stack(StackOptions(state=state, known_ports=False, environment=environment)) as running:
        yield running
    shutil.rmtree(state)


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.urls, stack.private_key) as caller:
        caller.post("budget", "/v1/campaigns", campaign(CAMPAIGN, STARTS))
        caller.approve_plan(CAMPAIGN, plan_of(["L01"], 1_000_000), STARTS.isoformat())
        yield caller


class Poster(threading.Thread):
    """Posts batches of one-yuan events until told to end; a refused batch is sent again, same ids.

    That is what callers are told to do after a 503, and what makes the total predictable.
    """

    def __init__(self, url: str, token: str, prefix: str) -> None:
        super().__init__()
        self.acknowledged = 0
        self.statuses: set[int] = set()
        self.longest_s = 0.0
        self._url = url
        self._token = token
        self._prefix = prefix
        self._ending = threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=30.0) as http:
            for number in count():
                if self._ending.is_set():
                    return
                events = [self._event(number * BATCH + one) for one in range(BATCH)]
                while not self._accepted(http, events):
                    time.sleep(0.2)
                self.acknowledged += BATCH

    def _accepted(self, http: httpx.Client, events: list[dict[str, Any]]) -> bool:
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = http.post(f"{self._url}/v1/events", json=events, headers=headers)
        self.longest_s = max(self.longest_s, time.monotonic() - began)
        self.statuses.add(answer.status_code)
        return answer.status_code == ACCEPTED

    def _event(self, number: int) -> dict[str, Any]:
        data = {"campaign": CAMPAIGN, "line": "L01", "amount": "1.00", "currency": "CNY"}
        return {
            "specversion": "1.0",
            "id": f"{self._prefix}-{number:09d}",
            "source": "load/main",
            "type": "paceline.spend.v1",
            "time": (STARTS + timedelta(seconds=number % 3600)).isoformat(),
            "data": data,
        }

    def end(self) -> None:
        """Returns when the batch in hand is accepted."""
        self._ending.set()
        self.join()


def _load(stack: Stack, client: Client, name: str) -> list[Poster]:
    posters = [Poster(stack.urls["ingest"], client.operator, f"{name}{n}") for n in range(4)]
    for poster in posters:
        poster.start()
    return posters


def _total(client: Client) -> str:
    lines = client.get("budget", f"/v1/campaigns/{CAMPAIGN}/totals")["lines"]
    return str(lines[0]["actual"])


def _await_total(client: Client, expected: int, timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while _total(client) != f"{expected}.00" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _total(client) == f"{expected}.00"


def _processes(stack: Stack) -> list[int | None]:
    return [replica.pid if replica.alive() else None for replica in stack.replicas]


@pytest.mark.chaos
def test_a_frozen_then_killed_broker_is_503_in_time_and_all_acknowledged_is_stored(
    stack: Stack, client: Client
) -> None:
    before, processes = int(float(_total(client))), _processes(stack)
    broker = stack.kafka_server
    assert broker is not None
    posters = _load(stack, client, "broker")
    time.sleep(2)
    broker.freeze()
    time.sleep(DELIVERY_TIMEOUT_S * 2.5)
    broker.thaw()
    time.sleep(3)
    broker.kill()
    time.sleep(DELIVERY_TIMEOUT_S)
    broker.start(stack.options.state)
    time.sleep(3)
    for poster in posters:
        poster.end()

    assert {status for poster in posters for status in poster.statuses} == {202, 503}
    assert max(poster.longest_s for poster in posters) < ANSWER_WITHIN_S
    _await_total(client, before + sum(poster.acknowledged for poster in posters))
    assert client.get("budget", "/v1/invariants")["holds"]
    assert _processes(stack) == processes
    stack.await_ready()


@pytest.mark.chaos
def test_ingest_goes_on_accepting_without_the_database_and_the_others_catch_up(
    stack: Stack, client: Client
) -> None:
    before, processes = int(float(_total(client))), _processes(stack)
    database = stack.postgres_server
    assert database is not None
    posters = _load(stack, client, "database")
    time.sleep(2)
    database.stop()
    at_stop = sum(poster.acknowledged for poster in posters)
    time.sleep(6)
    during = sum(poster.acknowledged for poster in posters) - at_stop
    database.start(stack.options.state)
    time.sleep(2)
    for poster in posters:
        poster.end()

    assert during > 0
    assert {status for poster in posters for status in poster.statuses} == {202}
    _await_total(client, before + sum(poster.acknowledged for poster in posters))
    assert client.get("budget", "/v1/invariants")["holds"]
    assert _processes(stack) == processes
    stack.await_ready()
