"""breaches.v1: changes of state of a rule and group, with all that a message needs."""

from msgspec import Struct

from shared.events.fields import Instant, Severity, Transition


class BreachWindow(Struct, frozen=True, kw_only=True):
    kind: str
    start: Instant
    end: Instant


class BreachSource(Struct, frozen=True, kw_only=True):
    source: str
    complete_through: Instant | None


class BreachCause(Struct, frozen=True, kw_only=True):
    """What moved when it was not the figure: a plan (with its version), a document, a rule."""

    kind: str
    version: int | None = None
    document: str | None = None


class BreachNumber(Struct, frozen=True, kw_only=True):
    """How one of the numbers is told: `unless_zero`, for its 0 means "nothing of this"; `part_of`
    another, behind which it is said when both are there. `role` in a picture of spend over time
    and in a forecast: `spent` and `plan` until now, the `limit` of both, what is `expected` at the
    end, and what is `left`."""

    name: str
    unless_zero: bool = False
    part_of: str | None = None
    role: str | None = None


class Breach(Struct, frozen=True, kw_only=True):
    """breaches.v1: one change of state of (rule, group), with all its message needs.

    `breach` is "<rule>/<group>/<episode>"; `seq` is contiguous within it, from 1. `numbers` are the
    sums the value was computed from, as decimal text. `since` is the instant the episode began.
    `figures_at`: the anchor of the figures. `subject`: what it is about when that is no campaign or
    line. `set_aside`: events that were refused or are held and would change the figures. `region`:
    that of the campaign. `kpi_title`, `unit` (percent, money, count, ratio, minutes, hours; a
    percentage is stated as a ratio) and `numbers_units` by name: how the value and the numbers are
    to be shown; that of `amount` is also that of `amount USD`. A KPI `x.y` may be among the numbers
    as `y`. `numbers_shown`: the numbers in the order in which they are told; others follow.
    `titles`: by locale, what people call the KPI and the numbers. `sentences`: by locale,
    what is said instead of "name: figure": a `short` name, what it `says` or, `over` 100 %, what
    else, what it is `now`, its `limit`, that it has `recovered`, and what to do (`advice`,
    `advice_over`); `{value}` and `{limit}` stand for the figure and its limit, `{amounts}` for the
    numbers `amount …`, and so for other names, `{since}` for the moment that lies a value in hours
    before the figures.
    """

    breach: str
    seq: int
    rule: str
    rule_version: int
    kind: str
    group: dict[str, str]
    transition: Transition
    reason: str
    severity: Severity
    previous_severity: Severity | None
    crossed: list[str]
    value: str | None
    threshold: str | None
    op: str
    window: BreachWindow | None
    numbers: dict[str, str]
    sources: list[BreachSource]
    plan_version: int | None
    names: dict[str, str]
    owner: str | None
    labels: dict[str, str]
    annotations: dict[str, str | None]
    corrects: str | None
    event_time: Instant
    decided_at: Instant
    since: Instant
    kpi: str = ""
    currency: str | None = None
    time_zone: str = "UTC"
    cause: BreachCause | None = None
    subject: dict[str, str] | None = None
    figures_at: Instant | None = None
    set_aside: int = 0
    region: str | None = None
    kpi_title: str | None = None
    unit: str | None = None
    numbers_units: dict[str, str] = {}
    numbers_shown: list[BreachNumber] = []
    titles: dict[str, dict[str, str]] = {}
    sentences: dict[str, dict[str, str]] = {}


class BreachFigures(Struct, frozen=True, kw_only=True):
    """breaches.figures.v1: newer figures of an open breach, judged without a change of its state.

    They are those of the state that transition `seq` began. Of several the last `decided_at` is the
    newest, whatever order they come in; what comes for an earlier `seq` is over. Nobody is told of
    one by itself: reminders and lists of what is still open carry them.
    """

    breach: str
    seq: int
    rule: str
    group: dict[str, str]
    value: str
    numbers: dict[str, str]
    window: BreachWindow | None
    sources: list[BreachSource]
    plan_version: int | None
    figures_at: Instant
    decided_at: Instant
    set_aside: int = 0
