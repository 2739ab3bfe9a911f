"""Money moved again and again, against sums: nothing is lost, nobody has less than nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.journal import AllocationStep, Holder, held
from budget.allocation.phasing import Flight, even
from budget.documents.proposals.money import (
    AllocationShift,
    CampaignMoney,
    PlannedBucket,
    WeighedProposal,
)
from budget.figures.pacing import PlannedLine
from shared.errors import ConflictError

START = datetime(2025, 10, 31, 16, tzinfo=UTC)
FLIGHT = Flight(START, START + timedelta(days=11))
YUAN = 1_000_000
LINES = ("L1", "L2", "L3")
RESERVE = 500 * YUAN
moves = st.lists(
    st.tuples(
        st.sampled_from(["flexible", *LINES]),
        st.sampled_from(LINES),
        st.integers(1, 400 * YUAN),
        st.integers(0, 12 * 24),
    ),
    max_size=12,
)


def line(allocated: int, actual: int = 0) -> PlannedLine:
    curve = even(FLIGHT.starts_at, FLIGHT.ends_at, allocated)
    return PlannedLine(allocated, curve, START, actual, 0, None, ())


def money(**changes: Any) -> CampaignMoney:
    lines = {name: line(300 * YUAN, actual=100 * YUAN) for name in LINES}
    buckets = {"flexible": PlannedBucket(RESERVE, RESERVE, "prices fall")}
    return replace(CampaignMoney("c1", FLIGHT, START, lines, {}, buckets), **changes)


@given(moves)
def test_the_sum_stays_and_what_was_planned_stays_whatever_moves(
    wanted: list[tuple[str, str, int, int]],
) -> None:
    world = money()
    steps = [AllocationStep(Holder("line", name), START, 300 * YUAN) for name in LINES]
    steps.append(AllocationStep(Holder("bucket", "flexible"), START, RESERVE))
    for giver, taker, amount, hours in sorted(wanted, key=lambda one: one[3]):
        now = START + timedelta(hours=hours)
        world = replace(world, now=now)
        place = Holder("bucket" if giver == "flexible" else "line", giver)
        left = held(steps, now)[place] - (0 if giver == "flexible" else 100 * YUAN)
        if giver == taker or amount > left:
            continue
        shift = AllocationShift(world, {place: -amount, Holder("line", taker): amount})
        for name, after in shift.lines.items():
            before = world.lines[name]
            assert after.curve.planned(now) == before.curve.planned(now) or hours == 0
            assert after.curve.end == after.allocated
        steps += [AllocationStep(one, now, moved) for one, moved in shift.moves.items()]
        world = replace(world, lines={**world.lines, **shift.lines})
        holding = held(steps, now)
        assert sum(holding.values()) == 900 * YUAN + RESERVE
        assert min(holding.values()) >= 0
        assert {name: one.allocated for name, one in world.lines.items()} == {
            name: holding[Holder("line", name)] for name in LINES
        }


def test_only_what_is_not_spent_may_be_given() -> None:
    money().check_free("L1", 200 * YUAN)
    with pytest.raises(ConflictError, match=r"L1 has 200\.00 left that is neither"):
        money().check_free("L1", 200 * YUAN + 1)


@pytest.mark.parametrize(
    ("before", "amount", "found"),
    [
        (300, 100, []),
        (300, 101, ["above_cap"]),
        (450, -100, []),
        (450, 1, ["above_cap"]),
    ],
)
def test_a_line_that_passes_its_cap_is_found_and_one_that_comes_down_to_it_is_not(
    before: int, amount: int, found: list[str]
) -> None:
    world = money(lines={"L1": line(before * YUAN)}, caps={"L1": 400 * YUAN})
    shift = AllocationShift(world, {Holder("line", "L1"): amount * YUAN})
    effect = WeighedProposal(amount * YUAN, [shift]).effect
    assert [finding["code"] for finding in effect["findings"]] == found
