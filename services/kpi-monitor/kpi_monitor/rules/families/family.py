"""A family of rules: what is read for a rule and how a value comes of it. Pure.

Everything else is one for all families: groups, episodes with levels, reset, suppression and
reasons, transitions, messages, newer figures. `table.py` lists the families.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Protocol

from kpi_monitor.rules.episodes import Judgement, Observation, Reason, Verdict
from kpi_monitor.rules.families.explained import explained
from kpi_monitor.rules.feeds import FeedState
from kpi_monitor.rules.kpis import Kpi
from kpi_monitor.rules.rule import Span
from kpi_monitor.rules.unit import Group, Need, Panes, Standing, StoredRule, Unit
from kpi_monitor.settings import KpiSettings
from kpi_monitor.units.unit import Due
from kpi_monitor.windows import Window, from_ms
from shared.events import BreachNumber, BreachSource

Feeds = Mapping[str, Sequence[FeedState]]
"""Who feeds which line of a unit."""


class Observed(NamedTuple):
    """What was seen of a group, in its order, and how far it is judged with that.

    `ended`: no observation can end an open episode any more, and why.
    """

    standing: Standing
    seen: Sequence[Observation] = ()
    ended: Reason | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a message shows beside the value: the numbers behind it, and whose they are.

    `units`: of each number, as `Kpi.unit`. `shown`: which come first, in this order, and how.
    `called`: the name whose words (`words.py`) a number has here, if not its own. `figures_at`: up
    to when they go; None: to the moment of the judgement. `set_aside`: how much was refused
    of their sources and is not settled.
    """

    numbers: Mapping[str, str]
    units: Mapping[str, str]
    shown: Sequence[BreachNumber] = ()
    called: Mapping[str, str] = field(default_factory=dict)
    sources: list[BreachSource] = field(default_factory=list)
    set_aside: int = 0
    currency: str | None = None
    figures_at: datetime | None = None
    subject: dict[str, str] | None = None
    annotations: Mapping[str, str | None] = field(default_factory=dict)


class LookBack(NamedTuple):
    """What is explained: a window, or the present; and the panes to read for that."""

    window: Window | None = None
    needs: Sequence[Need] = ()


class Family(Protocol):
    """How rules over one kind of data see it. `kind` is that of `Kpi.kind`; `breach_kind` that of
    breaches.v1. A family that says nothing else reads no panes and is due when it is touched."""

    kind: str
    breach_kind: str
    groupings: tuple[str, ...] = ("line", "campaign")
    """What a rule may state as `group_by`: its members, or the campaign for all of them."""
    has_windows: bool = False
    """Whether its KPIs are figures of windows, so that they make series."""
    house_rules: ClassVar[Mapping[str, Callable[[KpiSettings], StoredRule]]] = {}
    """By name, the rules of this family that every workspace has; a person's take other names."""

    def span(self, body: Mapping[str, Any], kpi: Kpi) -> Span:
        """Window and maturity of a rule. Raises InvalidError for what such a rule cannot state."""
        ...

    def members(self, unit: Unit, stored: StoredRule) -> Iterable[str] | None:
        """Lines or objects there is data of; None while the unit cannot be judged at all."""
        ...

    def join(self, unit: Unit, group: Group, feeds: Feeds) -> None:
        """Completes a group that was found, also one that is gone."""
        return None  # noqa: RET501 - without a body each family would have to have one

    def begin(self, unit: Unit, stored: StoredRule) -> int:
        """Where a new group begins (epoch ms), as `Standing.judged_through`."""
        return 0

    def needs(self, unit: Unit, group: Group) -> Iterable[Need]:
        """The panes to read before `observe`."""
        return ()

    def observe(self, unit: Unit, group: Group, panes: Panes, now: int) -> Observed:
        """Value, limits and why, of all that can be judged. `now` in epoch ms."""
        ...

    def due(self, unit: Unit, group: Group, standing: Standing) -> Due:
        """When there is something to observe although nothing was touched."""
        return Due()

    def grounds(self, unit: Unit, group: Group, verdict: Verdict) -> Grounds:
        """What the message of a verdict shows."""
        ...

    def look_back(self, unit: Unit, group: Group, at: int | None) -> LookBack:
        """What to read to explain a group, of the window that holds `at` (epoch ms) if its rules
        have windows. Raises InvalidError for what cannot be explained."""
        return LookBack()

    def explain(
        self, unit: Unit, group: Group, back: LookBack, panes: Panes, now: int
    ) -> dict[str, Any]:
        """What was seen of a group and why, as GET /v1/rules/{rule}/explain answers it: here what
        is seen of it now, as its message would show it."""
        seen = next(reversed(self.observe(unit, group, panes, now).seen), Observation(now, None))
        verdict = Verdict(Judgement(group.standing.episode, None, seen.without), seen)
        grounds = self.grounds(unit, group, verdict)
        return {
            **explained(group.rule, seen, dict(grounds.numbers)),
            "window": None,
            "as_of": grounds.figures_at or from_ms(now),
            "plan_version": None,
            "set_aside": grounds.set_aside,
            "sources": [],
        }
