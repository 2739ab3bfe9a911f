"""Mappings that are wrong: what people are told, and how the money follows a correction (P30)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.database.pool import transaction
from tests.integration.budget.budget_helpers import (
    SINCE,
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_campaign,
)
from tests.integration.budget.spend import at, delta, snapshot

TOTALS = "/v1/campaigns/c1/totals"
SUMMER = {"account": "1", "campaign": "9"}
WINTER = {"account": "1", "campaign": "8"}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(
        database_url, tmp_path, "11-06 00:00", line_body(), line_body("L2", "9.00")
    ) as made:
        yield made


async def map_to(service: Service, match: dict[str, str], line: str = "L1", **more: Any) -> Any:
    body = {"source": "ads", "match": match, "campaign": "c1", "line": line, **more}
    async with service.caller("wang.lei", "operator") as operator:
        return await operator.post("/v1/mappings", body, 201)


async def change(service: Service, method: str, mapping: Any, body: Any = None) -> Any:
    async with service.caller("wang.lei", "operator") as operator:
        tag = f'"{mapping["version"]}"'
        return await operator.change(method, f"/v1/mappings/{mapping['mapping']}", body, match=tag)


async def lines(service: Service) -> dict[str, str]:
    """What is on each line; days and invariants hold."""
    async with service.caller("eve", "viewer") as viewer:
        told = await viewer.get(TOTALS)
        known = await viewer.get(TOTALS, through="2025-11-06T00:00:00+08:00")
        assert (await viewer.get("/v1/invariants"))["holds"]
    found = {line["line"]: line["actual"] for line in told["lines"]}
    days = [one for one in told["days"] if one["actual"] != "0.00"]
    assert days == [one for one in known["days"] if one["actual"] != "0.00"]
    assert {one["line"] for one in days} == {n for n, amount in found.items() if amount != "0.00"}
    return found


async def suspense(service: Service) -> list[tuple[str, str]]:
    async with service.caller("eve", "viewer") as viewer:
        items = (await viewer.get("/v1/suspense", source="ads"))["items"]
    return sorted((item["reason"], item["amount"]["amount"]) for item in items)


def money_of(entity: dict[str, str], day: str = "11-03") -> list[Any]:
    """A delta late in the day of Shanghai, and a fact with a correction: 1.00 + 3.00."""
    name = entity["campaign"]
    return [
        delta("ads", f"{name}-{day}", at(f"{day} 03:00"), "1.00", entity=entity),
        snapshot("ads", day, 1, "5.00", at("11-05 00:00"), entity=entity),
        snapshot("ads", day, 2, "3.00", at("11-05 01:00"), entity=entity),
    ]


async def test_what_a_withdrawn_mapping_brought_goes_back_and_what_others_say_holds(
    service: Service,
) -> None:
    """Held, then moved; and straight to the line: both leave it, day by day. Own names stay."""
    await service.post(*money_of(SUMMER))
    wrong = await map_to(service, {"campaign": "9"})
    assert wrong["moved"] == {"entries": 2, "amount": {"amount": "4.00", "currency": "CNY"}}
    named = delta("ads", "named", at("11-03 10:00"), "0.50")
    other = snapshot("ads", "11-03", 1, "0.25", at("11-04 00:00"), entity=WINTER)
    records = await service.post(*money_of(SUMMER, "11-04"), named, other)
    await map_to(service, {"campaign": "8"})
    assert await lines(service) == {"L1": "8.75", "L2": "0.00"}
    await service.outbox("catalog.v1")

    gone = await change(service, "DELETE", wrong)

    assert gone["moved"] == {"entries": 0, "amount": {"amount": "0.00", "currency": "CNY"}}
    (finding,) = gone["findings"]
    assert finding["detail"] == "4 entries, 8.00 CNY, are in suspense:ads now: unmapped"
    assert (gone["version"], finding["code"], finding["line"]) == (2, "money_held", None)
    assert await lines(service) == {"L1": "0.75", "L2": "0.00"}
    assert await suspense(service) == [("unmapped", "1.00")] * 2 + [("unmapped", "3.00")] * 2
    (item,) = [one["data"] for one in await service.outbox("catalog.v1")]
    assert (item["id"], item["version"], item["deleted"]) == (wrong["mapping"], 2, True)
    assert item["object"]["match"] == {"campaign": "9"}
    await service.post_records(records)
    await service.post(snapshot("ads", "11-04", 3, "3.50", at("11-05 02:00"), entity=SUMMER))
    assert await lines(service) == {"L1": "0.75", "L2": "0.00"}
    assert ("unmapped", "3.50") in await suspense(service)

    right = await map_to(service, {"account": "1"}, "L2")
    assert right["moved"]["entries"] == 4
    assert right["mapping"] not in (wrong["mapping"], "m2")
    assert await lines(service) == {"L1": "0.75", "L2": "8.50"}
    again = await map_to(service, {"campaign": "9"})
    assert again["moved"]["entries"] == 4, "the more specific one takes what the other brought"
    assert await lines(service) == {"L1": "9.25", "L2": "0.00"}
    assert await suspense(service) == []


async def test_a_mapping_pointed_elsewhere_takes_its_money_along_and_back(
    service: Service,
) -> None:
    await service.post(*money_of(SUMMER))
    made = await map_to(service, {"campaign": "9"})
    body = {"campaign": "c1", "line": "L2"}
    changed = await change(service, "PUT", made, body)
    assert changed["moved"]["entries"] == 2
    assert await lines(service) == {"L1": "0.00", "L2": "4.00"}
    await service.post(*money_of(SUMMER, "11-04"))
    assert await lines(service) == {"L1": "0.00", "L2": "8.00"}
    back = await change(service, "PUT", changed, {**body, "line": "L1"})
    assert (back["version"], back["moved"]["entries"]) == (3, 4)
    assert await lines(service) == {"L1": "8.00", "L2": "0.00"}
    versions = [
        (one["data"]["version"], one["data"]["object"]["line"])
        for one in await service.outbox("catalog.v1")
        if one["data"]["kind"] == "mapping"
    ]
    assert versions == [(1, "L1"), (2, "L2"), (3, "L1")]
    async with service.caller("au", "auditor") as auditor:
        actions = [row["action"] for row in (await auditor.get("/v1/audit"))["items"]]
    assert actions[-3:] == ["mapping_created", "mapping_changed", "mapping_changed"]


async def test_a_correction_of_a_mapping_reaches_what_it_kept_in_suspense(
    service: Service,
) -> None:
    await service.post(*money_of(SUMMER))
    typo = await map_to(service, {"campaign": "9"}, "L7")
    assert await suspense(service) == [("line_unknown", "1.00"), ("line_unknown", "3.00")]
    changed = await change(service, "PUT", typo, {"campaign": "c1", "line": "L2"})
    assert (changed["moved"]["entries"], changed["findings"]) == (2, [])
    assert await lines(service) == {"L1": "0.00", "L2": "4.00"}


async def test_where_a_more_general_mapping_is_left_it_takes_over(service: Service) -> None:
    await map_to(service, {"account": "1"}, "L2")
    special = await map_to(service, {"campaign": "9"}, effective_from="2025-11-04T00:00:00+08:00")
    await service.post(*money_of(SUMMER, "11-03"), *money_of(SUMMER, "11-05"))
    assert await lines(service) == {"L1": "4.00", "L2": "4.00"}
    gone = await change(service, "DELETE", special)
    assert gone["moved"]["entries"] == 2
    assert await lines(service) == {"L1": "0.00", "L2": "8.00"}


async def test_only_the_version_that_was_read_can_be_changed(service: Service) -> None:
    made = await map_to(service, {"campaign": "9"})
    place = f"/v1/mappings/{made['mapping']}"
    async with (
        service.caller("wang.lei", "operator") as operator,
        service.caller("eve", "viewer") as viewer,
    ):
        for caller, match, status, code in (
            (operator, "", 428, "if_match_missing"),
            (operator, '"2"', 412, "version_changed"),
            (viewer, '"1"', 403, "role_missing"),
        ):
            refused = await caller.change("DELETE", place, status=status, match=match)
            assert refused["code"] == code
        await operator.change("DELETE", place)
        again = await operator.change("DELETE", place, status=404)
        assert again["code"] == "mapping_unknown"
        assert (await operator.get(place, 404))["code"] == "mapping_unknown"
        assert (await operator.get("/v1/mappings"))["items"] == []


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({}, None),
        ({"line": "L7"}, "line_unknown"),
        ({"campaign": "c7"}, "campaign_unknown"),
        ({"campaign": "draft"}, None),
    ],
)
async def test_a_mapping_ahead_of_its_line_is_taken_and_said(
    service: Service, place: dict[str, str], code: str | None
) -> None:
    await create_campaign(service, "draft")
    made = await map_to(service, {"campaign": "9"}, **place)
    codes = [one["code"] for one in made["findings"]]
    assert codes == [*([code] if code else []), "source_unknown"]


@pytest.mark.parametrize(
    ("match", "code"),
    [
        ({"colour": "red"}, "match_level_unknown"),
        ({"campaign": "9", "Ad": "1"}, "match_level_unknown"),
        ({}, "match_empty"),
        (dict.fromkeys(("account", "campaign", "ad_group", "ad"), "投" * 200), "invalid_request"),
    ],
)
async def test_a_match_nothing_can_meet_is_refused(
    service: Service, match: dict[str, str], code: str
) -> None:
    body = {"source": "ads", "match": match, "campaign": "c1", "line": "L1"}
    async with service.caller("wang.lei", "operator") as operator:
        assert (await operator.post("/v1/mappings", body, 422))["code"] == code


async def test_a_source_that_has_left_a_line_does_not_hold_it_back(service: Service) -> None:
    """Completeness and freshness of a line are those of the sources that feed it (I5)."""
    noon = at("11-05 12:00")
    await service.post(*money_of(SUMMER), delta("tap", "1", at("11-05 00:00"), "0.50"))
    await service.beat("tap", noon)
    wrong = await map_to(service, {"campaign": "9"})

    async def complete() -> Any:
        async with service.caller("eve", "viewer") as viewer:
            return (await viewer.get(TOTALS))["lines"][0]["complete_through"]

    assert await complete() is None
    await change(service, "DELETE", wrong)
    assert await complete() == "2025-11-05T04:00:00Z"
    await service.post(delta("ads", "named", at("11-05 10:00"), "0.50"))
    assert await complete() is None, "the same process notices that it feeds the line again"


async def test_withdrawing_while_polls_go_on_strands_nothing(service: Service) -> None:
    handlers = [type(service.handler)(service.settings, service.handler._clock) for _ in range(2)]
    done = asyncio.Event()
    posted = 0

    async def spend(handler: Any, part: int) -> None:
        nonlocal posted
        while not done.is_set():
            events = [
                delta("ads", f"{part}-{posted}-{n}", at("11-03 10:00"), "1.00", entity=SUMMER)
                for n in range(20)
            ]
            events.append(
                snapshot("ads", "11-03", posted, f"{posted}.00", at("11-05 00:00"), entity=WINTER)
            )
            posted += 1
            async with transaction(service.pool) as conn:
                await handler.on_spend(conn, service.receive(events))

    async def back_and_forth() -> None:
        for _ in range(5):
            made = await map_to(service, {"account": "1"})
            await asyncio.sleep(0.05)
            await change(service, "DELETE", made)
        done.set()

    await asyncio.gather(back_and_forth(), *(spend(one, i) for i, one in enumerate(handlers)))
    assert await lines(service) == {"L1": "0.00", "L2": "0.00"}
    held = await suspense(service)
    assert {reason for reason, _ in held} == {"unmapped"}
    async with service.pool.acquire() as conn:
        (amount,) = await conn.fetchrow("SELECT sum(amount) FROM budget.held WHERE NOT is_fact")
    assert int(amount) == posted * 20 * 1_000_000


async def test_half_a_decision_on_an_exception_is_not_taken_to_another_campaign(
    service: Service,
) -> None:
    """B5: what one role accepted for a campaign says nothing about the next."""
    await create_campaign(service, "c2")
    await approve(service, "c2", plan_body(line_body("L5", "5.00")), effective_from=SINCE)
    await service.post(snapshot("ads", "10-20", 1, "1.00", at("11-05 00:00"), entity=SUMMER))
    made = await map_to(service, {"campaign": "9"})
    async with service.caller("zhao.min", "approver") as approver:
        (item,) = (await approver.get("/v1/exceptions", campaign="c1"))["items"]
        assert (item["campaign"], item["line"]) == ("c1", "L1")
        yes = {"decision": "approve", "as": "approver", "opinion": "ours"}
        await approver.post(f"/v1/exceptions/{item['id']}/decisions", yes)
        await change(service, "PUT", made, {"campaign": "c2", "line": "L5"})
        assert (await approver.get("/v1/exceptions", campaign="c1"))["items"] == []
        (item,) = (await approver.get("/v1/exceptions", campaign="c2"))["items"]
        answer = await approver.post(f"/v1/exceptions/{item['id']}/decisions", yes)
        assert answer["needs"] == ["finance"]


async def test_more_than_one_chunk_of_money_follows_a_mapping(service: Service) -> None:
    """Facts and deltas that were held, and as many that came straight to the line."""
    made = None
    for part in range(2):
        events: list[Any] = []
        for number in range(part * 1_100, (part + 1) * 1_100):
            entity = {"account": "1", "campaign": str(number)}
            events.append(delta("ads", str(number), at("11-03 03:00"), "1.00", entity=entity))
            events.append(snapshot("ads", "11-03", 1, "2.00", at("11-05 00:00"), entity=entity))
        await service.post(*events)
        made = made or await map_to(service, {"account": "1"})
    changed = await change(service, "PUT", made, {"campaign": "c1", "line": "L2"})
    assert changed["moved"]["entries"] == 4_400
    assert await lines(service) == {"L1": "0.00", "L2": "6600.00"}
    gone = await change(service, "DELETE", changed)
    (finding,) = gone["findings"]
    assert finding["detail"].startswith("4400 entries, 6600.00 CNY")
    assert await lines(service) == {"L1": "0.00", "L2": "0.00"}
