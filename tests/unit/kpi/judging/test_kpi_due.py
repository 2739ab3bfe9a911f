"""No window closes before the instant that a campaign is said to be due at, and one does then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_monitor.judging.groups import groups_of
from kpi_monitor.judging.outcomes import due_of
from kpi_monitor.units.unit import NEVER
from kpi_monitor.windows import HOUR_MS
from tests.unit.kpi.judging.judged import BEGIN, Told

LINES = ("L01", "L02", "L03")


def due(world: Told) -> int | None:
    return due_of(world.unit, groups_of(world.unit), []).complete


def judged(world: Told) -> list[int]:
    return sorted(one.judged_through for one in world.unit.standings.values())


@given(
    st.sampled_from(["15m", "60m", "6h", "1d"]),
    st.sampled_from(["0m", "20m", "3h"]),
    st.lists(st.integers(0, 40), min_size=3, max_size=3),
    st.sampled_from([None, 7, 12]),
)
def test_the_least_completeness_at_which_something_closes(
    size: str, maturity: str, heard: list[int], ends: int | None
) -> None:
    world = Told()
    world.unit.ends = None if ends is None else BEGIN + ends * HOUR_MS
    world.window_rule(window={"kind": "tumbling", "size": size}, maturity=maturity)
    for line, hours in zip(LINES, heard, strict=True):
        world.heard(line, hours)
    world.step()
    at, before = due(world), judged(world)
    assert at is not None
    if at == NEVER:
        at = BEGIN + 1000 * HOUR_MS
    world.unit.feeds = [one._replace(complete=at - 1) for one in world.unit.feeds]
    world.step()
    assert judged(world) == before
    if due(world) != NEVER:
        world.unit.feeds = [one._replace(complete=at) for one in world.unit.feeds]
        world.step()
        assert judged(world) != before


def test_nothing_is_due_for_budget_rules_and_nothing_is_known_without_a_zone() -> None:
    world = Told()
    world.rule()
    world.spent("L02", 20)
    assert due(world) == NEVER
    world.unit.zone = None
    assert due(world) is None


@pytest.mark.parametrize("hours", [0, 5])
def test_what_has_just_been_judged_counts(hours: int) -> None:
    world = Told()
    world.window_rule()
    world.hour("L02", hours, 50)
    world.step()
    assert due(world) == BEGIN + (hours + 2) * HOUR_MS
