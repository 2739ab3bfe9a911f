"""What a channel needs to send, and one attempt of a message; valid unless a test differs."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from alerts.channels.contract import Channel, MailServer, Outgoing, Resolve, Tools
from alerts.channels.message import Message
from alerts.channels.result import SendClass, SendResult
from alerts.channels.web.http import Classify
from alerts.configuration.tree import parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from tests.unit.alerts.builders import ENVIRONMENT, at


async def somewhere(_: str, __: int) -> list[str]:
    """Every name is that of one public address."""
    return ["8.8.8.8"]


def mail_server(port: int, host: str = "127.0.0.1") -> MailServer:
    """A plain local server."""
    return MailServer(host, port, "none", None, None, "Paceline <paceline@localhost.localdomain>")


def answered(status: int, body: bytes = b"", **headers: str) -> httpx.Response:
    """As it comes over a network: not read yet."""
    return httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)


def make_tools(
    client: httpx.AsyncClient | None = None,
    *,
    environment: Mapping[str, str] = ENVIRONMENT,
    server: MailServer | None = None,
    timeout_s: float = 5.0,
    resolve: Resolve = somewhere,
) -> Tools:
    return Tools(
        environment, client or httpx.AsyncClient(), server or mail_server(9), timeout_s, resolve
    )


def make_message(**changes: Any) -> Message:
    values = {"title": "标题", "locale": "zh-CN", "receiver": "ops", "written": "正文"}
    return Message(**{**values, **changes})


def make_outgoing(
    channel: Channel, target: Mapping[str, Any], message: Message | None = None, **changes: Any
) -> Outgoing:
    found = message or make_message()
    values: dict[str, Any] = {
        "delivery": "d2",
        "target": target,
        "message": found,
        "composed": channel.compose(found, channel.limits.text_max),
        "at": at(0),
    }
    return Outgoing(**{**values, **changes})


Provider = Callable[[httpx.Request], httpx.Response]


async def send_over(
    channel: Channel,
    target: Mapping[str, Any],
    provider: Provider | None,
    *,
    environment: Mapping[str, str] = ENVIRONMENT,
    **changes: Any,
) -> SendResult:
    """One attempt, answered by `provider`, or over the network without one."""
    outgoing = make_outgoing(channel, target, **changes)
    transport = httpx.MockTransport(provider) if provider else None
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        return await channel.send(outgoing, make_tools(client, environment=environment))


def never(_: httpx.Request) -> httpx.Response:
    """A provider that must not be asked."""
    raise AssertionError("nothing may be sent")


def assert_means(
    classify: Classify,
    status: int,
    body: bytes | Mapping[str, Any],
    wanted: tuple[SendClass, str, bool],
) -> None:
    """An answer has this class and code, and may have come of a message that arrived all the same;
    whoever is asked for a pause knows how long."""
    answer = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = classify(status, answer, None)
    assert (found.kind, found.provider_code, found.maybe_delivered) == wanted
    assert found.http_status == status
    assert (found.retry_after_s is not None) is (found.kind is SendClass.RATE_LIMITED)


def refusal_of(kind: str, entry: str, environment: Mapping[str, str]) -> str:
    """What is said of a file in which this entry of a receiver is wrong, at its line."""
    head = "route: {receiver: a}\nreceivers:\n  - name: a\n"
    text = f"{head}    {kind}_configs:\n      - {entry}\n"
    with pytest.raises(ConfigError) as caught:
        parse_configuration("default", "default.yml", text, environment)
    assert caught.value.line == 5
    return str(caught.value)
