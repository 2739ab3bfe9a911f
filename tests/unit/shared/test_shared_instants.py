"""Times are text with an offset in every body and query; a number is no time."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from budget.documents.campaigns.schemas import CampaignBody, TargetBody
from budget.documents.mappings.schemas import MappingBody
from budget.documents.plans.phasings import PointBody
from budget.documents.plans.schemas import LineBody, SubmitBody
from ingest.keys.schemas import KeyBody
from kpi_monitor.rules.schemas import RuleBody, RuleTestBody
from shared.http.app import ClockBody
from shared.http.instants import Instant

ADAPTER: TypeAdapter[datetime] = TypeAdapter(Instant)
NO_TIMES: list[tuple[str, Any, str]] = [
    ("1970, if numbers were times", 0, "time_invalid"),
    ("before it", -1, "time_invalid"),
    ("seconds", 1_762_000_000, "time_invalid"),
    ("milliseconds", 1_762_000_000_000, "time_invalid"),
    ("a fraction", 1.5, "time_invalid"),
    ("no number", float("nan"), "time_invalid"),
    ("without end", float("inf"), "time_invalid"),
    ("a boolean", True, "time_invalid"),
    ("a number as text", "1762000000", "time_invalid"),
    ("nothing", "", "time_invalid"),
    ("a day", "2025-11-01", "time_invalid"),
    ("words", "tomorrow", "time_invalid"),
    ("white space around it", " 2025-11-01T00:00:00Z", "time_invalid"),
    ("a list", ["2025-11-01T00:00:00Z"], "time_invalid"),
    ("without an offset", "2025-11-01T00:00:00", "timezone_aware"),
    ("no such day", "2025-02-30T00:00:00Z", "datetime_from_date_parsing"),
    ("before all campaigns", "0001-01-01T00:00:00Z", "time_out_of_range"),
    ("after all campaigns", "9999-12-31T23:59:59Z", "time_out_of_range"),
]
TIMES = [
    ("2025-11-01T10:00:00+08:00", datetime(2025, 11, 1, 2, tzinfo=UTC)),
    ("2025-11-01T02:00:00Z", datetime(2025, 11, 1, 2, tzinfo=UTC)),
    ("2025-11-01t02:00:00.5z", datetime(2025, 11, 1, 2, 0, 0, 500_000, UTC)),
    ("2025-11-01T02:00Z", datetime(2025, 11, 1, 2, tzinfo=UTC)),
]
FIELDS: list[tuple[type[BaseModel], str]] = [
    (ClockBody, "now"),
    (KeyBody, "expires_at"),
    (CampaignBody, "starts_at"),
    (CampaignBody, "ends_at"),
    (TargetBody, "deadline"),
    (PointBody, "at"),
    (SubmitBody, "effective_from"),
    (MappingBody, "effective_from"),
    (RuleTestBody, "from"),
    (RuleTestBody, "to"),
]


def errors_of(model: type[BaseModel], body: dict[str, Any], field: str) -> list[str]:
    """What is wrong with one field; others may be missing."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        return [item["type"] for item in error.errors() if item["loc"][:1] == (field,)]
    return []


@pytest.mark.parametrize(("why", "value", "code"), NO_TIMES, ids=[why for why, *_ in NO_TIMES])
def test_what_is_no_time_is_refused_by_name(why: str, value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as raised:
        ADAPTER.validate_python(value)
    assert [item["type"] for item in raised.value.errors()] == [code], why


@pytest.mark.parametrize(("text", "instant"), TIMES)
def test_rfc_3339_is_read(text: str, instant: datetime) -> None:
    assert ADAPTER.validate_python(text) == instant


@pytest.mark.parametrize(("model", "field"), FIELDS)
def test_every_time_of_every_body_is_such_a_text(model: type[BaseModel], field: str) -> None:
    for value in (0, -1, 1.5, True, "0", "1762000000"):
        assert errors_of(model, {field: value}, field) == ["time_invalid"], value
    assert errors_of(model, {field: "2025-11-01T00:00:00Z"}, field) == []


COUNTS: list[tuple[type[BaseModel], str]] = [
    (KeyBody, "rate_per_s"),
    (LineBody, "priority"),
    (RuleBody, "for"),
    (RuleBody, "keep_firing"),
]


@pytest.mark.parametrize(("model", "field"), COUNTS)
def test_every_count_of_every_body_is_a_whole_number_within_its_bounds(
    model: type[BaseModel], field: str
) -> None:
    for value in (True, "5", 1.0, float("nan"), -1, [1]):
        assert len(errors_of(model, {field: value}, field)) == 1, value
    assert errors_of(model, {field: 5}, field) == []
