"""What follows from an answer: nobody is reminded, and the others hear of it (alerting.md 2.8)."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.response.rules import EpisodeResponse
from alerts.telling.decide import DecisionReason, Entry, Told
from alerts.telling.plan import Member, Plan, plan_channel
from tests.unit.alerts.builders import at, make_signals
from tests.unit.alerts.telling.test_alerts_plan import FIRING, KEY, RESOLVED, member

REPEAT = timedelta(hours=4)
WORSE = [("firing", "warning", "1.3"), FIRING]


def acknowledged(minute: float, **changes: Any) -> EpisodeResponse:
    values = {"state": "acknowledged", "severity": "critical", "made_by": "li.na"}
    return EpisodeResponse(**{**values, "made_at": at(minute), **changes})


def snoozed(until: float) -> EpisodeResponse:
    return acknowledged(0, state="snoozed", until=at(until))


def critical(response: EpisodeResponse, alert: int = 1) -> Member:
    return replace(member(make_signals(FIRING), alert), response=response)


def plan_at(minute: float, *members: Member, told_at: float = 0, waiting: bool = False) -> Plan:
    """Everybody was told of all of them at `told_at`."""
    known = {one.key: Told(1, "critical") for one in members}
    return plan_channel(
        members,
        Entry(at(told_at), known, {}),
        repeat=REPEAT,
        send_resolved=True,
        now=at(minute),
        waiting=waiting,
    )


def test_what_somebody_has_reminds_nobody() -> None:
    silent = plan_at(1000, critical(acknowledged(5)), told_at=6)
    assert silent.decision.reason is DecisionReason.NONE
    assert plan_at(1000, critical(EpisodeResponse()), told_at=6).decision.send


def test_that_somebody_has_it_is_one_message_where_nothing_else_would_tell() -> None:
    found = plan_at(10, critical(acknowledged(5)))
    assert (found.decision.reason, found.decision.send) == (DecisionReason.ANSWERED, True)
    assert [(one.told, one.response.made_by) for one in found.views] == [("answered", "li.na")]
    assert [(one.transition, one.suppressed) for one in found.tellings] == [("firing", False)]
    assert plan_at(10, critical(acknowledged(5)), told_at=6).decision.reason is DecisionReason.NONE


def test_beside_something_that_nobody_has_it_waits_for_the_next_message() -> None:
    both = [critical(acknowledged(5)), critical(EpisodeResponse(), 2)]
    assert plan_at(10, *both).decision.reason is DecisionReason.NONE
    reminder = plan_at(241, *both)
    assert reminder.decision.reason is DecisionReason.REPEAT
    # It is a line, with who has it, of the reminder of the other.
    assert [one.told for one in reminder.views] == ["unchanged", "repeat"]
    assert [one.key.alert for one in reminder.tellings] == [2]


@pytest.mark.parametrize(
    ("severity", "reason"),
    [("critical", DecisionReason.NONE), ("warning", DecisionReason.REPEAT)],
    ids=["of its level", "of another level"],
)
def test_a_level_that_has_changed_is_reminded_of(severity: str, reason: DecisionReason) -> None:
    response = acknowledged(5, severity=severity)
    assert plan_at(1000, critical(response), told_at=6).decision.reason is reason


def test_news_is_told_whoever_has_it() -> None:
    history = make_signals(FIRING, RESOLVED)
    ended = replace(member(history), response=acknowledged(5))
    found = plan_at(20, ended, told_at=6)
    assert found.decision.reason is DecisionReason.ALL_RESOLVED
    assert found.views[0].response.made_by == "li.na"
    worse = replace(member(make_signals(*WORSE)), response=acknowledged(5, severity="warning"))
    entry = Entry(at(6), {KEY: Told(1, "warning")}, {})
    found = plan_channel([worse], entry, repeat=REPEAT, send_resolved=True, now=at(20))
    assert found.decision.reason is DecisionReason.LEVEL


def test_who_snoozed_it_is_told_once_when_that_is_over() -> None:
    found = plan_at(60, critical(snoozed(60)))
    assert (found.decision.reason, found.decision.send) == (DecisionReason.SNOOZED, True)
    assert [one.told for one in found.views] == ["repeat"]
    assert plan_at(61, critical(snoozed(60)), told_at=60).decision.reason is DecisionReason.NONE
    assert plan_at(59, critical(snoozed(60))).decision.reason is DecisionReason.NONE


def test_a_reminder_after_a_snooze_does_not_queue_up_behind_a_message_on_its_way() -> None:
    found = plan_at(60, critical(snoozed(60)), waiting=True)
    assert (found.decision.reason, found.decision.send) == (DecisionReason.UNHEARD, False)


def test_who_was_never_told_is_told_with_who_has_it() -> None:
    found = plan_channel(
        [critical(acknowledged(5))], None, repeat=REPEAT, send_resolved=True, now=at(10)
    )
    assert found.decision.reason is DecisionReason.FIRST
    assert [(one.told, one.response.made_by) for one in found.views] == [("firing", "li.na")]
