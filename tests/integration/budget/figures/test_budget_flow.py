"""The budget service on a real database: approval, posting, holding, moving, restating."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.integration.budget.budget_helpers import (
    Service,
    approve,
    campaign_body,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at, delta, snapshot

TOTALS = "/v1/campaigns/c1/totals"
ENTRIES = "/v1/campaigns/c1/lines/L1/entries"


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("10-13 10:00"))
        yield made


async def check_invariants(service: Service) -> None:
    async with service.caller("au", "auditor") as auditor:
        answer = await auditor.get("/v1/invariants")
    assert answer["holds"], answer


async def test_a_plan_runs_once_two_other_people_have_approved_it(service: Service) -> None:
    await create_campaign(service)
    async with (
        service.caller("li.na", "operator", "approver", "finance") as author,
        service.caller("zhao.min", "approver", "finance") as zhao,
        service.caller("chen.yu", "finance") as chen,
        service.caller("eve", "viewer") as viewer,
    ):
        made = await author.post("/v1/campaigns/c1/plans", plan_body(), 201)
        assert made["plan_version"] == 1
        place = "/v1/campaigns/c1/plans/1"
        yes = {"decision": "approve", "opinion": ""}
        early = await zhao.post(f"{place}/decisions", {**yes, "as": "approver"}, 409)
        assert early["code"] == "not_in_review"
        submitted = await author.post(f"{place}/submit", {"comment": "please"})
        assert submitted["needs"] == ["approver", "finance"]
        for caller, role, status, code in (
            (author, "approver", 403, "four_eyes"),
            (chen, "approver", 403, "role_missing"),
            (viewer, "approver", 403, "role_missing"),
        ):
            refused = await caller.post(f"{place}/decisions", {**yes, "as": role}, status)
            assert refused["code"] == code
        first = await zhao.post(f"{place}/decisions", {**yes, "as": "approver"}, key="k1")
        assert first["status"] == "in_review"
        assert first["needs"] == ["finance"]
        again = await zhao.post(f"{place}/decisions", {**yes, "as": "approver"}, key="k1")
        assert again == first
        twice = await zhao.post(f"{place}/decisions", {**yes, "as": "finance"}, 403)
        assert twice["code"] == "four_eyes"
        repeated = await zhao.post(f"{place}/decisions", {**yes, "as": "approver"}, 409)
        assert repeated["code"] == "already_decided"
        last = await chen.post(f"{place}/decisions", {**yes, "as": "finance"})
        assert last["status"] == "approved"
        assert [one["by"] for one in last["decisions"]] == ["zhao.min", "chen.yu"]
        campaign = await viewer.get("/v1/campaigns/c1")
        assert (campaign["status"], campaign["plan_version"]) == ("approved", 1)
        audit = await zhao.get("/v1/audit")
        actions = [row["action"] for row in audit["items"]]
        assert actions == ["campaign_created", "plan_created", "plan_submitted", *["decided"] * 2]
    await check_invariants(service)


async def test_a_campaign_without_a_target_cannot_be_submitted(service: Service) -> None:
    await create_campaign(service, targets=[])
    async with service.caller("li.na", "operator") as author:
        plan = plan_body(line_body(targets=[]))
        made = await author.post("/v1/campaigns/c1/plans", plan, 201)
        assert [one["code"] for one in made["findings"]] == [
            "line_without_target",
            "reserve_missing",
        ]
        refused = await author.post("/v1/campaigns/c1/plans/1/submit", {}, 422)
        assert refused["code"] == "target_missing"


async def test_bad_bodies_are_named_errors(service: Service) -> None:
    await create_campaign(service)
    async with service.caller("li.na", "operator") as author:
        place = "/v1/campaigns/c1/plans"
        for body, code in (
            (plan_body(line_body(), total="150001"), "plan_sum_differs"),
            (plan_body(line_body(cap="149999.99")), "cap_below_allocated"),
            (
                plan_body(line_body(allocated="150001.00", phasing=line_body()["phasing"])),
                "curve_end_differs",
            ),
            (plan_body(line_body(targets=["reach"])), "target_unknown"),
        ):
            assert (await author.post(place, body, 422))["code"] == code
        number = plan_body()
        number["total"]["amount"] = 150000.0
        refused = await author.post(place, number, 422)
        assert refused["errors"][0]["code"] == "amount_not_decimal"
        for changes in (
            {"attributes": {"note": "a\x00b"}},
            {"starts_at": "0001-01-01T00:00:00+14:00"},
            {"time_zone": "Mars/Olympus"},
            {"owner": "nul\x00"},
            {"budget": "1"},
        ):
            body = campaign_body("c2", **changes)
            assert (await author.post("/v1/campaigns", body, 422))["code"] == "invalid_request"
        taken = await author.post("/v1/campaigns", campaign_body(), 409)
        assert taken["code"] == "campaign_exists"
        assert (await author.get("/v1/campaigns/%00", 422))["code"] == "invalid_request"


async def test_spend_before_approval_waits_as_an_exception_and_approval_moves_it(
    service: Service,
) -> None:
    """Step 1 of the scenario (B5, B8): not in the total until the plan allows it."""
    await create_campaign(service)
    await service.set_clock(at("11-02 00:00"))
    early = delta("ads", "e1", at("11-01 10:00"), "100.00")
    await service.post(early, snapshot("ads2", "11-01", 1, "7.50", at("11-02 00:00")))
    async with service.caller("eve", "viewer") as viewer:
        totals = await viewer.get(TOTALS)
        assert totals["exceptions"] == {"count": 2, "amount": "107.50"}
        held = await viewer.get("/v1/exceptions")
        assert {one["reason"] for one in held["items"]} == {"not_approved"}
        await approve(service, effective_from="2025-11-01T00:00:00+08:00")
        totals = await viewer.get(TOTALS)
        assert totals["exceptions"]["count"] == 0
        assert totals["lines"][0]["actual"] == "107.50"
        entries = await viewer.get(ENTRIES)
        assert [one["kind"] for one in entries["items"]] == ["move", "move"]
        assert {one["event"]["id"] for one in entries["items"]} == {"e1", "ads2-11-01-r1"}
        # A fact remembers its account: its correction goes where the money is now.
        await service.post(snapshot("ads2", "11-01", 2, "5.00", at("11-02 00:00")))
        totals = await viewer.get(TOTALS)
        assert totals["lines"][0]["corrections"] == "-2.50"
        assert totals["exceptions"]["amount"] == "0.00"
    await check_invariants(service)


async def test_spend_before_the_approval_stays_an_exception_until_two_people_accept_it(
    service: Service,
) -> None:
    await create_campaign(service, starts_at="2025-10-01T00:00:00+08:00")
    await approve(service, plan=plan_body(line_body(allocated="1000.00")))
    await service.post(delta("ads", "e1", at("10-12 09:00"), "60.00"))
    async with (
        service.caller("zhao.min", "approver") as zhao,
        service.caller("chen.yu", "finance") as chen,
    ):
        held = (await zhao.get("/v1/exceptions"))["items"]
        assert [(one["reason"], one["status"]) for one in held] == [("before_approval", "open")]
        place = f"/v1/exceptions/{held[0]['id']}/decisions"
        yes = {"decision": "approve", "opinion": "agreed by phone"}
        first = await zhao.post(place, {**yes, "as": "approver"})
        assert first["needs"] == ["finance"]
        assert (await zhao.get(TOTALS))["total"]["actual"] == "0.00"
        last = await chen.post(place, {**yes, "as": "finance"})
        assert (last["status"], last["moved"]["entries"]) == ("approved", 1)
        assert (await zhao.get(TOTALS))["total"]["actual"] == "60.00"
        late = await chen.post(place, {**yes, "as": "finance"}, 409)
        assert late["code"] == "already_decided"
        unknown = await chen.post("/v1/exceptions/999999/decisions", {**yes, "as": "finance"}, 404)
        assert unknown["code"] == "exception_unknown"
    await check_invariants(service)


async def test_unmapped_spend_waits_in_suspense_and_a_mapping_moves_it(service: Service) -> None:
    await create_campaign(service)
    await approve(service)
    await service.set_clock(at("11-03 12:00"))
    entity = {"account": "123", "campaign": "993"}
    await service.post(
        delta("google-ads/1", "d1", at("11-03 10:00"), "12.345678", entity=entity),
        snapshot("google-ads/1", "11-02", 1, "80.00", at("11-03 00:00"), entity=entity),
        delta("google-ads/1", "d2", at("11-03 10:00"), "1.00", entity={"campaign": "994"}),
        delta("meta", "d3", at("11-03 10:00"), "9.00", campaign="c9", line="L1"),
    )
    async with service.caller("wang.lei", "operator") as operator:
        held = (await operator.get("/v1/suspense"))["items"]
        reasons = [one["reason"] for one in held]
        assert sorted(reasons) == ["campaign_unknown", "unmapped", "unmapped", "unmapped"]
        body = {
            "source": "google-ads/1",
            "match": {"campaign": "993"},
            "campaign": "c1",
            "line": "L1",
            "effective_from": None,
        }
        made = await operator.post("/v1/mappings", body, 201)
        assert made["moved"] == {
            "entries": 2,
            "amount": {"amount": "92.345678", "currency": "CNY"},
        }
        read = await operator.get(f"/v1/mappings/{made['mapping']}")
        assert (read["match"], read["line"]) == ({"campaign": "993"}, "L1")
        assert (await operator.get("/v1/mappings/m99", 404))["code"] == "mapping_unknown"
        twice = await operator.post("/v1/mappings", body, 409)
        assert twice["code"] == "mapping_overlaps"
        assert twice["detail"].startswith(f"{made['mapping']} maps this")
        totals = await operator.get(TOTALS)
        assert totals["total"]["actual"] == "92.345678"
        assert {day["date"]: day["actual"] for day in totals["days"]} == {
            "2025-11-02": "80.00",
            "2025-11-03": "12.345678",
        }
        await service.post(delta("google-ads/1", "d4", at("11-03 10:05"), "1.00", entity=entity))
        assert (await operator.get(TOTALS))["total"]["actual"] == "93.345678"
        assert len((await operator.get("/v1/suspense"))["items"]) == 2
    await check_invariants(service)


async def test_a_restatement_names_what_it_corrects(service: Service) -> None:
    """Step 7 of the scenario (I6): −2,500.00 exactly; the running day was no correction."""
    await create_campaign(service)
    await approve(service)
    await service.set_clock(at("11-03 12:00"))
    await service.post(snapshot("ads", "11-03", 1, "20000.00", at("11-03 12:00")))
    await service.set_clock(at("11-04 00:00"))
    await service.post(snapshot("ads", "11-03", 2, "22000.00", at("11-04 00:00")))
    async with service.caller("eve", "viewer") as viewer:
        before = await viewer.get(TOTALS)
        assert before["lines"][0]["corrections"] == "0.00"
        await service.set_clock(at("11-07 10:00"))
        await service.post(snapshot("ads", "11-03", 3, "19500.00", at("11-07 10:00")))
        after = await viewer.get(TOTALS)
        assert after["lines"][0]["actual"] == "19500.00"
        assert after["lines"][0]["corrections"] == "-2500.00"
        entries = (await viewer.get(ENTRIES))["items"]
        assert [(one["kind"], one["amount"]) for one in entries] == [
            ("spend", "20000.00"),
            ("spend", "2000.00"),
            ("correction", "-2500.00"),
        ]
        assert entries[2]["corrects"] == entries[1]["entry"]
        earlier = await viewer.get(TOTALS, known_at="2025-11-04T12:00:00+08:00")
        assert earlier["total"]["actual"] == "22000.00"
        assert earlier["days"] == [{"date": "2025-11-03", "line": "L1", "actual": "22000.00"}]
    await check_invariants(service)


async def test_reuse_and_conflicts_are_set_aside_with_their_reason(service: Service) -> None:
    await create_campaign(service)
    await approve(service)
    await service.set_clock(at("11-04 00:00"))
    await service.post(
        delta("ads", "a", at("11-03 10:00"), "1.00"),
        snapshot("bing", "11-03", 1, "10.00", at("11-04 00:00")),
    )
    records = await service.post(
        delta("ads", "a", at("11-03 10:00"), "2.00"),
        delta("ads", "a", at("11-03 10:00"), "1.00"),
        delta("ads", "b", at("11-03 10:00"), "3.00"),
        delta("ads", "b", at("11-03 10:00"), "4.00"),
        snapshot("bing", "11-03", 1, "11.00", at("11-04 00:00")),
        snapshot("bing", "11-03", 2, "12.00", at("11-04 00:00"), currency="USD"),
        delta("bing", "x", at("11-03 10:00"), "1.00", report="daily"),
        snapshot("bing", "11-03", 5, "1.00", at("11-04 00:00"), period="2025-11-03T10"),
        delta("ads", "late", at("11-05 00:00"), "1.00"),
        delta("ads", "fine", at("11-03 10:00"), "1.0000001"),
        delta("ads", "nul\x00", at("11-03 10:00"), "1.00"),
        b"{not json",
        b'{"type":"paceline.spend.v1"}',
    )
    told = [one["data"] for one in await service.outbox("rejected.v1")]
    assert sorted(one["code"] for one in told) == sorted(
        [
            "id_reused",
            "id_reused",
            "revision_conflict",
            "currency_changed",
            "mode_conflict",
            "granularity_conflict",
            "future_time",
            "amount_too_precise",
            *["unparseable"] * 3,
        ]
    )
    assert {one["offset"] for one in told} <= {record.offset for record in records}
    async with service.caller("eve", "viewer") as viewer:
        assert (await viewer.get(TOTALS))["total"]["actual"] == "14.00"
    await check_invariants(service)


async def test_an_import_is_counted_once_per_record(service: Service) -> None:
    await create_campaign(service)
    await approve(service)
    await service.set_clock(at("11-06 00:00"))
    days = ["11-01", "11-02", "11-03"]
    first = [snapshot("g", day, 1, "5.00", at("11-05 00:00"), importid="i1") for day in days]
    first.append(snapshot("g", "11-04", 1, "0", at("11-05 00:00"), importid="i1"))
    records = await service.post(*first)
    await service.post_records(records)
    second = [snapshot("g", day, 2, "5.00", at("11-06 00:00"), importid="i2") for day in days]
    await service.post(*second, snapshot("g", "11-04", 2, "2.00", at("11-06 00:00"), importid="i2"))
    async with service.caller("eve", "viewer") as viewer:
        one = await viewer.get("/v1/imports/i1")
        assert one["amount"] == {"amount": "17.00", "currency": "CNY"}, "what stands now"
        assert (one["rows"], one["inserted"], one["unchanged"]) == (4, 4, 0)
        two = await viewer.get("/v1/imports/i2")
        assert (two["inserted"], two["updated"], two["unchanged"]) == (0, 1, 3)
        assert two["amount"]["amount"] == "17.00"
    await check_invariants(service)


async def test_the_first_event_of_a_report_fixes_how_it_speaks_also_within_one_poll(
    service: Service,
) -> None:
    await create_campaign(service)
    await approve(service)
    await service.set_clock(at("11-04 00:00"))
    sources = [f"s{number}" for number in range(8)]
    stated = at("11-04 00:00")
    await service.post(
        *(snapshot(source, "11-03", 1, "1.00", stated) for source in sources),
        *(
            snapshot(source, "11-03", 2, "9.00", stated, period="2025-11-03T10")
            for source in sources
        ),
        *(delta(source, "d", at("11-03 10:00"), "9.00", report="daily") for source in sources),
    )
    told = [one["data"]["code"] for one in await service.outbox("rejected.v1")]
    assert sorted(told) == ["granularity_conflict"] * 8 + ["mode_conflict"] * 8
    async with service.caller("eve", "viewer") as viewer:
        assert (await viewer.get(TOTALS))["total"]["actual"] == "8.00"
