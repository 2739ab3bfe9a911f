"""What an escalation does next, and when: time is data (alerting.md 2.8; W13)."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from alerts.configuration.oncall.escalations import Escalation, EscalationStep
from alerts.escalation.rules import ASK_AGAIN, EpisodeStanding, EscalationProgress, advance, begin
from alerts.quiet.mute import Mute, MuteReason
from alerts.response.rules import EpisodeResponse
from tests.unit.alerts.builders import at

FIFTEEN, THIRTY = timedelta(minutes=15), timedelta(minutes=30)
CHAIN = Escalation(
    "search", (EscalationStep(FIFTEEN, ("ann",)), EscalationStep(THIRTY, ("boss",))), repeat=1
)
REMINDING = replace(CHAIN, remind_after=timedelta(hours=4), unacknowledge_after=FIFTEEN)
FOR_CRITICAL = replace(
    CHAIN, steps=(EscalationStep(FIFTEEN, ("ann",), "critical"), *CHAIN.steps[1:]), repeat=0
)


class Event(NamedTuple):
    """At some minute an episode is like this; `do` is what the chain does then, `due` when it looks
    next."""

    minute: float
    changes: dict[str, Any]
    do: str | None
    due: float | None


def taken(minute: float, severity: str = "warning") -> dict[str, Any]:
    response = EpisodeResponse(
        state="acknowledged", severity=severity, made_by="ann", made_at=at(minute)
    )
    return {"response": response}


def snoozed(minute: float, until: float) -> dict[str, Any]:
    response = EpisodeResponse(
        state="snoozed", severity="warning", made_by="ann", made_at=at(minute), until=at(until)
    )
    return {"response": response, "mute": response.mute(at(minute), "warning")}


def freed(minute: float) -> dict[str, Any]:
    response = EpisodeResponse(made_by="ann", made_at=at(minute), severity="warning")
    return {"response": response, "mute": None}


CLOSED = {
    "response": EpisodeResponse(state="closed", severity="warning", made_by="ann", made_at=at(1))
}
OVER = {"open": False}
SILENT = {"mute": Mute(MuteReason.SILENCED, ("s1",), at(40))}
INHIBITED = {"mute": Mute(MuteReason.INHIBITED, ("f1",))}
AGAIN = ASK_AGAIN / timedelta(minutes=1)

STORIES: dict[str, tuple[Escalation, list[Event]]] = {
    "nobody answers: two rounds, then it is unanswered": (
        CHAIN,
        [
            Event(14, {}, None, 15),
            Event(15, {}, "step", 30),
            Event(30, {}, "step", 45),
            Event(45, {}, "step", 60),
            Event(60, {}, "step", 75),
            Event(75, {}, None, None),
            Event(500, {}, None, None),
        ],
    ),
    "a step is only for some levels: at its time it is passed over": (
        FOR_CRITICAL,
        [Event(15, {}, None, 30), Event(30, {}, "step", 45), Event(45, {}, None, None)],
    ),
    "who takes it stops it": (
        CHAIN,
        [Event(15, {}, "step", 30), Event(20, taken(20), None, None)],
    ),
    "free again, it begins anew": (
        CHAIN,
        [
            Event(15, {}, "step", 30),
            Event(20, taken(20), None, None),
            Event(50, freed(50), None, 65),
            Event(65, {}, "step", 80),
        ],
    ),
    "what is worse begins anew, though somebody has taken the lesser": (
        CHAIN,
        [
            Event(15, {}, "step", 30),
            Event(20, taken(20), None, None),
            Event(25, {"severity": "critical"}, None, 40),
            Event(40, {}, "step", 55),
        ],
    ),
    "what is worse begins anew, though all were called in vain": (
        replace(CHAIN, repeat=0),
        [
            Event(15, {}, "step", 30),
            Event(30, {}, "step", 45),
            Event(45, {}, None, None),
            Event(90, {"severity": "critical"}, None, 105),
        ],
    ),
    "what becomes better goes on": (
        CHAIN,
        [Event(10, {"severity": "info"}, None, 15), Event(15, {}, "step", 30)],
    ),
    "a closed alert calls nobody": (CHAIN, [Event(15, CLOSED, None, None)]),
    "an alert that is over calls nobody": (CHAIN, [Event(15, OVER, None, None)]),
    "what is snoozed calls when that ends, and the rest keep their distance": (
        CHAIN,
        [
            Event(10, snoozed(10, 40), None, 15),
            Event(15, snoozed(10, 40), None, 40),
            Event(40, {"mute": None}, "step", 55),
        ],
    ),
    "a snooze that ends before a step changes nothing": (
        CHAIN,
        [Event(5, snoozed(5, 10), None, 15), Event(15, {"mute": None}, "step", 30)],
    ),
    "what is silenced calls when that ends": (
        CHAIN,
        [
            Event(15, SILENT, None, 15 + AGAIN),
            Event(38, {}, None, 40),
            Event(40, {"mute": None}, "step", 55),
        ],
    ),
    "a silence that somebody ends is found soon": (
        CHAIN,
        [Event(15, SILENT, None, 15 + AGAIN), Event(15 + AGAIN, {"mute": None}, "step", 35)],
    ),
    "what another stands for is asked about again": (
        CHAIN,
        [Event(15, INHIBITED, None, 15 + AGAIN), Event(15 + AGAIN, {"mute": None}, "step", 35)],
    ),
    "after an outage one step is due, and the next as long after it as ever": (
        CHAIN,
        [Event(300, {}, "step", 315), Event(315, {}, "step", 330)],
    ),
    "who has it for long is asked, and without a word it is free and begins anew": (
        REMINDING,
        [
            Event(5, taken(5), None, 245),
            Event(245, {}, "reminder", 260),
            Event(259, {}, None, 260),
            Event(260, {}, "unacknowledged", 275),
            Event(275, freed(260), "step", 290),
        ],
    ),
    "who answers the reminder keeps it until the next": (
        REMINDING,
        [
            Event(5, taken(5), None, 245),
            Event(245, {}, "reminder", 260),
            Event(250, {"answered_at": at(250)}, None, 490),
            Event(490, {}, "reminder", 505),
        ],
    ),
    "without a release they are only asked again": (
        replace(REMINDING, unacknowledge_after=None),
        [
            Event(5, taken(5), None, 245),
            Event(245, {}, "reminder", 485),
            Event(485, {}, "reminder", 725),
        ],
    ),
}


@pytest.mark.parametrize(("chain", "events"), STORIES.values(), ids=STORIES)
def test_a_story(chain: Escalation, events: list[Event]) -> None:
    progress: EscalationProgress = begin(chain, "warning", at(0))
    standing = EpisodeStanding(open=True, severity="warning", response=EpisodeResponse())
    for event in events:
        standing = replace(standing, **event.changes)
        progress, done, due = advance(chain, progress, standing, at(event.minute))
        wanted = None if event.due is None else at(event.due)
        assert (done, due) == (event.do, wanted), event


def test_where_it_stands_is_said() -> None:
    progress = begin(CHAIN, "warning", at(0))
    standing = EpisodeStanding(open=True, severity="warning", response=EpisodeResponse())
    states = []
    for event in STORIES["nobody answers: two rounds, then it is unanswered"][1]:
        progress = advance(CHAIN, progress, standing, at(event.minute)).progress
        states.append((progress.state, progress.round, progress.step))
    assert states[1] == ("running", 0, 1)
    assert states[-1][0] == "unanswered"
    for changes, state in ((taken(100), "answered"), (OVER, "over")):
        changed = replace(standing, **changes)
        assert advance(CHAIN, progress, changed, at(100)).progress.state == state
