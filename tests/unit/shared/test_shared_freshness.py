"""One answer to whether a source is live, for every service that is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.events import Freshness
from shared.freshness import state_of, worst

NOW = datetime(2025, 11, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "complete_min", "received_min", "interval_s", "state"),
    [
        ("just heard of", 0, 0, 600, "live"),
        ("two intervals are still live", 20, 0, 600, "live"),
        ("a little more is late", 21, 0, 600, "late"),
        ("four intervals are still late", 40, 0, 600, "late"),
        ("a little more is silent", 41, 0, 600, "silent"),
        ("events without heartbeats do not make it live", 41, 0, 600, "silent"),
        ("an hour is assumed", 119, 0, None, "live"),
        ("and judged", 121, 0, None, "late"),
        ("without any heartbeat the last event counts", None, 5, 600, "live"),
        ("and its silence too", None, 41, 600, "silent"),
        ("never heard of", None, None, 600, "silent"),
    ],
)
def test_a_source_is_live_late_or_silent(
    reason: str,
    complete_min: int | None,
    received_min: int | None,
    interval_s: int | None,
    state: str,
) -> None:
    complete = None if complete_min is None else NOW - timedelta(minutes=complete_min)
    received = None if received_min is None else NOW - timedelta(minutes=received_min)

    assert state_of(NOW, complete, received, interval_s) == state, reason


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], "manual"),
        (["live", "manual"], "live"),
        (["live", "late", "live"], "late"),
        (["silent", "late"], "silent"),
    ],
)
def test_of_several_the_worst_is_told(states: list[Freshness], expected: Freshness) -> None:
    assert worst(states) == expected
