"""A campaign judged in memory, step by step, as the evaluator judges it."""

from dataclasses import dataclass, field
from typing import Any

from kpi_monitor.judging.feeds import FeedState
from kpi_monitor.judging.unit import StoredRule, Unit, groups_of, judge, needs_of
from kpi_monitor.judging.verdicts import Pane
from kpi_monitor.rules.episodes import Transition
from kpi_monitor.rules.rule import compile_rule
from kpi_monitor.windows import HOUR_MS, to_ms
from shared.money import format_micros
from tests.unit.kpi.builders import at, budget_body, rule_body, totals

M = 1_000_000
BEGIN = to_ms(at(0))
ALL = {"campaign": "double11-2025"}
OVER = {"op": ">", "levels": [{"severity": "critical", "value": "1.00"}]}


@dataclass
class Told:
    """A campaign in memory: `step` judges it as the evaluator does and remembers what was told."""

    unit: Unit = field(default_factory=lambda: Unit("default", "double11-2025", zone="UTC"))
    panes: list[Pane] = field(default_factory=list)
    transitions: list[tuple[str, str, Transition]] = field(default_factory=list)

    def rule(self, version: int = 1, deleted: bool = False, **changes: Any) -> None:
        name = changes.pop("rule", "overspend")
        body = budget_body(rule=name, suppress=None, **{"condition": OVER, **changes})
        self.store(StoredRule(compile_rule(version, body), deleted, BEGIN))

    def window_rule(self, version: int = 1, **changes: Any) -> None:
        body = rule_body(**{"scope": ALL, "min": None, **changes})
        self.store(StoredRule(compile_rule(version, body), False, BEGIN))

    def store(self, stored: StoredRule) -> None:
        """Puts a rule in the place of its last version."""
        others = [one for one in self.unit.rules if one.rule.rule != stored.rule.rule]
        self.unit.rules = [*others, stored]

    def spent(self, line: str, actual: int, allocated: int = 100, **changes: Any) -> None:
        self.unit.lines[line] = totals(
            line=line,
            actual=format_micros(actual * M),
            allocated=format_micros(allocated * M),
            **changes,
        )

    def hour(self, line: str, hour: int, clicks: int) -> None:
        start = BEGIN + hour * HOUR_MS
        for measure, amount in (("clicks", clicks), ("impressions", 1000)):
            self.panes.append(Pane(line, measure, start, start + HOUR_MS, 0, amount * M))
        self.heard(line, hour + 1)

    def heard(self, line: str, hours: int) -> None:
        """The line's source is complete through `hours`."""
        others = [feed for feed in self.unit.feeds if feed.line != line]
        self.unit.feeds = others + [
            FeedState(line, measure, "ads/1", HOUR_MS, BEGIN + hours * HOUR_MS)
            for measure in ("clicks", "impressions")
        ]

    def step(self) -> list[tuple[str, str]]:
        """(change, reason) of what this judgement tells."""
        groups = groups_of(self.unit)
        wanted = needs_of(self.unit, groups)
        panes = [
            pane
            for pane in self.panes
            if any(
                (need.line, need.measure) == (pane.line, pane.measure)
                and need.start <= pane.start < need.end
                for need in wanted
            )
        ]
        told = []
        for outcome in judge(self.unit, groups, panes, to_ms(at(24))):
            rule = outcome.group.stored.rule.rule
            self.unit.standings[rule, outcome.group.key] = outcome.standing
            for verdict in outcome.verdicts:
                transition = verdict.judgement.transition
                if transition is not None:
                    self.transitions.append((rule, outcome.group.key, transition))
                    told.append((transition.change, transition.reason.value))
        return told

    def open(self) -> set[tuple[str, str]]:
        return {key for key, one in self.unit.standings.items() if one.episode.open}
