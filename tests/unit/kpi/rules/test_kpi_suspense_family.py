"""What waits in suspense is judged by how long it has waited, and is due when that is too long."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_monitor.catalogue.objects import PlanNames
from kpi_monitor.judging.breaches import Judged, breach_of
from kpi_monitor.judging.groups import groups_of
from kpi_monitor.judging.outcomes import due_of, judge
from kpi_monitor.rules.families.suspense import suspense_rule
from kpi_monitor.rules.unit import Unit
from kpi_monitor.units.unit import NEVER, WORKSPACE
from kpi_monitor.windows import to_ms
from shared.events import Amount, SuspenseObject
from tests.unit.kpi.builders import at

DAY = timedelta(days=1)


def waiting(since: datetime | None, *amounts: str) -> SuspenseObject:
    return SuspenseObject(
        source="ads",
        items=len(amounts),
        amounts=[Amount(amount=one, currency="CNY") for one in amounts],
        since=since,
        reasons={},
        names=["sprng/L1"],
    )


def workspace(known: SuspenseObject, limit: timedelta = DAY) -> Unit:
    return Unit(
        "default", WORKSPACE, rules=[suspense_rule(limit)], watched={"suspense": {"ads": known}}
    )


def step(unit: Unit, hours: float) -> list[tuple[str, str]]:
    """Judges the unit after so many hours; (change, reason) of what is told."""
    told = []
    for outcome in judge(unit, groups_of(unit), [], to_ms(at(hours))):
        unit.standings["suspense", outcome.group.key] = outcome.standing
        for verdict in outcome.changes():
            transition = verdict.judgement.transition
            assert transition is not None
            told.append((transition.change, transition.reason.value))
    return told


def test_a_breach_begins_at_the_limit_and_ends_when_nothing_waits() -> None:
    unit = workspace(waiting(at(0), "1.00"))
    assert step(unit, 23.99) == []
    assert step(unit, 24) == [("firing", "threshold_crossed")]
    assert step(unit, 30) == []
    unit.watched["suspense"]["ads"] = waiting(None)
    assert step(unit, 31) == [("resolved", "recovered")]
    unit.watched["suspense"]["ads"] = waiting(at(40), "1.00")
    assert step(unit, 64) == [("firing", "threshold_crossed")]
    assert unit.standings["suspense", "source:ads"].episode.number == 2


@given(st.integers(1, 10**9), st.integers(0, 999_999))
def test_it_is_due_at_the_first_instant_at_which_it_fires(limit_s: int, micros: int) -> None:
    since = at(0) + timedelta(microseconds=micros)
    unit = workspace(waiting(since, "1.00"), timedelta(seconds=limit_s))
    due = due_of(unit, groups_of(unit), [])
    assert due.complete == NEVER
    groups = groups_of(unit)
    before, then = (judge(unit, groups, [], now) for now in (due.at["ads"] - 1, due.at["ads"]))
    assert [one.standing.episode.open for one in before] == [False]
    assert [one.standing.episode.open for one in then] == [True]


@pytest.mark.parametrize("since", [None, at(0)])
def test_nothing_is_due_while_nothing_waits_or_the_breach_is_open(since: datetime | None) -> None:
    unit = workspace(waiting(since, "1.00"))
    step(unit, 25)
    assert due_of(unit, groups_of(unit), []).at == {}


def test_the_message_says_what_waits_and_whose() -> None:
    unit = workspace(waiting(at(0), "22.75"))
    [outcome] = judge(unit, groups_of(unit), [], to_ms(at(25)))
    [verdict] = outcome.changes()
    breach = breach_of(Judged(unit, outcome.group, verdict), PlanNames(owner="li.na"), at(25))
    assert (breach.breach, breach.kind, breach.owner) == (
        "suspense/source:ads/1",
        "suspense",
        "li.na",
    )
    assert breach.numbers == {"items": "1", "amount CNY": "22.75", "hours": "25"}
    assert [one.name for one in breach.numbers_shown] == ["items", "amount"]
    assert breach.numbers_units == {"items": "count", "amount": "money", "hours": "hours"}
    assert (breach.value, breach.threshold, breach.unit) == ("25.000000", "24.000000", "hours")
    assert breach.group == breach.subject == breach.names == {"source": "ads"}
    assert (breach.since, breach.currency, breach.plan_version) == (at(0), "CNY", None)
