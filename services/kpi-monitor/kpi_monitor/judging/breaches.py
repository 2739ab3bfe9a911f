"""One transition as the message that alerts gets: with all that a person needs to read. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from kpi_monitor.catalogue.objects import PlanNames
from kpi_monitor.rules.episodes import Cause, Verdict
from kpi_monitor.rules.families.family import Grounds
from kpi_monitor.rules.families.table import family_of
from kpi_monitor.rules.kpis import value_text
from kpi_monitor.rules.unit import Group, Unit
from kpi_monitor.rules.words.table import sentences_of, titles_of
from kpi_monitor.units.unit import WORKSPACE
from kpi_monitor.windows import from_ms
from shared.events import Breach, BreachCause, BreachFigures, BreachWindow, BudgetTotals

NO_ANNOTATIONS: Mapping[str, str | None] = {"lever": None, "runbook": None, "bucket": None}


class Judged(NamedTuple):
    """A verdict with all that it is about."""

    unit: Unit
    group: Group
    verdict: Verdict

    @property
    def lines(self) -> list[BudgetTotals]:
        """The totals of the lines it is judged on."""
        return [self.unit.lines[one] for one in self.group.members if one in self.unit.lines]

    @property
    def plan_version(self) -> int | None:
        """The newest plan that the figures of these lines are taken against."""
        return max((one.plan_version for one in self.lines), default=None)

    @property
    def value(self) -> str | None:
        return None if self.verdict.seen is None else value_text(self.verdict.seen.value)

    @property
    def window(self) -> BreachWindow | None:
        window = None if self.verdict.seen is None else self.verdict.seen.window
        if window is None:
            return None
        return BreachWindow(kind="tumbling", start=from_ms(window.start), end=from_ms(window.end))

    def grounds(self) -> Grounds:
        """What the rule's family shows of it."""
        return family_of(self.group.rule).grounds(self.unit, self.group, self.verdict)

    def breach(self, episode: int) -> str:
        """The name of one of the group's episodes."""
        return f"{self.group.rule.rule}/{self.group.key}/{episode}"


def breach_of(judged: Judged, names: PlanNames, now: datetime) -> Breach:
    transition = judged.verdict.judgement.transition
    assert transition is not None, "only transitions are told"
    unit, group, lines, grounds = judged.unit, judged.group, judged.lines, judged.grounds()
    rule = group.rule
    campaign = {} if unit.campaign == WORKSPACE else {"campaign": unit.campaign}
    currency = grounds.currency or next((one.currency for one in lines), names.currency)
    return Breach(
        breach=judged.breach(transition.episode),
        seq=transition.seq,
        rule=rule.rule,
        rule_version=rule.version,
        kind=family_of(rule).breach_kind,
        group=group.group,
        transition=transition.change,
        reason=transition.reason.value,
        severity=transition.severity,
        previous_severity=transition.previous_severity,
        crossed=list(transition.crossed),
        value=judged.value,
        threshold=transition.threshold,
        op=rule.condition.operator,
        window=judged.window,
        numbers=dict(grounds.numbers),
        sources=grounds.sources,
        plan_version=judged.plan_version,
        names=_names(judged, names),
        owner=_owner(unit, group.group.get("line"), names),
        labels={**dict(rule.labels), "rule": rule.rule, **campaign, **group.group},
        annotations={**NO_ANNOTATIONS, **dict(rule.annotations), **grounds.annotations},
        corrects=None,
        event_time=from_ms(transition.at),
        decided_at=now,
        since=from_ms(transition.since),
        kpi=rule.kpi.name,
        currency=currency,
        time_zone=unit.zone or "UTC",
        region=names.region,
        kpi_title=rule.kpi.title,
        unit=rule.kpi.unit,
        numbers_units=dict(grounds.units),
        numbers_shown=list(grounds.shown),
        titles=titles_of([rule.kpi.name, *grounds.units], grounds.called),
        sentences=sentences_of(rule.kpi.name or rule.kpi.kind, upwards=rule.condition.upwards),
        cause=_cause(transition.cause),
        subject=grounds.subject,
        figures_at=grounds.figures_at,
        set_aside=grounds.set_aside,
    )


def figures_of(judged: Judged, now: datetime) -> BreachFigures:
    """What the open episode of a group was last judged on, from a verdict with a value."""
    group, grounds, value = judged.group, judged.grounds(), judged.value
    episode = judged.verdict.judgement.episode
    assert value is not None, "only what has a value is newer"
    return BreachFigures(
        breach=judged.breach(episode.number),
        seq=episode.seq,
        rule=group.rule.rule,
        group=group.group,
        value=value,
        numbers=dict(grounds.numbers),
        window=judged.window,
        sources=grounds.sources,
        plan_version=judged.plan_version,
        figures_at=grounds.figures_at or now,
        decided_at=now,
        set_aside=grounds.set_aside,
    )


def _cause(cause: Cause | None) -> BreachCause | None:
    return None if cause is None else BreachCause(kind=cause.kind, version=cause.version)


def _names(judged: Judged, names: PlanNames) -> dict[str, str]:
    """What people call what it is about. What belongs to no campaign has only its own name."""
    unit, group = judged.unit, judged.group.group
    if unit.campaign == WORKSPACE:
        return dict(group)
    line = group.get("line")
    found = {"campaign": names.campaign or unit.campaign}
    if line is not None:
        found["line"] = names.lines.get(line, line)
        if line in unit.lines:
            found.update(unit.lines[line].names)
    elif unit.lines:
        found["campaign"] = next(iter(unit.lines.values())).names.get("campaign", found["campaign"])
    return {**found, "rule": judged.group.rule.name}


def _owner(unit: Unit, line: str | None, names: PlanNames) -> str | None:
    if line is not None and line in unit.lines and unit.lines[line].owner:
        return unit.lines[line].owner
    return names.line_owners.get(line or "") or names.owner
