"""Versions of a plan are compared line by line (P26, B12)."""

from typing import Any

from budget.documents.plans.comparison import compare


def plan(*lines: dict[str, Any], total: str = "100.00") -> dict[str, Any]:
    reserve = [{"bucket": "flexible", "amount": "1.00"}]
    return {"total": {"amount": total}, "lines": list(lines), "reserve": reserve}


OLD = {"line": "A", "allocated": "40.00", "owner": None, "share": "0.400000"}


def test_equal_versions_have_no_difference() -> None:
    assert compare(plan(OLD), plan(dict(OLD))) == {"changes": [], "lines": [], "reserve": []}


def test_lines_that_came_went_and_changed_are_told_with_what_differs() -> None:
    new = {**OLD, "allocated": "50.00", "share": "0.500000"}
    gone, come = {"line": "B", "allocated": "60.00"}, {"line": "C", "allocated": "50.00"}
    assert compare(plan(OLD, gone), plan(come, new))["lines"] == [
        {
            "name": "C",
            "change": "added",
            "changes": [
                {"field": "line", "before": None, "after": "C"},
                {"field": "allocated", "before": None, "after": "50.00"},
            ],
        },
        {
            "name": "A",
            "change": "changed",
            "changes": [{"field": "allocated", "before": "40.00", "after": "50.00"}],
        },
        {
            "name": "B",
            "change": "removed",
            "changes": [
                {"field": "line", "before": "B", "after": None},
                {"field": "allocated", "before": "60.00", "after": None},
            ],
        },
    ]


def test_the_order_of_lines_is_no_difference_and_the_total_is_one() -> None:
    other = {"line": "B", "allocated": "60.00"}
    told = compare(plan(OLD, other), plan(other, OLD, total="100.01"))
    changed = {"field": "total", "before": {"amount": "100.00"}, "after": {"amount": "100.01"}}
    assert told == {"changes": [changed], "lines": [], "reserve": []}


def test_a_first_version_is_all_new() -> None:
    told = compare({}, plan(OLD))
    assert [one["change"] for one in told["lines"]] == ["added"]
    assert [one["name"] for one in told["reserve"]] == ["flexible"]
    assert told["changes"] == [{"field": "total", "before": None, "after": {"amount": "100.00"}}]
