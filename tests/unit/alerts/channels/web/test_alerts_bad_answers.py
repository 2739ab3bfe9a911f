"""Whatever a provider answers, only its own yes is a delivery: every channel against every answer
that is none, over a real connection (alerting.md 1 and A10)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import pytest

from alerts.channels.result import ARRIVED, SendClass, SendResult
from alerts.channels.table import CHANNELS
from alerts.channels.web.http import PARK_S, http_client
from cli.fakes import slack, telegram
from cli.fakes.server import Fault, LocalServer, RecordedRequest
from tests.unit.alerts.sending import make_outgoing, make_tools

PATIENCE_S = 60.0
TIMEOUT_S, SILENT_S = 0.3, 1.0


class Provider(NamedTuple):
    """What leads to it, its yes, and bodies with which it says no at HTTP 200."""

    kind: str
    entry: Mapping[str, Any]
    yes: Fault
    noes: tuple[bytes, ...]


def hook(**more: str) -> dict[str, Any]:
    return {"url_env": "URL", "allow_private": True, **more}


def bot(**more: Any) -> dict[str, Any]:
    return {"api_url_env": "URL", "allow_private": True, **more}


def said(**answer: Any) -> bytes:
    return json.dumps(answer).encode()


def ok(**answer: Any) -> Fault:
    return Fault(body=said(**answer))


PROVIDERS = [
    Provider(
        "dingtalk",
        {"url_env": "URL", "secret_env": "SECRET"},
        ok(errcode=0, errmsg="ok"),
        (
            said(errcode=310000, errmsg="sign not match"),
            said(errcode=130101, errmsg="send too fast"),
            said(errcode=460101, errmsg="message too long"),
            said(errcode=-1, errmsg="system busy"),
            said(errcode=99999, errmsg="ok"),
            said(status=1111, punish="blocked"),
            said(errcode=0, status=1111, punish="blocked"),
        ),
    ),
    Provider(
        "wecom",
        hook(),
        ok(errcode=0, errmsg="ok"),
        tuple(said(errcode=code, errmsg="ok") for code in (93000, 45009, 40058, 40008, -1, 99999)),
    ),
    Provider(
        "feishu",
        hook(secret_env="SECRET"),
        ok(code=0, msg="success"),
        (
            *(said(code=code, msg="success") for code in (19021, 9499, 11232, 19036, 99999)),
            said(StatusCode=0, StatusMessage="success"),
        ),
    ),
    Provider("slack", hook(), Fault(body=b"ok"), (b"no_service", b"invalid_payload", b"OK!")),
    Provider(
        "slack",
        bot(token_env="SLACK", channel="C0PACELINE"),
        ok(ok=True, channel="C0PACELINE", ts="1.2"),
        tuple(said(ok=False, error=one) for one in ("ratelimited", "not_in_channel", "new_error")),
    ),
    Provider("discord", hook(), ok(id="7"), (said(message="no", code=50035), said(code=0))),
    Provider(
        "telegram",
        bot(token_env="TELEGRAM", chat_id="7"),
        ok(ok=True, result={"message_id": 7}),
        (said(ok=False, error_code=429, description="retry"), said(ok="true")),
    ),
    Provider("teams", hook(), Fault(202), (b"Microsoft Teams endpoint returned HTTP error 429",)),
    Provider("webhook", hook(), Fault(204), ()),
]
NAMES = [f"{one.kind} by {next(iter(one.entry))}" for one in PROVIDERS]
TOKENS = {"SECRET": "SEC", "SLACK": slack.TOKEN, "TELEGRAM": telegram.TOKEN}
JUDGED_BY_STATUS = ("teams", "webhook")
STATUSES = [300, 302, 307, 400, 401, 403, 404, 408, 410, 413, 418, 429, 500, 502, 503, 504]
PAGE = b"<!DOCTYPE html><html><body>ok</body></html>"
UNREADABLE = [b"", PAGE, b'{"errcode": 0, "code": 0, "ok": true, "id"', b"[]", b"null", b"\xff\xfe"]
UNREADABLE += [b'{"errcode": false, "code": null, "ok": "yes", "id": null}', b"{" * 5_000]


class Answering(LocalServer):
    """Its next answer is what it was told last; where a redirect leads it would say yes."""

    def __init__(self) -> None:
        super().__init__()
        self.yes = Fault()

    def reply(self, _: RecordedRequest) -> tuple[int, bytes]:
        return self.yes.status, self.yes.body


@pytest.fixture(scope="module")
def server() -> Iterator[Answering]:
    with Answering() as found:
        yield found


async def send(
    server: Answering, provider: Provider, answer: Fault, timeout_s: float = PATIENCE_S
) -> SendResult:
    """One attempt that is answered like this."""
    channel = CHANNELS[provider.kind]
    environment = {"URL": f"http://127.0.0.1:{server.port}/hook?key=k", **TOKENS}
    entry = msgspec.convert(dict(provider.entry), channel.configuration)
    [endpoint] = channel.destinations(entry, environment)
    server.yes = provider.yes
    server.fail_next(answer)
    async with http_client() as client:
        tools = make_tools(client, environment=environment, timeout_s=timeout_s)
        return await channel.send(make_outgoing(channel, endpoint.target), tools)


@pytest.mark.parametrize("provider", PROVIDERS, ids=NAMES)
async def test_its_own_yes_is_a_delivery_and_its_own_no_is_none(
    server: Answering, provider: Provider
) -> None:
    assert (await send(server, provider, provider.yes)).kind in ARRIVED
    for body in provider.noes:
        found = await send(server, provider, Fault(body=body))
        assert found.kind not in ARRIVED, body


@pytest.mark.parametrize("provider", PROVIDERS, ids=NAMES)
async def test_no_other_status_is_a_delivery_whatever_stands_below_it(
    server: Answering, provider: Provider
) -> None:
    """A gateway may put its own status around the provider's yes."""
    location = ((b"location", f"http://127.0.0.1:{server.port}/hook".encode()),)
    for status in STATUSES:
        for body in (provider.yes.body, PAGE, b""):
            found = await send(server, provider, Fault(status, body, headers=location))
            assert found.kind not in ARRIVED, (status, body)
            if status >= 500:
                assert (found.kind, found.maybe_delivered) == (SendClass.RETRYABLE, True)


