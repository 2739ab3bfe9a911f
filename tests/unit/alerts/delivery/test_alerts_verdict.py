"""What follows from answers: whatever a provider says, nothing is lost and nobody is hurried."""

import json
from datetime import datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.channels.contract import Channel
from alerts.channels.message import AlertFacts, Block, FactLine, Message, StillOpen
from alerts.channels.result import ARRIVED, SendClass, SendResult
from alerts.channels.table import ALL
from alerts.channels.webhook import Webhook
from alerts.delivery.parts import part
from alerts.delivery.store import AttemptOutcome, Claimed
from alerts.delivery.verdict import Waits, compose, judge
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import render, view
from tests.unit.alerts.sending import make_message

WAITS = Waits(retry_first_s=1, retry_max_s=300, refused_first_s=60, refused_max_s=3600)
MESSAGE = make_message(title="【严重】双十一 / L03：花费过快", written="正文 [x](y)\n" * 3000)
COMPOSED = ALL[0].compose(MESSAGE, 18_000)


def claimed(claim: int = 1, shrunk: int = 0, message: Message = MESSAGE) -> Claimed:
    return Claimed(
        position=1,
        claim=claim,
        delivery="d",
        workspace="default",
        receiver="ops",
        destination="default/x",
        channel_id="x",
        target={},
        message=msgspec.to_builtins(message, builtin_types=(datetime,)),
        title="",
        body="",
        thread_root=None,
        thread_previous=None,
        possible_duplicate=False,
        shrunk=shrunk,
        due_at=at(0),
        refused=False,
    )


def answer(kind: SendClass, *, retry_after_s: float | None = None) -> SendResult:
    return SendResult(
        kind=kind,
        provider_code="x",
        provider_message="",
        retry_after_s=retry_after_s,
    )


def verdict(kind: SendClass, claim: int = 1) -> AttemptOutcome:
    return judge(claimed(claim), COMPOSED, answer(kind), WAITS)


@pytest.mark.parametrize(
    ("kind", "state", "first_s", "longest_s"),
    [
        (SendClass.RETRYABLE, "pending", 1, 300),
        (SendClass.RATE_LIMITED, "parked", 60, 60),
        (SendClass.CONFIG, "failed", 60, 3600),
    ],
)
def test_pauses_grow_with_the_attempts_up_to_a_limit(
    kind: SendClass, state: str, first_s: float, longest_s: float
) -> None:
    first, last = verdict(kind), verdict(kind, claim=1000)
    assert (first.state, last.state) == (state, state)
    assert first_s / 2 <= first.wait_s <= first_s
    assert longest_s / 2 <= last.wait_s <= longest_s


def test_a_provider_may_ask_for_its_own_pause() -> None:
    found = judge(claimed(), COMPOSED, answer(SendClass.RATE_LIMITED, retry_after_s=7), WAITS)
    assert (found.state, found.wait_s) == ("parked", 7)


def test_whatever_may_have_arrived_is_marked_for_the_next_attempt() -> None:
    for maybe in (True, False):
        result = SendResult(
            kind=SendClass.RETRYABLE,
            provider_code="x",
            provider_message="",
            maybe_delivered=maybe,
        )
        assert judge(claimed(), COMPOSED, result, WAITS).maybe_delivered is maybe


@pytest.mark.parametrize("channel", ALL, ids=lambda one: one.kind)
def test_what_is_refused_for_its_length_gets_shorter_and_still_says_what_is_wrong(
    channel: Channel,
) -> None:
    """A payload that was too large once became one without any alert, and was taken."""
    names = {"campaign": "双十一大促" * 12, "line": "搜索广告" * 12}
    [message] = [one.message for one in render(*(view(alert=n, names=names) for n in range(9)))]
    texts = [compose(channel, part(message, level), level).text for level in range(3)]
    assert [len(one) for one in texts] == sorted({len(one) for one in texts}, reverse=True)
    assert all("花费过快，实际是计划的 160%" in one for one in texts)


answers = st.lists(st.sampled_from(sorted(SendClass)), min_size=1, max_size=12)


@given(answers, st.sampled_from(ALL))
def test_whatever_is_answered_a_message_has_arrived_or_waits(
    said: list[SendClass], channel: Channel
) -> None:
    now, before = claimed(), compose(channel, MESSAGE, 0)
    for number, kind in enumerate(said, start=1):
        composed = compose(channel, part(MESSAGE, now.shrunk), now.shrunk)
        found = judge(now, composed, answer(kind), WAITS)
        if kind in ARRIVED:
            assert found.state == kind
            return
        assert found.state in ("pending", "parked", "failed")
        assert 0 <= found.wait_s <= WAITS.refused_max_s
        assert now.shrunk <= found.shrunk <= 2
        assert len(found.body.encode()) <= len(before.text.encode())
        assert found.title
        now, before = claimed(number + 1, shrunk=found.shrunk), composed


def block(number: int) -> Block:
    alert = AlertFacts(f"f{number}", "resolved", {"line": f"L{number}"}, {}, at(0), at(1))
    return Block("已恢复", "花费正常", (FactLine("实际花费", "¥1" * 40 * number),), "#080", alert)


@given(st.integers(1, 30), st.integers(0, 2), st.integers(700, 9_000))
@example(30, 0, 4_500)
def test_however_little_a_receiver_takes_it_is_told_each_alert_once_and_in_order(
    alerts: int, shrunk: int, bytes_max: int
) -> None:
    """After one 413 the first alerts were sent, and all were on record as delivered: a receiver
    kept the others open for ever. `shrunk`: as a row of an earlier version may be."""
    blocks = tuple(map(block, range(alerts)))
    open_ones = tuple(StillOpen("仍在", block(n).alert) for n in range(100, 103))
    now = claimed(1, shrunk, make_message(written="", blocks=blocks, still_open=open_ones))
    heard: list[str] = []
    for attempt in range(2, 200):
        told = part(msgspec.convert(now.message, Message), now.shrunk)
        composed = compose(Webhook(), told, now.shrunk)
        taken = now.shrunk == 2 or len(composed.text.encode()) <= bytes_max
        kind = SendClass.DELIVERED if taken else SendClass.CONTENT
        if taken:
            heard += [one["labels"]["line"] for one in json.loads(composed.text)["alerts"]]
        found = judge(now, composed, answer(kind), WAITS)
        if found.state == "delivered":
            break
        assert (found.state, found.wait_s) == ("pending", 0)
        left = found.message or msgspec.convert(now.message, Message)
        now = claimed(attempt, found.shrunk, left)
    assert [one for one in heard if len(one) < 4] == [f"L{number}" for number in range(alerts)]
    assert json.loads(found.body.split("\n\n")[0])["alerts"][0]["labels"]["line"] == "L0"
