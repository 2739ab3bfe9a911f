"""Whatever happens to an alert, and whenever somebody looks at its escalation."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.configuration.oncall.escalations import Escalation, EscalationStep
from alerts.escalation.rules import EpisodeStanding, advance, begin
from alerts.quiet.mute import Mute, MuteReason
from alerts.response.rules import Action, ActionKind, EpisodeResponse, respond
from tests.unit.alerts.builders import at

MINUTES = st.integers(1, 90).map(lambda minutes: timedelta(minutes=minutes))
LEVELS = st.sampled_from(["info", "warning", "critical"])
KINDS: list[ActionKind] = ["ack", "unack", "snooze", "unsnooze", "resolve"]


@st.composite
def escalations(draw: st.DrawFn) -> Escalation:
    afters = sorted(draw(st.sets(MINUTES, min_size=1, max_size=4)))
    level = st.sampled_from([None, "warning", "critical"])
    steps = tuple(EscalationStep(after, ("ann",), draw(level)) for after in afters)
    remind = draw(st.none() | MINUTES)
    free = draw(st.none() | MINUTES) if remind else None
    return Escalation("search", steps, draw(st.integers(0, 3)), remind, free)


class Story:
    """An episode, its escalation, and what that has done."""

    def __init__(self, chain: Escalation) -> None:
        self.chain = chain
        self.now: datetime = at(0)
        self.standing = EpisodeStanding(open=True, severity="warning", response=EpisodeResponse())
        self.progress = begin(chain, "warning", at(0))
        self.due_at: datetime | None = self.progress.next_at
        self.steps: list[tuple[int, int, int]] = []

    def change(self, **changes: Any) -> None:
        """As the services do: what changes wakes it."""
        self.standing = replace(self.standing, **changes)
        self.due_at = self.now

    def respond(self, kind: ActionKind) -> None:
        until = self.now + timedelta(minutes=20)
        action = Action(kind=kind, made_by="ann", made_at=self.now, until=until)
        response = respond(self.standing.response, action, self.standing.severity)
        self.change(response=response, answered_at=self.now)

    def look(self) -> None:
        if self.due_at is None or self.due_at > self.now:
            return
        snooze = self.standing.response.mute(self.now, self.standing.severity)
        seen = replace(self.standing, mute=self.standing.mute or snooze)
        before = self.progress
        self.progress, done, self.due_at = advance(self.chain, before, seen, self.now)
        assert self.due_at is None or self.due_at > self.now, "it would never rest"
        state = seen.response.state_at(self.now, seen.severity)
        if done in ("step", "reminder"):
            assert seen.open
            assert seen.mute is None
            assert (state == "open") == (done == "step"), "it calls for what nobody has"
        if done == "step":
            self.steps.append((before.turn, before.round, before.step))
        if done == "unacknowledged":
            self.respond("unack")


@given(
    escalations(),
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.sampled_from(["look", "over", "mute", "unmute", *KINDS]) | LEVELS,
        ),
        max_size=60,
    ),
)
def test_it_calls_for_what_is_open_heard_and_taken_by_nobody_each_step_once_a_turn(
    chain: Escalation, events: list[tuple[int, str]]
) -> None:
    story = Story(chain)
    for minutes, event in events:
        story.now += timedelta(minutes=minutes)
        match event:
            case "over":
                story.change(open=False)
            case "mute":
                story.change(
                    mute=Mute(MuteReason.SILENCED, ("s1",), story.now + timedelta(hours=1))
                )
            case "unmute":
                story.change(mute=None)
            case "info" | "warning" | "critical":
                story.change(severity=event)
            case "look":
                pass
            case kind:
                story.respond(kind)  # type: ignore[arg-type]
        story.look()
    assert not [step for step, count in Counter(story.steps).items() if count > 1]
    assert all(round_ <= chain.repeat for _, round_, _ in story.steps)


@given(escalations(), st.lists(st.integers(0, 200), min_size=1, max_size=400))
def test_without_an_answer_it_calls_a_bounded_number_of_times_and_ends_unanswered(
    chain: Escalation, waits: list[int]
) -> None:
    story = Story(chain)
    for minutes in [*waits, *[500] * 40]:
        story.now += timedelta(minutes=minutes)
        story.look()
    wanted = [one for one in chain.steps if one.severity != "critical"]
    assert len(story.steps) == len(wanted) * (chain.repeat + 1)
    assert (story.progress.state, story.due_at) == ("unanswered", None)
