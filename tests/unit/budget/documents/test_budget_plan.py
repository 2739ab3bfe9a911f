"""A plan's sums are exact or it is refused (P5, P33, S9)."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from budget.allocation.phasing import Flight, Point
from budget.allocation.shapes import (
    CustomPoints,
    DayAmounts,
    Even,
    LocalFlight,
    Weighted,
    by_weekday,
)
from budget.documents.plans.rules import (
    CapDraft,
    LineDraft,
    ReserveDraft,
    Terms,
    allocate,
    check,
    without_echoes,
)
from shared.errors import InvalidError

START = datetime(2025, 11, 1, tzinfo=UTC)
END = START + timedelta(days=11)
FLIGHT = LocalFlight(Flight(START, END), ZoneInfo("Asia/Shanghai"))
TERMS = Terms("CNY", FLIGHT, frozenset({"sales"}))
M = 1_000_000


def line(name: str = "L1", allocated: int | None = 100 * M, **changes: object) -> LineDraft:
    draft = LineDraft(
        line=name,
        allocated=allocated,
        percent=None,
        remainder=False,
        cap=None,
        key=False,
        targets=("sales",),
        shape=Even(),
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def points(*pairs: tuple[float, int]) -> CustomPoints:
    return CustomPoints(tuple(Point(START + timedelta(days=day), amount) for day, amount in pairs))


def days(*pairs: tuple[int, int]) -> DayAmounts:
    return DayAmounts(tuple((date(2025, 11, day), amount) for day, amount in pairs))


@pytest.mark.parametrize(
    ("lines", "reserve", "code", "why"),
    [
        ([line(allocated=99 * M)], [], "plan_sum_differs", "a cent too little"),
        ([line()], [ReserveDraft("flexible", 1)], "plan_sum_differs", "the reserve counts too"),
        ([line(), line()], [], "duplicate", "one line twice"),
        (
            [line()],
            [ReserveDraft("flexible", 0), ReserveDraft("flexible", 0)],
            "duplicate",
            "one bucket twice",
        ),
        ([line(percent=5 * M)], [], "amount_unclear", "two ways to say how much"),
        ([line(allocated=None)], [], "amount_unclear", "no way to say how much"),
        (
            [line(allocated=None, remainder=True), line("L2", None, remainder=True)],
            [],
            "amount_unclear",
            "only one can take the rest",
        ),
        (
            [line(), line("L2", None, remainder=True)],
            [ReserveDraft("flexible", 1)],
            "plan_sum_differs",
            "nothing is left for the rest",
        ),
        ([line(cap=100 * M - 1)], [], "cap_below_allocated", "a cap under the allocation"),
        ([line(targets=("reach",))], [], "target_unknown", "a target the campaign lacks"),
        ([line(shape=points((0, 0), (11, 99 * M)))], [], "curve_end_differs", "ends too low"),
        ([line(shape=points((0, 5), (0, 100 * M)))], [], "curve_not_rising", "time stands"),
        ([line(shape=points((0, 5), (5, 4), (11, 100 * M)))], [], "curve_not_rising", "falls"),
        ([line(shape=points((0, 0), (12, 100 * M)))], [], "curve_not_rising", "after the end"),
        ([line(shape=days((1, 99 * M)))], [], "curve_end_differs", "a day's amount too little"),
        ([line(shape=days((13, 100 * M)))], [], "day_outside_flight", "a day after the end"),
        ([line(shape=days((1, 50 * M), (1, 50 * M)))], [], "duplicate", "one day twice"),
        (
            [line(shape=Weighted(by_weekday((0,) * 7)))],
            [],
            "phasing_empty",
            "no weekday has a weight",
        ),
    ],
)
def test_an_unsound_plan_is_refused_by_name(
    lines: list[LineDraft], reserve: list[ReserveDraft], code: str, why: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        check(TERMS, 100 * M, "CNY", lines, reserve)
    assert refused.value.code == code, why


def test_another_currency_than_the_campaigns_is_refused() -> None:
    with pytest.raises(InvalidError, match="currency_differs"):
        check(TERMS, 100 * M, "USD", [line()], [])


def test_all_faults_of_a_step_are_named_at_their_places() -> None:
    with pytest.raises(InvalidError) as refused:
        check(TERMS, 200 * M, "CNY", [line(cap=1), line("L2", cap=2)], [])
    assert [item["loc"] for item in refused.value.errors] == ["lines.0.cap", "lines.1.cap"]


def test_findings_travel_with_a_sound_plan() -> None:
    checked = check(TERMS, 100 * M, "CNY", [line(targets=()), line("L2", 0, key=True)], [])
    found = {(one.code, one.line, one.severity) for one in checked.findings}
    assert found == {
        ("line_without_target", "L1", "warning"),
        ("key_line_unfunded", "L2", "warning"),
        ("reserve_missing", None, "info"),
    }


@pytest.mark.parametrize(
    ("lines", "found", "why"),
    [
        ([line(costs=(60 * M, 39 * M))], ["costs_differ"], "a cent of the line costs nothing"),
        ([line(costs=(60 * M, 40 * M))], [], "costs that sum up"),
        ([line(category="magic")], ["category_unknown"], "a word of their own"),
        ([line(category="risk")], ["risk_unmitigated"], "a cost, and nothing against it"),
        ([line(category="risk", mitigated=True)], [], "insured"),
        (
            [line("K", 40 * M, key=True, channel="shops"), line("L", 60 * M, channel="web")],
            ["key_channel_short"],
            "the channel that matters has less",
        ),
        (
            [line("K", 50 * M, key=True, channel="shops"), line("L", 50 * M, channel="web")],
            [],
            "as much is not less",
        ),
        (
            [
                line("K", 30 * M, key=True, channel="shops"),
                line("L", 40 * M, channel="web"),
                line("M", 30 * M, channel="shops"),
            ],
            [],
            "all lines of a channel count",
        ),
        ([line("K", 40 * M, key=True), line("L", 60 * M)], [], "no channel is stated"),
    ],
)
def test_what_a_plan_should_be_looked_at_for(
    lines: list[LineDraft], found: list[str], why: str
) -> None:
    reserve = [ReserveDraft("flexible", 0)]
    assert [one.code for one in check(TERMS, 100 * M, "CNY", lines, reserve).findings] == found, why


@pytest.mark.parametrize(
    ("cap", "faults"),
    [
        (CapDraft("channel", "web", 70 * M), []),
        (CapDraft("channel", "web", 70 * M - 1), ["caps.0"]),
        (CapDraft("category", "venue", 30 * M - 1), ["caps.0"]),
        (CapDraft("channel", "venue", 0), []),
    ],
)
def test_lines_of_a_channel_or_category_stay_within_their_cap_together(
    cap: CapDraft, faults: list[str]
) -> None:
    lines = [
        line("A", 40 * M, channel="web"),
        line("B", 30 * M, channel="web"),
        line("C", 30 * M, category="venue"),
    ]
    refused = pytest.raises(InvalidError, match="cap_exceeded") if faults else nullcontext()
    with refused as error:
        check(TERMS, 100 * M, "CNY", lines, [], caps=[cap])
    assert [one["loc"] for one in (error.value.errors if error else [])] == faults


@given(
    st.integers(0, 10**12),
    st.lists(st.integers(0, 30 * M), max_size=3),
    st.integers(0, 10**10),
)
def test_percent_lines_and_the_remainder_sum_exactly(
    total: int, percents: list[int], reserved: int
) -> None:
    lines = [line(f"P{i}", None, percent=percent) for i, percent in enumerate(percents)]
    lines.append(line("rest", None, remainder=True))
    stated = sum(percents)
    assume(total * stated // (100 * M) + reserved + 10_000 * len(percents) <= total)
    planned = allocate(total, lines, reserved)
    assert sum(one.allocated for one in planned) + reserved == total
    for one, percent in zip(planned, percents, strict=False):
        assert abs(one.allocated * 100 * M - total * percent) <= 5_000 * 100 * M


@pytest.mark.parametrize(
    ("sent", "read", "states", "why"),
    [
        (line(percent=5 * M), {"L1": 100 * M}, None, "sent back as it was read"),
        (line(remainder=True), {"L1": 100 * M}, None, "the remainder as it was read"),
        (line(percent=5 * M), {"L1": 99 * M}, 100 * M, "somebody changed the amount"),
        (line(percent=5 * M), {}, 100 * M, "nothing was read"),
        (line(), {"L1": 100 * M}, 100 * M, "an amount that was stated stays one"),
    ],
)
def test_what_a_percentage_came_to_is_no_statement_when_it_is_sent_back(
    sent: LineDraft, read: dict[str, int], states: int | None, why: str
) -> None:
    assert [one.allocated for one in without_echoes([sent], read)] == [states], why
