"""The broker or the database goes away under load: what was accepted is stored, all recover.

No service is restarted in these tests but the one that is killed: the same processes must come back
by themselves.
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

from cli.demo.client import Client
from cli.embedded.kafka import KafkaServer
from cli.embedded.postgres import PostgresServer
from cli.processes import wait_until
from cli.stack.stack import Stack, StackOptions
from tests.chaos.plans import campaign, plan_of

CAMPAIGN = "outage"
STARTS = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
DELIVERY_TIMEOUT_S = 3.0
BATCH = 50
REST_S = 0.1
"""Between two batches of a poster: with four of them there is always work on its way."""
ACCEPTED = 202
AWAY = "503 broker_unavailable"
GONE = "connection lost"
STALLS_MAX = 2


@pytest.fixture(scope="module")
def stack(
    kafka_server: KafkaServer,
    postgres_server: PostgresServer,
    database_url: str,
    topic_prefix: str,
) -> Iterator[Stack]:
    state = Path(tempfile.mkdtemp(prefix="paceline-outage-"))
    (state / "alerts.d").mkdir()
    (state / "alerts.d" / "default.yml").write_text(
        "route: {receiver: ops}\nreceivers: [{name: ops, email_configs: [{to: [a@example.com]}]}]\n"
    )
    environment = {
        "PACELINE_ALERTS_DIR": str(state / "alerts.d"),
        "PACELINE_DELIVERY_TIMEOUT_S": str(DELIVERY_TIMEOUT_S),
    }
    options = StackOptions(
        state=state,
        known_ports=False,
        environment=environment,
        kafka=kafka_server.bootstrap,
        database=database_url,
        topic_prefix=topic_prefix,
    )
    with Stack(options) as running:
        yield running
    shutil.rmtree(state, ignore_errors=True)


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
        self.refusals: list[str] = []
        self._url = url
        self._token = token
        self._prefix = prefix
        self._ending = threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=60.0) as http:
            for number in count():
                if self._ending.is_set():
                    return
                events = [self._event(number * BATCH + one) for one in range(BATCH)]
                while not self._accepted(http, events):
                    time.sleep(0.2)
                self.acknowledged += BATCH
                time.sleep(REST_S)

    def _accepted(self, http: httpx.Client, events: list[dict[str, Any]]) -> bool:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = http.post(f"{self._url}/v1/events", json=events, headers=headers)
        except httpx.TransportError:
            self.refusals.append(GONE)
            return False
        if answer.status_code != ACCEPTED:
            self.refusals.append(f"{answer.status_code} {answer.json()['code']}")
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


def _await_total(client: Client, expected: int, timeout_s: float = 120.0) -> None:
    deadline = time.monotonic() + timeout_s
    while _total(client) != f"{expected}.00" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _total(client) == f"{expected}.00"


def _processes(stack: Stack) -> list[int | None]:
    return [replica.pid if replica.alive() else None for replica in stack.replicas]


@pytest.mark.chaos
def test_a_frozen_then_killed_broker_is_503_in_time_and_all_acknowledged_is_stored(
    stack: Stack, client: Client, kafka_server: KafkaServer, state_dir: Path
) -> None:
    before, processes = int(float(_total(client))), _processes(stack)
    posters = _load(stack, client, "broker")
    time.sleep(2)
    kafka_server.freeze()
    # As long as it is frozen nothing but the deadline can answer them.
    refused_before = [len(poster.refusals) for poster in posters]
    answered = wait_until(
        lambda: all(
            len(poster.refusals) > number
            for poster, number in zip(posters, refused_before, strict=True)
        ),
        60,
    )
    kafka_server.thaw()
    assert answered
    time.sleep(3)
    kafka_server.kill()
    time.sleep(DELIVERY_TIMEOUT_S)
    kafka_server.start(state_dir)
    time.sleep(3)
    for poster in posters:
        poster.end()

    assert {refusal for poster in posters for refusal in poster.refusals} == {AWAY}
    _await_total(client, before + sum(poster.acknowledged for poster in posters))
    assert client.get("budget", "/v1/invariants")["holds"]
    assert _processes(stack) == processes
    stack.await_ready()


@pytest.mark.chaos
def test_what_ingest_acknowledged_before_it_was_killed_on_a_frozen_broker_is_stored(
    stack: Stack, client: Client, kafka_server: KafkaServer
) -> None:
    before, ingest = int(float(_total(client))), stack.replica("ingest")
    posters = _load(stack, client, "killed")
    assert wait_until(lambda: all(poster.acknowledged for poster in posters), 60)
    kafka_server.freeze()
    acknowledged = [poster.acknowledged for poster in posters]
    refused = wait_until(lambda: all(AWAY in poster.refusals for poster in posters), 60)
    ingest.kill()
    while_frozen = sum(poster.acknowledged for poster in posters) - sum(acknowledged)
    kafka_server.thaw()
    assert refused
    lost = wait_until(lambda: all(GONE in poster.refusals for poster in posters), 60)
    # While ingest is away nothing can be sent again, so what is stored now is what it acknowledged,
    # and at most what each poster had on its way besides.
    sent = before + sum(poster.acknowledged for poster in posters)
    stored = wait_until(lambda: int(float(_total(client))) >= sent, 120)
    ingest.start()
    for poster in posters:
        poster.end()

    assert lost
    assert stored
    # An answer may be on its way when the broker freezes; none is given after that.
    assert while_frozen <= len(posters) * BATCH
    _await_total(client, before + sum(poster.acknowledged for poster in posters))
    stack.await_ready()


@pytest.mark.chaos
def test_ingest_goes_on_accepting_without_the_database_and_the_others_catch_up(
    stack: Stack, client: Client, postgres_server: PostgresServer, state_dir: Path
) -> None:
    before, processes = int(float(_total(client))), _processes(stack)
    posters = _load(stack, client, "database")
    time.sleep(2)
    postgres_server.stop()
    at_stop = sum(poster.acknowledged for poster in posters)
    time.sleep(6)
    during = sum(poster.acknowledged for poster in posters) - at_stop
    postgres_server.start(state_dir)
    time.sleep(2)
    for poster in posters:
        poster.end()

    assert during > 0
    # A machine that stalls for longer than the deadline looks like a broker that is away; each
    # poster has one request under way then.
    refusals = [refusal for poster in posters for refusal in poster.refusals]
    assert set(refusals) <= {AWAY}
    assert len(refusals) <= STALLS_MAX * len(posters)
    _await_total(client, before + sum(poster.acknowledged for poster in posters))
    assert client.get("budget", "/v1/invariants")["holds"]
    assert _processes(stack) == processes
    stack.await_ready()
