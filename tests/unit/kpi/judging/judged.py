"""A campaign judged in memory, step by step, as the evaluator judges it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kpi_monitor.judging.groups import groups_of, needs_of
from kpi_monitor.judging.outcomes import judge
from kpi_monitor.rules.definition import compile_rule
from kpi_monitor.rules.episodes import Transition, Verdict
from kpi_monitor.rules.feeds import FeedState
from kpi_monitor.rules.rule import Rule
from kpi_monitor.rules.unit import Group, Pane, Standing, StoredRule, Unit
from kpi_monitor.windows import HOUR_MS, from_ms, to_ms
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


def judge_windows(
    rule: Rule,
    standing: Standing,
    panes: Sequence[Pane],
    complete: int,
    *,
    now: int = 0,
    zone: str = "UTC",
) -> tuple[Standing, list[Verdict]]:
    """One line's group over windows, as far as its sources are complete."""
    unit = Unit("default", "double11-2025", zone=zone)
    return _judge(unit, rule, standing, panes, complete=complete, now=now)


def judge_totals(
    rule: Rule, standing: Standing, *, at: int, now: int, complete: bool = True, **figures: int
) -> tuple[Standing, list[Verdict]]:
    """One line's group over totals as of `at`, with these figures in units."""
    unit = Unit("default", "double11-2025")
    unit.lines["L02"] = totals(
        line="L02",
        as_of=from_ms(at),
        complete_through=from_ms(at) if complete else None,
        anchor=from_ms(at),
        **{name: format_micros(amount * M) for name, amount in figures.items()},
    )
    return _judge(unit, rule, standing, [], complete=None, now=now)


def _judge(
    unit: Unit,
    rule: Rule,
    standing: Standing,
    panes: Sequence[Pane],
    *,
    complete: int | None,
    now: int,
) -> tuple[Standing, list[Verdict]]:
    stored = StoredRule(rule, False, BEGIN)
    line = panes[0].line if panes else "L02"
    group = Group(
        stored, f"line:{line}", {"line": line}, [line], standing, known=True, complete=complete
    )
    for outcome in judge(unit, [group], panes, now):
        return outcome.standing, outcome.verdicts
    return standing, []
