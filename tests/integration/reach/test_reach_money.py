"""Whose credential is limited to campaigns moves no money of others, whichever way it would go."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import (
    SINCE,
    Caller,
    Service,
    approve,
    create_campaign,
    running_service,
)
from tests.integration.budget.spend import at, delta
from tests.integration.reach.matrix import INSIDE, OUTSIDE

ACCOUNT, EXACT, LOST = {"account": "1"}, {"campaign": "9"}, {"account": "2"}
MAPPINGS = "/v1/mappings"


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """The account's money is OUTSIDE's: 1.00 on its line, and 2.00 that is an exception."""
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-05 00:00"))
        for campaign in (INSIDE, OUTSIDE):
            await create_campaign(made, campaign)
            await approve(made, campaign, effective_from=SINCE)
        async with made.caller("wang.lei", "operator") as operator:
            await operator.post(MAPPINGS, mapping(ACCOUNT, OUTSIDE), 201)
        entity = {**ACCOUNT, **EXACT}
        await made.post(
            delta("ads", "on", at("11-03 12:00"), "1.00", entity=entity),
            delta("ads", "early", at("10-20 12:00"), "2.00", entity=entity),
        )
        yield made


def mapping(match: dict[str, str], campaign: str, line: str = "L1", **more: str) -> dict[str, Any]:
    return {"source": "ads", "match": match, "campaign": campaign, "line": line, **more}


def check_refused(answer: dict[str, Any], entries: int) -> None:
    assert answer["code"] == "out_of_reach"
    assert answer["detail"].startswith(f"{entries} entries would leave or come to campaigns")
    assert OUTSIDE not in answer["detail"]


async def actual(caller: Caller, campaign: str) -> str:
    totals = await caller.get(f"/v1/campaigns/{campaign}/totals")
    return str(totals["total"]["actual"])


async def test_a_mapping_neither_takes_nor_gives_what_is_of_campaigns_out_of_reach(
    service: Service,
) -> None:
    async with (
        service.caller("mei.lin", "operator", campaigns=[INSIDE]) as limited,
        service.caller("wang.lei", "operator") as whole,
    ):
        refused = await limited.post(MAPPINGS, mapping(EXACT, INSIDE), 403)
        assert (refused["code"], OUTSIDE in refused["detail"]) == ("out_of_reach", False)
        assert await actual(whole, OUTSIDE) == "1.00"
        taken = await limited.post(MAPPINGS, mapping(ACCOUNT, INSIDE), 409)
        assert taken["code"] == "mapping_overlaps"
        assert "m1" not in taken["detail"], "a mapping out of reach is not named"
        assert (await whole.post(MAPPINGS, mapping(EXACT, INSIDE), 201))["moved"]["entries"] == 1


async def test_a_mapping_takes_nothing_that_campaigns_out_of_reach_have_yet_to_spend(
    service: Service,
) -> None:
    """Also none of their metrics: kpi-monitor places them by the same mapping."""
    later = {"effective_from": "2025-11-04T00:00:00+08:00"}
    async with (
        service.caller("mei.lin", "operator", campaigns=[INSIDE]) as limited,
        service.caller("wang.lei", "operator") as whole,
    ):
        refused = await limited.post(MAPPINGS, mapping(EXACT, INSIDE, **later), 403)
        assert (refused["code"], OUTSIDE in refused["detail"]) == ("out_of_reach", False)
        await service.post(delta("ads", "new", at("11-04 12:00"), "4.00", entity=EXACT | ACCOUNT))
        assert await actual(whole, OUTSIDE) == "5.00"
        own = await limited.post(MAPPINGS, mapping(EXACT | LOST, INSIDE, **later), 201)
        await limited.change("DELETE", f"{MAPPINGS}/{own['mapping']}")


async def test_a_mapping_whose_money_would_go_to_campaigns_out_of_reach_is_not_withdrawn(
    service: Service,
) -> None:
    later = {"effective_from": "2025-11-04T00:00:00+08:00"}
    async with (
        service.caller("mei.lin", "operator", campaigns=[INSIDE]) as limited,
        service.caller("wang.lei", "operator") as whole,
    ):
        made = await whole.post(MAPPINGS, mapping(EXACT, INSIDE, **later), 201)
        place = f"{MAPPINGS}/{made['mapping']}"
        await service.post(delta("ads", "new", at("11-04 12:00"), "4.00", entity=EXACT | ACCOUNT))
        assert await actual(whole, INSIDE) == "4.00"
        check_refused(await limited.change("DELETE", place, status=403), 1)
        gone = await whole.change("DELETE", place)
        assert gone["moved"]["entries"] == 1
        assert await actual(whole, OUTSIDE) == "5.00"


async def test_what_was_written_off_is_not_taken_back_to_a_campaign_out_of_reach(
    service: Service,
) -> None:
    async with (
        service.caller("chen.yu", "finance", campaigns=[INSIDE]) as limited,
        service.caller("wang.lei", "operator", "finance") as whole,
    ):
        made = await whole.post(MAPPINGS, mapping(LOST, INSIDE, "L9"), 201)
        await service.post(delta("ads", "lost", at("11-03 12:00"), "3.00", entity=LOST))
        (item,) = (await limited.get("/v1/suspense"))["items"]
        why = {"reason": "nobody knows it"}
        await limited.post(f"/v1/suspense/{item['id']}/write-off", why)
        target = {"campaign": OUTSIDE, "line": "L1"}
        await whole.change("PUT", f"{MAPPINGS}/{made['mapping']}", target)
        (item,) = (await limited.get("/v1/suspense", state="written_off"))["items"]
        place = f"/v1/suspense/{item['id']}/restore"
        check_refused(await limited.post(place, why, 403), 1)
        assert (await whole.post(place, why))["entries"] == 1
