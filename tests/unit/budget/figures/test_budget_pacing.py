"""Figures at the anchor (B1, B2, B6, W10): a source that is behind never looks like a low pace."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from budget.allocation.phasing import even
from budget.figures.pacing import PlannedLine, SourceState, anchor, figures, total

START = datetime(2025, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
M = 1_000_000
LINE = PlannedLine(
    allocated=1000 * M,
    curve=even(START, START + 10 * DAY, 1000 * M),
    starts_at=START,
    actual=0,
    corrections=0,
    latest_at=None,
    sources=(),
)


def source(name: str, through: datetime | None, interval: int | None = None) -> SourceState:
    return SourceState(name, through, interval)


@pytest.mark.parametrize(
    ("latest", "through", "now", "expected", "why"),
    [
        (None, [], 3, 3, "a line without a source is known up to now"),
        (None, [2], 3, 2, "complete_through without spend: nothing was spent until then"),
        (1, [2], 3, 2, "the later of both is known"),
        (2, [1], 3, 2, "money is known beyond the last heartbeat"),
        (2, [None], 3, 2, "no heartbeat yet: the newest money is all that is known"),
        (None, [None], 3, 0, "nothing known: the start"),
        (None, [2, 1], 3, 1, "the slowest source decides"),
        (None, [2, None], 3, 0, "a source that never spoke freezes the line"),
        (4, [5], 3, 3, "never beyond now"),
    ],
)
def test_the_anchor_is_what_is_known(
    latest: int | None, through: list[int | None], now: int, expected: int, why: str
) -> None:
    line = replace(
        LINE,
        latest_at=None if latest is None else START + latest * DAY,
        sources=tuple(
            source(str(i), None if t is None else START + t * DAY) for i, t in enumerate(through)
        ),
    )
    assert anchor(line, START + now * DAY) == START + expected * DAY, why


def test_ratios_and_forecast_are_those_of_the_scenario() -> None:
    """L03 at 48,000 of 30,000 planned: 1.6, forecast 240,000 against 150,000."""
    line = replace(
        LINE,
        allocated=150_000 * M,
        curve=even(START, START + 10 * DAY, 150_000 * M),
        actual=48_000 * M,
        latest_at=START + 2 * DAY,
        sources=(source("ads", None),),
    )
    told = figures(line, START + 3 * DAY)
    assert (told.pacing_ratio, told.used_ratio) == ("1.600000", "0.320000")
    assert told.forecast_end == 240_000 * M
    assert told.remaining == 102_000 * M


def test_no_plan_yet_is_no_value() -> None:
    told = figures(replace(LINE, actual=5 * M), START)
    assert told.pacing_ratio is None
    assert told.forecast_end is None


@pytest.mark.parametrize(
    ("behind_s", "interval", "state"),
    [
        (7200, None, "live"),
        (7201, None, "late"),
        (14_400, None, "late"),
        (14_401, None, "silent"),
        (130, 60, "late"),
        (241, 60, "silent"),
    ],
)
def test_freshness_counts_expected_intervals(
    behind_s: int, interval: int | None, state: str
) -> None:
    now = START + 5 * DAY
    through = now - timedelta(seconds=behind_s)
    line = replace(LINE, sources=(source("a", now), source("b", through, interval)))
    assert figures(line, now).freshness == state


def test_the_total_sums_and_takes_the_ratio_of_the_sums() -> None:
    now = START + 5 * DAY
    fed = replace(LINE, actual=600 * M, sources=(source("a", now),))
    by_hand = replace(LINE, actual=300 * M)
    told = total([figures(fed, now), figures(by_hand, now)], now)
    assert told.actual == 900 * M
    assert told.planned_to_date == 1000 * M
    assert told.pacing_ratio == "0.900000"
    assert told.complete_through == now
    assert told.freshness == "live"


def test_the_total_of_no_lines_has_no_values() -> None:
    told = total([], START)
    assert (told.used_ratio, told.pacing_ratio, told.complete_through) == (None, None, None)
