"""Freshness states, intervals and ids of imports."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from ingest.freshness import state_of
from ingest.imports import is_import_id, make_import_id
from ingest.schemas import SourceSettings, seconds_of

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
    ("interval", "seconds"), [(600, 600), ("600s", 600), ("10m", 600), ("1h", 3600), ("1d", 86400)]
)
def test_an_interval_is_seconds_or_a_number_with_its_unit(
    interval: int | str, seconds: int
) -> None:
    assert seconds_of(interval) == seconds


@pytest.mark.parametrize("interval", [0, -1, "10", "m", "1.5h", "40d", 10**9, "PT1H"])
def test_what_is_no_interval_is_refused(interval: int | str) -> None:
    with pytest.raises(ValueError):
        seconds_of(interval)


@pytest.mark.parametrize(
    "settings",
    [{"time_zone": "Mars/Olympus"}, {"currency": "yuan"}, {"money_report": ""}, {"colour": "red"}],
)
def test_settings_with_a_mistake_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SourceSettings.model_validate(settings)


def test_import_ids_sort_by_time_and_never_meet() -> None:
    ids = [make_import_id(1_762_000_000_000 + step) for step in (0, 1, 1000, 10**9)]

    assert ids == sorted(ids)
    assert all(is_import_id(one) for one in ids)
    assert len({make_import_id(0) for _ in range(1000)}) == 1000
    assert not is_import_id("01J")
    assert not is_import_id("I" * 26)
