"""One alert as one message tells it; the planner makes it, the renderer puts it into words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from alerts.configuration.flapping import Spell
from alerts.episodes.rules import Key
from alerts.incoming.campaigns import Runs
from alerts.incoming.signal import PastFigures, Signal
from alerts.response.past import PastEpisode
from alerts.response.rules import NO_RESPONSE, EpisodeResponse

SEVERITIES = ("info", "warning", "critical")

Saying = Literal[
    "firing",
    "level_changed",
    "resolved",
    "corrected",
    "withdrawn",
    "no_data",
    "degraded",
    "repeat",
    "answered",
    "unchanged",
]


class Change(Struct, frozen=True):
    """A transition that happened between two messages."""

    transition: str
    severity: str
    value: str | None
    at: datetime


class AlertView(Struct, frozen=True):
    """One alert as one message tells it. `breach` is its newest transition, with the figures that
    the message shows; `previous_severity` the level this receiver was last told; `history` what
    happened since, when more than once."""

    key: Key
    told: Saying
    signal: Signal
    starts_at: datetime
    ends_at: datetime | None
    previous_severity: str | None = None
    history: tuple[Change, ...] = ()
    fingerprint: str = ""
    labels: Mapping[str, str] = {}
    response: EpisodeResponse = NO_RESPONSE
    """How people have answered to it."""
    spell: Spell | None = None
    """Of flapping, if its alert does so."""
    past: PastEpisode | None = None
    """The one before, of the same alert."""
    runs: Runs | None = None
    points: tuple[PastFigures, ...] = ()
    """Its figures as they were, beside those of `transitions`, its newest changes of state."""
    transitions: tuple[Signal, ...] = ()
