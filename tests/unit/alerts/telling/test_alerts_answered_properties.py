"""Answers at any moments: ends are told all the same, and nobody is reminded of what is taken."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.episodes.rules import Key
from alerts.response.rules import NO_RESPONSE, Action, ActionKind, EpisodeResponse, respond
from alerts.telling.plan import Member
from tests.unit.alerts.builders import at
from tests.unit.alerts.telling.test_alerts_muted_properties import ALERTS, MutedGroup

ANSWERS: list[ActionKind] = ["ack", "unack", "snooze", "unsnooze", "resolve"]
SNOOZE = timedelta(minutes=3)
AFTER_ALL_SNOOZES = 10

steps = st.lists(
    st.one_of(
        st.just("flush"),
        st.tuples(
            st.integers(1, ALERTS),
            st.sampled_from(["change", "end", "mute", "unmute", *ANSWERS]),
        ),
    ),
    max_size=40,
)


class AnsweredGroup(MutedGroup):
    """People answer to its alerts; what is open is reminded of at nearly every flush."""

    repeat = timedelta(minutes=1)

    def __init__(self) -> None:
        super().__init__()
        self.responses: dict[Key, EpisodeResponse] = {}
        self.taken: Counter[Key] = Counter()
        self.said_to_be_taken: Counter[Key] = Counter()

    def happen(self, alert: int, what: str) -> None:
        if what not in ANSWERS:
            super().happen(alert, what)
            return
        self.minute += 1
        key = Key(alert, self.number[alert])
        if key not in self.members or not self.members[key][0].open:
            return
        now, severity = at(self.minute), self.members[key][0].severity
        before = self.responses.get(key, NO_RESPONSE)
        action = Action(kind=what, made_by="li.na", made_at=now, until=now + SNOOZE)  # type: ignore[arg-type]
        after = respond(before, action, severity)
        self.responses[key] = after
        self.taken[key] += after != before and after.answered_at(now, severity) is not None

    def seen(self, member: Member) -> Member:
        member = super().seen(member)
        response = self.responses.get(member.key, NO_RESPONSE)
        snooze = response.mute(at(self.minute), member.episode.severity)
        mute = member.mute or (snooze if member.episode.open else None)
        return replace(member, response=response, mute=mute)

    def flush(self) -> None:
        reminded = len(self.reminded)
        super().flush()
        now = at(self.minute)
        for key in self.reminded[reminded:]:
            severity = self.members[key][0].severity if key in self.members else ""
            taken = self.responses.get(key, NO_RESPONSE).answered_at(now, severity)
            self.said_to_be_taken[key] += taken is not None


def play(script: list[Any], *, ending: str) -> AnsweredGroup:
    group = AnsweredGroup()
    for step in script:
        if step == "flush":
            group.flush()
        else:
            group.happen(*step)
    if ending == "unmuted":
        group.muted.clear()
        group.minute += AFTER_ALL_SNOOZES
    else:
        for alert, history in list(group.history.items()):
            if history:
                group.happen(alert, "end")
    group.flush()
    return group


@settings(max_examples=300)
@given(steps)
def test_who_was_told_a_beginning_is_told_the_end_whatever_was_answered(script: list[Any]) -> None:
    group = play(script, ending="over")
    begun = {key for key, _, transition in group.told if transition == "firing"}
    ended = {key for key, _, transition in group.told if transition == "resolved"}
    assert begun == ended
    assert group.firing == {}


@settings(max_examples=300)
@given(steps)
def test_nothing_is_told_while_it_is_snoozed(script: list[Any]) -> None:
    assert play(script, ending="over").told_while_muted == []


@settings(max_examples=300)
@given(steps)
def test_once_every_snooze_is_over_all_that_is_open_has_been_told(script: list[Any]) -> None:
    group = play(script, ending="unmuted")
    severities = {key: episode.severity for key, (episode, _) in group.members.items()}
    assert {key: told.severity for key, told in group.firing.items()} == severities


@settings(max_examples=300)
@given(steps)
def test_of_what_is_taken_it_is_said_at_most_once_that_it_is(script: list[Any]) -> None:
    group = play(script, ending="unmuted")
    for _ in range(3):
        group.minute += AFTER_ALL_SNOOZES
        group.flush()
    assert all(group.said_to_be_taken[key] <= group.taken[key] for key in group.said_to_be_taken)


@settings(max_examples=300)
@given(steps)
def test_each_transition_is_on_record_and_told_at_most_once(script: list[Any]) -> None:
    group = play(script, ending="over")
    assert max(Counter(group.told).values(), default=1) == 1
    assert set(group.told) | set(group.kept) | set(group.withheld) == set(group.made)
