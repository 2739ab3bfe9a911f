"""All other services through apprise: its yes is `accepted`, or worth nothing (alerting.md 3.1)."""

import logging
import sys
from typing import Any

import pytest

from alerts.channels.apprise.channel import Apprise
from alerts.channels.message import Tone
from alerts.channels.result import SendResult
from alerts.configuration.tree import parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from cli.fakes.json_receiver import SECRET, FakeJsonReceiver
from cli.fakes.server import Fault
from tests.unit.alerts.answers import ACCEPTED, CONFIG, RETRYABLE
from tests.unit.alerts.blocks import RUNBOOK, make_block, told
from tests.unit.alerts.sending import send_over

pytest.importorskip("apprise", reason="an extra of its own")
pytestmark = pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")
APPRISE = Apprise()
FILE = "route: {receiver: ops}\nreceivers:\n  - name: ops\n    apprise_configs: [{url_env: URL}]\n"


async def meaning_of(url: str) -> tuple[object, ...]:
    found = await send(url)
    return found.kind, found.provider_code, found.maybe_delivered


async def send(url: str, **changes: Any) -> SendResult:
    target = {"kind": "apprise", "url_env": "URL"}
    return await send_over(APPRISE, target, None, environment={"URL": url}, **changes)


async def test_a_yes_is_accepted_and_a_no_is_tried_again(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeJsonReceiver() as receiver:
        assert await meaning_of(receiver.url) == (ACCEPTED, "sent", False)
        wrong = receiver.url.replace("opens", "shuts")
        assert await meaning_of(wrong) == (RETRYABLE, "not_sent", True)
        receiver.fail_next(Fault(status=500))
        assert await meaning_of(receiver.url) == (RETRYABLE, "not_sent", True)
        assert len(receiver.messages) == 1
    away = await send(receiver.url)
    assert (away.kind, away.provider_code) == (RETRYABLE, "not_sent")
    assert SECRET not in "".join([caplog.text, *capfd.readouterr(), str(away)])


@pytest.mark.parametrize(
    ("color", "tone", "kind"),
    [("#cf222e", Tone.CRITICAL, "failure"), ("#1a7f37", Tone.RECOVERED, "success")],
)
async def test_a_message_is_plain_text_in_which_no_name_acts(
    color: str, tone: Tone, kind: str
) -> None:
    message = told(make_block("[x](https://e.x) *b* <b>", color, tone), title="*L03* 花费过快")
    with FakeJsonReceiver() as receiver:
        await send(receiver.url, message=message, possible_duplicate=True)
        [taken] = receiver.messages
    assert (taken["title"], taken["type"]) == ("(重发/resent) ＊L03＊ 花费过快", kind)
    lines = taken["message"].split("\n")
    assert lines[0].startswith("(重发/resent) 🔴 严重 · ")
    assert lines[-1] == f"- 处理手册：{RUNBOOK}", "a link that is meant stays one"
    assert not any(mark in "".join(lines[:-1]) for mark in ("*", "[", "<", "https:"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("dingtalk://SECRET@SECRETSECRETSECRET", "use dingtalk_configs"),
        ("wecombot://00000000-SECRET-0000-0000-000000000000", "use wecom_configs"),
        (
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=12345678-1234-1234-1234-123456789012",
            "use wecom_configs",
        ),
        ("feishu://SECRETSECRET", "use feishu_configs"),
        ("lark://SECRETSECRET", "use feishu_configs"),
        ("nothing://SECRET", "no address that apprise knows"),
        ("https://example.com/SECRET", "no address that apprise knows"),
        ("json://a.example/SECRET json://b.example/SECRET", "more than one address"),
    ],
)
async def test_what_apprise_cannot_tell_us_is_refused_with_the_way_to_go(
    url: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        parse_configuration("default", "default.yml", FILE, {"URL": url})
    assert "SECRET" not in str(caught.value)
    assert "1234" not in str(caught.value)
    sent = await send(url)
    assert sent.kind is CONFIG
    assert said in sent.provider_message


def test_a_file_without_apprise_does_not_load_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    other = FILE.replace(
        "apprise_configs: [{url_env: URL}]", "email_configs: [{to: [a@b.example]}]"
    )
    assert parse_configuration("default", "default.yml", other, {}).receivers
    with pytest.raises(ConfigError, match=r"pip install 'paceline\[apprise\]'"):
        parse_configuration("default", "default.yml", FILE, {"URL": "json://x.example"})
