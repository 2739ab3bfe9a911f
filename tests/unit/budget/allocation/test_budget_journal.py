"""Allocations against a naive model: who has how much at every instant, plan after plan."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.journal import (
    TOTAL,
    AllocationStep,
    Holder,
    held,
    held_as_of,
    steps_to,
)
from budget.totals.totals import plan_as_of

BEGIN = datetime(2025, 11, 1, tzinfo=UTC)
DAYS = 6
L1, L2, CRISIS = Holder("line", "L1"), Holder("line", "L2"), Holder("bucket", "crisis_pr")
Wanted = Mapping[Holder, int]

amounts = st.integers(0, 10**15)
plans = st.tuples(
    st.dictionaries(st.sampled_from([L1, L2, CRISIS]), amounts, min_size=1),
    st.integers(0, DAYS),
)
histories = st.lists(plans, max_size=6)


def day(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


def journal_of(history: list[tuple[dict[Holder, int], int]]) -> list[list[AllocationStep]]:
    """The steps of each plan of a history, in the order in which they were decided."""
    documents: list[list[AllocationStep]] = []
    for wanted, since in history:
        before = [step for steps in documents for step in steps]
        documents.append(steps_to(before, wanted, day(since)))
    return documents


def model_of(history: list[tuple[dict[Holder, int], int]]) -> list[Wanted]:
    """What holds on each day: of the plans that are in force then, the one decided last."""
    days: list[Wanted] = [{} for _ in range(DAYS + 1)]
    for wanted, since in history:
        days[since:] = [wanted] * len(days[since:])
    return days


@given(histories)
def test_at_every_instant_places_hold_what_the_plan_in_force_says(
    history: list[tuple[dict[Holder, int], int]],
) -> None:
    steps = [step for document in journal_of(history) for step in document]
    for number, wanted in enumerate(model_of(history)):
        now = held(steps, day(number))
        for place in (L1, L2, CRISIS):
            assert now.get(place, 0) == wanted.get(place, 0)
        assert -now.get(TOTAL, 0) == sum(wanted.values()), "the total is what all places hold"


@given(histories.filter(bool))
def test_before_anything_is_in_force_the_first_to_come_is_known(
    history: list[tuple[dict[Holder, int], int]],
) -> None:
    """Also where a later decision takes effect earlier than the first one."""
    steps = [step for document in journal_of(history) for step in document]
    applied = [(number, day(since)) for number, (_, since) in enumerate(history)][::-1]
    first = min(since for _, since in history)
    model = model_of(history)
    for number in range(DAYS + 1):
        wanted = model[max(number, first)]
        known = held_as_of(steps, day(number))
        for place in (L1, L2, CRISIS):
            assert known.get(place, 0) == wanted.get(place, 0)
        version = plan_as_of(applied, day(number))
        assert version is not None
        assert history[version][0] is wanted


def test_without_any_plan_nothing_is_known() -> None:
    assert (held_as_of([], BEGIN), plan_as_of([], BEGIN)) == ({}, None)


@given(histories)
def test_the_steps_of_every_document_sum_to_zero_at_every_instant(
    history: list[tuple[dict[Holder, int], int]],
) -> None:
    for document in journal_of(history):
        for number in range(DAYS + 1):
            assert sum(held(document, day(number)).values()) == 0


@given(histories)
def test_what_was_known_before_a_decision_stays_as_it_was(
    history: list[tuple[dict[Holder, int], int]],
) -> None:
    """The journal is only added to: the first n documents are those of the first n plans."""
    for count in range(len(history)):
        assert journal_of(history)[:count] == journal_of(history[:count])


@given(histories.filter(bool))
def test_in_the_end_lines_hold_what_the_last_plan_gives_them(
    history: list[tuple[dict[Holder, int], int]],
) -> None:
    wanted = history[-1][0]
    steps = [step for document in journal_of(history) for step in document]
    assert {p: n for p, n in held(steps).items() if p != TOTAL and n} == {
        place: amount for place, amount in wanted.items() if amount
    }


@pytest.mark.parametrize(
    ("history", "steps", "why"),
    [
        (
            [({L1: 100}, 0)],
            [AllocationStep(L1, day(0), 100), AllocationStep(TOTAL, day(0), -100)],
            "the first plan takes all from the total",
        ),
        (
            [({L1: 100, L2: 50}, 0), ({L1: 70, L2: 80}, 3)],
            [
                AllocationStep(L1, day(3), -30),
                AllocationStep(TOTAL, day(3), 30),
                AllocationStep(L2, day(3), 30),
                AllocationStep(TOTAL, day(3), -30),
            ],
            "money goes from one line to another, the total is preserved",
        ),
        (
            [({L1: 100}, 4), ({L1: 60}, 1)],
            [
                AllocationStep(L1, day(1), 60),
                AllocationStep(TOTAL, day(1), -60),
                AllocationStep(L1, day(4), -100),
                AllocationStep(TOTAL, day(4), 100),
            ],
            "what an earlier decision wanted to change later is taken back there",
        ),
        (
            [({L1: 100}, 0), ({L1: 100}, 2)],
            [AllocationStep(L1, day(2), 0)],
            "it is named, if nothing moves",
        ),
    ],
)
def test_the_last_document_makes_these_steps(
    history: list[tuple[dict[Holder, int], int]], steps: list[AllocationStep], why: str
) -> None:
    assert journal_of(history)[-1] == steps, why
