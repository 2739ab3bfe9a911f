"""Whose decisions a document needs is data (B8, A15)."""

from datetime import timedelta

import pytest

from budget.approval.policy import PolicyRule, house_policy, rule_for
from budget.documents.kinds import KINDS

CNY = 1_000_000
TWO = ("approver", "finance")
POLICY = (
    PolicyRule(("approver",), 1, kind="transfer", amount_up_to=10_000 * CNY),
    PolicyRule(("finance",), 1, region="hk"),
    PolicyRule(TWO, 2),
)


@pytest.mark.parametrize(
    ("kind", "amount", "region", "rule", "why"),
    [
        ("transfer", 10_000 * CNY, None, 0, "up to the limit, the limit included"),
        ("transfer", -10_000 * CNY, None, 0, "money back is as much money"),
        ("transfer", 10_000 * CNY + 1, None, 2, "above it"),
        ("plan", CNY, None, 2, "another kind"),
        ("plan", CNY, "hk", 1, "a region of its own"),
        ("transfer", CNY, "hk", 0, "the first rule that fits"),
    ],
)
def test_the_first_rule_that_fits_holds(
    kind: str, amount: int, region: str | None, rule: int, why: str
) -> None:
    assert rule_for(POLICY, kind, amount, region) is POLICY[rule], why


@pytest.mark.parametrize("kind", KINDS)
def test_the_house_asks_approver_and_finance_for_every_document(kind: str) -> None:
    rule = rule_for(house_policy(timedelta(hours=48)), kind, CNY, None)
    assert (rule.roles, rule.decisions) == (TWO, 2)
    assert rule.time_limit == (timedelta(hours=48) if kind == "plan" else None)
