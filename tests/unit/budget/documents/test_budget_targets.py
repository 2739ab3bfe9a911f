"""Targets are whole and fit their parents, or are refused with what is wrong."""

from typing import Any

import pytest

from budget.documents.campaigns.schemas import TargetBody
from budget.documents.campaigns.targets import check_targets
from shared.errors import InvalidError

SALES: dict[str, Any] = {
    "target": "sales",
    "measure": "revenue",
    "value": "100",
    "unit": "CNY",
    "deadline": "2025-11-12T00:00:00+08:00",
    "relevance": "annual plan",
    "primary": True,
}
NORTH = {**SALES, "target": "north", "value": "60", "primary": False, "parent": "sales"}
SOUTH = {**NORTH, "target": "south", "value": "40"}
VISITS = {**NORTH, "target": "visits", "measure": "visits", "unit": None, "value": "9"}


def day(date: str, percent: str) -> dict[str, str]:
    return {"date": date, "percent": percent}


@pytest.mark.parametrize(
    ("targets", "why"),
    [
        ([], "a draft may have none"),
        ([SALES, NORTH, SOUTH], "the parts are the whole"),
        ([SALES, VISITS], "a part with a measure of its own need not add up"),
        ([SALES, NORTH, SOUTH, {**VISITS, "parent": "north"}], "a part of a part"),
        ([{**SALES, "form": "relative", "baseline": "90"}], "a relative one from its baseline"),
        (
            [
                {
                    **SALES,
                    "days": [day(f"2025-11-{n:02}", "6") for n in range(1, 10)]
                    + [day("2025-11-10", "16"), day("2025-11-11", "30")],
                }
            ],
            "9 days of 6 %, then 16 % and 30 %",
        ),
    ],
)
def test_targets_that_fit_are_taken(targets: list[Any], why: str) -> None:
    check_targets([TargetBody.model_validate(one) for one in targets])
    assert why


@pytest.mark.parametrize(
    ("targets", "code", "detail"),
    [
        ([SALES, SALES], "duplicate", "same id"),
        ([NORTH], "primary_target", "exactly one"),
        ([{**SALES, "relevance": " "}], "target_incomplete", "relevance"),
        ([{**SALES, "form": "relative"}], "target_incomplete", "baseline"),
        ([SALES, {**NORTH, "parent": "east"}], "target_tree", "no target east"),
        ([{**SALES, "parent": "sales"}], "target_tree", "above itself"),
        (
            [{**SALES, "parent": "north"}, {**NORTH, "value": "100"}],
            "target_tree",
            "above itself",
        ),
        ([SALES, NORTH], "target_tree", "add up to 60, not to 100"),
        ([SALES, NORTH, {**SOUTH, "value": "40.000001"}], "target_tree", "100.000001"),
        (
            [SALES, {**VISITS, "deadline": "2025-11-12T00:00:01+08:00"}],
            "target_tree",
            "deadline lies after",
        ),
        ([{**SALES, "days": [day("2025-11-01", "99.9")]}], "target_days", "99.9 %"),
        (
            [{**SALES, "days": [day("2025-11-02", "50"), day("2025-11-01", "50")]}],
            "target_days",
            "earlier first",
        ),
        (
            [{**SALES, "days": [day("2025-11-01", "50"), day("2025-11-01", "50")]}],
            "target_days",
            "once",
        ),
    ],
)
def test_a_target_that_does_not_fit_is_refused(targets: list[Any], code: str, detail: str) -> None:
    with pytest.raises(InvalidError, match=detail) as refused:
        check_targets([TargetBody.model_validate(one) for one in targets])
    assert refused.value.code == code
