"""What became of a file: told row by row, and what stands in the ledger for it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.budget.budget_helpers import Service, running_campaign
from tests.integration.budget.spend import at, delta, snapshot

ADD_ROWS = """
INSERT INTO budget.import_facts (stream_id, key, import_id, revision)
SELECT $1, '2025-11-02|campaign=row-' || n || '|', $2, $3 FROM generate_series(1, $4::int) AS n
"""
ADD_STANDING = """
INSERT INTO budget.facts (stream_id, key, revision, amount, entry, stated_at, period_start,
  period_end, account_id, currency)
SELECT $1, '2025-11-02|campaign=row-' || n || '|', 1, 1000000, 1, now(), now(), now(), $2, 'CNY'
FROM generate_series(1, 10000) AS n
"""


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-06 00:00") as made:
        yield made


async def _load(service: Service, name: str, revision: int, *rows: Any) -> list[Any]:
    """A file with (campaign, day, amount) rows; what else differs is in a dict at the end."""
    return await service.post(
        *(
            snapshot(
                "ads",
                day,
                revision,
                amount,
                at("11-05 00:00"),
                importid=name,
                entity={"campaign": campaign},
                **(more[0] if more else {}),
            )
            for campaign, day, amount, *more in rows
        )
    )


async def _told(service: Service, name: str) -> dict[str, Any]:
    async with service.caller("eve", "viewer") as viewer:
        told = await viewer.get(f"/v1/imports/{name}")
        assert (await viewer.get("/v1/invariants"))["holds"]
    return {
        **{key: value for key, value in told.items() if value and key not in ("import", "amounts")},
        "amount": told["amount"] and told["amount"]["amount"],
    }


async def test_a_day_loaded_again_without_a_row_says_what_is_missing_and_what_stands(
    service: Service,
) -> None:
    """30.00 and 50.00, then 30.00 alone: `unchanged=1 amount=30.00` hid that 80.00 stand."""
    await _load(service, "first", 1, ("107", "11-02", "30.00"), ("108", "11-02", "50.00"))
    await _load(service, "again", 2, ("107", "11-02", "30.00"))
    told = await _told(service, "again")
    (missing,) = told.pop("missing")
    assert told == {
        "rows": 1,
        "unchanged": 1,
        "suspense": 1,
        "amount": "30.00",
        "missing_count": 1,
    }
    assert missing == {
        "period": "2025-11-02",
        "entity": {"campaign": "108"},
        "campaign": None,
        "line": None,
        "dims": None,
        "amount": {"amount": "50.00", "currency": "CNY"},
    }
    assert (await _told(service, "first"))["amount"] == "80.00"


async def test_two_different_loads_of_one_day_in_the_wrong_order_give_the_right_answer(
    service: Service,
) -> None:
    await _load(service, "newer", 2, ("1", "11-02", "90.00"), ("2", "11-02", "5.00"))
    await _load(
        service, "older", 1, ("1", "11-02", "40.00"), ("2", "11-02", "5.00"), ("3", "11-02", "1.00")
    )
    assert await _told(service, "older") == {
        "rows": 3,
        "inserted": 1,
        "unchanged": 1,
        "outdated": 1,
        "suspense": 3,
        "amount": "96.00",
    }
    newer = await _told(service, "newer")
    assert (newer["inserted"], newer["amount"], newer["missing_count"]) == (2, "95.00", 1)
    assert newer["missing"][0]["entity"] == {"campaign": "3"}


async def test_what_comes_of_a_file_later_is_in_its_answer(service: Service) -> None:
    await _load(service, "f", 1, ("1", "11-02", "4.00"), ("2", "11-03", "6.00"))
    assert (await _told(service, "f"))["suspense"] == 2
    body = {"source": "ads", "match": {"campaign": "1"}, "campaign": "c1", "line": "L1"}
    async with service.caller("wang.lei", "operator") as operator:
        await operator.post("/v1/mappings", body, 201)
    await _load(service, "g", 2, ("2", "11-03", "7.00"))
    told = await _told(service, "f")
    assert (told["suspense"], told["amount"], told["inserted"]) == (1, "11.00", 2)


async def test_a_file_read_again_counts_nothing_twice_and_deltas_count_as_they_are(
    service: Service,
) -> None:
    records = await _load(service, "f", 1, ("1", "11-02", "4.00"))
    taps = [delta("tap", str(n), at("11-03 10:00"), "1.50", importid="t") for n in range(2)]
    records += await service.post(*taps)
    for again in (1, 2):
        await service.post_records(records)
        assert await _told(service, "f") == {
            "rows": 1,
            "inserted": 1,
            "suspense": 1,
            "amount": "4.00",
        }, again
        assert await _told(service, "t") == {"rows": 2, "inserted": 2, "amount": "3.00"}


@pytest.mark.parametrize(
    ("rows", "missing", "why"),
    [
        ([("1", "11-03", "1.00")], 0, "another day was never in it"),
        ([("1", "11-02", "1.00", {"report": "other"})], 0, "another report is not held against it"),
        ([("1", "11-02", "1.00", {"dims": {"device": "m"}})], 2, "a breakdown that was none"),
        ([("1", "11-02", "0")], 1, "a row of zero is a row"),
        ([("1", "11-02", "1.00"), ("2", "11-02", "1.00")], 0, "all are there"),
    ],
)
async def test_only_rows_of_the_same_source_report_and_period_are_missing(
    service: Service, rows: list[Any], missing: int, why: str
) -> None:
    await _load(service, "first", 1, ("1", "11-02", "3.00"), ("2", "11-02", "4.00"))
    await _load(service, "then", 2, *rows)
    assert (await _told(service, "then")).get("missing_count", 0) == missing, why
    assert "missing" not in await _told(service, "first")


async def test_what_is_missing_is_bounded_and_counted(service: Service) -> None:
    await _load(service, "first", 1, *((f"c{n},=|", "11-02", "1.00") for n in range(130)))
    await _load(service, "then", 2, ("other", "11-02", "1.00"))
    told = await _told(service, "then")
    assert (told["missing_count"], len(told["missing"])) == (130, 100)
    assert told["missing"][0]["entity"] == {"campaign": "c0,=|"}


async def test_a_wrong_currency_is_what_it_is_now_in_the_answer_of_both_files(
    service: Service,
) -> None:
    await _load(service, "yen", 1, ("1", "11-02", "4.00", {"currency": "JPY"}))
    await _load(service, "cny", 2, ("1", "11-02", "4.00"))
    assert (await _told(service, "cny"))["updated"] == 1
    async with service.caller("eve", "viewer") as viewer:
        told = await viewer.get("/v1/imports/yen")
    assert told["amounts"] == [{"amount": "4.00", "currency": "CNY"}]


async def test_what_a_large_file_lacks_is_found_before_the_planner_knows_its_rows(
    service: Service,
) -> None:
    """Compared row with row it took minutes, and ended in the connection's timeout."""
    await _load(service, "file-5", 1, ("0", "11-02", "1.00"))
    async with service.pool.acquire() as conn:
        place = await conn.fetchrow("SELECT stream_id, account_id FROM budget.facts")
        assert place is not None
        for number in range(5):
            await conn.execute(ADD_ROWS, place["stream_id"], f"file-{number}", number, 10_000)
        await conn.execute("ANALYZE budget.import_facts")
        await conn.execute(ADD_ROWS, place["stream_id"], "file-5", 9, 9_995)
        await conn.execute(ADD_STANDING, *place)
    async with service.caller("eve", "viewer") as viewer:
        counted = await viewer.get("/v1/imports/file-5", counts=True)
        told = await viewer.get("/v1/imports/file-5")
    assert (counted["rows"], counted["missing_count"], counted["amount"]) == (1, 0, None)
    assert told["missing_count"] == 5
    assert told["amount"] == {"amount": "9996.00", "currency": "CNY"}
