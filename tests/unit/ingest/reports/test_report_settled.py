"""A load with anything refused, repeated or missing never says that its source is complete."""

from typing import Any

import pytest

from ingest.reports.completeness import CODES_SHOWN_MAX, why_unsettled


def test_a_load_without_anything_odd_is_settled() -> None:
    assert why_unsettled(12, {}) is None


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"refused": {"amount_invalid": 1}}, "1 of 9 rows was refused (amount_invalid 1)"),
        ({"refused": {"a": 1, "b": 3}}, "4 of 9 rows were refused (b 3, a 1)"),
        ({"refused": {}, "equal": 2}, "equal to another and counted once"),
        ({"refused": {}, "elsewhere": 1}, "refused or counted once in the rest of the load"),
        ({"refused": {}, "next_page": "p2"}, "a next one (p2) that is not in the report"),
    ],
)
def test_each_reason_is_said_with_its_remedy(stated: dict[str, Any], said: str) -> None:
    reason = why_unsettled(9, **stated)
    assert reason is not None
    assert said in reason
    assert "repair and load again, or confirm" in reason


def test_of_many_codes_the_most_frequent_are_named() -> None:
    reason = why_unsettled(99, {f"c{number}": number for number in range(1, 9)})
    assert reason is not None
    named = reason.partition("(")[2].partition(")")[0].split(", ")
    assert named == ["c8 8", "c7 7", "c6 6", "c5 5", "c4 4"]
    assert len(named) == CODES_SHOWN_MAX
