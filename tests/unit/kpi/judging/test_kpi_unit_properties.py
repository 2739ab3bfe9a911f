"""Whatever happens in which order, nothing stays open that nobody judges (promise 1.5)."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_monitor.rules.episodes import Transition
from kpi_monitor.rules.unit import Unit
from tests.unit.kpi.judging.judged import ALL, Told

LINES = st.sampled_from(["L01", "L02", "L03"])
SCOPES = st.sampled_from([None, ["L01"], ["L02", "L03"]])
ACTIONS = st.one_of(
    st.tuples(st.just("spent"), LINES, st.integers(0, 200), st.sampled_from([0, 100])),
    st.tuples(st.just("hour"), LINES, st.integers(0, 60)),
    st.tuples(st.just("plan"), st.sets(LINES)),
    st.tuples(st.just("scope"), st.sampled_from(["overspend", "ctr-low"]), SCOPES),
    st.tuples(st.just("remove"), st.booleans()),
    st.tuples(st.just("close"), st.booleans()),
)


def act(world: Told, action: tuple[Any, ...], number: int) -> None:
    match action:
        case ("spent", line, actual, allocated):
            world.spent(line, actual, allocated)
        case ("hour", line, clicks):
            world.hour(line, number, clicks)
        case ("plan", removed):
            world.unit.removed = set(removed)
        case ("scope", "overspend", lines):
            world.rule(number + 2, scope={**ALL, "lines": lines})
        case ("scope", "ctr-low", lines):
            world.window_rule(number + 2, scope={**ALL, "lines": lines})
        case ("remove", deleted):
            stored = next(one for one in world.unit.rules if one.rule.rule == "overspend")
            world.store(replace(stored, deleted=deleted))
        case ("close", closed):
            world.unit.closed = closed


def still_judged(unit: Unit) -> set[tuple[str, str]]:
    """Said anew from the promise: rules in force × lines of the plan in their scope."""
    return {
        (stored.rule.rule, f"line:{line}")
        for stored in unit.rules
        for line in ("L01", "L02", "L03")
        if not (stored.deleted or unit.closed or line in unit.removed)
        and (stored.rule.lines is None or line in stored.rule.lines)
    }


@given(st.lists(ACTIONS, max_size=30), st.sets(st.integers(0, 30)))
@settings(max_examples=300)
def test_nothing_stays_open_that_nobody_judges_whatever_happens_in_which_order(
    actions: list[tuple[Any, ...]], pauses: set[int]
) -> None:
    world = Told()
    world.rule(scope=ALL)
    world.window_rule()
    for number, action in enumerate(actions):
        act(world, action, number)
        if number not in pauses:
            world.step()
    world.step()
    assert world.open() <= still_judged(world.unit)
    assert world.step() == [], "judging again says nothing new"
    by_episode: dict[tuple[str, str, int], list[Transition]] = {}
    for rule, key, one in world.transitions:
        by_episode.setdefault((rule, key, one.episode), []).append(one)
    for (rule, key, _), told in by_episode.items():
        assert [one.seq for one in told] == list(range(1, len(told) + 1))
        assert [n for n, one in enumerate(told) if one.change == "firing"] == [0]
        ended = [n for n, one in enumerate(told) if one.change == "resolved"]
        assert ended in ([], [len(told) - 1])
        assert ended or (rule, key) in world.open()
