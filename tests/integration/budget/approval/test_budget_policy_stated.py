"""Who decides on what is stated by an admin: amounts, people, deputies, one decision or two."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import Service
from tests.integration.budget.documents.money_world import (
    C1,
    TRANSFER,
    actions,
    allocated,
    moving_money,
    people,
    propose,
    say,
    settle,
)

POLICY = "/v1/policy"
BOTH = {"roles": ["approver", "finance"], "decisions": 2}
REST = {**BOTH, "within_hours": 24}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        yield made


async def state(service: Service, *rules: dict[str, Any], status: int = 200) -> Any:
    """The next policy: these rules, and both roles within a day for all else."""
    async with service.caller("chen.jie", "admin") as admin:
        version = (await admin.get(POLICY))["version"]
        body = {"rules": [*rules, REST], "reason": "as the board decided"}
        return await admin.change("PUT", POLICY, body, status, match=f'"{version}"')


async def test_the_house_decides_until_somebody_states_otherwise(service: Service) -> None:
    async with service.caller("chen.jie", "admin") as admin:
        house = await admin.get(POLICY)
        [rule] = house["rules"]
        assert (house["version"], rule["roles"], rule["within_hours"]) == (0, BOTH["roles"], 48)
        body = {"rules": house["rules"], "reason": "as it is"}
        stale = await admin.change("PUT", POLICY, body, 412, match='"1"')
        assert stale["code"] == "version_changed"
    stated = await state(service)
    assert (stated["version"], stated["created_by"]) == (1, "chen.jie")
    assert await actions(service, "policy/1") == ["policy_changed"]
    refused = await state(service, {**BOTH, "kind": "refund"}, status=422)
    assert (refused["code"], refused["errors"][0]["loc"]) == ("policy_invalid", "rules.0.kind")


async def test_who_may_not_approve_so_much_leaves_it_to_who_may(service: Service) -> None:
    """10,000 are asked for; of two approvers one goes up to 9,999.99."""
    limit = {"as": "approver", "amount": "9999.99", "subject": "zhao.min"}
    await state(service, {**BOTH, "currency": "CNY", "limits": [limit]})
    place = await propose(service, "transfers", TRANSFER)
    assert (await say(service, place, "approver", 403))["code"] == "amount_above_limit"
    async with service.caller("sun.hao", "approver") as other:
        decision = {"decision": "approve", "as": "approver"}
        assert (await other.post(f"{place}/decisions", decision))["needs"] == ["finance"]
    assert (await say(service, place, "finance"))["status"] == "approved"
    small = await propose(service, "transfers", TRANSFER | {"amount": "9999.99"})
    assert (await say(service, small, "approver"))["needs"] == ["finance"]


async def test_a_limit_holds_at_once_and_also_for_what_was_asked_before(service: Service) -> None:
    place = await propose(service, "transfers", TRANSFER)
    await state(
        service, {**BOTH, "currency": "CNY", "limits": [{"as": "finance", "amount": "1.00"}]}
    )
    await say(service, place, "approver")
    assert (await say(service, place, "finance", 403))["code"] == "amount_above_limit"
    rejected = await say(service, place, "finance", decision="reject")
    assert rejected["status"] == "rejected"


async def test_a_deputy_decides_in_the_other_role_but_never_twice(service: Service) -> None:
    deputy = {"as": "finance", "subject": "zhao.min", "until": "2025-11-07T00:00:00+08:00"}
    await state(service, {**BOTH, "deputies": [deputy]})
    place = await propose(service, "transfers", TRANSFER)
    async with (
        service.caller("zhao.min", "approver") as zhao,
        service.caller("sun.hao", "approver") as sun,
    ):
        stood_in = {"decision": "approve", "as": "finance"}
        assert (await zhao.post(f"{place}/decisions", stood_in))["needs"] == ["approver"]
        twice = {"decision": "approve", "as": "approver"}
        assert (await zhao.post(f"{place}/decisions", twice, 403))["code"] == "four_eyes"
        refused = await sun.post(f"{place}/decisions", stood_in, 403)
        assert refused["code"] == "role_missing"
        assert (await sun.post(f"{place}/decisions", twice))["status"] == "approved"
    assert (await allocated(service))["L4"] == "110000.00"


async def test_one_decision_may_be_enough_but_never_the_author_s(service: Service) -> None:
    rule = {"kind": "transfer", "amount_up_to": "10000.00", "currency": "CNY", "decisions": 1}
    await state(service, {**BOTH, **rule})
    async with service.caller("mei.lin", "operator", "approver") as author:
        made = await author.post(f"{C1}/transfers", TRANSFER, 201)
        decision = {"decision": "approve", "as": "approver"}
        place = f"{C1}/transfers/{made['transfer']}/decisions"
        assert (await author.post(place, decision, 403))["code"] == "four_eyes"
    assert (await say(service, f"{C1}/transfers/1", "finance"))["status"] == "approved"
    assert await settle(service, "transfers", TRANSFER | {"amount": "10000.01"})


async def test_what_was_asked_for_keeps_its_roles_and_its_time(service: Service) -> None:
    place = await propose(service, "transfers", TRANSFER)
    await state(service, {"roles": ["finance"], "decisions": 1, "kind": "transfer"})
    async with people(service) as (operator, _, _):
        before = await operator.get(place)
        assert (before["needs"], before["due_at"]) == (BOTH["roles"], "2025-11-08T01:00:00Z")
        after = await operator.post(f"{C1}/transfers", TRANSFER | {"amount": "1.00"}, 201)
        assert (after["needs"], after["due_at"]) == (["finance"], None)
