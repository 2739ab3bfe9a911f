"""Limits of destinations, by the clock of a place (W14; alerting.md 2.9)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.configuration.limits import PERIODS, Period, SendLimits
from alerts.configuration.tree import parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from tests.unit.alerts.builders import CONFIGURATION, ENVIRONMENT


def limits(**changes: Any) -> SendLimits:
    return SendLimits(**{"channel": "ops-room", **changes})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(text: str) -> dict[str, SendLimits]:
    found = parse_configuration("w", "w.yml", CONFIGURATION + text, ENVIRONMENT)
    return dict(found.limits)


@pytest.mark.parametrize(
    ("location", "period", "now", "span", "why"),
    [
        ("UTC", "hour", "2025-11-03 04:59:59", ("11-03 04:00", "11-03 05:00"), "an hour"),
        ("Asia/Kolkata", "hour", "2025-11-03 04:10", ("11-03 03:30", "11-03 04:30"), "half ones"),
        ("Asia/Shanghai", "day", "2025-11-03 16:00", ("11-03 16:00", "11-04 16:00"), "midnight"),
        ("Asia/Shanghai", "month", "2025-12-31 15:59", ("11-30 16:00", "12-31 16:00"), "the last"),
        ("Europe/Berlin", "day", "2025-03-30 12:00", ("03-29 23:00", "03-30 22:00"), "23 hours"),
        ("Europe/Berlin", "day", "2025-10-26 12:00", ("10-25 22:00", "10-26 23:00"), "25 hours"),
        ("Europe/Berlin", "hour", "2025-10-26 01:30", ("10-26 01:00", "10-26 02:00"), "2nd two"),
        ("Europe/Berlin", "month", "2025-10-31 23:30", ("10-31 23:00", "11-30 23:00"), "November"),
    ],
)
def test_periods_are_those_of_the_place(
    location: str, period: Period, now: str, span: tuple[str, str], why: str
) -> None:
    first, last = (utc(f"2025-{one}") for one in span)
    assert limits(hour=1, location=location).span(period, utc(now)) == (first, last), why


@settings(max_examples=300)
@given(
    st.integers(0, 6 * 365 * 24 * 60),
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    st.sampled_from(PERIODS),
)
def test_periods_follow_each_other_without_a_gap(
    minutes: int, location: str, period: Period
) -> None:
    now = utc("2024-01-01") + timedelta(minutes=minutes)
    one = limits(hour=1, location=location)
    began, ends = one.span(period, now)
    assert began <= now < ends
    assert one.span(period, began) == (began, ends)
    assert one.span(period, ends)[0] == ends
    assert ends.astimezone(ZoneInfo(location)).minute == 0


def test_what_is_left_is_the_least_of_all_periods() -> None:
    one = limits(hour=10, month=100)
    assert one.left({"hour": 3, "day": 50, "month": 60}) == 7
    assert one.left({"hour": 0, "day": 0, "month": 100}) == 0
    assert one.left({"hour": 12, "day": 0, "month": 0}) == 0
    assert limits(minute=5).left({"hour": 9, "day": 9, "month": 9}) is None


def test_who_has_reached_two_limits_is_free_when_both_are_over() -> None:
    now = datetime(2025, 11, 3, 4, 30, tzinfo=UTC)
    one = limits(hour=10, day=20)
    assert one.free_at({"hour": 10, "day": 19, "month": 0}, now) == now + timedelta(minutes=30)
    assert one.free_at({"hour": 10, "day": 20, "month": 0}, now) == datetime(
        2025, 11, 4, tzinfo=UTC
    )


def test_limits_are_of_the_destination_by_whatever_name() -> None:
    (found,) = read(
        "limits: [{channels: ['dingtalk:OPS_DINGTALK_URL'], hour: 30, month: 2000, "
        "critical_passes: true, location: Asia/Shanghai}]"
    ).values()
    assert (found.hour, found.month, found.critical_passes) == (30, 2000, True)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("{channels: [room], hour: 3}", "no channel has the name 'room'"),
        ("{channels: ['email:ops@example.com']}", "it limits nothing"),
        ("{channels: ['email:ops@example.com'], hour: 0}", "expected a whole number >= 1"),
        ("{channels: ['email:ops@example.com'], hour: 3, location: Mars}", "Mars"),
        ("{channels: ['email:ops@example.com', 'email:ops@example.com'], hour: 3}", "has limits"),
        ("{channels: ['email:ops@example.com'], week: 3}", "week"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, detail: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(f"limits: [{text}]")
    assert detail in raised.value.detail
    assert raised.value.line > 10
