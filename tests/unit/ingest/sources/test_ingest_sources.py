"""Intervals and ids of imports."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from ingest.reports.imports import is_import_id, make_import_id
from ingest.sources.schemas import SourceBody, seconds_of

NOW = datetime(2025, 11, 8, 12, tzinfo=UTC)


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
        SourceBody.model_validate(settings)


def test_import_ids_sort_by_time_and_never_meet() -> None:
    ids = [make_import_id(1_762_000_000_000 + step) for step in (0, 1, 1000, 10**9)]

    assert ids == sorted(ids)
    assert all(is_import_id(one) for one in ids)
    assert len({make_import_id(0) for _ in range(1000)}) == 1000
    assert not is_import_id("01J")
    assert not is_import_id("I" * 26)
