"""Plans in mid-flight: what is in force when, what was planned until then, and reading to edit."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from budget.documents.plans.activation import Activator
from budget.documents.plans.schemas import PLAN_READ_ONLY, PlanBody, PlanView
from budget.ledger import catalogues
from shared.database.clock import make_clock
from shared.errors import UnavailableError
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
from tests.integration.budget.spend import at, delta
from tests.integration.counted import counting

TOTALS = "/v1/campaigns/c1/totals"
PLANS = "/v1/campaigns/c1/plans"


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-01 00:00"))
        await create_campaign(made)
        yield made


def activator(service: Service) -> Activator:
    return Activator(service.settings, service.pool, make_clock("manual"))


async def check_invariants(service: Service) -> None:
    async with service.caller("au", "auditor") as auditor:
        assert (await auditor.get("/v1/invariants"))["holds"]


async def figures(caller: Caller, line: str = "L1", **asked: Any) -> tuple[str, str]:
    totals = await caller.get(TOTALS, **asked)
    found = next(one for one in totals["lines"] if one["line"] == line)
    return found["allocated"], found["planned_to_date"]


async def statuses(caller: Caller) -> list[str]:
    return [plan["status"] for plan in (await caller.get(PLANS))["items"]]


async def test_a_plan_raised_at_half_time_is_not_behind_and_the_past_stays_as_it_was(
    service: Service,
) -> None:
    """1,100 over eleven days, raised to 1,700 after five and a half."""
    await approve(service, plan=plan_body(line_body(allocated="1100.00")), effective_from=SINCE)
    await service.set_clock(at("11-06 12:00"))
    async with service.caller("eve", "viewer") as viewer:
        assert await figures(viewer) == ("1100.00", "550.00")
        await approve(service, plan=plan_body(line_body(allocated="1700.00")))
        assert await figures(viewer) == ("1700.00", "550.00")
        [told] = [one for one in await service.seal() if one["plan_version"] == 2]
        assert (told["planned_to_date"], told["pacing_ratio"]) == ("550.00", "0.000000")
        assert told["plan_before"] == {"allocated": "1100.00", "planned_to_date": "550.00"}
        await service.set_clock(at("11-09 06:00"))
        assert await figures(viewer) == ("1700.00", "1125.00")
        for asked, expected in (
            ({"through": "2025-11-03T00:00:00+08:00"}, ("1100.00", "200.00")),
            ({"through": "2025-11-06T12:00:00+08:00"}, ("1700.00", "550.00")),
            ({"known_at": "2025-11-06T11:59:00+08:00"}, ("1100.00", "549.930556")),
            ({"known_at": "2025-11-06T12:00:00+08:00"}, ("1700.00", "550.00")),
        ):
            assert await figures(viewer, **asked) == expected, asked
    await check_invariants(service)


async def test_a_line_added_in_mid_flight_is_not_behind_at_birth(service: Service) -> None:
    await approve(service, plan=plan_body(line_body("L1", "1100.00")), effective_from=SINCE)
    await service.set_clock(at("11-09 00:00"))
    lines = [line_body("L1", "1100.00"), line_body("L2", "300.00")]
    await approve(service, plan=plan_body(*lines))
    async with service.caller("eve", "viewer") as viewer:
        assert await figures(viewer, "L2") == ("300.00", "0.00")
        assert await figures(viewer, "L1") == ("1100.00", "800.00")
        await service.set_clock(at("11-10 00:00"))
        assert await figures(viewer, "L2") == ("300.00", "100.00")
        earlier = await figures(viewer, "L2", known_at="2025-11-08T23:00:00+08:00")
        assert earlier == ("0.00", "0.00")


async def test_a_first_plan_in_mid_flight_plans_from_its_approval_on(service: Service) -> None:
    await service.set_clock(at("11-02 00:00"))
    await approve(service, plan=plan_body(line_body(allocated="1000.00")))
    await service.set_clock(at("11-07 00:00"))
    async with service.caller("eve", "viewer") as viewer:
        assert await figures(viewer) == ("1000.00", "500.00")


async def test_a_line_that_is_left_out_keeps_what_was_planned_of_the_campaign(
    service: Service,
) -> None:
    """Money moves from one line to another: the campaign's plan to date does not jump."""
    lines = [line_body("L1", "1100.00"), line_body("L2", "1100.00")]
    await approve(service, plan=plan_body(*lines), effective_from=SINCE)
    await service.set_clock(at("11-06 12:00"))
    await approve(service, plan=plan_body(line_body("L1", "2200.00")))
    async with service.caller("eve", "viewer") as viewer:
        total = (await viewer.get(TOTALS))["total"]
        assert (total["allocated"], total["planned_to_date"]) == ("2200.00", "1100.00")
        await service.set_clock(at("11-12 00:00"))
        total = (await viewer.get(TOTALS))["total"]
        assert total["planned_to_date"] == "2200.00"
        assert await figures(viewer, "L2") == ("0.00", "0.00")


