"""The audit: who reads which rows of it, by what, and that no later change of it goes unseen."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.database.pool import transaction
from tests.integration.budget.budget_helpers import Service, approve, create_campaign
from tests.integration.budget.documents.money_world import (
    C1,
    TRANSFER,
    moving_money,
    propose,
    reserved_plan,
    settle,
)
from tests.integration.budget.spend import at, delta

AUDIT, VERIFY = "/v1/audit", "/v1/audit/verify"


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """`c1` in `hq` with a plan, and `c2` in `hk` with another, by the same people."""
    async with moving_money(database_url, tmp_path) as made:
        await create_campaign(made, "c2", region="hk")
        await approve(made, "c2", reserved_plan())
        yield made


async def rows(service: Service, limits: Any = None, **wanted: str) -> list[tuple[str, str, str]]:
    """(actor, action, object) of what an auditor sees."""
    async with service.caller("jin.yu", "auditor", **(limits or {})) as auditor:
        items = (await auditor.get(AUDIT, limit=500, **wanted))["items"]
    return [(one["actor"], one["action"], one["object"]) for one in items]


async def verified(service: Service) -> Any:
    async with service.caller("jin.yu", "auditor") as auditor:
        return await auditor.get(VERIFY)


async def test_it_is_found_by_who_what_and_of_which_campaign(service: Service) -> None:
    await settle(service, "transfers", TRANSFER)
    everything = await rows(service)
    assert await rows(service, actor="zhao.min", object="transfer/c1/1") == [
        ("zhao.min", "decided", "transfer/c1/1")
    ]
    assert await rows(service, action="campaign_created") == [
        ("li.na", "campaign_created", "campaign/c1"),
        ("li.na", "campaign_created", "campaign/c2"),
    ]
    of = await rows(service, campaign="c1")
    assert [one for one in everything if "/c1" in one[2]] == of
    assert await rows(service, campaign="c3") == []


async def test_who_reaches_a_campaign_reads_what_was_decided_about_it_alone(
    service: Service,
) -> None:
    """An exception names no campaign, its request does; a mapping is of the workspace."""
    beyond = TRANSFER | {"to": {"campaign": "c2", "line": "L4"}}
    await propose(service, "transfers", beyond)
    await service.post(delta("shop", "s1", at("10-30 12:00"), "5.00", line="L2"))
    async with (
        service.caller("zhao.min", "approver") as approver,
        service.caller("li.na", "operator") as operator,
    ):
        [held] = (await approver.get("/v1/exceptions"))["items"]
        decision = {"decision": "approve", "as": "approver"}
        await approver.post(f"/v1/exceptions/{held['id']}/decisions", decision)
        match = {"source": "ads", "match": {"campaign": "1"}, "campaign": "c1", "line": "L2"}
        await operator.post("/v1/mappings", match, 201)
    everything = await rows(service)
    exception = f"exception/{held['id']}"
    assert {"mapping/m1", exception, "transfer/c1/1"} <= {one[2] for one in everything}
    for limits in ({"campaigns": ["c1"]}, {"regions": ["hq"]}):
        seen = await rows(service, limits)
        assert {one[2] for one in seen} == {"campaign/c1", "plan/c1/1", exception}, limits
    both = await rows(service, {"campaigns": ["c1", "c2"]})
    assert both == [one for one in everything if one[2] != "mapping/m1"]
    assert await rows(service, {"campaigns": []}) == []
    assert "transfer/c1/1" in [one[2] for one in await rows(service, campaign="c2")]


@pytest.mark.parametrize(
    ("damage", "broken_at", "holding"),
    [
        ("UPDATE budget.audit SET actor = 'nobody' WHERE seq = 3", 3, 2),
        ("UPDATE budget.audit SET detail = '{}' WHERE seq = 2", 2, 1),
        ("UPDATE budget.audit SET at = at + interval '1 s' WHERE seq = 4", 4, 3),
        ("DELETE FROM budget.audit WHERE seq = 3", 4, 2),
        ("DELETE FROM budget.audit WHERE seq = 1", 2, 0),
    ],
)
async def test_a_row_that_was_changed_or_taken_out_is_found(
    service: Service, damage: str, broken_at: int, holding: int
) -> None:
    assert (await verified(service))["holds"]
    await damaged(service, damage)
    found = await verified(service)
    assert (found["holds"], found["broken_at"], found["rows"]) == (False, broken_at, holding)
    async with service.caller("jin.yu", "auditor") as auditor:
        assert (await auditor.get("/v1/invariants"))["checks"]["audit"] is False


async def test_a_chain_that_was_cut_off_is_told_by_its_head(service: Service) -> None:
    before = await verified(service)
    await damaged(service, f"DELETE FROM budget.audit WHERE seq = {before['rows']}")
    after = await verified(service)
    assert (after["holds"], after["rows"]) == (True, before["rows"] - 1)
    async with service.caller("chen.yu", "finance") as finance:
        await finance.post(f"{C1}/close", {"reason": "all is invoiced"})
    again = await verified(service)
    assert again["rows"] == before["rows"]
    assert again["head"] != before["head"]


async def damaged(service: Service, statement: str) -> None:
    """As only who owns the database can."""
    async with transaction(service.pool) as conn:
        await conn.execute("ALTER TABLE budget.audit DISABLE TRIGGER audit_append_only")
        await conn.execute(statement)
        await conn.execute("ALTER TABLE budget.audit ENABLE TRIGGER audit_append_only")
