"""What other services are told: sealed totals with contiguous seq, and the catalogue."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from budget.figures.seal import Sealer
from shared.database import clock as clocks
from shared.database.pool import transaction
from shared.events import ENCODER, TOTALS_DECODER
from tests.integration.budget.budget_helpers import (
    PARTITIONS,
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at, delta, heartbeat, snapshot


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.set_clock(at("10-13 10:00"))
        yield made
        # The database is the module's: what a test has not read must not reach the next.
        await made.set_clock(at("11-30 00:00"))
        for topic in ("catalog.v1", "rejected.v1"):
            await made.outbox(topic)
        while await made.seal():
            pass


async def prepare(service: Service, name: str, *lines: dict[str, Any]) -> None:
    """An approved campaign whose first messages have been read."""
    await create_campaign(service, name)
    await approve(service, name, plan_body(*(lines or [line_body()])))
    first = await service.seal()
    assert [one["seq"] for one in first] == [1] * len(first)
    assert {one["actual"] for one in first} == {"0.00"}
    await service.outbox("catalog.v1")


async def test_the_third_day_of_the_scenario_is_told_with_its_figures(service: Service) -> None:
    """Step 3: 1.60 at noon, forecast 240,000 against 150,000; then 1.388889 (W9, W10)."""
    await prepare(service, "day3")
    where = {"campaign": "day3"}
    await service.set_clock(at("11-03 12:00"))
    await service.post(
        snapshot("d3", "11-01", 1, "12000", at("11-02 00:00"), **where),
        snapshot("d3", "11-02", 1, "16000", at("11-03 00:00"), **where),
        snapshot("d3", "11-03", 1, "20000", at("11-03 12:00"), **where),
    )
    await service.beat("d3", at("11-03 12:00"))
    (noon,) = await service.seal()
    assert (noon["seq"], noon["actual"], noon["planned_to_date"]) == (2, "48000.00", "30000.00")
    assert (noon["pacing_ratio"], noon["used_ratio"]) == ("1.600000", "0.320000")
    assert noon["forecast_end"] == "240000.00"
    assert (noon["allocated"], noon["remaining"]) == ("150000.00", "102000.00")
    assert noon["complete_through"] == noon["anchor"] == "2025-11-03T04:00:00Z"
    assert noon["freshness"] == "live"
    assert noon["names"] == {"campaign": "双十一大促", "line": "search ads"}
    assert [change["amount"] for change in noon["changes"]] == ["12000.00", "16000.00", "20000.00"]
    assert noon["changes"][0]["native"] == {"amount": "12000.00", "currency": "CNY"}
    await service.set_clock(at("11-04 00:00"))
    await service.post(snapshot("d3", "11-03", 2, "22000", at("11-04 00:00"), **where))
    await service.beat("d3", at("11-04 00:00"))
    (midnight,) = await service.seal()
    assert (midnight["seq"], midnight["pacing_ratio"]) == (3, "1.388889")
    assert midnight["corrections"] == "0.00"
    await service.set_clock(at("11-07 10:00"))
    await service.seal()
    await service.post(snapshot("d3", "11-03", 3, "19500", at("11-07 10:00"), **where))
    (restated,) = await service.seal()
    assert [(c["amount"], c["correction"]) for c in restated["changes"]] == [("-2500.00", True)]
    assert restated["corrections"] == "-2500.00"


async def test_seq_is_contiguous_and_the_changes_sum_to_the_actual(service: Service) -> None:
    await prepare(service, "seq", line_body("L1", "500.00"), line_body("L2", "500.00"))
    await service.set_clock(at("11-05 00:00"))
    told: list[dict[str, Any]] = []
    for number in range(30):
        line = f"L{number % 2 + 1}"
        time = at(f"11-0{number % 4 + 1} 10:{number:02d}")
        await service.post(
            delta("seq-ads", f"s{number}", time, f"{number}.25", campaign="seq", line=line)
        )
        if number % 3 == 0:
            told += await service.seal()
    told += await service.seal()
    for line in ("L1", "L2"):
        mine = [one for one in told if one["line"] == line]
        assert [one["seq"] for one in mine] == list(range(2, len(mine) + 2))
        total = sum(
            int(change["amount"].replace(".", "")) for one in mine for change in one["changes"]
        )
        assert total == int(mine[-1]["actual"].replace(".", ""))
    decoded = TOTALS_DECODER.decode(
        ENCODER.encode(
            {
                "id": "x",
                "source": "s",
                "type": "t",
                "time": "2025-11-01T00:00:00Z",
                "workspace": "default",
                "data": told[0],
            }
        )
    )
    assert decoded.data.currency == "CNY"


async def test_more_lines_than_a_tick_takes_are_told_by_the_next_ticks_each_once(
    service: Service,
) -> None:
    await prepare(service, "many", *(line_body(f"L{n}", "100.00") for n in range(5)))
    await service.set_clock(at("11-02 00:00"))
    for n in range(5):
        spent = delta("many-ads", f"m{n}", at("11-01 10:00"), "1", campaign="many", line=f"L{n}")
        await service.post(spent)
    two = service.settings.model_copy(update={"seal_lines_max": 2})
    sealer = Sealer(two, clocks.make_clock("manual"), lambda: PARTITIONS)
    told, more = [], []
    for _ in range(4):
        async with transaction(service.pool) as conn:
            more.append(await sealer.seal(conn))
        messages = await service.outbox("budget.totals.v1")
        told.append([one["data"]["line"] for one in messages])
    assert told == [["L0", "L1"], ["L2", "L3"], ["L4"], []]
    assert more == [True, True, False, False]


async def test_a_heartbeat_is_news_only_when_all_partitions_have_it(service: Service) -> None:
    await prepare(service, "beat")
    await service.set_clock(at("11-02 00:00"))
    await service.post(delta("beat-ads", "b1", at("11-01 10:00"), "5.00", campaign="beat"))
    (first,) = await service.seal()
    assert first["complete_through"] is None
    assert first["anchor"] == "2025-11-01T02:00:00Z"
    event = heartbeat("beat-ads", at("11-01 23:00"))
    for partition in range(PARTITIONS - 1):
        await service.post_records(service.receive([event], partition=partition))
        assert await service.seal() == []
    await service.post_records(service.receive([event], partition=PARTITIONS - 1))
    (second,) = await service.seal()
    assert second["complete_through"] == second["anchor"] == "2025-11-01T15:00:00Z"
    assert second["changes"] == []
    older = heartbeat("beat-ads", at("11-01 22:00"))
    await service.post_records(service.receive([older]))
    assert await service.seal() == []
    await service.beat("beat-ads", at("11-09 00:00"))
    refused = await service.outbox("rejected.v1")
    assert {one["data"]["code"] for one in refused} == {"future_time"}


async def test_a_running_line_is_told_at_each_pacing_tick(service: Service) -> None:
    """Time passing is news: nothing was spent, the pace changes (design.md section 3)."""
    await prepare(service, "tick")
    await service.set_clock(at("10-31 23:59"))
    assert await service.seal() == []
    await service.set_clock(at("11-01 00:00"))
    (start,) = [one for one in await service.seal() if one["campaign"] == "tick"]
    assert start["pacing_ratio"] is None
    assert await service.seal() == []
    await service.set_clock(at("11-01 00:04"))
    assert await service.seal() == []
    await service.set_clock(at("11-01 12:01"))
    (noon,) = [one for one in await service.seal() if one["campaign"] == "tick"]
    assert (noon["seq"], noon["planned_to_date"]) == (start["seq"] + 1, "6008.333333")
    assert (noon["freshness"], noon["complete_through"]) == ("manual", None)
    await service.set_clock(at("11-20 00:00"))
    (last,) = [one for one in await service.seal() if one["campaign"] == "tick"]
    assert last["planned_to_date"] == "150000.00"
    await service.set_clock(at("11-21 00:00"))
    assert [one for one in await service.seal() if one["campaign"] == "tick"] == []


async def test_the_catalogue_is_told_with_rising_versions(service: Service) -> None:
    await create_campaign(service, "cat")
    await approve(service, "cat", plan_body(line_body("L1", "10.00"), line_body("L2", "10.00")))
    await approve(service, "cat", plan_body(line_body("L1", "20.00")))
    body = {"source": "cat-ads", "match": {"campaign": "9"}, "campaign": "cat", "line": "L1"}
    async with service.caller("wang.lei", "operator") as operator:
        mapping = (await operator.post("/v1/mappings", body, 201))["mapping"]
    items = [one["data"] for one in await service.outbox("catalog.v1")]
    campaign = [one for one in items if one["kind"] == "campaign"]
    assert [one["version"] for one in campaign] == [1, 2, 3, 4]
    states = [one["object"]["status"] for one in campaign]
    assert states == ["draft", "in_review", "approved", "approved"]
    removed = [one for one in items if one["kind"] == "line" and one["id"] == "cat/L2"]
    assert [one["deleted"] for one in removed] == [False, True]
    (mapped,) = [one for one in items if one["kind"] == "mapping"]
    assert mapped["id"] == mapping
    assert mapped["object"]["match"] == {"campaign": "9"}
    told = {one["line"]: one["allocated"] for one in await service.seal()}
    assert told == {"L1": "20.00", "L2": "0.00"}


async def test_a_mapped_source_feeds_its_line_before_it_spends(service: Service) -> None:
    await prepare(service, "fed")
    body = {"source": "fed-ads", "match": {"campaign": "9"}, "campaign": "fed", "line": "L1"}
    async with service.caller("wang.lei", "operator") as operator:
        await operator.post("/v1/mappings", body, 201)
    await service.set_clock(at("11-03 00:00"))
    await service.beat("fed-ads", at("11-02 12:00"))
    (told,) = [one for one in await service.seal() if one["campaign"] == "fed"]
    assert (told["anchor"], told["pacing_ratio"]) == ("2025-11-02T04:00:00Z", "0.000000")
    assert told["freshness"] == "silent"
