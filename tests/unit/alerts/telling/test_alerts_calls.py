"""What an escalation's group is told: what it is called for, and all that it was told before."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.quiet.mute import Mute, MuteReason
from alerts.response.rules import NO_RESPONSE, Action, ActionKind, EpisodeResponse, respond
from alerts.routing.snapshot import Call
from alerts.telling.calls import called_for, concerning
from alerts.telling.decide import DecisionReason, Entry, Told
from alerts.telling.plan import Member, Plan, plan_channel
from tests.unit.alerts.builders import at, make_signals
from tests.unit.alerts.telling.test_alerts_answers_told import acknowledged
from tests.unit.alerts.telling.test_alerts_plan import FIRING, KEY, RESOLVED, member

CALL = Call(at(15), "escalated")
ASKED = Call(at(15), "still acknowledged")
OPEN = member(make_signals(FIRING))
ENDED = member(make_signals(FIRING, RESOLVED))
SILENT = replace(OPEN, mute=Mute(MuteReason.SILENCED, ("s1",), at(60)))
TOLD_BEFORE = Entry(at(10), {KEY: Told(1, "critical")}, {})
TOLD_SINCE = Entry(at(15), {KEY: Told(1, "critical")}, {})


def answered(response: EpisodeResponse) -> Member:
    return replace(OPEN, response=response)


def plan_of(
    found: Sequence[Member], entry: Entry | None, call: Call | None, minute: float = 16
) -> Plan:
    """As a flush does it."""
    known = {**entry.firing, **entry.resolved} if entry else {}
    return plan_channel(
        concerning(found, known, call, at(minute)),
        entry,
        repeat=timedelta(days=30),
        send_resolved=True,
        now=at(minute),
        call=called_for(found, entry, call, at(minute)),
    )


FREED = EpisodeResponse(made_by="li.na", made_at=at(15.5), severity="critical")


@pytest.mark.parametrize(
    ("found", "entry", "call", "reason", "why"),
    [
        (OPEN, None, CALL, "escalated", "called, and told for the first time"),
        (OPEN, TOLD_BEFORE, CALL, "escalated", "called again"),
        (OPEN, TOLD_SINCE, CALL, "none", "told since the call"),
        (answered(acknowledged(15.5)), None, CALL, "none", "somebody took it before it was told"),
        (answered(acknowledged(10)), TOLD_BEFORE, CALL, "none", "somebody has it"),
        (answered(FREED), None, CALL, "none", "answered since: the next call is another one"),
        (SILENT, None, CALL, "none", "muted: called when that ends"),
        (ENDED, None, CALL, "none", "over before it was told"),
        (ENDED, TOLD_BEFORE, CALL, "all alerts resolved", "the end of what was told"),
        (answered(acknowledged(5)), TOLD_BEFORE, ASKED, "still acknowledged", "who has it"),
        (answered(acknowledged(5)), None, ASKED, "still acknowledged", "heard it elsewhere"),
        (answered(FREED), TOLD_BEFORE, ASKED, "none", "free again: nobody to ask"),
        (answered(acknowledged(12)), TOLD_BEFORE, None, "acknowledged or closed", "no call"),
    ],
)
def test_what_a_group_is_told(
    found: Member, entry: Entry | None, call: Call | None, reason: str, why: str
) -> None:
    assert plan_of([found], entry, call).decision.reason == reason, why


def test_a_call_again_is_told_as_a_reminder() -> None:
    found = plan_of([OPEN], TOLD_BEFORE, CALL)
    assert [one.told for one in found.views] == ["repeat"]
    assert [(one.transition, one.suppressed) for one in found.tellings] == [("firing", False)]


def test_what_it_is_not_called_for_is_neither_told_nor_on_record() -> None:
    found = plan_of([answered(acknowledged(15.5))], None, CALL)
    assert (found.views, found.tellings, dict(found.told)) == ((), (), {})


KINDS: list[ActionKind] = ["ack", "unack", "resolve"]


@given(st.lists(st.sampled_from([*KINDS, "call", "ask", "mute", "flush"]), max_size=30))
def test_it_never_speaks_for_what_somebody_has_and_always_of_the_end_of_what_it_told(
    events: list[str],
) -> None:
    response, mute, call = NO_RESPONSE, None, None
    entry: Entry | None = None
    for minute, event in enumerate(events, 1):
        match event:
            case "call":
                call = Call(at(minute), "escalated")
            case "ask":
                call = Call(at(minute), "still acknowledged")
            case "mute":
                mute = None if mute else Mute(MuteReason.SILENCED, ("s1",))
            case "flush":
                found = replace(OPEN, response=response, mute=mute)
                plan = plan_of([found], entry, call or Call(at(0), "escalated"), minute)
                if plan.decision.reason is DecisionReason.ESCALATED:
                    assert mute is None
                    assert response.state_at(at(minute), "critical") == "open"
                if plan.decision.log:
                    entry = Entry(at(minute), {KEY: Told(1, "critical")}, {})
            case kind:
                action = Action(kind=kind, made_by="li.na", made_at=at(minute))  # type: ignore[arg-type]
                response = respond(response, action, "critical")
    ended = replace(ENDED, response=response)
    end = plan_of([ended], entry, call, len(events) + 2)
    heard = entry is not None
    assert (end.decision.reason is DecisionReason.ALL_RESOLVED) is heard
    assert bool(end.views) is heard
