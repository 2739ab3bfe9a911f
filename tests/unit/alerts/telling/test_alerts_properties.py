"""Whatever the moments of flushes: each transition told or withheld once, no resolve forgotten.

The notification log is kept here as the database keeps it, so the property covers decision, plan
and log together (W14; design.md section 1.5).
"""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.episodes.rules import Episode, Key, apply_all, begin
from alerts.incoming.signal import Signal
from alerts.telling.decide import Entry, Told
from alerts.telling.plan import Member, plan_channel
from tests.unit.alerts.builders import at, make_signal

FLUSH = "flush"
ALERTS = 3

steps = st.lists(
    st.one_of(
        st.just(FLUSH),
        st.tuples(st.integers(1, ALERTS), st.sampled_from(["change", "end", "no_data"])),
    ),
    max_size=40,
)


class Group:
    """One group and one channel, over several episodes of a few alerts."""

    def __init__(self, *, send_resolved: bool) -> None:
        self.send_resolved = send_resolved
        self.minute = 0
        self.episodes: dict[int, list[Signal]] = {}
        self.number: Counter[int] = Counter()
        self.members: dict[Key, tuple[Episode, list[Signal]]] = {}
        self.firing: dict[Key, Told] = {}
        self.resolved: dict[Key, Told] = {}
        self.told_at: Any = None
        self.told: list[tuple[Key, int, str]] = []
        self.withheld: list[tuple[Key, int, str]] = []
        self.made: list[tuple[Key, int, str]] = []

    def happen(self, alert: int, what: str) -> None:
        self.minute += 1
        history = self.episodes.setdefault(alert, [])
        if not history:
            self.number[alert] += 1
            transition, severity = "firing", "warning"
        elif what == "end":
            transition, severity = "resolved", history[-1].severity
        elif what == "no_data":
            transition, severity = "no_data", history[-1].severity
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
        episode, _, gaps = apply_all(begin(alert, key.episode, history[0]), history)
        assert gaps == []
        self.members[key] = (episode, list(history))
        if transition == "resolved":
            self.episodes[alert] = []

    def flush(self) -> None:
        self.minute += 1
        members = [
            Member(episode, "f", None, {}, tuple(history))
            for episode, history in self.members.values()
        ]
        entry = Entry(self.told_at, self.firing, self.resolved) if self.told_at else None
        plan = plan_channel(
            members,
            entry,
            repeat=timedelta(days=30),
            send_resolved=self.send_resolved,
            now=at(self.minute),
        )
        for telling in plan.tellings:
            row = (telling.key, telling.signal.seq, telling.transition)
            (self.withheld if telling.suppressed else self.told).append(row)
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


def play(script: list[Any], *, send_resolved: bool) -> Group:
    group = Group(send_resolved=send_resolved)
    for step in script:
        if step == FLUSH:
            group.flush()
        else:
            group.happen(*step)
    for alert, history in list(group.episodes.items()):
        if history:
            group.happen(alert, "end")
    group.flush()
    return group


@settings(max_examples=300)
@given(steps, st.booleans())
def test_each_transition_is_told_or_withheld_exactly_once(
    script: list[Any], send_resolved: bool
) -> None:
    group = play(script, send_resolved=send_resolved)
    assert Counter(group.told + group.withheld) == Counter(group.made)


@settings(max_examples=300)
@given(steps)
def test_whoever_was_told_a_beginning_is_told_the_end(script: list[Any]) -> None:
    group = play(script, send_resolved=True)
    begun = {key for key, _, transition in group.told if transition == "firing"}
    ended = {key for key, _, transition in group.told if transition == "resolved"}
    assert begun == ended
    assert group.firing == {}


@settings(max_examples=300)
@given(steps)
def test_the_order_within_an_alert_is_kept(script: list[Any]) -> None:
    group = play(script, send_resolved=True)
    for key in {key for key, _, _ in group.told}:
        seqs = [seq for told, seq, _ in group.told if told == key]
        assert seqs == sorted(seqs)
