"""When an alert opens and ends so often that people are told so once, and not each time. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from shared.durations import duration_text

OPENINGS_MAX = 50
"""The newest openings of an alert that are looked at."""


class Opening(NamedTuple):
    """An episode of an alert, and when it began."""

    episode: int
    at: datetime


class Spell(Struct, frozen=True):
    """A time of flapping: it began with `episode`, which is the last of the `times` that opened
    since `since`; `openings` are all since then. It is over at `until` unless it opens again."""

    episode: int
    since: datetime
    openings: int
    settled_after: timedelta
    until: datetime


class Flapping(Struct, frozen=True):
    """An alert flaps that opens `times` times `within` so long, until it has not opened again for
    `settled_after`."""

    times: int
    within: timedelta
    settled_after: timedelta

    @property
    def written(self) -> dict[str, int | str]:
        """As the file writes it."""
        return {
            "times": self.times,
            "within": duration_text(self.within),
            "settled_after": duration_text(self.settled_after),
        }

    def spell(self, openings: Sequence[Opening], now: datetime) -> Spell | None:
        """The one that an alert with these openings, by rising episode, is in now."""
        first: int | None = None
        for place, opening in enumerate(openings):
            settled = place and opening.at - openings[place - 1].at >= self.settled_after
            if first is None or settled:
                first = place if self._is_often(openings[: place + 1]) else None
        if first is None or now >= openings[-1].at + self.settled_after:
            return None
        began = max(0, first - self.times + 1)
        return Spell(
            episode=openings[first].episode,
            since=openings[began].at,
            openings=len(openings) - began,
            settled_after=self.settled_after,
            until=openings[-1].at + self.settled_after,
        )

    def _is_often(self, openings: Sequence[Opening]) -> bool:
        """Whether the last of them is one too many."""
        recent = openings[-self.times :]
        return len(recent) == self.times and recent[-1].at - recent[0].at <= self.within
