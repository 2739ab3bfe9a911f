"""Generic webhook: Alertmanager's payload 4, signed, and never into a private network (A8)."""

import base64
import json
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from alerts.channels.contract import EntryError
from alerts.channels.message import AlertFacts, Block, FactLine, StillOpen, brief
from alerts.channels.result import SendClass, SendResult
from alerts.channels.webhook import Hook, Webhook, classify, keys_of, signed
from alerts.configuration.tree import parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from cli.fakes.server import Fault
from tests.unit.alerts.builders import START, at
from tests.unit.alerts.sending import answered, make_message, make_outgoing, make_tools
from tests.webhook_receiver import FakeWebhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_" + "A" * 32
HOOK = Webhook()
LABELS = {"campaign": "double11-2025", "line": "L03", "rule": "pacing-high", "severity": "critical"}


def alert(line: str = "L03", *, ended: bool = False) -> AlertFacts:
    return AlertFacts(
        fingerprint=f"f-{line}",
        status="resolved" if ended else "firing",
        labels={**LABELS, "line": line},
        annotations={"runbook": "https://x/y"},
        starts_at=START,
        ends_at=at(60) if ended else None,
    )


def block(line: str = "L03", **changes: Any) -> Block:
    return Block(
        "严重 · L03", "花费过快", (FactLine("实际花费", "¥1"),), "#000", alert(line, **changes)
    )


MESSAGE = make_message(
    title="【严重】L03：花费过快",
    written="",
    reason="first notification",
    group_key='{}:{campaign="double11-2025"}',
    group_labels={"campaign": "double11-2025"},
    blocks=(block(), block("L04", ended=True)),
    still_open=(StillOpen("警告 · L05", alert("L05")),),
)


def payload() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(HOOK.compose(MESSAGE, 200_000).text)
    return found


def test_the_payload_is_alertmanagers_version_4() -> None:
    found = payload()
    alerts = found.pop("alerts")
    assert found == {
        "version": "4",
        "groupKey": '{}:{campaign="double11-2025"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "ops",
        "groupLabels": {"campaign": "double11-2025"},
        "commonLabels": {
            "alertname": "pacing-high",
            "campaign": "double11-2025",
            "rule": "pacing-high",
            "severity": "critical",
        },
        "commonAnnotations": {"runbook": "https://x/y"},
        "externalURL": "",
        "notification_reason": "first notification",
    }
    assert alerts[0] == {
        "status": "firing",
        "labels": {"alertname": "pacing-high", **LABELS},
        "annotations": {
            "summary": "花费过快",
            "description": "严重 · L03\n实际花费: ¥1",
            "runbook": "https://x/y",
        },
        "startsAt": "2025-11-03T04:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": "f-L03",
    }
    assert (alerts[1]["status"], alerts[1]["endsAt"]) == ("resolved", "2025-11-03T05:00:00Z")
    assert alerts[2]["annotations"]["summary"] == "警告 · L05"


def test_alerts_without_room_are_counted() -> None:
    many = make_message(written="", blocks=tuple(block(f"L{n}") for n in range(50)), left_out=7)
    composed = HOOK.compose(many, 4_000)
    assert 3_000 < len(composed.text.encode()) <= 4_000
    found = json.loads(composed.text)
    assert not composed.whole
    assert 0 < len(found["alerts"]) < 50
    assert found["truncatedAlerts"] == 57 - len(found["alerts"])


def test_where_not_even_one_alert_has_room_it_goes_without_its_figures() -> None:
    figures = tuple(FactLine(f"实际花费 {n}", "¥1") for n in range(500))
    long = make_message(
        written="", blocks=(replace(block(), facts=figures), replace(block("L04"), facts=figures))
    )
    composed = HOOK.compose(long, 800)
    assert len(composed.text.encode()) <= 800
    assert not composed.whole
    found = json.loads(composed.text)
    assert [one["annotations"] for one in found["alerts"]] == [{"summary": "花费过快"}]
    assert found["truncatedAlerts"] == 1
    assert len(json.loads(HOOK.compose(long, 10).text)["alerts"]) == 1, "never without an alert"


