"""A rule ready to judge. Pure."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from kpi_monitor.rules import formula
from kpi_monitor.rules.episodes import Condition, Observation, Reason, Severity
from kpi_monitor.rules.formula import Formula
from kpi_monitor.rules.kpis import Kpi
from kpi_monitor.windows import Window


class Span(NamedTuple):
    """The window of a rule, if it has one, and how long after its end it is judged; in ms."""

    size: int | None = None
    maturity: int = 0


@dataclass(frozen=True, slots=True)
class Suppress:
    """While `kpi` is between the bounds (inclusive), a breach is at most `ceiling`."""

    formula: Formula
    low: Fraction
    high: Fraction
    ceiling: Severity

    def holds(self, value: Fraction | None) -> bool:
        """No value suppresses nothing: what is not known must not hide a breach."""
        return value is not None and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as its family judges it. `lines` None means every line of the campaign; sizes in ms.

    `group_by`: one of its family's groupings. `measures`: the sums it reads, of panes or of the
    totals.
    """

    rule: str
    version: int
    name: str
    campaign: str
    lines: frozenset[str] | None
    group_by: str
    kpi: Kpi
    size: int | None
    maturity: int
    condition: Condition
    minimum: tuple[tuple[str, int], ...]
    suppress: Suppress | None
    labels: tuple[tuple[str, str], ...]
    annotations: tuple[tuple[str, str | None], ...]
    measures: frozenset[str]

    def covers(self, line: str) -> bool:
        return self.lines is None or line in self.lines

    def group(self, member: str) -> dict[str, str]:
        whole = self.group_by == "campaign"
        return {"campaign": self.campaign} if whole else {self.group_by: member}

    def observe(self, sums: dict[str, int], at: int, window: Window | None = None) -> Observation:
        """The value of the rule's KPI over `sums`, or the reason why there is none."""
        value = formula.evaluate(self.kpi.formula, sums)
        if value is None:
            return Observation(at, None, Reason.NO_VALUE, None, sums, window)
        if any(sums.get(name, 0) < least for name, least in self.minimum):
            return Observation(at, None, Reason.BELOW_MINIMUM, None, sums, window)
        ceiling = None
        suppress = self.suppress
        if suppress is not None and suppress.holds(formula.evaluate(suppress.formula, sums)):
            ceiling = suppress.ceiling
        return Observation(at, value, Reason.NO_VALUE, ceiling, sums, window)
