"""A campaign whose money moves: two lines and a reserve, and the people who decide on it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.integration.budget.budget_helpers import (
    SINCE,
    Caller,
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at

C1 = "/v1/campaigns/c1"
CONDITION = "competitor price cut"
TRANSFER = {
    "from": {"line": "L5"},
    "to": {"line": "L4"},
    "amount": "10000.00",
    "reason": "video sells better",
}
DRAW = {"bucket": "flexible", "line": "L2", "amount": "30000.00", "condition": CONDITION}
RETURN = {"bucket": "flexible", "line": "L2", "amount": "5000.00", "reason": "prices are up again"}
RESERVE = [
    {"bucket": "flexible", "amount": "40000.00", "draw_condition": CONDITION},
    {"bucket": "deferred", "amount": "20000.00", "draw_condition": None},
]


def reserved_plan(*lines: dict[str, Any]) -> dict[str, Any]:
    """A plan of these lines, or of L2, L4 and L5 of the scenario, with its reserve beside them."""
    given = lines or (
        line_body("L2", "200000.00", cap="200000.00"),
        line_body("L4", "100000.00", cap="100000.00"),
        line_body("L5", "30000.00"),
    )
    plan = plan_body(*given)
    total = int(plan["total"]["amount"]) + 60_000
    return {**plan, "total": {"amount": str(total), "currency": "CNY"}, "reserve": RESERVE}


@asynccontextmanager
async def moving_money(
    database_url: str,
    directory: Path,
    now: str = "11-06 09:00",
    plan: dict[str, Any] | None = None,
) -> AsyncIterator[Service]:
    """`c1` with a plan in force since its start, the reserved one unless another is given."""
    async with running_service(database_url, directory) as made:
        await made.empty()
        await made.set_clock(at(now))
        await create_campaign(made, region="hq")
        await approve(made, plan=plan or reserved_plan(), effective_from=SINCE)
        yield made


@asynccontextmanager
async def people(service: Service) -> AsyncIterator[tuple[Caller, Caller, Caller]]:
    """Who proposes, the approver, and finance, who reads the audit too."""
    async with (
        service.caller("wang.lei", "operator") as operator,
        service.caller("zhao.min", "approver") as approver,
        service.caller("chen.yu", "finance") as finance,
    ):
        yield operator, approver, finance


async def propose(
    service: Service, plural: str, body: Mapping[str, Any], campaign: str = "c1"
) -> str:
    """Proposes it; where it is decided on."""
    place = f"/v1/campaigns/{campaign}/{plural}"
    async with people(service) as (operator, _, _):
        made = await operator.post(place, body, 201)
        return f"{place}/{made[plural.removesuffix('s')]}"


async def say(service: Service, place: str, role: str, status: int = 200, **more: Any) -> Any:
    """One role approves, unless said otherwise; the answer."""
    async with people(service) as (_, approver, finance):
        body = {"decision": "approve", "as": role, "opinion": "fits", **more}
        decider = approver if role == "approver" else finance
        return await decider.post(f"{place}/decisions", body, status)


async def settle(
    service: Service, plural: str, body: Mapping[str, Any], campaign: str = "c1"
) -> str:
    """Proposed and approved by both; where it is read."""
    place = await propose(service, plural, body, campaign)
    await say(service, place, "approver")
    assert (await say(service, place, "finance"))["status"] == "approved"
    return place


async def allocated(service: Service, campaign: str = "c1", **params: Any) -> dict[str, str]:
    """What each line has, and what is left of each bucket, as GET totals says it."""
    async with people(service) as (_, _, finance):
        totals = await finance.get(f"/v1/campaigns/{campaign}/totals", **params)
    lines = {line["line"]: line["allocated"] for line in totals["lines"]}
    return lines | {one["bucket"]: one["left"] for one in totals["reserve"]}


async def holds(service: Service) -> bool:
    """Whether the ledger and what was allocated add up."""
    async with people(service) as (_, _, finance):
        return bool((await finance.get("/v1/invariants"))["holds"])


async def actions(service: Service, about: str) -> list[str]:
    """What the audit says that was done with a document."""
    async with people(service) as (_, _, finance):
        rows = (await finance.get("/v1/audit", limit=500))["items"]
    return [row["action"] for row in rows if row["object"] == about]
