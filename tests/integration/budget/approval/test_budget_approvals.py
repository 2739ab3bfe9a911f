"""What waits for decisions is one list, of all kinds of documents, and is decided on from there."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from budget.documents.kinds import KINDS
from tests.integration.budget.budget_helpers import (
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.documents.money_world import (
    C1,
    DRAW,
    RETURN,
    TRANSFER,
    moving_money,
    people,
    propose,
    reserved_plan,
    say,
    settle,
)
from tests.integration.budget.spend import at, delta, snapshot

APPROVALS = "/v1/approvals"
AUTHOR = "mei.lin"
YES = {"decision": "approve", "opinion": "fits"}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        yield made


async def documents(service: Service, who: str, *roles: str, **wanted: str) -> list[str]:
    """The documents of the requests that somebody sees."""
    async with service.caller(who, *roles) as caller:
        return [one["document"] for one in (await caller.get(APPROVALS, **wanted))["items"]]


async def submit(service: Service, campaign: str, plan: dict[str, Any], who: str) -> str:
    """Where a plan that waits for decisions is."""
    async with service.caller(who, "operator") as operator:
        place = f"/v1/campaigns/{campaign}/plans"
        made = await operator.post(place, plan, 201)
        place = f"{place}/{made['plan_version']}"
        await operator.post(f"{place}/submit", {})
    return place


async def ask(service: Service, kind: str) -> None:
    """A document of a kind that waits, by AUTHOR; of an exception, with one decision."""
    if kind == "plan":
        await submit(service, "c1", reserved_plan(), AUTHOR)
        return
    if kind == "exception":
        await service.post(delta("shop", "s1", at("10-30 12:00"), "5.00", line="L2"))
        async with service.caller("li.na", "approver") as first:
            [held] = (await first.get("/v1/exceptions"))["items"]
            place = f"/v1/exceptions/{held['id']}/decisions"
            await first.post(place, {**YES, "as": "approver"})
        return
    if kind == "return":
        await settle(service, "draws", DRAW)
    if kind == "reclassification":
        await service.post(delta("shop", "s1", at("11-05 12:00"), "5.00", line="L5"))
    order = {"commitment": "hall", "line": "L5", "supplier": "fair", "amount": "99999.00"}
    bodies = {
        "transfer": TRANSFER,
        "draw": DRAW,
        "return": RETURN,
        "overcommitment": {**order, "reason": "the hall is let as a whole"},
    }
    async with service.caller(AUTHOR, "operator") as operator:
        if kind == "reclassification":
            [booked] = (await operator.get(f"{C1}/lines/L5/entries"))["items"]
            bodies[kind] = {"entry": booked["entry"], "to": {"line": "L4"}, "reason": "a test"}
        body = bodies[kind]
        await operator.post(f"{C1}/{kind}s", body, 201)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_decided_from_the_list_with_four_eyes(
    service: Service, kind: str
) -> None:
    await ask(service, kind)
    async with (
        service.caller(AUTHOR, "operator", "approver", "finance") as author,
        service.caller("li.na", "approver", "finance") as first,
        service.caller("chen.yu", "finance") as finance,
    ):
        [waiting] = (await finance.get(APPROVALS, needs="me"))["items"]
        assert waiting["kind"] == kind
        assert await finance.get(f"{APPROVALS}/{waiting['request']}") == waiting
        place = f"{APPROVALS}/{waiting['request']}/decisions"
        if kind != "exception":
            assert (await author.get(APPROVALS, needs="me"))["items"] == []
            refused = await author.post(place, {**YES, "as": "finance"}, 403)
            assert refused["code"] == "four_eyes"
            assert (waiting["asked_by"], waiting["overdue"]) == (AUTHOR, False)
            assert (await author.get(waiting["link"]))["status"] == "in_review"
            await first.post(place, {**YES, "as": "approver"})
        refused = await first.post(place, {**YES, "as": "finance"}, 403)
        assert refused["code"] == "four_eyes"
        assert (await first.get(APPROVALS, needs="me"))["items"] == []
        [waiting] = (await finance.get(APPROVALS, needs="me"))["items"]
        assert (waiting["needs"], waiting["decisions"][0]["by"]) == (["finance"], "li.na")
        assert (await finance.post(place, {**YES, "as": "finance"}))["status"] == "approved"
        assert (await finance.get(APPROVALS, needs="me"))["items"] == []
    assert len(await documents(service, "jin.yu", "auditor", state="in_review")) == 0


async def test_mine_is_what_i_may_approve_by_role_amount_and_as_a_deputy(service: Service) -> None:
    rule = {
        "roles": ["approver", "finance"],
        "decisions": 2,
        "currency": "CNY",
        "limits": [{"as": "approver", "amount": "9999.99", "subject": "sun.hao"}],
        "deputies": [{"as": "finance", "subject": "sun.hao"}],
    }
    rest = {"roles": ["approver", "finance"], "decisions": 2}
    await propose(service, "transfers", TRANSFER)
    await propose(service, "draws", DRAW)
    await say(service, f"{C1}/draws/1", "finance")
    large, drawn = "transfer/c1/1", "draw/c1/1"
    assert await documents(service, "sun.hao", "approver", needs="me") == [large, drawn]
    assert await documents(service, "chen.yu", "finance", needs="me") == [large]
    assert await documents(service, "wang.lei", "operator", needs="me") == []
    assert await documents(service, "wang.lei", "approver", needs="me") == []
    assert await documents(service, "wang.lei", "operator") == [
        "plan/c1/1",
        large,
        drawn,
    ]
    async with service.caller("chen.jie", "admin") as admin:
        policy = {"rules": [rule, rest], "reason": "a test"}
        await admin.change("PUT", "/v1/policy", policy, match='"0"')
    assert await documents(service, "sun.hao", "approver", needs="me") == [large]
    assert await documents(service, "sun.hao", "approver", needs="me", state="approved") == []
    await say(service, f"{C1}/transfers/1", "finance")
    assert await documents(service, "sun.hao", "approver", needs="me") == []
    assert await documents(service, "li.na", "approver", needs="me") == [large, drawn]


async def test_what_waits_too_long_is_overdue_and_what_cannot_be_decided_does_not_wait(
    service: Service,
) -> None:
    await propose(service, "transfers", TRANSFER)
    async with people(service) as (operator, _, finance):
        await service.set_clock(at("11-08 08:59"))
        [_, waiting] = (await operator.get(APPROVALS, campaign="c1"))["items"]
        assert (waiting["overdue"], waiting["due_at"]) == (False, "2025-11-08T01:00:00Z")
        await service.set_clock(at("11-08 09:00"))
        [waiting] = (await operator.get(APPROVALS, state="in_review"))["items"]
        assert waiting["overdue"]
        await finance.post(f"{C1}/close", {"reason": "all is invoiced"})
        assert (await operator.get(APPROVALS, state="in_review"))["items"] == []
        assert (await finance.get(APPROVALS, needs="me"))["items"] == []


async def test_pages_hold_only_what_is_mine(service: Service) -> None:
    for amount in ("1.00", "2.00", "3.00"):
        await propose(service, "transfers", TRANSFER | {"amount": amount})
    await say(service, f"{C1}/transfers/2", "finance")
    async with service.caller("chen.yu", "finance") as finance:
        first = await finance.get(APPROVALS, needs="me", limit=1)
        second = await finance.get(APPROVALS, needs="me", limit=1, cursor=first["next"])
    assert [one["document"] for one in first["items"]] == ["transfer/c1/1"]
    assert [one["document"] for one in second["items"]] == ["transfer/c1/3"]
    assert second["next"] is None


async def told(service: Service) -> list[tuple[int, str, list[str], bool]]:
    """What was announced of requests: version, status, needs, whether it is over."""
    items = [one["data"] for one in await service.outbox("catalog.v1")]
    return [
        (one["version"], one["object"]["status"], one["object"]["needs"], one["deleted"])
        for one in items
        if one["kind"] == "approval"
    ]


async def test_other_services_are_told_who_owes_a_decision_until_when(service: Service) -> None:
    await service.outbox("catalog.v1")
    place = await propose(service, "transfers", TRANSFER)
    [item] = [one["data"] for one in await service.outbox("catalog.v1")]
    assert (item["kind"], item["deleted"]) == ("approval", False)
    shown = item["object"]
    assert item["id"] == str(shown["request"])
    assert (shown["document"], shown["campaign"]) == ("transfer/c1/1", "c1")
    assert shown["amount"] == {"amount": "10000.00", "currency": "CNY"}
    assert (shown["due_at"], shown["asked_by"]) == ("2025-11-08T01:00:00+00:00", "wang.lei")
    await say(service, place, "approver")
    await say(service, place, "finance")
    assert await told(service) == [
        (2, "in_review", ["finance"], False),
        (3, "approved", [], True),
    ]
    place = await propose(service, "transfers", TRANSFER | {"amount": "1.00"})
    async with people(service) as (operator, _, _):
        await operator.post(f"{place}/withdraw", None)
    assert await told(service) == [
        (1, "in_review", ["approver", "finance"], False),
        (2, "withdrawn", [], True),
    ]


async def test_a_submitted_plan_is_taken_back_by_its_author(service: Service) -> None:
    await create_campaign(service, "c2")
    place = await submit(service, "c2", plan_body(), AUTHOR)
    async with (
        service.caller(AUTHOR, "operator") as author,
        service.caller("li.na", "operator") as other,
    ):
        assert (await other.post(f"{place}/withdraw", None, 403))["code"] == "not_author"
        gone = await author.post(f"{place}/withdraw", None)
        assert (gone["status"], gone["needs"]) == ("withdrawn", [])
        assert (await author.get("/v1/campaigns/c2"))["status"] == "draft"
        again = await author.post(f"{place}/withdraw", None, 409)
        assert again["code"] == "not_in_review"
    assert (await say(service, place, "finance", 409))["code"] == "not_in_review"
    assert await approve(service, "c2") == 2
    assert (await say(service, place, "finance", 409))["code"] == "not_in_review"


async def test_a_draft_that_nobody_submitted_is_not_withdrawn(service: Service) -> None:
    async with service.caller(AUTHOR, "operator") as author:
        await author.post(f"{C1}/plans", reserved_plan(), 201)
        refused = await author.post(f"{C1}/plans/2/withdraw", None, 409)
        assert refused["code"] == "not_in_review"


async def test_an_exception_is_asked_about_as_it_is_now_and_not_once_it_has_moved(
    database_url: str, tmp_path: Path
) -> None:
    async with running_service(database_url, tmp_path) as service:
        await service.empty()
        await service.set_clock(at("11-03 00:00"))
        await create_campaign(service)
        plan = plan_body(line_body(allocated="1000.00"))
        await approve(service, plan=plan)
        for revision, amount in ((1, "60.00"), (2, "75.00")):
            await service.post(snapshot("ads", "11-01", revision, amount, at("11-03 00:00")))
            if revision == 1:
                async with people(service) as (_, approver, _):
                    [held] = (await approver.get("/v1/exceptions"))["items"]
                    place = f"/v1/exceptions/{held['id']}"
                    await approver.post(f"{place}/decisions", {**YES, "as": "approver"})
        async with people(service) as (_, _, finance):
            [waiting] = (await finance.get(APPROVALS, needs="me"))["items"]
            assert (waiting["amount"], waiting["asked_by"]) == ("75.00", None)
            assert waiting["needs"] == ["approver", "finance"], "nobody has decided about 75.00"
            await service.outbox("catalog.v1")
            await approve(service, plan=plan, effective_from="2025-11-01T00:00:00+08:00")
            assert (await finance.get(APPROVALS, state="in_review"))["items"] == []
            [moved] = (await finance.get(APPROVALS, state="withdrawn"))["items"]
            assert moved["document"] == f"exception/{held['id']}"
        assert (await told(service))[-1] == (3, "withdrawn", [], True)