@pytest.mark.parametrize("provider", PROVIDERS, ids=NAMES)
async def test_who_is_asked_for_a_pause_waits(server: Answering, provider: Provider) -> None:
    for header, pause_s in (("7", 7.0), ("soon", PARK_S), ("", PARK_S)):
        headers = ((b"retry-after", header.encode()),) if header else ()
        found = await send(server, provider, Fault(429, headers=headers))
        assert (found.kind, found.retry_after_s) == (SendClass.RATE_LIMITED, pause_s)


@pytest.mark.parametrize("provider", PROVIDERS, ids=NAMES)
async def test_an_answer_that_cannot_be_read_may_be_one_to_a_message_that_arrived(
    server: Answering, provider: Provider
) -> None:
    if provider.kind in JUDGED_BY_STATUS:
        assert (await send(server, provider, Fault(body=PAGE))).kind in ARRIVED
        return
    for body in UNREADABLE:
        found = await send(server, provider, Fault(body=body))
        assert (found.kind, found.maybe_delivered) == (SendClass.RETRYABLE, True), body


@pytest.mark.parametrize("provider", PROVIDERS, ids=NAMES)
async def test_silence_may_be_the_answer_to_a_message_that_arrived(
    server: Answering, provider: Provider
) -> None:
    late = Fault(delay_s=SILENT_S, body=provider.yes.body)
    found = await send(server, provider, late, TIMEOUT_S)
    assert (found.kind, found.maybe_delivered) == (SendClass.RETRYABLE, True)


def test_every_channel_with_an_address_is_here() -> None:
    """Mail has a table of its own (test_alerts_smtp_phases), apprise says yes or no."""
    assert {one.kind for one in PROVIDERS} == CHANNELS.keys() - {"email", "apprise"}
