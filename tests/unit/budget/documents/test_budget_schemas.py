"""Free-form JSON of a campaign: what PostgreSQL can store, and nothing else is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from budget.documents.campaigns.schemas import CampaignBody

CAMPAIGN = {
    "campaign": "c1",
    "name": "spring",
    "currency": "CNY",
    "time_zone": "UTC",
    "starts_at": "2025-11-01T00:00:00Z",
    "ends_at": "2025-11-12T00:00:00Z",
}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("C:\\u0000\\new", "a backslash and u0000 in plain text"),
        ({"a": [1, None, True, {"b": "é"}]}, "any depth that is sane"),
        (2**63, "a number of 64 bits"),
    ],
)
def test_attributes_hold_any_json(value: Any, why: str) -> None:
    body = CampaignBody.model_validate({**CAMPAIGN, "attributes": {"x": value}})
    assert body.attributes == {"x": value}, why


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({"x": "a\0b"}, "a NUL"),
        ({"a\0b": 1}, "a NUL in a name"),
        ({"x": "\\\0"}, "a NUL behind a backslash"),
        ({"x": "\ud800"}, "half of a surrogate pair"),
        ({"x": nested(100_000)}, "deeper than any reader goes"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_name(attributes: Any, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CampaignBody.model_validate({**CAMPAIGN, "attributes": attributes})
    assert [one["type"] for one in refused.value.errors(include_input=False)] == ["text_invalid"], (
        why
    )