async def test_a_plan_says_that_it_is_in_force_or_superseded(service: Service) -> None:
    await approve(service, effective_from=SINCE)
    async with service.caller("wang.lei", "operator") as operator:
        assert await statuses(operator) == ["in_force"]
        await operator.post(PLANS, plan_body(), 201)
        await approve(service)
        assert await statuses(operator) == ["superseded", "draft", "in_force"]
        assert (await operator.get(f"{PLANS}/1"))["status"] == "superseded"
        refused = await operator.post(f"{PLANS}/1/submit", {}, 409)
        assert refused["code"] == "not_draft"


async def test_a_plan_for_a_later_time_waits_while_the_older_one_stays_in_force(
    service: Service,
) -> None:
    await approve(service, plan=plan_body(line_body(allocated="1100.00")), effective_from=SINCE)
    later = {"effective_from": "2025-11-06T12:00:00+08:00"}
    lines = [line_body("L1", "1700.00"), line_body("L2", "50.00")]
    await approve(service, plan=plan_body(*lines), **later)
    async with service.caller("eve", "viewer", "auditor") as viewer:
        assert await statuses(viewer) == ["in_force", "approved"]
        assert (await viewer.get("/v1/campaigns/c1"))["plan_version"] == 1
        assert await figures(viewer) == ("1100.00", "0.00")
        await service.set_clock(at("11-06 11:59"))
        assert not await activator(service).step()
        await service.set_clock(at("11-07 00:00"))
        async with service.pool.acquire() as conn:
            assert await activator(service).count_due(conn) == 1
        assert await activator(service).step()
        assert not await activator(service).step()
        assert await statuses(viewer) == ["superseded", "in_force"]
        assert (await viewer.get("/v1/campaigns/c1"))["plan_version"] == 2
        # From the instant it was approved for, however late it was put in force.
        assert await figures(viewer) == ("1700.00", "654.545455")
        assert await figures(viewer, "L2") == ("50.00", "4.545455")
        earlier = await figures(viewer, through="2025-11-06T11:00:00+08:00")
        assert earlier[0] == "1100.00"
        last = (await viewer.get("/v1/audit"))["items"][-1]
        assert (last["actor"], last["action"]) == ("paceline", "plan_in_force")
    await check_invariants(service)


async def test_a_plan_that_is_overtaken_before_its_time_never_comes_into_force(
    service: Service,
) -> None:
    await approve(service, effective_from=SINCE)
    await approve(service, effective_from="2025-11-08T00:00:00+08:00")
    await approve(service, effective_from="2025-11-09T00:00:00+08:00")
    await approve(service, effective_from="2025-11-08T12:00:00+08:00")
    async with service.caller("eve", "viewer") as viewer:
        assert await statuses(viewer) == ["in_force", "approved", "superseded", "approved"]
        await service.set_clock(at("11-10 00:00"))
        while await activator(service).step():
            pass
        assert await statuses(viewer) == ["superseded"] * 3 + ["in_force"]


async def test_a_plan_that_cannot_be_put_in_force_keeps_no_other_campaign_waiting(
    service: Service,
) -> None:
    await approve(service, effective_from=SINCE)
    await approve(service, effective_from="2025-11-08T00:00:00+08:00")
    await service.set_clock(at("11-09 00:00"))
    async with service.pool.acquire() as conn:
        stuck = {"workspace": "acme", "effective_from": "2025-11-07T00:00:00+08:00"}
        await conn.execute(
            "INSERT INTO budget.plans SELECT (jsonb_populate_record(p, $1)).* "
            "FROM budget.plans AS p WHERE p.status = 'approved'",
            stuck,
        )
        changed = service.settings.model_copy(update={"release_timeout_s": 1.5})
        impatient = Activator(changed, service.pool, make_clock("manual"))
        # A poll of the other workspace does not end.
        async with conn.transaction():
            await catalogues.enter_posting(conn, ["acme"])
            with pytest.raises(UnavailableError, match="plan 2 of c1 took more than"):
                await impatient.step()
    async with service.caller("eve", "viewer") as viewer:
        assert await statuses(viewer) == ["superseded", "in_force"]


