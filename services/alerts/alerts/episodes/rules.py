"""How a breach's transitions build an episode of an alert (alerting.md 2.1; design.md section 2).

`seq` is contiguous within a breach: only last + 1 is applied, a lower one was seen before, a gap
means that a transition is missing and stops that breach loudly.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from shared.events import Breach

State = Literal["firing", "no_data", "degraded", "resolved", "withdrawn"]
RESTATING = frozenset({"corrected", "withdrawn", "no_data", "degraded"})


class Key(NamedTuple):
    """One episode of one alert: what a group has as its member."""

    alert: int
    episode: int


class Episode(Struct, frozen=True):
    """One span of one breach, from its firing to its end. `restated_at`: seq of the last
    transition that corrects, withdraws or doubts what was announced; 0 when there was none."""

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

    @property
    def open(self) -> bool:
        return self.state not in ("resolved", "withdrawn")


class Step(StrEnum):
    APPLIED = "applied"
    SEEN = "seen"
    GAP = "gap"


def begin(alert: int, episode: int, breach: Breach) -> Episode:
    """An episode of which nothing is known yet: its first transition is still to be applied."""
    return Episode(
        alert=alert,
        episode=episode,
        breach=breach.breach,
        seq=0,
        state="firing",
        severity=breach.severity,
        restated_at=0,
        starts_at=breach.since,
        ends_at=None,
        decided_at=breach.decided_at,
    )


def apply(episode: Episode, breach: Breach) -> tuple[Step, Episode]:
    """One transition on an episode; SEEN and GAP leave it as it is."""
    if breach.seq <= episode.seq:
        return Step.SEEN, episode
    if breach.seq != episode.seq + 1:
        return Step.GAP, episode
    ended = breach.transition in ("resolved", "withdrawn")
    return Step.APPLIED, replace(
        episode,
        seq=breach.seq,
        state=_state(breach, episode.state),
        severity=breach.severity,
        restated_at=breach.seq if breach.transition in RESTATING else episode.restated_at,
        ends_at=breach.event_time if ended else (episode.ends_at if not episode.open else None),
        decided_at=breach.decided_at,
    )


def apply_all(
    episode: Episode, breaches: Sequence[Breach]
) -> tuple[Episode, list[Breach], list[Breach]]:
    """Transitions of one breach in any order → the episode, those applied, those after a gap."""
    applied, gaps = [], []
    for breach in sorted(breaches, key=lambda item: item.seq):
        step, episode = apply(episode, breach)
        if step is Step.APPLIED:
            applied.append(breach)
        elif step is Step.GAP:
            gaps.append(breach)
    return episode, applied, gaps


def _state(breach: Breach, before: State) -> State:
    match breach.transition:
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
