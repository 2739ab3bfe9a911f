"""Muting at any moments: nothing is lost, nothing is told while it is muted, ends always pass.

The notification log is kept here as the database keeps it (alerting.md 2.4; design.md section 1.5).
"""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.episodes.rules import Episode, Key, apply_all, begin
from alerts.incoming.signal import Signal
from alerts.quiet.mute import Mute, MuteReason
from alerts.telling.decide import Entry, Told
from alerts.telling.plan import Member, Muted, plan_channel
from tests.unit.alerts.builders import at, make_signal

ALERTS = 3
MUTE = Mute(MuteReason.SILENCED, ("s1",))

steps = st.lists(
    st.one_of(
        st.just("flush"),
        st.tuples(st.integers(1, ALERTS), st.sampled_from(["change", "end", "mute", "unmute"])),
    ),
    max_size=40,
)


class MutedGroup:
    """One group and one channel; alerts are muted and unmuted between flushes."""

    repeat = timedelta(days=30)

    def __init__(self) -> None:
        self.minute = 0
        self.number: Counter[int] = Counter()
        self.history: dict[int, list[Signal]] = {}
        self.members: dict[Key, tuple[Episode, list[Signal]]] = {}
        self.muted: set[int] = set()
        self.firing: dict[Key, Told] = {}
        self.resolved: dict[Key, Told] = {}
        self.recorded: dict[Key, Muted] = {}
        self.told_at: Any = None
        self.told: list[tuple[Key, int, str]] = []
        self.withheld: list[tuple[Key, int, str]] = []
        self.kept: list[tuple[Key, int, str]] = []
        self.made: list[tuple[Key, int, str]] = []
        self.told_while_muted: list[tuple[Key, int, str]] = []
        self.reminded: list[Key] = []

    def happen(self, alert: int, what: str) -> None:
        self.minute += 1
        if what in ("mute", "unmute"):
            (self.muted.add if what == "mute" else self.muted.discard)(alert)
            return
        history = self.history.setdefault(alert, [])
        if not history:
            self.number[alert] += 1
            transition, severity = "firing", "warning"
        elif what == "end":
            transition, severity = "resolved", history[-1].severity
        else:
            higher = history[-1].severity == "warning"
            transition, severity = "level_changed", "critical" if higher else "warning"
        key = Key(alert, self.number[alert])
        history.append(
            make_signal(
                breach=f"r/{alert}/{key.episode}",
                seq=len(history) + 1,
                transition=transition,
                severity=severity,
                event_time=at(self.minute),
            )
        )
        self.made.append((key, len(history), transition))
        episode, _, _ = apply_all(begin(alert, key.episode, history[0]), history)
        self.members[key] = (episode, list(history))
        if transition == "resolved":
            self.history[alert] = []

    def flush(self) -> None:
        self.minute += 1
        members = [
            self.seen(Member(episode, "f", None, {}, tuple(history)))
            for episode, history in self.members.values()
        ]
        mutes = {one.key for one in members if one.mute is not None}
        plan = plan_channel(
            members,
            Entry(self.told_at, self.firing, self.resolved) if self.told_at else None,
            repeat=self.repeat,
            send_resolved=True,
            now=at(self.minute),
            recorded=self.recorded,
        )
        for telling in plan.tellings:
            row = (telling.key, telling.signal.seq, telling.transition)
            if telling.mute is not None:
                self.kept.append(row)
            elif telling.suppressed:
                self.withheld.append(row)
            else:
                known = self.firing.get(telling.key)
                if known is not None and known.seq >= telling.signal.seq:
                    self.reminded.append(telling.key)
                else:
                    self.told.append(row)
                if telling.key in mutes:
                    self.told_while_muted.append(row)
        assert plan.decision.send or not plan.views
        self.recorded |= plan.muted
        self._log(plan)

    def seen(self, member: Member) -> Member:
        """A member as the flush sees it now."""
        quiet = member.episode.open and member.key.alert in self.muted
        return replace(member, mute=MUTE) if quiet else member

    def _log(self, plan: Any) -> None:
        if plan.decision.log:
            self.told_at = at(self.minute)
            for key, (value, firing) in plan.told.items():
                self.firing.pop(key, None)
                (self.firing if firing else self.resolved)[key] = value
        for key, (episode, _) in list(self.members.items()):
            if not episode.open:
                del self.members[key]
                if key in self.firing:
                    self.resolved[key] = self.firing.pop(key)


def play(script: list[Any], *, ending: str) -> MutedGroup:
    group = MutedGroup()
    for step in script:
        if step == "flush":
            group.flush()
        else:
            group.happen(*step)
    if ending == "unmuted":
        group.muted.clear()
    else:
        for alert, history in list(group.history.items()):
            if history:
                group.happen(alert, "end")
    group.flush()
    return group


@settings(max_examples=300)
@given(steps)
def test_nothing_is_told_while_it_is_muted(script: list[Any]) -> None:
    assert play(script, ending="over").told_while_muted == []


@settings(max_examples=300)
@given(steps)
def test_who_was_told_a_beginning_is_told_the_end_through_any_mute(script: list[Any]) -> None:
    group = play(script, ending="over")
    begun = {key for key, _, transition in group.told if transition == "firing"}
    ended = {key for key, _, transition in group.told if transition == "resolved"}
    assert begun == ended
    assert group.firing == {}


@settings(max_examples=300)
@given(steps)
def test_once_nothing_is_muted_all_that_is_open_has_been_told(script: list[Any]) -> None:
    group = play(script, ending="unmuted")
    # A level that went up and down between two messages is no news.
    severities = {key: episode.severity for key, (episode, _) in group.members.items()}
    assert {key: told.severity for key, told in group.firing.items()} == severities


@settings(max_examples=300)
@given(steps)
def test_each_transition_is_on_record_and_told_at_most_once(script: list[Any]) -> None:
    group = play(script, ending="over")
    assert max(Counter(group.told).values(), default=1) == 1
    assert max(Counter(group.kept).values(), default=1) == 1
    assert set(group.told) | set(group.kept) | set(group.withheld) == set(group.made)
    assert not set(group.told) & set(group.withheld)
