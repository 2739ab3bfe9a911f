"""Four eyes see one amount: a decision is about what stood when it was made, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from budget.ledger import catalogues
from shared.database.pool import transaction
from tests.integration.budget.budget_helpers import (
    Caller,
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at, delta, snapshot
from tests.integration.waiting import until_waiting

TOTALS = "/v1/campaigns/c1/totals"
YES = {"decision": "approve", "opinion": "agreed by phone"}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """A campaign whose plan came into force on 11-03, and 60.00 of 11-01 before it."""
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-03 00:00"))
        await create_campaign(made)
        await approve(made, plan=plan_body(line_body(allocated="1000.00")))
        await state(made, 1, "60.00")
        yield made


async def state(service: Service, revision: int, amount: str) -> None:
    """The source states 11-01 again."""
    await service.post(snapshot("ads", "11-01", revision, amount, at("11-03 00:00")))


@asynccontextmanager
async def deciders(service: Service) -> AsyncIterator[tuple[Caller, Caller]]:
    async with (
        service.caller("zhao.min", "approver") as zhao,
        service.caller("chen.yu", "finance", "auditor") as chen,
    ):
        yield zhao, chen


async def held(caller: Caller) -> dict[str, Any]:
    [item] = (await caller.get("/v1/exceptions"))["items"]
    return dict(item)


async def test_an_amount_restated_between_two_decisions_needs_the_first_anew(
    service: Service,
) -> None:
    async with deciders(service) as (zhao, chen):
        before = await held(zhao)
        place = f"/v1/exceptions/{before['id']}/decisions"
        about = {"amount": before["amount"], "version": before["version"]}
        first = await zhao.post(place, {**YES, "as": "approver", **about})
        assert first["needs"] == ["finance"]
        await state(service, 2, "75.00")
        refused = await chen.post(place, {**YES, "as": "finance", **about}, 409)
        assert refused["code"] == "subject_changed"
        assert [error["loc"] for error in refused["errors"]] == ["amount", "version"]
        now = await held(chen)
        assert now["amount"]["amount"] == "75.00"
        assert f"75.00 in version {now['version']}" in refused["detail"]
        about = {"amount": "75.00", "version": now["version"]}
        second = await chen.post(place, {**YES, "as": "finance", **about})
        assert (second["status"], second["needs"]) == ("in_review", ["approver"])
        assert [one["by"] for one in second["decisions"]] == ["chen.yu"]
        assert (await zhao.get(TOTALS))["total"]["actual"] == "0.00"
        last = await zhao.post(place, {**YES, "as": "approver", **about})
        assert (last["status"], last["moved"]["entries"]) == ("approved", 1)
        assert (await zhao.get(TOTALS))["total"]["actual"] == "75.00"
        late = await zhao.post(place, {**YES, "as": "approver"}, 409)
        assert late["code"] == "already_decided"
        audit = [row for row in (await chen.get("/v1/audit"))["items"] if "exc" in row["object"]]
        assert [(row["actor"], row["detail"]["amount"]) for row in audit] == [
            ("zhao.min", "60.00"),
            ("chen.yu", "75.00"),
            ("zhao.min", "75.00"),
        ]


async def test_a_decision_that_names_nothing_is_about_what_stands_when_it_arrives(
    service: Service,
) -> None:
    async with deciders(service) as (zhao, chen):
        place = f"/v1/exceptions/{(await held(zhao))['id']}/decisions"
        await zhao.post(place, {**YES, "as": "approver"})
        await state(service, 2, "75.00")
        await state(service, 3, "60.00")
        # The same amount as at first, but nobody has approved this statement.
        second = await chen.post(place, {**YES, "as": "finance"})
        assert (second["status"], second["needs"]) == ("in_review", ["approver"])
        last = await zhao.post(place, {**YES, "as": "approver"})
        assert last["status"] == "approved"


async def test_a_statement_of_the_same_amount_changes_nothing_about_a_decision(
    service: Service,
) -> None:
    async with deciders(service) as (zhao, chen):
        place = f"/v1/exceptions/{(await held(zhao))['id']}/decisions"
        await zhao.post(place, {**YES, "as": "approver"})
        await state(service, 2, "60.00")
        assert (await chen.post(place, {**YES, "as": "finance"}))["status"] == "approved"


async def test_what_was_rejected_is_open_again_once_it_is_another_amount(service: Service) -> None:
    async with deciders(service) as (zhao, _):
        place = f"/v1/exceptions/{(await held(zhao))['id']}/decisions"
        no = {"decision": "reject", "as": "approver", "opinion": "who ordered that?"}
        assert (await zhao.post(place, no))["status"] == "rejected"
        assert (await held(zhao))["status"] == "rejected"
        await state(service, 2, "6.00")
        assert (await held(zhao))["status"] == "open"
        assert (await zhao.post(place, {**YES, "as": "approver"}))["needs"] == ["finance"]


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"amount": "60.01"}, "subject_changed"),
        ({"amount": {"amount": "60.00", "currency": "USD"}}, "subject_changed"),
        ({"version": 1}, "subject_changed"),
        ({"amount": 60.0}, "invalid_request"),
    ],
)
async def test_a_decision_about_something_else_is_refused(
    service: Service, about: dict[str, Any], code: str
) -> None:
    async with deciders(service) as (zhao, _):
        place = f"/v1/exceptions/{(await held(zhao))['id']}/decisions"
        status = 409 if code == "subject_changed" else 422
        answer = await zhao.post(place, {**YES, "as": "approver", **about}, status)
        assert answer["code"] == code
        assert (await held(zhao))["status"] == "open"


async def test_who_has_waited_for_others_is_recorded_after_them(service: Service) -> None:
    """Decisions and a poll that began at 11-03 and had to wait until 11-04 are of 11-04."""
    later = at("11-04 00:00")
    await service.post(delta("tv", "lost", at("11-03 00:00"), "1.00", entity={"campaign": "9"}))
    written_off = {"source": "tv", "reason": "nobody knows it"}
    async with (
        service.caller("wang.lei", "operator") as operator,
        deciders(service) as (zhao, chen),
    ):
        await operator.post("/v1/campaigns/c1/plans", plan_body(), 201)
        place = "/v1/campaigns/c1/plans/2"
        await operator.post(f"{place}/submit", {})
        await zhao.post(f"{place}/decisions", {**YES, "as": "approver"})
        async with asyncio.TaskGroup() as group, transaction(service.pool) as conn:
            await catalogues.WORKSPACE_LOCK.take(conn, "default")
            await catalogues.stop_posting(conn, "default")
            decision = chen.post(f"{place}/decisions", {**YES, "as": "finance"})
            decided = group.create_task(decision)
            group.create_task(chen.post("/v1/suspense/write-off", written_off))
            group.create_task(service.post(delta("ads", "d", at("11-03 00:00"), "1.00")))
            await until_waiting(service.pool, 3)
            await service.set_clock(later)
        [_, plan] = (await chen.get("/v1/campaigns/c1/plans"))["items"]
        assert (await decided)["approved_at"] == plan["approved_at"] == plan["effective_from"]
        assert datetime.fromisoformat(plan["approved_at"]) == later
        audit = (await chen.get("/v1/audit"))["items"]
        [at_] = [row["at"] for row in audit if row["action"] == "suspense_written_off"]
        assert datetime.fromisoformat(at_) == later
        entries = await chen.get("/v1/campaigns/c1/lines/L1/entries")
        [recorded] = [one["recorded_at"] for one in entries["items"]]
        assert datetime.fromisoformat(recorded) == later


async def test_a_decision_on_a_plan_names_its_total_and_version(service: Service) -> None:
    async with (
        service.caller("wang.lei", "operator") as operator,
        deciders(service) as (zhao, chen),
    ):
        plan = plan_body(line_body(allocated="2000.00"))
        await operator.post("/v1/campaigns/c1/plans", plan, 201)
        place = "/v1/campaigns/c1/plans/2"
        await operator.post(f"{place}/submit", {})
        old = {"amount": "1000.00", "version": 1}
        refused = await zhao.post(f"{place}/decisions", {**YES, "as": "approver", **old}, 409)
        assert refused["code"] == "subject_changed"
        about = {"amount": {"amount": "2000.00", "currency": "CNY"}, "version": 2}
        await zhao.post(f"{place}/decisions", {**YES, "as": "approver", **about})
        last = await chen.post(f"{place}/decisions", {**YES, "as": "finance", **about})
        assert last["status"] == "approved"
