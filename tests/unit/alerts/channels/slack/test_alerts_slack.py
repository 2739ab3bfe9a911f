"""Slack: delivered only in its own words, and an episode in one thread (M1, A1)."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from alerts.channels.contract import EntryError
from alerts.channels.result import SendClass, SendResult
from alerts.channels.slack.answers import classify_api, classify_webhook
from alerts.channels.slack.channel import Slack
from alerts.channels.slack.entry import SlackRoom
from cli.fakes.server import Fault
from cli.fakes.slack import CHANNEL, TOKEN, FakeSlack
from tests.unit.alerts.answers import (
    CONFIG,
    CONTENT,
    DELIVERED,
    PAGE,
    RATE_LIMITED,
    RETRYABLE,
    Body,
    Meaning,
    each_of,
)
from tests.unit.alerts.sending import assert_means, make_message, refusal_of, send_over

WEBHOOK = [
    ("ok", 200, b"ok", DELIVERED, "ok", False),
    ("ok and more is not ok", 200, b"ok, maybe", RETRYABLE, "no_ok", True),
    ("OK is not ok", 200, b"OK", RETRYABLE, "no_ok", True),
    ("nothing is not ok", 200, b"", RETRYABLE, "no_ok", True),
    ("a page is not ok", 200, PAGE, RETRYABLE, "no_ok", True),
    ("a fault with a success", 200, b"no_service", CONFIG, "no_service", False),
    ("ok behind a 500", 500, b"ok", RETRYABLE, "http_500", True),
    ("ok behind a 403", 403, b"ok", CONFIG, "http_403", True),
    ("no webhook", 404, b"no_service", CONFIG, "no_service", False),
    ("no channel", 404, b"channel_not_found", CONFIG, "channel_not_found", False),
    ("an archived channel", 410, b"channel_is_archived", CONFIG, "channel_is_archived", False),
    ("no person", 400, b"user_not_found", CONFIG, "user_not_found", False),
    (
        "a closed channel",
        403,
        b"posting_to_general_channel_denied",
        CONFIG,
        "posting_to_general_channel_denied",
        False,
    ),
    ("no text", 400, b"no_text", CONTENT, "no_text", False),
    ("bad blocks", 400, b"invalid_payload", CONTENT, "invalid_payload", False),
    ("a 400 in words nobody knows", 400, b"invalid_thing", CONTENT, "http_400", False),
    ("a 403 in words nobody knows", 403, b"action_prohibited", CONFIG, "http_403", False),
    ("too many", 429, b"rate_limited", RATE_LIMITED, "rate_limited", False),
    ("too many, without a word", 429, b"", RATE_LIMITED, "http_429", False),
    ("a 500 with a page", 500, PAGE, RETRYABLE, "http_500", True),
]


@each_of(WEBHOOK)
def test_an_answer_of_a_webhook_means(status: int, body: Body, meaning: Meaning) -> None:
    assert_means(classify_webhook, status, body, meaning)


def no(error: object, **more: Any) -> bytes:
    return json.dumps({"ok": False, "error": error, **more}).encode()


API = [
    ("ok", 200, b'{"ok":true,"channel":"C1","ts":"1.2"}', DELIVERED, "ok", False),
    ("ok as a text", 200, b'{"ok":"true"}', RETRYABLE, "no_ok", True),
    ("ok twice", 200, b'{"ok":false,"ok":true}', RETRYABLE, "no_ok", True),
    ("no ok", 200, b"{}", RETRYABLE, "no_ok", True),
    ("a page", 200, PAGE, RETRYABLE, "no_ok", True),
    ("no error named", 200, b'{"ok":false}', RETRYABLE, "no_ok", True),
    ("an error that is no word", 200, no(7), RETRYABLE, "no_ok", True),
    ("ok behind a 500", 500, b'{"ok":true}', RETRYABLE, "http_500", True),
    ("no channel", 200, no("channel_not_found"), CONFIG, "channel_not_found", False),
    ("a revoked token", 200, no("token_revoked"), CONFIG, "token_revoked", False),
    ("a fault nobody knows", 200, no("not_allowed_here"), CONFIG, "not_allowed_here", False),
    ("too fast", 200, no("ratelimited"), RATE_LIMITED, "ratelimited", False),
    ("too fast by its status", 429, no("ratelimited"), RATE_LIMITED, "ratelimited", False),
    ("too long", 200, no("msg_blocks_too_long"), CONTENT, "msg_blocks_too_long", False),
    ("too long a text", 200, no("msg_too_long"), CONTENT, "msg_too_long", False),
    ("a fault in the middle", 200, no("internal_error"), RETRYABLE, "internal_error", True),
    ("a 500 with a page", 500, PAGE, RETRYABLE, "http_500", True),
    ("a 503 with a fault nobody knows", 503, no("odd"), RETRYABLE, "http_503", True),
]


@each_of(API)
def test_an_answer_of_the_web_api_means(status: int, body: Body, meaning: Meaning) -> None:
    assert_means(classify_api, status, body, meaning)


def test_the_channel_and_ts_of_an_answer_are_kept() -> None:
    assert classify_api(200, b'{"ok":true,"channel":"C1","ts":"1.2"}').message_id == "C1/1.2"
    assert classify_api(200, b'{"ok":true,"channel":7,"ts":null}').message_id is None


@pytest.mark.parametrize("classify", [classify_webhook, classify_api])
def test_how_long_slack_asks_to_wait_is_how_long_we_do(classify: Any) -> None:
    assert classify(429, b"", "7").retry_after_s == 7
    assert classify_webhook(429, b"rate_limited", "7").retry_after_s == 7
    assert classify_api(200, no("ratelimited"), "7").retry_after_s == 7
    assert classify_api(200, no("ratelimited")).retry_after_s == 60


def test_what_to_correct_is_said() -> None:
    assert "invite the bot" in classify_api(200, no("not_in_channel")).provider_message
    odd = no("odd_blocks", response_metadata={"messages": ["[ERROR] must be a string"]})
    assert "must be a string" in classify_api(200, odd).provider_message


SLACK = Slack()
HOOK = {"url_env": "SLACK_URL", "allow_private": True}
BOT = {
    "token_env": "SLACK_TOKEN",
    "channel": CHANNEL,
    "api_url_env": "SLACK_API",
    "allow_private": True,
}


async def send(
    slack: FakeSlack, target: dict[str, Any], environment: Mapping[str, str] = {}, **changes: Any
) -> SendResult:
    known = {"SLACK_URL": slack.url, "SLACK_API": slack.api_url, "SLACK_TOKEN": TOKEN}
    message = make_message(continued=changes.pop("continued", False))
    return await send_over(
        SLACK,
        {"kind": "slack", **target},
        None,
        environment={**known, **environment},
        message=message,
        **changes,
    )


async def test_a_webhook_takes_a_message_and_calls_it_nothing() -> None:
    with FakeSlack() as slack:
        found = await send(slack, {**HOOK, "mentions": ["U012ABCDEF"]})
        assert (found.kind, found.message_id, found.thread_id) == (DELIVERED, None, None)
        assert slack.calls == ["webhook"]
        assert slack.messages[0].title == "标题"
        wrong = {"SLACK_URL": slack.url.replace("opens", "shuts")}
        assert (await send(slack, HOOK, wrong)).provider_code == "no_service"


async def test_the_first_message_is_the_root_and_later_ones_bring_it_up_to_date() -> None:
    with FakeSlack() as slack:
        first = await send(slack, BOT)
        assert first.thread_id == first.message_id == f"{CHANNEL}/{slack.messages[0].ts}"
        second = await send(slack, BOT, thread_id=first.thread_id, possible_duplicate=True)
        assert second.thread_id == first.thread_id != second.message_id
        root, reply = slack.messages
        assert reply.thread_ts == root.ts
        assert [len(one.versions) for one in slack.messages] == [2, 1]
        assert (root.title, reply.title) == ("标题", "(重发/resent) 标题")
        assert slack.calls == ["chat.postMessage", "chat.update", "chat.postMessage"]


async def test_what_goes_on_with_a_message_leaves_the_root_as_it_is() -> None:
    with FakeSlack() as slack:
        first = await send(slack, BOT)
        await send(slack, BOT, thread_id=first.thread_id, continued=True)
        assert slack.calls == ["chat.postMessage", "chat.postMessage"]
        assert slack.messages[1].thread_ts == slack.messages[0].ts


@pytest.mark.parametrize("continued", [False, True])
async def test_a_root_that_is_gone_is_followed_by_another(continued: bool) -> None:
    with FakeSlack() as slack:
        first = await send(slack, BOT)
        slack.messages[0].deleted = True
        second = await send(slack, BOT, thread_id=first.thread_id, continued=continued)
        assert second.kind is DELIVERED
        assert second.thread_id == second.message_id != first.thread_id
        assert slack.messages[1].thread_ts is None


async def test_a_thread_of_another_channel_is_not_gone_on_with() -> None:
    with FakeSlack() as slack:
        found = await send(slack, BOT, thread_id="C0BEFORE/1.2")
        assert found.thread_id == found.message_id
        assert slack.calls == ["chat.postMessage"]


async def test_a_root_that_may_not_be_changed_has_its_thread_all_the_same() -> None:
    with FakeSlack() as slack:
        first = await send(slack, BOT)
        slack.fail_next(Fault(body=no("edit_window_closed")))
        second = await send(slack, BOT, thread_id=first.thread_id)
        assert (second.kind, second.thread_id) == (DELIVERED, first.thread_id)
        assert slack.messages[1].thread_ts == slack.messages[0].ts


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=502, body=PAGE), RETRYABLE),
        (Fault(status=429, headers=((b"retry-after", b"9"),)), RATE_LIMITED),
        (Fault(body=no("token_revoked")), CONFIG),
        (Fault(body=no("msg_blocks_too_long")), CONTENT),
    ],
)
async def test_nothing_is_sent_before_the_root_is_up_to_date(fault: Fault, kind: SendClass) -> None:
    """So the attempt after it makes no second copy."""
    with FakeSlack() as slack:
        first = await send(slack, BOT)
        slack.fail_next(fault)
        found = await send(slack, BOT, thread_id=first.thread_id)
        assert (found.kind, found.maybe_delivered) == (kind, False)
        assert len(slack.messages) == 1


async def test_a_token_that_is_wrong_or_gone_says_so_and_is_not_repeated() -> None:
    with FakeSlack() as slack:
        wrong = await send(slack, BOT, {"SLACK_TOKEN": "xoxb-wrong-but-secret"})
        assert (wrong.kind, wrong.provider_code) == (CONFIG, "invalid_auth")
        slack.fail_next(Fault(status=400, body=f"bad token {TOKEN}".encode()))
        assert TOKEN not in (await send(slack, BOT)).provider_message
        gone = await send(slack, BOT, {"SLACK_TOKEN": ""})
        assert (gone.kind, gone.provider_message) == (CONFIG, "SLACK_TOKEN is not set")


ENVIRONMENT = {
    "URL": "https://hooks.slack.com/services/T0/B0/x",
    "TOKEN": TOKEN,
    "NO_TOKEN": "SECRET",
}
WRONG = [
    ("neither way", "{name: x}", "either url_env"),
    ("both ways", "{url_env: URL, token_env: TOKEN, channel: C0123ABCD}", "either url_env"),
    ("a webhook with a channel", "{url_env: URL, channel: C0123ABCD}", "go together"),
    ("a token without a channel", "{token_env: TOKEN}", "go together"),
    ("a webhook with an API", "{url_env: URL, api_url_env: URL}", "is for a bot"),
    ("a channel's name", "{token_env: TOKEN, channel: '#ops'}", "is no id of a channel"),
    ("a person's name", "{url_env: URL, mentions: ['@ann']}", "is no id of a member"),
    ("another's token", "{token_env: NO_TOKEN, channel: C0123ABCD}", "holds no token"),
    ("no such variable", "{token_env: GONE, channel: C0123ABCD}", "GONE is not set"),
    ("a key nobody knows", "{url_env: URL, chanel: x}", "chanel"),
]


@pytest.mark.parametrize(("entry", "said"), [row[1:] for row in WRONG], ids=[r[0] for r in WRONG])
def test_an_entry_that_cannot_work_is_refused_in_its_line(entry: str, said: str) -> None:
    refused = refusal_of("slack", entry, ENVIRONMENT)
    assert said in refused
    assert "SECRET" not in refused


def test_two_variables_with_one_token_share_the_budget_of_a_channel() -> None:
    environment = {**ENVIRONMENT, "AGAIN": TOKEN}

    def budget(**entry: Any) -> str:
        [found] = SLACK.destinations(SlackRoom(**entry), environment)
        return found.budget("default", environment)

    one = budget(token_env="TOKEN", channel="C0123ABCD", mentions=("U012ABCDEF",))
    assert one == budget(token_env="AGAIN", channel="C0123ABCD")
    assert one != budget(token_env="TOKEN", channel="C0123WXYZ")
    assert TOKEN not in one


def test_an_entry_without_a_name_is_called_by_its_place() -> None:
    [bot] = SLACK.destinations(SlackRoom(token_env="TOKEN", channel="C0123ABCD"), ENVIRONMENT)
    [hook] = SLACK.destinations(SlackRoom(url_env="URL", mentions=("U012ABCDEF",)), ENVIRONMENT)
    assert (bot.name, hook.name) == ("slack:TOKEN/C0123ABCD", "slack:URL")
    assert hook.target == {"kind": "slack", "url_env": "URL", "mentions": ("U012ABCDEF",)}
    with pytest.raises(EntryError, match="https://"):
        SLACK.destinations(SlackRoom(url_env="URL"), {"URL": "http://hooks.slack.com/x"})