def test_the_shortest_form_is_one_alert_and_how_many_are_not_in_it() -> None:
    found = json.loads(HOOK.compose(brief(MESSAGE), 4_000).text)
    [only] = found["alerts"]
    assert (only["status"], only["labels"]["line"]) == ("firing", "L03")
    assert only["annotations"] == {"summary": "花费过快", "description": "严重 · L03"}
    assert found["truncatedAlerts"] == 2


def test_a_message_that_is_only_a_text_is_still_a_payload_with_its_status() -> None:
    found = json.loads(HOOK.compose(make_message(status="resolved"), 4_000).text)
    assert (found["status"], found["alerts"]) == ("resolved", [])
    assert found["commonAnnotations"]["summary"] == "正文"


def test_the_signature_equals_the_vector_and_there_is_one_for_each_secret() -> None:
    body = b'{"test": 2432232314}'
    identity, seconds = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    instant = START.fromtimestamp(seconds, START.tzinfo)
    found = signed(identity, instant, body, keys_of(f"{SECRET} {OTHER_SECRET}"))
    first, second = found["webhook-signature"].split()
    assert first == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert second != first
    assert (found["webhook-id"], found["webhook-timestamp"]) == (identity, str(seconds))


@pytest.mark.parametrize(
    ("environment", "key"),
    [
        ({}, "url_env"),
        ({"URL": "ftp://x.com/"}, "url_env"),
        ({"URL": "https://x.com/"}, "secret_env"),
    ],
)
def test_a_wrong_entry_is_refused_where_it_is_wrong(environment: dict[str, str], key: str) -> None:
    with pytest.raises(EntryError) as caught:
        HOOK.destinations(Hook(url_env="URL", secret_env="SECRET"), environment)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("whsec_not base64!", "no base64"),
        ("   ", "it would sign nothing"),
        ("whsec_", "a key of no bytes, which everybody has"),
        ("whsec_" + base64.b64encode(bytes(23)).decode(), "one byte too short"),
        ("whsec_" + base64.b64encode(bytes(65)).decode(), "one byte too long"),
        (f"{SECRET} whsec_AAAA", "one of two is too short"),
    ],
)
def test_a_secret_that_would_not_protect_is_refused_with_the_remedy(secret: str, why: str) -> None:
    environment = {"URL": "https://x.com/", "SECRET": secret}
    with pytest.raises(EntryError, match="openssl rand -base64 32") as caught:
        HOOK.destinations(Hook(url_env="URL", secret_env="SECRET"), environment)
    assert caught.value.key == "secret_env", why
    assert "AAAA" not in str(caught.value)


PRIVATE = "https://10.0.0.5/hook"


@pytest.mark.parametrize(
    ("url", "allowed", "refused", "why"),
    [
        (PRIVATE, False, True, "nobody can mean it without saying so"),
        ("http://[::1]:9000/hook", False, True, "this machine"),
        (PRIVATE, True, False, "it is allowed"),
        ("https://8.8.8.8/hook", False, False, "an address of the Internet"),
        ("https://localhost/hook", False, False, "a name is looked at when something is sent"),
    ],
)
def test_a_private_address_in_numbers_is_refused_when_the_file_is_read(
    url: str, allowed: bool, refused: bool, why: str
) -> None:
    text = f"""\
route: {{receiver: tool}}
receivers:
  - name: tool
    webhook_configs:
      - url_env: URL
        allow_private: {str(allowed).lower()}
"""
    if not refused:
        assert parse_configuration("default", "default.yml", text, {"URL": url}).receivers, why
        return
    with pytest.raises(ConfigError, match=r"default.yml:5: .*allow_private: true") as caught:
        parse_configuration("default", "default.yml", text, {"URL": url})
    assert "hook" not in str(caught.value), "the address is a secret"


def test_a_name_that_is_not_given_is_derived() -> None:
    environment = {"URL": "https://x.com/"}
    [found] = HOOK.destinations(Hook(url_env="URL"), environment)
    assert (found.name, found.target) == ("webhook:URL", {"kind": "webhook", "url_env": "URL"})


