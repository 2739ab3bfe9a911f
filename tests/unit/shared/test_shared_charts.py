"""Charts as SVG: where each line lies, what the key says, and what hostile names come to."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.charts.charts import (
    ChartAxes,
    ChartPoint,
    ChartSeries,
    ChartThreshold,
    ForecastRange,
    PacingChart,
    PacingWords,
    SeriesWords,
    pacing,
    series,
    standalone,
    time_ticks,
    value_ticks,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
AXES = ChartAxes(
    value=lambda value: f"{value:f}",
    day=lambda at: f"{at.astimezone(SHANGHAI):%d}",
    time=lambda at: f"{at.astimezone(SHANGHAI):%H:%M}",
    zone=SHANGHAI,
)
WORDS = PacingWords("Spend", "Plan 30,000", "Actual 48,000", "Forecast 240,000", "Limit 150,000")


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2025, 11, number, hour, tzinfo=SHANGHAI)


def point(at: datetime, value: str) -> ChartPoint:
    return ChartPoint(at, Decimal(value))


DOUBLE_11 = PacingChart(
    day(1),
    day(12),
    plan=[point(day(1), "0"), point(day(3, 12), "30000"), point(day(12), "150000")],
    actual=[point(day(1), "0"), point(day(3, 12), "48000")],
    forecast=[point(day(3, 12), "48000"), point(day(12), "240000")],
    band=[
        ForecastRange(day(3, 12), Decimal(48000), Decimal(48000)),
        ForecastRange(day(12), Decimal(200000), Decimal(250000)),
    ],
    limit=Decimal(150000),
)


def test_each_line_lies_where_its_data_says() -> None:
    """568 × 216 pixels from (56, 272) up: eleven days and 0 to 250,000."""
    chart = pacing(DOUBLE_11, WORDS, AXES)
    assert '<path class="s-actual" d="M56 272L185.1 230.5"/>' in chart
    assert '<path class="s-plan" d="M56 272L185.1 246.1L624 142.4"/>' in chart
    assert '<path class="s-forecast" d="M185.1 230.5L624 64.6"/>' in chart
    assert '<path class="f-band" d="M185.1 230.5L624 56L624 99.2L185.1 230.5Z"/>' in chart
    assert '<line x1="56" y1="142.4" x2="624" y2="142.4" class="s-limit"/>' in chart
    assert '<line x1="185.1" y1="56" x2="185.1" y2="272" class="s-now"/>' in chart
    assert re.findall(r'text-anchor="end">([^<]*)<', chart)[:6] == [
        *("0", "50000", "100000", "150000", "200000", "250000")
    ]


def test_a_series_shows_its_thresholds_by_severity() -> None:
    data = ChartSeries(
        [
            point(day(3, hour), value)
            for hour, value in ((9, "0.016"), (10, "0.012"), (11, "0.006"))
        ],
        [ChartThreshold("critical", Decimal("0.01"), "below 1% is critical")],
    )
    chart = series(data, SeriesWords("CTR", "CTR 0.6%"), AXES)
    assert '<path class="s-actual" d="M56 99.2L340 142.4L624 207.2"/>' in chart
    assert '<line x1="56" y1="164" x2="624" y2="164" class="s-critical"/>' in chart
    assert "below 1% is critical" in chart
    assert re.findall(r">(\d\d:\d\d)<", chart) == [
        *("09:00", "09:15", "09:30", "09:45", "10:00", "10:15", "10:30", "10:45", "11:00")
    ]


HOSTILE = [
    "</text><script>alert(1)</script>",
    '" onload="alert(1)" x="',
    "<![CDATA[ & ]]> &lt;",
    "a\x00b\x1b[31m\u202egnp.exe\ud800",
    "名" * 5_000,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(name: str) -> None:
    harmless = standalone(pacing(DOUBLE_11, PacingWords("T", "P", "A", "F", "L"), AXES))
    chart = standalone(pacing(DOUBLE_11, PacingWords(*[name] * 5), AXES))
    tree, plain = (ElementTree.fromstring(one) for one in (chart, harmless))  # noqa: S314 - our own
    assert [one.tag for one in tree.iter()] == [one.tag for one in plain.iter()]
    assert [sorted(one.keys()) for one in tree.iter()] == [
        sorted(one.keys()) for one in plain.iter()
    ]
    key = [one.text or "" for one in tree.iter() if one.tag.endswith("text")][-4:]
    assert all(len(one) <= 44 for one in key)


decimals = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, places=6)
instants = st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(st.lists(st.tuples(instants, decimals), min_size=2, unique_by=lambda one: one[0]))
def test_whatever_the_values_every_point_is_inside(rows: list[tuple[datetime, Decimal]]) -> None:
    data = ChartSeries([ChartPoint(*one) for one in sorted(rows)])
    chart = series(data, SeriesWords("", ""), AXES)
    path = re.search(r'class="s-actual" d="M([^"]*)"', chart)
    assert path is not None
    for x, y in (map(float, one.split()) for one in path[1].split("L")):
        assert 56 <= x <= 624
        assert 56 <= y <= 272


@given(decimals, decimals)
def test_ticks_are_few_and_embrace_both(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    ticks = value_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 7


@pytest.mark.parametrize(
    ("start", "span", "count", "reason"),
    [
        (datetime(2025, 11, 2, tzinfo=UTC), timedelta(minutes=7), 2, "every five minutes"),
        (datetime(2025, 11, 2, tzinfo=UTC), timedelta(hours=7), 8, "every hour"),
        (datetime(2025, 10, 25, tzinfo=UTC), timedelta(days=3), 6, "every twelve hours"),
        (datetime(2025, 10, 1, tzinfo=UTC), timedelta(days=60), 4, "every two weeks"),
        (datetime(1990, 1, 1, tzinfo=UTC), timedelta(days=36_500), 9, "of a century at most nine"),
    ],
)
def test_times_are_round_by_the_clock_on_the_wall(
    start: datetime, span: timedelta, count: int, reason: str
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    ticks = time_ticks(start, start + span, zone)
    assert len(ticks) == count, reason
    for at, begins_day in ticks:
        assert at.minute % 5 == 0
        assert begins_day == (f"{at.astimezone(zone):%H:%M}" == "00:00")
