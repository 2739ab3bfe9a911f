"""How signals build an episode of an alert (alerting.md 2.1; design.md section 2).

`seq` is contiguous within an episode: only last + 1 is applied, a lower one was seen before, a gap
means that a signal is missing and stops that episode loudly.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from alerts.incoming.signal import Signal

State = Literal["firing", "no_data", "degraded", "resolved", "withdrawn"]
RESTATING = frozenset({"corrected", "withdrawn", "no_data", "degraded"})


class Key(NamedTuple):
    """One episode of one alert: what a group has as its member."""

    alert: int
    episode: int


class Episode(Struct, frozen=True):
    """One span of an alert, from its firing to its end; `breach` is the id of its signals.
    `restated_at`: seq of the last that corrects, withdraws or doubts what was announced, else 0."""

    alert: int
    episode: int
    breach: str
    seq: int
    state: State
    severity: str
    restated_at: int
    starts_at: datetime
    ends_at: datetime | None
    decided_at: datetime
    routing_labels: dict[str, str] = {}
    """Of its newest signal; of what was over before they were kept, none."""

    @property
    def open(self) -> bool:
        return self.state not in ("resolved", "withdrawn")


class Step(StrEnum):
    APPLIED = "applied"
    SEEN = "seen"
    GAP = "gap"


def begin(alert: int, episode: int, signal: Signal) -> Episode:
    """An episode of which nothing is known yet: its first transition is still to be applied."""
    return Episode(
        alert=alert,
        episode=episode,
        breach=signal.id,
        seq=0,
        state="firing",
        severity=signal.severity,
        restated_at=0,
        starts_at=signal.since,
        ends_at=None,
        decided_at=signal.decided_at,
        routing_labels=signal.routing_labels,
    )


def apply(episode: Episode, signal: Signal) -> tuple[Step, Episode]:
    """One signal on an episode; SEEN and GAP leave it as it is."""
    if signal.seq <= episode.seq:
        return Step.SEEN, episode
    if signal.seq != episode.seq + 1:
        return Step.GAP, episode
    ended = signal.transition in ("resolved", "withdrawn")
    return Step.APPLIED, replace(
        episode,
        seq=signal.seq,
        state=_state(signal, episode.state),
        severity=signal.severity,
        restated_at=signal.seq if signal.transition in RESTATING else episode.restated_at,
        ends_at=signal.event_time if ended else (episode.ends_at if not episode.open else None),
        decided_at=signal.decided_at,
        routing_labels=signal.routing_labels,
    )


def apply_all(
    episode: Episode, signals: Sequence[Signal]
) -> tuple[Episode, list[Signal], list[Signal]]:
    """Signals of one episode in any order → the episode, those applied, those after a gap."""
    applied, gaps = [], []
    for signal in sorted(signals, key=lambda item: item.seq):
        step, episode = apply(episode, signal)
        if step is Step.APPLIED:
            applied.append(signal)
        elif step is Step.GAP:
            gaps.append(signal)
    return episode, applied, gaps


def _state(signal: Signal, before: State) -> State:
    match signal.transition:
        case "resolved":
            return "resolved"
        case "withdrawn":
            return "withdrawn"
        case "no_data":
            return "no_data"
        case "degraded":
            return "degraded"
        case "corrected":
            return before
        case "firing" | "level_changed":
            return "firing"
