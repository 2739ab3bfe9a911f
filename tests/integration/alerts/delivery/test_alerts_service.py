"""The whole process over real Kafka: breaches in, messages and audit records out, restart."""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alerts.__main__ import build
from alerts.configuration.configurations import Configurations
from alerts.settings import AlertsSettings
from cli.embedded.postgres import PostgresServer
from cli.fakes.dingtalk import FakeDingTalk
from cli.fakes.mail import FakeMail
from cli.fakes.server import Fault
from shared.access.tokens import generate_keys, sign_token
from shared.database.pool import is_transient
from tests.documented import documented
from tests.unit.alerts.builders import CONFIGURATION, at, encode, make_breach, make_history
from tests.webhook_receiver import FakeWebhook

SECRET = "SEC-of-the-service"
HOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HISTORY = make_history(
    ("firing", "critical", "1.600000"),
    ("level_changed", "warning", "1.388889"),
    ("resolved", "warning", "1.100000"),
)


@contextlib.asynccontextmanager
async def running(settings: AlertsSettings) -> AsyncIterator[httpx.AsyncClient]:
    """The service with all its parts, and a client of its HTTP side."""
    configurations = Configurations(settings.alerts_dir, os.environ)
    async with build(settings, configurations) as service:
        tasks = [asyncio.create_task(part.run(), name=part.name) for part in service.parts]
        transport = httpx.ASGITransport(app=service.app)
        key = settings.alerts_dir / "keys" / "jwt_private.pem"
        token = sign_token(key, subject="ops", roles=["admin"])
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with httpx.AsyncClient(
                transport=transport,
                base_url="http://alerts",
                headers=headers,
                event_hooks=documented("alerts"),
            ) as client:
                yield client
        finally:
            for part in service.parts:
                await part.stop()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, BaseException) and not is_transient(ended):
                    raise ended


async def idle(client: httpx.AsyncClient) -> bool:
    answer = await client.get("/internal/idle")
    return answer.status_code == 200 and bool(answer.json()["idle"])


async def settle(client: httpx.AsyncClient, done: Callable[[], bool] = lambda: True) -> None:
    """Idle twice in a row, and `done`."""
    deadline = time.monotonic() + 60
    passes = 0
    while passes < 2:
        assert time.monotonic() < deadline, (await client.get("/internal/idle")).text
        passes = passes + 1 if await idle(client) and done() else 0
        await asyncio.sleep(0.05)


@pytest.fixture
def settings(database_url: str, kafka: str, topic_prefix: str, tmp_path: Path) -> AlertsSettings:
    _, jwks = generate_keys(tmp_path / "keys")
    (tmp_path / "default.yml").write_text(CONFIGURATION, encoding="utf-8")
    return AlertsSettings(
        database_url=database_url,
        kafka_bootstrap=kafka,
        topic_prefix=topic_prefix,
        clock="manual",
        alerts_dir=tmp_path,
        jwks=str(jwks),
        smtp_security="none",
        session_timeout_s=6,
    )


@pytest.fixture
async def producer(settings: AlertsSettings) -> AsyncIterator[AIOKafkaProducer]:
    found = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    await found.start()
    yield found
    await found.stop()


