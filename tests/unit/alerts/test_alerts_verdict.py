"""What follows from answers: whatever a provider says, nothing is lost and nobody is hurried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.result import SendClass, SendResult
from alerts.config import DingTalkTarget, EmailTarget, Target
from alerts.render import Renderer
from alerts.store_deliveries import Claimed, Outcome
from alerts.texts import Texts
from alerts.verdict import Waits, judge
from tests.unit.alerts.builders import at

RENDERER = Renderer()
WAITS = Waits(retry_first_s=1, retry_max_s=300, refused_first_s=60, refused_max_s=3600)
ROBOT = DingTalkTarget("URL")
PEOPLE = ("a@example.com", "b@example.com", "c@example.com")
TEXTS = Texts("【严重】双十一 / L03：花费过快", "**正文**\n" * 3000, "正文\n" * 3000, "<p>正文</p>")


def claimed(
    claim: int = 1,
    target: Target = ROBOT,
    texts: Texts = TEXTS,
    *,
    held: tuple[str, ...] = (),
    **changes: int,
) -> Claimed:
    return Claimed(
        position=1,
        claim=claim,
        delivery="d",
        workspace="default",
        receiver="ops",
        destination="default/x",
        target=target,
        locale="zh-CN",
        texts=texts,
        subject="s",
        thread_root=None,
        thread_previous=None,
        possible_duplicate=False,
        shrunk=changes.get("shrunk", 0),
        due_at=at(0),
        refused=False,
        held=held,
    )


def answer(kind: SendClass, *remaining: str, retry_after_s: float | None = None) -> SendResult:
    return SendResult(
        kind=kind,
        provider_code="x",
        provider_message="",
        retry_after_s=retry_after_s,
        remaining=remaining or None,
    )


def verdict(kind: SendClass, claim: int = 1) -> Outcome:
    return judge(claimed(claim), answer(kind), RENDERER, WAITS)


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
    found = judge(claimed(), answer(SendClass.RATE_LIMITED, retry_after_s=7), RENDERER, WAITS)
    assert (found.state, found.wait_s) == ("parked", 7)


def test_only_those_who_did_not_take_a_mail_get_it_again() -> None:
    mail = claimed(target=EmailTarget(PEOPLE))
    found = judge(mail, answer(SendClass.CONFIG, *PEOPLE[1:]), RENDERER, WAITS)
    assert (found.state, found.taken) == ("failed", PEOPLE[:1])
    nobody = judge(mail, answer(SendClass.CONFIG, *PEOPLE), RENDERER, WAITS)
    assert nobody.taken == ()


def test_a_mail_taken_by_all_it_went_to_waits_for_those_it_did_not_go_to() -> None:
    mail = claimed(target=EmailTarget(PEOPLE), held=PEOPLE[:1])
    found = judge(mail, answer(SendClass.DELIVERED), RENDERER, WAITS)
    assert (found.state, found.wait_s, found.taken) == ("pending", 0, PEOPLE[1:])
    partly = judge(mail, answer(SendClass.CONFIG, PEOPLE[1]), RENDERER, WAITS)
    assert (partly.state, partly.taken) == ("failed", PEOPLE[2:])
    away = judge(mail, answer(SendClass.RETRYABLE), RENDERER, WAITS)
    assert (away.state, away.taken) == ("pending", ())


answers = st.lists(
    st.builds(
        lambda kind, left: (kind, left),
        st.sampled_from(sorted(SendClass)),
        st.sets(st.sampled_from(PEOPLE), min_size=1),
    ),
    min_size=1,
    max_size=12,
)


@given(answers, st.booleans())
def test_whatever_is_answered_a_message_is_delivered_or_waits_for_the_same_people(
    said: list[tuple[SendClass, set[str]]], is_mail: bool
) -> None:
    target: Target = EmailTarget(PEOPLE) if is_mail else ROBOT
    now, taken = claimed(target=target), set[str]()
    for number, (kind, left) in enumerate(said, start=1):
        to = now.target.to if isinstance(now.target, EmailTarget) else ()
        refused = [one for one in to if one in left]
        partial = refused if kind in (SendClass.CONFIG, SendClass.RETRYABLE) else []
        found = judge(now, answer(kind, *partial), RENDERER, WAITS)
        if kind is SendClass.DELIVERED:
            assert found.state == "delivered"
            return
        assert found.state in ("pending", "parked", "failed")
        assert 0 <= found.wait_s <= WAITS.refused_max_s
        assert now.shrunk <= found.shrunk <= 2
        assert len(found.texts.body.encode()) <= len(now.texts.body.encode())
        assert found.texts.title
        if isinstance(now.target, EmailTarget):
            taken |= set(to) - set(partial) if partial else set()
            waiting = tuple(one for one in to if one not in found.taken)
            assert waiting, "somebody has not got it"
            assert {*waiting, *taken} == set(PEOPLE)
            assert not taken & set(waiting), "nobody gets a mail twice"
            target = EmailTarget(waiting)
        now = claimed(number + 1, target, found.texts, shrunk=found.shrunk)
