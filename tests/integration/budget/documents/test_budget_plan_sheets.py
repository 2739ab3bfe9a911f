"""A plan is exported, edited as a table, tried and imported; faults name their row (P26, P27)."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.budget.budget_helpers import (
    Caller,
    Service,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at

PLANS = "/v1/campaigns/c1/plans"
LINES = [
    line_body("L1", "150000.00", cap="150000.00", key=True, priority=0, name="=search"),
    {**line_body("L2"), "allocated": None, "percent": "10", "phasing": {"kind": "even"}},
    {**line_body("L3"), "allocated": None, "remainder": True, "phasing": {"kind": "even"}},
]
PLAN = {
    **plan_body(*LINES, total="200000"),
    "reserve": [{"bucket": "flexible", "amount": "1.00", "draw_condition": "-5 % against them"}],
    "caps": [{"channel": "search", "category": None, "amount": "200000.00"}],
}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-01 00:00"))
        await create_campaign(made)
        yield made


async def send(
    caller: Caller, content: bytes, kind: str = "text/csv", **params: Any
) -> httpx.Response:
    headers = {"Content-Type": kind}
    return await caller.ask(
        "POST", f"{PLANS}/import", content=content, headers=headers, params=params
    )


async def exported(caller: Caller, version: int = 1) -> bytes:
    answer = await caller.ask("GET", f"{PLANS}/{version}/export")
    assert answer.status_code == 200
    name = f'attachment; filename="c1-plan-{version}.csv"'
    assert answer.headers["content-disposition"] == name
    return answer.content


async def test_what_was_exported_is_the_same_plan_when_it_is_imported(service: Service) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        await operator.post(PLANS, PLAN, 201)
        sheet = await exported(operator)
        rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
        assert [row["part"] for row in rows] == ["total", *["lines"] * 3, "reserve", "caps"]
        assert [row["name"] for row in rows[1:3]] == ["'=search", "search ads"]
        assert [row["allocated"] for row in rows[1:4]] == ["150000.00", "", ""]
        tried = await send(operator, sheet, dry_run=True)
        assert tried.status_code == 200
        assert [line["allocated"] for line in tried.json()["lines"]] == [
            "150000.00",
            "20000.00",
            "29999.00",
        ]
        assert len((await operator.get(PLANS))["items"]) == 1, "it was only tried"
        made = await send(operator, sheet)
        assert (made.status_code, made.json()["plan_version"]) == (201, 2)
        assert made.json()["findings"] == tried.json()["findings"]
        told = await operator.get(f"{PLANS}/2/diff")
        assert [told[name] for name in ("changes", "lines", "reserve")] == [[], [], []]


async def test_trying_a_plan_as_json_says_the_same(service: Service) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        answer = await operator.ask("POST", PLANS, json=PLAN, params={"dry_run": True})
        assert answer.status_code == 200
        assert (await operator.get(PLANS))["items"] == []
        await operator.post(PLANS, PLAN, 201)
        made = await operator.get(f"{PLANS}/1")
        assert answer.json() == {name: made[name] for name in answer.json()}


@pytest.mark.parametrize(
    ("old", "new", "code", "loc"),
    [
        ("150000.00,,,150000.00", "1.5e5,,,150000.00", "amount_not_decimal", "row 3.allocated"),
        ("150000.00,,,150000.00", "150000.00,,,1.00", "cap_below_allocated", "row 3.cap"),
        ("lines,,,L2,", "lines,,,L1,", "duplicate", "lines"),
        ("lines,,,L2,", "line,,,L2,", "sheet_invalid", "row 4.part"),
        (",sales,", ",reach,", "target_unknown", "row 3.targets"),
        (",yes,", ",perhaps,", "sheet_invalid", "row 3"),
    ],
)
async def test_a_fault_names_its_row_and_column(
    service: Service, old: str, new: str, code: str, loc: str
) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        await operator.post(PLANS, PLAN, 201)
        sheet = (await exported(operator)).decode()
        assert old in sheet
        for asked in ({}, {"dry_run": True}):
            refused = await send(operator, sheet.replace(old, new, 1).encode(), **asked)
            assert refused.status_code == 422
            first = refused.json()["errors"][0]
            assert (first["code"], first["loc"]) == (code, loc)
        assert len((await operator.get(PLANS))["items"]) == 1


async def test_a_file_that_is_no_utf_8_table_is_refused(service: Service) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        for content in ("part,名称".encode("gb18030"), b""):
            refused = await send(operator, content)
            assert (refused.status_code, refused.json()["code"]) == (422, "sheet_invalid")
        other = await send(operator, b"{}", "application/json")
        assert (other.status_code, other.json()["code"]) == (415, "unsupported_media_type")