async def test_breaches_become_messages_and_audit_records_across_a_restart(
    settings: AlertsSettings, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def publish(*seqs: int) -> None:
        for seq in seqs:
            value = encode(HISTORY[seq - 1])
            topic = settings.topic("breaches.v1")
            await producer.send_and_wait(topic, value, key=b"default|pacing-high|line:L03")

    with FakeDingTalk(SECRET) as robot, FakeMail() as inbox:
        monkeypatch.setenv("OPS_DINGTALK_URL", robot.url)
        monkeypatch.setenv("OPS_DINGTALK_SECRET", SECRET)
        settings = settings.model_copy(update={"smtp_port": inbox.port})
        async with running(settings) as client:
            for step, seq in enumerate((1, 2)):
                moment = at(10 * step).isoformat()
                answer = await client.post("/internal/clock", json={"now": moment})
                assert answer.status_code == 200
                await publish(seq)
                await settle(client, lambda count=seq: len(robot.messages) == count)
            assert (await client.get("/readyz")).status_code == 200
        await publish(1, 2, 3)
        async with running(settings) as client:
            await settle(client)
            # A restart lets all groups look, and their intervals begin there.
            await client.post("/internal/clock", json={"now": at(20).isoformat()})
            await settle(client, lambda: len(inbox.mails) == 3)
            items = (await client.get("/v1/notifications")).json()["items"]
            exposed = (await client.get("/metrics")).text
        assert len(robot.messages) == len(inbox.mails) == 3
    assert [
        (item["transition"], item["severity"], item["explain"]["value"], item["state"])
        for item in items
        if item["channel"] == "dingtalk"
    ] == [
        ("firing", "critical", "1.600000", "delivered"),
        ("level_changed", "warning", "1.388889", "delivered"),
        ("resolved", "warning", "1.100000", "delivered"),
    ]
    assert 'paceline_alerts_deliveries_total{channel="dingtalk",class="delivered"}' in exposed
    records = await read_all(settings, "notifications.v1", 12)
    assert sorted(record["data"]["state"] for record in records) == (
        ["delivered"] * 6 + ["pending"] * 6
    )
    assert SECRET not in json.dumps(records)


HOOKS = """\
route: {receiver: tool, group_by: [campaign, line], group_wait: 0s}
receivers:
  - name: tool
    webhook_configs:
      - {name: incidents, url_env: HOOK_URL, secret_env: HOOK_SECRET, allow_private: false}
"""


async def test_a_webhook_takes_the_beginning_and_the_end_signed_and_in_order(
    settings: AlertsSettings, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings.alerts_dir / "default.yml"
    file.write_text(HOOKS, encoding="utf-8")
    topic, key = settings.topic("breaches.v1"), b"default|cpc-high|line:L09"
    labels = {"campaign": "double11-2025", "line": "L09", "rule": "cpc-high"}
    changes = {"breach": "cpc-high/line:L09/1", "rule": "cpc-high", "group": {"line": "L09"}}
    firing, resolved = make_history(
        ("firing", "critical", "1.6"), ("resolved", "critical", "1.1"), labels=labels, **changes
    )
    with FakeWebhook(HOOK_SECRET) as hook:
        # By its name, which is looked at when something is sent.
        monkeypatch.setenv("HOOK_URL", hook.url.replace("127.0.0.1", "localhost"))
        monkeypatch.setenv("HOOK_SECRET", f"whsec_{'A' * 32} {HOOK_SECRET}")
        hook.fail_next(Fault(status=503, headers=((b"retry-after", b"1"),)))
        async with running(settings) as client:
            await client.post("/internal/clock", json={"now": at(60).isoformat()})
            await producer.send_and_wait(topic, encode(firing), key=key)
            await settle(client)
            [row] = (await client.get("/v1/notifications?receiver=tool")).json()["items"]
            assert row["attempts"][0]["provider_code"] == "private_address"
            assert hook.payloads == []
            allowed = HOOKS.replace("allow_private: false", "allow_private: true")
            file.write_text(allowed, encoding="utf-8")
            assert (await client.post("/-/reload")).status_code == 200
            await settle(client, lambda: len(hook.payloads) == 1)
            await client.post("/internal/clock", json={"now": at(90).isoformat()})
            await producer.send_and_wait(topic, encode(resolved), key=key)
            await settle(client, lambda: len(hook.payloads) == 2)
            items = (await client.get("/v1/notifications?receiver=tool")).json()["items"]
    assert [one["status"] for one in hook.payloads] == ["firing", "resolved"]
    [alert] = hook.payloads[1]["alerts"]
    assert (alert["labels"]["alertname"], alert["labels"]["line"]) == ("cpc-high", "L09")
    assert hook.payloads[1]["groupLabels"] == {"campaign": "double11-2025", "line": "L09"}
    assert [(item["channel"], item["state"]) for item in items] == [("webhook", "delivered")] * 2
    assert [one["provider_code"] for one in items[0]["attempts"]] == [
        "private_address",
        "http_503",
        "http_204",
    ]
    assert json.loads(items[1]["body"]["text"])["status"] == "resolved"


async def test_a_database_that_is_away_is_waited_for(
    settings: AlertsSettings,
    producer: AIOKafkaProducer,
    monkeypatch: pytest.MonkeyPatch,
    postgres_server: PostgresServer,
    state_dir: Path,
) -> None:
    changes = {"breach": "ctr-low/line:L02/1", "rule": "ctr-low"}
    labels = {"campaign": "double11-2025", "line": "L02", "rule": "ctr-low"}
    breach = make_breach(**changes, group={"line": "L02"}, labels=labels)
    with FakeDingTalk(SECRET) as robot, FakeMail() as inbox:
        monkeypatch.setenv("OPS_DINGTALK_URL", robot.url)
        monkeypatch.setenv("OPS_DINGTALK_SECRET", SECRET)
        settings = settings.model_copy(update={"smtp_port": inbox.port})
        async with running(settings) as client:
            await client.post("/internal/clock", json={"now": at(60).isoformat()})
            await settle(client)
            await asyncio.to_thread(postgres_server.kill)
            topic = settings.topic("breaches.v1")
            await producer.send_and_wait(topic, encode(breach), key=b"default|ctr-low|line:L02")
            assert (await client.get("/readyz")).status_code == 503
            await asyncio.sleep(1)
            await asyncio.to_thread(postgres_server.start, state_dir)
            await settle(client, lambda: len(robot.messages) == len(inbox.mails) == 1)
            answer = await client.get("/v1/notifications?receiver=ops")
    told = [row for row in answer.json()["items"] if row["labels"]["rule"] == "ctr-low"]
    assert [(row["channel"], row["state"]) for row in told] == [
        ("dingtalk", "delivered"),
        ("email", "delivered"),
    ]


async def read_all(settings: AlertsSettings, topic: str, count: int) -> list[dict[str, dict]]:  # type: ignore[type-arg]
    async with AIOKafkaConsumer(
        settings.topic(topic),
        bootstrap_servers=settings.kafka_bootstrap,
        auto_offset_reset="earliest",
    ) as consumer:
        found = []
        async with asyncio.timeout(20):
            while len(found) < count:
                record = await consumer.getone()
                found.append(json.loads(record.value))
    return found