class Names:
    """A resolver that knows these addresses; for a list of lists, one after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, _: int) -> list[str]:
        self.asked += 1
        if not self._answers:
            raise OSError(host)
        return self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)


async def send(
    url: str, handler: Any = None, names: Names | None = None, **target: Any
) -> SendResult:
    environment = {"HOOK_URL": url, "HOOK_SECRET": SECRET}
    transport = httpx.MockTransport(handler) if handler else None
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        tools = make_tools(client, environment=environment, resolve=names or Names())
        entry = {"kind": "webhook", "url_env": "HOOK_URL", "secret_env": "HOOK_SECRET", **target}
        return await HOOK.send(make_outgoing(HOOK, entry, MESSAGE), tools)


def never(_: httpx.Request) -> httpx.Response:
    raise AssertionError("nothing may be sent")


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://127.0.0.1/x", []),
        ("http://[::1]/x", []),
        ("https://internal.example.com/x", ["10.0.0.7"]),
        ("https://both.example.com/x", ["8.8.8.8", "169.254.169.254"]),
    ],
)
async def test_a_private_address_is_refused_before_anything_is_sent(
    url: str, addresses: list[str]
) -> None:
    found = await send(url, never, Names(addresses))
    assert (found.kind, found.provider_code) == (SendClass.CONFIG, "private_address")
    assert not found.maybe_delivered


async def test_what_was_checked_is_what_is_connected_to() -> None:
    """A name that resolves to something else a moment later leads nowhere else."""
    seen: list[httpx.Request] = []

    def taken(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answered(204)

    names = Names(["8.8.8.8"], ["127.0.0.1"])
    found = await send("https://user:word@hooks.example.com/a?b=c", taken, names)
    assert found.kind is SendClass.DELIVERED
    [request] = seen
    assert str(request.url.copy_with(userinfo=b"")) == "https://8.8.8.8/a?b=c"
    assert request.headers["host"] == "hooks.example.com"
    assert request.extensions["sni_hostname"] == "hooks.example.com"
    assert names.asked == 1


async def test_the_next_address_is_tried_when_one_cannot_be_reached() -> None:
    def second(request: httpx.Request) -> httpx.Response:
        if request.url.host == "8.8.8.8":
            raise httpx.ConnectError("away")
        return answered(200)

    names = Names(["8.8.8.8", "8.8.4.4"])
    assert (await send("https://x.example.com/", second, names)).kind is SendClass.DELIVERED


async def test_a_name_that_nobody_knows_is_asked_again() -> None:
    found = await send("https://x.example.com/", never)
    assert (found.kind, found.provider_code) == (SendClass.RETRYABLE, "resolve")


ANSWERS = [
    (200, SendClass.DELIVERED, False),
    (204, SendClass.DELIVERED, False),
    (301, SendClass.CONFIG, True),
    (400, SendClass.CONFIG, False),
    (401, SendClass.CONFIG, False),
    (410, SendClass.CONFIG, False),
    (413, SendClass.CONTENT, False),
    (429, SendClass.RATE_LIMITED, False),
    (500, SendClass.RETRYABLE, True),
    (503, SendClass.RETRYABLE, True),
]


@pytest.mark.parametrize(("status", "kind", "maybe"), ANSWERS)
def test_only_2xx_is_delivered(status: int, kind: SendClass, maybe: bool) -> None:
    found = classify(status, b"x", "7")
    assert (found.kind, found.maybe_delivered) == (kind, maybe)


async def test_a_strict_receiver_takes_it_once_however_often_it_comes() -> None:
    with FakeWebhook(SECRET, now=lambda: at(0).timestamp()) as hook:
        hook.fail_next(Fault(status=502, taken=True))
        found = [await send(hook.url, allow_private=True) for _ in range(2)]
        assert [one.kind for one in found] == [SendClass.RETRYABLE, SendClass.DELIVERED]
        assert hook.payloads == [payload()]
        assert hook.copies == 1


async def test_a_wrong_secret_or_an_old_request_is_refused_by_it() -> None:
    with FakeWebhook(OTHER_SECRET, now=lambda: at(0).timestamp()) as hook:
        assert (await send(hook.url, allow_private=True)).provider_code == "http_401"
    with FakeWebhook(SECRET, now=lambda: at(10).timestamp()) as hook:
        assert (await send(hook.url, allow_private=True)).provider_code == "http_401"
        assert hook.payloads == []
