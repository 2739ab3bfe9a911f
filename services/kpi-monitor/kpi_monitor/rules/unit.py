"""What rules are judged on: a unit, its groups, what is read for them and what came of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kpi_monitor.rules.episodes import NO_EPISODE, EpisodeState, Reason, Verdict
from kpi_monitor.rules.feeds import FeedState
from kpi_monitor.rules.rule import Rule
from kpi_monitor.units.unit import UnitKey
from shared.events import BudgetTotals

AWAY = -1
"""`judged_through` of a group that nobody judges: should it come back, it begins anew."""


class Pane(NamedTuple):
    """An additive row: micros of `measure` on `line` in [start, end), epoch ms.

    `known`: 0 when told before the period's end was complete, else the completeness (epoch ms) of
    its source at that moment.
    """

    line: str
    measure: str
    start: int
    end: int
    known: int
    amount: int


class Need(NamedTuple):
    """Panes to read: those of (line, measure) that start in [start, end), epoch ms."""

    line: str
    measure: str
    start: int
    end: int


Panes = Mapping[str, Sequence[Pane]]
"""The panes that were needed, by line."""


class Standing(NamedTuple):
    """What is remembered of one (rule, group). Windows before `judged_through` are done.

    `window_start`: the last window that had a value. `too_coarse`: the periods of the last window
    with data did not fit into it. `plan_version`: by which figures of the budget were judged last.
    """

    judged_through: int
    rule_version: int
    episode: EpisodeState = NO_EPISODE
    window_start: int | None = None
    too_coarse: bool = False
    plan_version: int | None = None


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as stored: removed ones are kept while an episode of theirs is open."""

    rule: Rule
    deleted: bool
    effective_from: int


@dataclass(slots=True)
class Unit:
    """What is stored of a campaign or a workspace, as far as it was touched.

    `ends`: the flight's end, epoch ms. `closed`: by a person, or its object was deleted. `removed`:
    lines that were in the plan and are not any more. `watched`: objects of the catalogue that a
    family looks at, by kind and id.
    """

    workspace: str
    campaign: str
    zone: str | None = None
    ends: int | None = None
    closed: bool = False
    removed: set[str] = field(default_factory=set)
    rules: list[StoredRule] = field(default_factory=list)
    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)
    lines: dict[str, BudgetTotals] = field(default_factory=dict)
    feeds: list[FeedState] = field(default_factory=list)
    watched: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def key(self) -> UnitKey:
        return self.workspace, self.campaign


@dataclass(slots=True)
class Group:
    """One (rule, group) that may be judged over its `members`, lines or what the family watches.

    `gone`: why it is not judged any more; then `members` is empty. `feeds`: who feeds its measures;
    `complete`: as far as they allow to judge (epoch ms), None while a measure has no feed.
    """

    stored: StoredRule
    key: str
    group: dict[str, str]
    members: list[str]
    standing: Standing
    known: bool
    gone: Reason | None = None
    feeds: list[FeedState] = field(default_factory=list)
    complete: int | None = None

    @property
    def rule(self) -> Rule:
        return self.stored.rule


class GroupOutcome(NamedTuple):
    """The new standing of a group and its verdicts, in the order in which they happened."""

    group: Group
    standing: Standing
    verdicts: list[Verdict]

    @property
    def moved(self) -> bool:
        """Whether the standing is another than the stored one."""
        return self.standing != self.group.standing or not self.group.known

    def changes(self) -> list[Verdict]:
        return [one for one in self.verdicts if one.judgement.transition is not None]
