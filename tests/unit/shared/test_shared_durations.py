"""Durations, and the waits between tries."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.backoff import backoff_s
from shared.durations import DURATION_MAX, DurationError, duration_text, parse_duration

SPANS = st.timedeltas(timedelta(0), DURATION_MAX).map(
    lambda span: timedelta(milliseconds=span // timedelta(milliseconds=1))
)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0s", timedelta(0)),
        ("0", timedelta(0)),
        ("0m", timedelta(0)),
        ("30s", timedelta(seconds=30)),
        ("90m", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("250ms", timedelta(milliseconds=250)),
        ("2w", timedelta(days=14)),
    ],
)
def test_durations_are_prometheus_words(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "text", ["", "5", "m5", "1m1h", "-5s", "1.5h", "9999y", "5 m", "\uff11m", "9" * 5000 + "d"]
)
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(DurationError, match=r"duration|longer"):
        parse_duration(text)


@given(SPANS)
def test_a_duration_is_read_as_it_was_written(span: timedelta) -> None:
    assert parse_duration(duration_text(span)) == span


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(minutes=90), "1h30m"),
        (timedelta(days=30), "30d"),
        (timedelta(days=14), "2w"),
        (timedelta(days=1), "1d"),
        (timedelta(0), "0s"),
    ],
)
def test_weeks_and_years_are_written_only_when_they_are_whole(span: timedelta, text: str) -> None:
    assert duration_text(span) == text


def test_each_wait_is_twice_the_one_before_up_to_a_bound() -> None:
    assert [backoff_s(failures, 30, 1) for failures in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff_s(10**6, 5.0) == 5.0
