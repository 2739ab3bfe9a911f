"""What alerts knows of anything that is to be told: one change of state, whoever said it.

Breaches are made signals at the door (`breaches`), and so is whatever else comes; store, routing,
deciding and rendering know signals alone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from shared.events import BreachCause, BreachNumber, BreachSource, BreachWindow

Transition = Literal[
    "firing", "level_changed", "resolved", "corrected", "withdrawn", "no_data", "degraded"
]
Severity = Literal["info", "warning", "critical"]
FIGURE_CHARACTERS_MAX = 40
FIGURES_MAX = 12


class Origin(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What made a signal: a rule, and what kind of thing it watches."""

    kind: str
    rule: str
    rule_version: int = 0


class Figures(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value against its limit and the numbers behind it, as decimal text. `at` is the instant
    that they describe; `set_aside` counts what was refused or is held and would change them.
    `title` and `unit` say how the KPI is called and shown, `units` how each number is, `shown` in
    which order they are told; by locale `titles` what people call the KPI and the numbers,
    `sentences` what they say of the KPI."""

    kpi: str = ""
    value: str | None = None
    threshold: str | None = None
    op: str = ""
    crossed: list[str] = field(default_factory=list)
    window: BreachWindow | None = None
    numbers: dict[str, str] = field(default_factory=dict)
    sources: list[BreachSource] = field(default_factory=list)
    plan_version: int | None = None
    currency: str | None = None
    at: datetime | None = None
    set_aside: int = 0
    title: str | None = None
    unit: str | None = None
    units: dict[str, str] = field(default_factory=dict)
    shown: list[BreachNumber] = field(default_factory=list)
    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    sentences: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """What its value is called among the numbers, if it is one: `y` of a KPI `x.y`."""
        return self.kpi.rpartition(".")[2]

    @property
    def roles(self) -> dict[str, str]:
        """The numbers that have a role in a picture and a forecast, by it: their names."""
        return {one.role: one.name for one in self.shown if one.role and one.name in self.numbers}

    @property
    def complete_through(self) -> datetime | None:
        """Until when all sources say that they are complete; None when one has not said."""
        through = [source.complete_through for source in self.sources]
        known = [one for one in through if one is not None]
        return min(known) if known and len(known) == len(through) else None


class PastFigures(Struct, frozen=True, kw_only=True):
    """Figures as they were at an instant: what a picture needs of them."""

    at: datetime
    value: str | None = None
    numbers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, at: datetime, value: str | None, numbers: Mapping[str, str]) -> "PastFigures":
        """Bounded: so many numbers, and none that is longer than any figure."""
        short = {name: text for name, text in numbers.items() if len(text) <= FIGURE_CHARACTERS_MAX}
        return cls(
            at=at,
            value=value if value is None or len(value) <= FIGURE_CHARACTERS_MAX else None,
            numbers={name: short[name] for name in sorted(short)[:FIGURES_MAX]},
        )


class NewerFigures(Struct, frozen=True, kw_only=True):
    """Figures of the state that signal `seq` began, judged later without a change of it."""

    seq: int
    value: str
    numbers: dict[str, str]
    window: BreachWindow | None
    sources: list[BreachSource]
    plan_version: int | None
    figures_at: datetime
    decided_at: datetime
    set_aside: int = 0


class Signal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change of state. Signals of one episode share their `id`, and their `seq` is contiguous
    within it, from 1. `labels` identify the alert, without its severity; `group` are those that
    say what it is about, `subject` what else; `names` are what people call these. `since` is
    the instant the episode began, `link` where more of it is seen."""

    id: str
    seq: int
    transition: Transition
    reason: str
    severity: Severity
    previous_severity: Severity | None = None
    labels: dict[str, str]
    annotations: dict[str, str | None]
    group: dict[str, str]
    subject: dict[str, str] | None = None
    names: dict[str, str]
    owner: str | None = None
    event_time: datetime
    decided_at: datetime
    since: datetime
    time_zone: str = "UTC"
    cause: BreachCause | None = None
    figures: Figures | None = None
    link: str = ""
    origin: Origin

    @property
    def is_foreign(self) -> bool:
        """Whether another system sent it, as an alert with labels of its own and no figures."""
        return self.figures is None

    @property
    def routing_labels(self) -> dict[str, str]:
        """What matchers and group_by see: of a breach also its level, and what it is about; of an
        alert without figures, which another system sent, exactly what it was sent with."""
        if self.figures is None:
            return self.labels
        extra = {"alertname": self.origin.rule, "kind": self.origin.kind, "kpi": self.figures.kpi}
        if self.owner:
            extra["owner"] = self.owner
        return {**extra, **self.labels, "severity": self.severity}

    @property
    def data(self) -> Figures:
        """Its figures; of a signal without any, none of each."""
        return self.figures or Figures()

    @property
    def as_of(self) -> datetime:
        """The instant that the figures describe."""
        return self.data.at or self.event_time

    @property
    def campaign(self) -> str:
        """The campaign it is about, "" for none."""
        return self.labels.get("campaign", "")
