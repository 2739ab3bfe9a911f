"""Whose decisions a document needs is data (B8, A15)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from budget.approval.policies import check_policy
from budget.approval.policy import (
    BOTH,
    PolicyDeputy,
    PolicyLimit,
    PolicyRule,
    Role,
    house_policy,
    rule_for,
)
from budget.approval.policy_schemas import PolicyBody, read_rules, stated_rules
from budget.documents.kinds import KINDS
from shared.errors import InvalidError

CNY = 1_000_000
TWO = ("approver", "finance")
POLICY = (
    PolicyRule(("approver",), 1, kind="transfer", amount_up_to=10_000 * CNY),
    PolicyRule(("finance",), 1, region="hk"),
    PolicyRule(("finance",), 1, kind="draw", amount_up_to=CNY, currency="USD"),
    PolicyRule(TWO, 2),
)


@pytest.mark.parametrize(
    ("kind", "amount", "currency", "region", "rule", "why"),
    [
        ("transfer", 10_000 * CNY, "CNY", None, 0, "up to the limit, the limit included"),
        ("transfer", -10_000 * CNY, "CNY", None, 0, "money back is as much money"),
        ("transfer", 10_000 * CNY + 1, "CNY", None, 3, "above it"),
        ("plan", CNY, "CNY", None, 3, "another kind"),
        ("plan", CNY, "CNY", "hk", 1, "a region of its own"),
        ("transfer", CNY, "CNY", "hk", 0, "the first rule that fits"),
        ("draw", CNY, "USD", None, 2, "an amount in its currency"),
        ("draw", CNY, "CNY", None, 3, "as much in another currency is another amount"),
    ],
)
def test_the_first_rule_that_fits_holds(
    kind: str, amount: int, currency: str, region: str | None, *, rule: int, why: str
) -> None:
    assert rule_for(POLICY, kind, amount, currency, region) is POLICY[rule], why


HOUSE = house_policy(timedelta(hours=48))


@pytest.mark.parametrize("kind", KINDS)
def test_the_house_asks_approver_and_finance_for_every_document(kind: str) -> None:
    rule = rule_for(HOUSE, kind, CNY, "CNY", None)
    assert (rule.roles, rule.decisions) == (TWO, 2)
    assert rule.time_limit == timedelta(hours=48)


NOW = datetime(2025, 11, 6, tzinfo=UTC)
LIMITED = PolicyRule(
    BOTH,
    2,
    limits=(
        PolicyLimit("approver", 500),
        PolicyLimit("approver", None, "zhao.min"),
        PolicyLimit("finance", 100, "chen.yu"),
    ),
    deputies=(
        PolicyDeputy("finance", "zhao.min", NOW),
        PolicyDeputy("approver", "chen.yu"),
    ),
)


@pytest.mark.parametrize(
    ("role", "subject", "limit", "why"),
    [
        ("approver", "li.na", 500, "that of everybody"),
        ("approver", "zhao.min", None, "the own one goes first, and says any amount"),
        ("finance", "chen.yu", 100, "the own one"),
        ("finance", "li.na", None, "nobody has limited finance"),
    ],
)
def test_a_limit_is_of_a_role_or_of_a_person_in_it(
    role: Role, subject: str, limit: int | None, why: str
) -> None:
    assert LIMITED.limit(role, subject) == limit, why


def test_a_deputy_stands_in_until_the_time_stated() -> None:
    assert LIMITED.stood_in("zhao.min", NOW - timedelta(seconds=1)) == {"finance"}
    assert LIMITED.stood_in("zhao.min", NOW) == set()
    assert LIMITED.stood_in("chen.yu", NOW) == {"approver"}


def test_what_the_house_says_reads_back_as_the_same_policy() -> None:
    assert read_rules(stated_rules(HOUSE)) == HOUSE


REST = {"roles": ["approver", "finance"], "decisions": 2}


@pytest.mark.parametrize(
    ("rules", "locs"),
    [
        ([REST], []),
        ([{**REST, "kind": "transfer", "amount_up_to": "1", "currency": "CNY"}, REST], []),
        ([{**REST, "kind": "refund"}, REST], ["rules.0.kind"]),
        ([{**REST, "roles": ["finance"]}], ["rules.0.roles"]),
        ([{**REST, "roles": ["finance", "finance"]}], ["rules.0.roles"]),
        ([{**REST, "amount_up_to": "1"}, REST], ["rules.0.currency"]),
        ([{**REST, "limits": [{"as": "finance", "amount": "1"}]}], ["rules.0.currency"]),
        ([{**REST, "region": "hk"}], ["rules.0"]),
        ([REST, {**REST, "kind": "plan", "roles": ["finance"]}], ["rules.1.roles", "rules.1"]),
    ],
)
def test_a_policy_that_cannot_be_kept_says_where(
    rules: list[dict[str, Any]], locs: list[str]
) -> None:
    body = PolicyBody.model_validate({"rules": rules, "reason": "a test"})
    if not locs:
        check_policy(body, KINDS)
        return
    with pytest.raises(InvalidError) as refused:
        check_policy(body, KINDS)
    assert refused.value.code == "policy_invalid"
    assert [one["loc"] for one in refused.value.errors] == locs