async def test_a_campaign_that_is_closed_stays_so_whatever_plan_waits(service: Service) -> None:
    await approve(service, effective_from=SINCE)
    await approve(service, effective_from="2025-11-08T00:00:00+08:00")
    async with service.caller("chen.yu", "finance") as finance:
        await finance.post("/v1/campaigns/c1/close", {"reason": "over"})
        assert await statuses(finance) == ["in_force", "superseded"]
        await service.set_clock(at("11-09 00:00"))
        assert not await activator(service).step()
        assert (await finance.get("/v1/campaigns/c1"))["status"] == "closed"


async def test_a_first_plan_for_a_later_time_is_known_and_says_that_it_waits(
    service: Service,
) -> None:
    later = "2025-11-03T00:00:00+08:00"
    await approve(service, plan=plan_body(line_body(allocated="1100.00")), effective_from=later)
    async with service.caller("eve", "viewer") as viewer:
        assert await statuses(viewer) == ["approved"]
        await service.post(delta("ads", "e1", at("11-01 00:00"), "5.00"))
        [held] = (await viewer.get("/v1/exceptions"))["items"]
        assert held["reason"] == "before_approval"
        await service.set_clock(at("11-03 00:00"))
        assert await activator(service).step()
        assert await statuses(viewer) == ["in_force"]


async def test_a_list_of_plans_takes_as_many_statements_for_one_as_for_many(
    service: Service,
) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        await approve(service)
        for _ in range(4):
            await operator.post(PLANS, plan_body(), 201)
        async with counting(service.app, "budget") as statements:
            await operator.get(PLANS, limit=1)
            one = len(statements)
            plans = await operator.get(PLANS)
        assert (len(plans["items"]), len(statements)) == (5, 2 * one)
        assert [len(plan["decisions"]) for plan in plans["items"]] == [2, 0, 0, 0, 0]


async def test_a_plan_is_read_edited_and_sent_again(service: Service) -> None:
    lines = [
        line_body("L1", "150000.00", cap="160000.00"),
        {**line_body("L2"), "allocated": None, "percent": "12.5", "phasing": {"kind": "even"}},
        {**line_body("L3"), "allocated": None, "remainder": True, "phasing": {"kind": "even"}},
    ]
    plan = {**plan_body(*lines, total="200000"), "reserve": [{"bucket": "flexible", "amount": "1"}]}
    await approve(service, plan=plan)
    async with service.caller("wang.lei", "operator") as operator:
        read = await operator.get(f"{PLANS}/1")
        assert (await operator.post(PLANS, read, 201))["plan_version"] == 2
        again = await operator.get(f"{PLANS}/2")
        assert {name: again[name] for name in ("total", "lines", "reserve")} == {
            name: read[name] for name in ("total", "lines", "reserve")
        }
        assert (again["status"], again["decisions"], again["created_by"]) == (
            "draft",
            [],
            "wang.lei",
        )
        more = {**read, "total": {"amount": "240000.00", "currency": "CNY"}}
        assert (await operator.post(PLANS, more, 201))["plan_version"] == 3
        amounts = [line["allocated"] for line in (await operator.get(f"{PLANS}/3"))["lines"]]
        assert amounts == ["150000.00", "30000.00", "59999.00"]
        more["lines"][1]["allocated"] = "31000.00"
        refused = await operator.post(PLANS, more, 422)
        assert (refused["code"], refused["errors"][0]["loc"]) == ("amount_unclear", "lines.1")
        refused = await operator.post(PLANS, {**read, "colour": "red"}, 422)
        assert refused["errors"][0]["code"] == "extra_forbidden"


def test_what_is_only_read_of_a_plan_is_listed_once() -> None:
    assert PlanView.model_fields.keys() == PlanBody.model_fields.keys() | PLAN_READ_ONLY
    assert not PlanBody.model_fields.keys() & PLAN_READ_ONLY
