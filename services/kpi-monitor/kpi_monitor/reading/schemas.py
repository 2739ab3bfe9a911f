"""What is answered: numbers, breaches, explanations. For the API document; nothing is read by them.

Quantities and ratios are decimal text, no value is null.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel

from kpi_monitor.rules.kpis import KPIS, GroupName, UnitName
from kpi_monitor.rules.schemas import SeverityName

Numbers = dict[str, str]
KINDS = list(dict.fromkeys(kpi.kind for kpi in KPIS.values()))


class KpiView(BaseModel):
    """A KPI: its formula over measures (`kind` window) or figures of the totals (budget)."""

    kpi: str
    title: str
    formula: str
    measures: list[str]
    kind: Annotated[str, Field(json_schema_extra={"enum": KINDS})]
    group: GroupName
    unit: UnitName


class HeldView(BaseModel):
    """What is held of an entity, from its first period (`since`) to the end of its last.

    `rows`: sums of deltas, and revisions of snapshots.
    """

    source: str
    entity: dict[str, str] | None
    campaign: str | None
    line: str | None
    reason: Literal["unmapped", "campaign_unknown", "currency_differs"]
    measures: list[str]
    currencies: list[str]
    rows: int
    since: datetime
    last: datetime


class GapView(BaseModel):
    """A totals message that is missing: `seen` came instead of `expected`."""

    expected: int
    seen: int
    since: datetime


class SourceView(BaseModel):
    source: str
    measures: list[str]
    period_minutes: int
    complete_through: datetime | None
    state: Literal["live", "late", "silent"]


class StateView(BaseModel):
    """Where a rule stands on a line; `severity` is null while nothing is open."""

    rule: str
    rule_version: int
    severity: SeverityName | None
    since: datetime | None
    judged_through: datetime | None
    grain_too_coarse: bool


class LineView(BaseModel):
    """A line as it stands here; `totals` is the latest message of budget.totals.v1."""

    line: str
    seq: int
    gap: GapView | None
    complete_through: datetime | None
    freshness: Literal["live", "late", "silent", "manual"] | None
    totals: dict[str, Any] | None
    sources: list[SourceView]
    rules: list[StateView]


class SeriesItem(BaseModel):
    """A KPI of a group in one window, as of now.

    `restated`: told again after the window was complete. `incomplete`: records that may belong to
    it were lost, and a person went on without them.
    """

    group: str
    start: datetime
    end: datetime
    value: str | None
    numbers: Numbers
    complete_through: datetime | None
    restated: bool
    incomplete: bool
    grain_too_coarse: bool


class WindowView(BaseModel):
    kind: str
    start: datetime
    end: datetime


class BreachSourceView(BaseModel):
    source: str
    complete_through: datetime | None


class BreachCauseView(BaseModel):
    kind: str
    version: int | None
    document: str | None


class BreachNumberView(BaseModel):
    """How one of the numbers is told."""

    name: str
    unless_zero: bool
    part_of: str | None
    role: str | None


class BreachEvent(BaseModel):
    """One transition, as breaches.v1 carries it (docs/events)."""

    breach: str
    seq: int
    rule: str
    rule_version: int
    kind: str
    group: dict[str, str]
    transition: str
    reason: str
    severity: SeverityName
    previous_severity: SeverityName | None
    crossed: list[str]
    value: str | None
    threshold: str | None
    op: str
    window: WindowView | None
    numbers: Numbers
    sources: list[BreachSourceView]
    plan_version: int | None
    names: dict[str, str]
    owner: str | None
    labels: dict[str, str]
    annotations: dict[str, str | None]
    corrects: str | None
    event_time: datetime
    decided_at: datetime
    since: datetime
    kpi: str
    currency: str | None
    time_zone: str
    cause: BreachCauseView | None = None
    subject: dict[str, str] | None = None
    figures_at: datetime | None = None
    set_aside: int = 0
    region: str | None = None
    kpi_title: str | None = None
    unit: str | None = None
    numbers_units: dict[str, str] = {}
    numbers_shown: list[BreachNumberView] = []
    titles: dict[str, dict[str, str]] = {}
    sentences: dict[str, dict[str, str]] = {}


class BreachView(BreachEvent):
    """An episode: its latest transition, with all of them as `history`."""

    open: bool
    history: list[BreachEvent]


class TestView(BaseModel):
    """What a rule would have told over so many windows with a value."""

    windows: int
    transitions: list[BreachEvent]


class _Explanation(BaseModel):
    group: str
    rule: str
    rule_version: int
    kpi: str
    formula: str
    value: str | None
    why_no_value: str | None
    op: str
    threshold: str
    crossed: list[str]
    suppressed_to: SeverityName | None
    reset: str
    numbers: Numbers
    set_aside: int


class CurrentView(BaseModel):
    """What stands in a window now, after later restatements."""

    value: str | None
    numbers: Numbers


class FeedView(BaseModel):
    source: str
    line: str
    measure: str
    complete_through: datetime | None


class WindowExplanation(_Explanation):
    """What a rule saw in a window, and the transitions that it told of it.

    `value` is what was judged when the window closed; `restated`: sources have told more of it
    since, which makes it `value_now` (`current`, with its numbers). `incomplete` as in series:
    records that may belong to the window were lost.
    """

    window: WindowView
    closed: bool
    complete_through: datetime | None
    restated: bool
    value_now: str | None
    incomplete: bool
    current: CurrentView
    sources: list[FeedView]
    told: list[BreachEvent]


class LedgerView(BaseModel):
    source: str
    line: str
    seq: int
    complete_through: datetime | None
    anchor: datetime | None
    freshness: Literal["live", "late", "silent", "manual"]


class TotalsExplanation(_Explanation):
    """What a budget rule sees in the latest totals; `as_of` is null before the first. A rule over
    anything else without windows is shown alike, without a plan and without sources."""

    window: None
    as_of: datetime | None
    plan_version: int | None
    sources: list[LedgerView]


class Explanation(RootModel[WindowExplanation | TotalsExplanation]):
    """Of a window, or for a budget rule of the latest totals."""
