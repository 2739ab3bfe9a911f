"""A plan that would undo what has moved since the one in force says so, place by place."""

from typing import Any

import pytest

from budget.allocation.journal import TOTAL, Holder
from budget.documents.plans.since import find_moved

L1, L2 = Holder("line", "L1"), Holder("line", "L2")
FLEXIBLE, OTHER = Holder("bucket", "flexible"), Holder("campaign", "c2")
YUAN = 1_000_000


def plan(one: int, two: int, flexible: int = 40) -> dict[str, Any]:
    return {
        "total": {"amount": str(one + two + flexible), "currency": "CNY"},
        "lines": [{"line": "L1", "allocated": str(one)}, {"line": "L2", "allocated": str(two)}],
        "reserve": [{"bucket": "flexible", "amount": str(flexible)}],
    }


@pytest.mark.parametrize(
    ("holding", "proposed", "found"),
    [
        ({L1: 100, L2: 100, FLEXIBLE: 40}, plan(100, 100), []),
        ({L1: 90, L2: 110, FLEXIBLE: 40}, plan(100, 100), ["L1", "L2"]),
        ({L1: 90, L2: 110, FLEXIBLE: 40}, plan(90, 110), []),
        ({L1: 90, L2: 110, FLEXIBLE: 40}, plan(95, 105), []),
        ({L1: 130, L2: 100, FLEXIBLE: 10}, plan(130, 100), ["flexible"]),
        ({L1: 130, L2: 100, FLEXIBLE: 10}, plan(130, 100, 10), []),
    ],
    ids=["nothing moved", "undone", "kept", "stated anew", "filled again", "all kept"],
)
def test_what_is_set_back_unsaid_is_found(
    holding: dict[Holder, int], proposed: dict[str, Any], found: list[str]
) -> None:
    holds = {place: yuan * YUAN for place, yuan in (holding | {TOTAL: -240}).items()}
    findings = find_moved(proposed, plan(100, 100), holds)
    assert [finding.detail.split()[0] for finding in findings] == found


def test_what_others_gave_or_got_belongs_into_the_total() -> None:
    holds = {L1: 90 * YUAN, L2: 100 * YUAN, FLEXIBLE: 40 * YUAN, OTHER: 10 * YUAN}
    holds[TOTAL] = -240 * YUAN
    assert find_moved(plan(90, 100), plan(100, 100), holds) == []
    [finding] = find_moved(plan(95, 100), plan(100, 100), holds)
    assert (finding.code, finding.line) == ("total_after_transfers", None)
    assert "there are 230.00 in all, the plan states 235.00" in finding.detail
