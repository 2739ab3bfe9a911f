"""Money in suspense finds its way out by a person's decision, and other services hear of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from budget.documents.suspense.news import SuspenseNews
from budget.documents.suspense.store_news import NEWS_LOCK
from shared.database.clock import ManualClock
from shared.database.pool import transaction
from tests.integration.budget.budget_helpers import Service, running_campaign
from tests.integration.budget.spend import at, delta, snapshot

WRONG = {"campaign": "sprng", "line": "L1"}
TO_L1 = {"campaign": "c1", "line": "L1", "reason": "a typing error in the tag"}
NOON = at("11-05 12:00")


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-06 00:00") as made:
        yield made


async def suspense(service: Service, **asked: Any) -> list[tuple[int, str, str]]:
    async with service.caller("eve", "viewer") as viewer:
        items = (await viewer.get("/v1/suspense", **asked))["items"]
    return [(item["id"], item["reason"], item["amount"]["amount"]) for item in items]


async def actual(service: Service) -> str:
    async with service.caller("eve", "viewer") as viewer:
        [line] = (await viewer.get("/v1/campaigns/c1/totals"))["lines"]
    return str(line["actual"])


async def check_ledger(service: Service, accepted: str) -> None:
    """The rules of the ledger hold, and all accounts together are all accepted money."""
    await service.seal()
    async with service.caller("au", "auditor") as auditor:
        answer = await auditor.get("/v1/invariants")
    assert answer["holds"], answer
    async with service.pool.acquire() as conn:
        total = await conn.fetchval("SELECT sum(balance) FROM budget.accounts")
    assert f"{total / 1_000_000:.2f}" == accepted


async def news(service: Service) -> list[dict[str, Any]]:
    """What is told of suspense since the last time."""
    await SuspenseNews(service.settings, service.pool, ManualClock()).step()
    return [one for one in await service.outbox("catalog.v1") if one["data"]["kind"] == "suspense"]


async def test_an_item_that_names_an_unknown_campaign_is_assigned_and_restatements_follow_it(
    service: Service,
) -> None:
    await service.post(snapshot("ads", "11-04", 1, "20.00", at("11-05 00:00"), **WRONG))
    [(item, reason, amount)] = await suspense(service)
    assert (reason, amount) == ("campaign_unknown", "20.00")
    async with service.caller("li.na", "operator") as operator:
        settled = await operator.post(f"/v1/suspense/{item}/assign", TO_L1, key="one")
        again = await operator.post(f"/v1/suspense/{item}/assign", TO_L1, key="one")
        gone = await operator.post(f"/v1/suspense/{item}/assign", TO_L1, 404)
    assert settled == again
    assert settled == {
        "entries": 1,
        "amounts": [{"amount": "20.00", "currency": "CNY"}],
        "left": 0,
    }
    assert gone["code"] == "suspense_unknown"
    assert (await suspense(service), await actual(service)) == ([], "20.00")
    await service.post(snapshot("ads", "11-04", 2, "35.00", at("11-06 00:00"), **WRONG))
    assert (await suspense(service), await actual(service)) == ([], "35.00")
    await check_ledger(service, "35.00")
    async with service.caller("au", "auditor") as auditor:
        audit = (await auditor.get("/v1/audit", limit=500))["items"]
    [decided] = [row for row in audit if row["action"] == "suspense_assigned"]
    assert (decided["actor"], decided["object"]) == ("li.na", f"suspense/{item}")
    assert decided["detail"]["reason"] == TO_L1["reason"]


async def test_many_items_are_assigned_by_the_campaign_they_named_and_others_stay(
    service: Service,
) -> None:
    await service.post(
        delta("ads", "1", NOON, "1.00", **WRONG),
        delta("ads", "2", NOON, "2.00", **WRONG),
        delta("ads", "3", NOON, "4.00", campaign="other", line="L1"),
        delta("tv", "4", NOON, "8.00", entity={"campaign": "77"}),
    )
    async with service.caller("li.na", "operator") as operator:
        settled = await operator.post("/v1/suspense/assign", {**TO_L1, "named": "sprng"})
        none = await operator.post("/v1/suspense/assign", {**TO_L1, "named": "sprng"}, 404)
        await operator.post("/v1/suspense/assign", TO_L1, 422)
        by_source = await operator.post("/v1/suspense/assign", {**TO_L1, "source": "tv"})
    assert (settled["entries"], settled["left"]) == (2, 0)
    assert settled["amounts"] == [{"amount": "3.00", "currency": "CNY"}]
    assert (none["code"], by_source["entries"]) == ("suspense_unknown", 1)
    assert [left[1:] for left in await suspense(service)] == [("campaign_unknown", "4.00")]
    assert await actual(service) == "11.00"
    await check_ledger(service, "15.00")


async def test_a_line_that_is_not_there_or_counts_otherwise_refuses_the_money(
    service: Service,
) -> None:
    await service.post(delta("ads", "1", NOON, "1.00", **{**WRONG, "currency": "USD"}))
    [(item, _, _)] = await suspense(service)
    codes = []
    async with service.caller("li.na", "operator", "finance") as both:
        for body in ({"campaign": "none"}, {"line": "L9"}, {}):
            place = f"/v1/suspense/{item}/assign"
            answer = await both.ask("POST", place, json={**TO_L1, **body})
            codes.append((answer.status_code, answer.json()["code"]))
    assert codes == [(404, "campaign_unknown"), (409, "line_unknown"), (409, "currency_differs")]
    assert len(await suspense(service)) == 1
    await check_ledger(service, "1.00")


async def test_finance_writes_off_and_takes_back_and_all_of_it_stays_visible(
    service: Service,
) -> None:
    await service.post(snapshot("ads", "11-04", 1, "20.00", at("11-05 00:00"), **WRONG))
    [(item, _, _)] = await suspense(service)
    why = {"reason": "the platform's test campaign"}
    async with service.caller("li.na", "operator") as operator:
        await operator.post(f"/v1/suspense/{item}/write-off", why, 403)
    async with service.caller("chen.yu", "finance") as finance:
        await finance.post(f"/v1/suspense/{item}/write-off", why)
    assert await suspense(service) == []
    [(gone, reason, amount)] = await suspense(service, state="written_off")
    assert (reason, amount) == ("campaign_unknown", "20.00")
    await check_ledger(service, "20.00")

    await service.post(snapshot("ads", "11-04", 2, "25.00", at("11-06 00:00"), **WRONG))
    assert await suspense(service) == []
    assert (await suspense(service, state="written_off"))[0][2] == "25.00", "it follows"
    await service.post(delta("ads", "later", NOON, "3.00", **WRONG))
    assert [one[2] for one in await suspense(service)] == ["3.00"], "a new one is none of it"
    await check_ledger(service, "28.00")

    async with service.caller("chen.yu", "finance") as finance:
        await finance.post(f"/v1/suspense/{gone}/restore", {"reason": "it was real"})
    assert await suspense(service, state="written_off") == []
    assert sorted(one[2] for one in await suspense(service)) == ["25.00", "3.00"]
    await check_ledger(service, "28.00")


async def test_what_waits_is_told_per_source_when_it_changes_and_its_end_too(
    service: Service,
) -> None:
    await service.outbox("catalog.v1")
    assert await news(service) == []
    await service.post(
        delta("ads", "1", NOON, "1.00", **WRONG),
        delta("ads", "2", NOON, "2.00", entity={"campaign": "77"}, currency="USD"),
        delta("tv", "3", NOON, "8.00", entity={"campaign": "77"}),
        delta("fine", "4", NOON, "1.00"),
    )
    ads, tv = await news(service)
    assert (ads["data"]["id"], ads["data"]["version"], tv["data"]["id"]) == ("ads", 1, "tv")
    assert ads["data"]["object"] == {
        "source": "ads",
        "items": 2,
        "amounts": [
            {"amount": "1.00", "currency": "CNY"},
            {"amount": "2.00", "currency": "USD"},
        ],
        "since": "2025-11-05T16:00:00+00:00",
        "reasons": {"campaign_unknown": 1, "unmapped": 1},
        "names": ["sprng/L1", "campaign 77"],
    }
    assert await news(service) == []
    async with service.caller("li.na", "operator") as operator:
        await operator.post("/v1/suspense/assign", {**TO_L1, "source": "tv"})
    [ended] = await news(service)
    assert (ended["data"]["id"], ended["data"]["version"]) == ("tv", 2)
    assert (ended["data"]["object"]["items"], ended["data"]["object"]["since"]) == (0, None)
    assert await news(service) == []


async def test_a_source_is_told_no_more_often_than_the_setting_says(service: Service) -> None:
    settings = service.settings.model_copy(update={"clock": "system", "suspense_every_s": 3600})
    told = SuspenseNews(settings, service.pool, ManualClock())
    await service.post(delta("ads", "1", NOON, "1.00", **WRONG))
    await told.step()
    await service.post(delta("ads", "2", NOON, "1.00", **WRONG))
    await told.step()
    async with transaction(service.pool) as conn:
        assert await conn.fetchval("SELECT max(version) FROM budget.suspense_told") == 1
        await conn.execute("UPDATE budget.suspense_told SET told_at = told_at - interval '2 h'")
    await told.step()
    async with transaction(service.pool) as conn:
        assert await conn.fetchval("SELECT max(version) FROM budget.suspense_told") == 2


async def test_two_replicas_tell_it_once(service: Service) -> None:
    await service.outbox("catalog.v1")
    await service.post(delta("ads", "1", NOON, "1.00", **WRONG))
    async with transaction(service.pool) as conn:
        assert await NEWS_LOCK.try_take(conn)
        assert await news(service) == []
    assert len(await news(service)) == 1
