"""What is told of a line: `seq` without gaps, changes that sum up, and nothing that is no news."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from budget.allocation.phasing import even, store_curve
from budget.figures.lines import AccountedLine, PendingChange, SealedLine
from budget.figures.messages import TouchedLine, is_news, seal_line
from budget.figures.pacing import SourceState
from shared.events import BudgetTotals
from shared.money import format_micros, parse_micros

START = datetime(2025, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = START + 5 * DAY
M = 1_000_000


def stored(allocated: int) -> dict[str, Any]:
    return store_curve(even(START, START + 10 * DAY, allocated))


LINE = AccountedLine(
    account_id=7,
    workspace="w",
    campaign="c1",
    line="L1",
    currency="CNY",
    balance=Decimal(0),
    corrections=Decimal(0),
    latest_at=None,
    seq=3,
    sealed_at=START,
    sealed_through=START + 2 * DAY,
    sealed_actual=Decimal(40 * M),
    sealed_corrections=Decimal(-5 * M),
    sealed_set_aside=0,
    name="search ads",
    owner=None,
    channel="search",
    allocated=1000 * M,
    curve=stored(1000 * M),
    allocated_before=None,
    curve_before=None,
    campaign_name="Double 11",
    campaign_owner="li.na",
    time_zone="Asia/Shanghai",
    starts_at=START,
    ends_at=START + 10 * DAY,
    plan_version=1,
)
TOLD = SourceState("ads", START + 2 * DAY)


def change(amount: int, *, correction: bool = False) -> PendingChange:
    period = START.date(), START, START + DAY
    return PendingChange(7, correction, *period, None, Decimal(amount))


def told_of(line: TouchedLine, changes_max: int = 1000) -> list[BudgetTotals]:
    return seal_line(line, NOW, changes_max)[0]


changes = st.lists(st.builds(change, st.integers(-(10**9), 10**9), correction=st.booleans()))


@given(changes, st.integers(1, 4))
def test_however_changes_are_split_they_are_told_once_and_sum_up(
    pending: list[PendingChange], at_most: int
) -> None:
    line = TouchedLine(LINE, [TOLD], pending)
    told, mark = told_of(line, at_most), seal_line(line, NOW, at_most)[1]
    assert [one.seq for one in told] == list(range(4, 4 + len(told)))
    parts = [one.changes for one in told]
    assert all(len(part) <= at_most for part in parts)
    assert [parse_micros(c.amount) for part in parts for c in part] == [
        int(one.amount) for one in pending if one.amount
    ]
    actual, corrections = 40 * M, -5 * M
    for one in told:
        actual += sum(parse_micros(c.amount) for c in one.changes)
        corrections += sum(parse_micros(c.amount) for c in one.changes if c.correction)
        assert (one.actual, one.corrections) == (format_micros(actual), format_micros(corrections))
    assert mark == SealedLine(7, told[-1].seq, actual, corrections, TOLD.complete_through, 0)
    complete = [one.complete_through for one in told]
    assert complete == [None] * (len(told) - 1) + [TOLD.complete_through], (
        "before the last part a reader would close windows too early"
    )


@pytest.mark.parametrize(
    ("row", "sources", "pending", "news", "why"),
    [
        ({}, [TOLD], [], False, "a heartbeat that brought it no further"),
        ({"sealed_at": None}, [TOLD], [], True, "it was never told"),
        ({}, [TOLD], [change(0)], True, "something was stated, if the same again"),
        ({}, [SourceState("ads", NOW)], [], True, "it is complete further on"),
        ({}, [TOLD, SourceState("tap", None)], [], True, "a source that has said nothing yet"),
        ({}, [SourceState("ads", START + 2 * DAY, None, 2)], [], True, "something was set aside"),
        (
            {"sealed_set_aside": 2},
            [SourceState("ads", START + 2 * DAY, None, 2)],
            [],
            True,
            "as much is set aside as before, and may be settled further",
        ),
        ({"sealed_set_aside": 2}, [TOLD], [], True, "nothing is set aside any more"),
    ],
)
def test_what_is_news_of_a_line(
    row: dict[str, Any],
    sources: list[SourceState],
    pending: list[PendingChange],
    news: bool,
    why: str,
) -> None:
    assert is_news(TouchedLine(replace(LINE, **row), sources, pending)) is news, why


@pytest.mark.parametrize(
    ("before", "said", "why"),
    [
        (None, None, "there was no plan before"),
        (1000 * M, None, "it would say the same"),
        (600 * M, ("600.00", "120.00"), "a fifth of the flight is known"),
    ],
)
def test_the_plan_before_is_told_where_it_would_say_something_else(
    before: int | None, said: tuple[str, str] | None, why: str
) -> None:
    curve = None if before is None else stored(before)
    row = replace(LINE, allocated_before=before, curve_before=curve)
    [told] = told_of(TouchedLine(row, [TOLD], []))
    shown = told.plan_before and (told.plan_before.allocated, told.plan_before.planned_to_date)
    assert shown == said, why


def test_the_owner_of_a_line_without_one_is_the_campaigns() -> None:
    for owner, shown in ((None, "li.na"), ("bob", "bob")):
        [told] = told_of(TouchedLine(replace(LINE, owner=owner), [TOLD], []))
        assert told.owner == shown
