"""Invoices that people state: booked to the cent, corrected by the difference, traced (W9, E24)."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.money import format_micros
from tests.integration.budget.budget_helpers import Service
from tests.integration.budget.documents.money_world import C1, actions, holds, moving_money, people
from tests.integration.budget.spend import at, delta

ORDER = {"commitment": "venue", "line": "L5", "supplier": "hall", "amount": "20000.00"}
PLACE = f"{C1}/invoices"
YUAN = 1_000_000


def row(name: str, line: str, amount: str, commitment: str | None = None) -> dict[str, Any]:
    return {"row": name, "line": line, "amount": amount, "commitment": commitment}


def bill(*rows: dict[str, Any], date: str = "2025-11-05", **more: Any) -> dict[str, Any]:
    return {"invoice": "117", "supplier": "hall", "date": date, "rows": list(rows), **more}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        async with people(made) as (operator, _, _):
            await operator.post(f"{C1}/commitments", ORDER, 201)
        yield made


async def book(service: Service, body: dict[str, Any], status: int = 201) -> Any:
    async with people(service) as (operator, _, _):
        return await operator.post(PLACE, body, status)


async def line(service: Service, name: str = "L5", **params: Any) -> dict[str, Any]:
    async with people(service) as (_, _, finance):
        totals = await finance.get(f"{C1}/totals", **params)
    [one] = [one for one in totals["lines"] if one["line"] == name]
    return dict(one)


async def test_a_row_is_spend_of_its_line_and_of_its_order(service: Service) -> None:
    made = await book(service, bill(row("1", "L5", "12000.00", "venue"), row("2", "L4", "0.01")))
    assert (made["version"], made["total"], made["findings"]) == (1, "12000.01", [])
    shown = await line(service)
    assert (shown["actual"], shown["committed"], shown["remaining"]) == (
        "12000.00",
        "8000.00",
        "10000.00",
    )
    assert (shown["complete_through_basis"], shown["freshness"]) == ("manual", "manual")
    async with people(service) as (_, _, finance):
        [entry] = (await finance.get(f"{C1}/lines/L5/entries"))["items"]
        order = await finance.get(f"{C1}/commitments/venue")
    assert entry["event"] == {"source": "invoices/hall", "id": "117/1/1"}
    assert (entry["period"], entry["amount"]) == ("2025-11-05", "12000.00")
    assert order["status"] == "partly_invoiced"
    assert order["steps"][0]["document"] == "invoice/c1/hall/117/1"
    [told] = [one for one in await service.seal() if one["line"] == "L5"]
    assert (told["actual"], told["committed"]) == ("12000.00", "8000.00")
    assert await holds(service)


async def test_a_correction_books_the_difference_and_both_are_known(service: Service) -> None:
    await book(service, bill(row("1", "L5", "12000.00", "venue"), row("2", "L4", "100.00")))
    await service.set_clock(at("11-06 10:00"))
    again = bill(row("1", "L5", "11000.00", "venue"), row("3", "L2", "50.00"), corrects=1)
    assert (await book(service, again))["version"] == 2
    now = {name: (await line(service, name))["actual"] for name in ("L2", "L4", "L5")}
    assert now == {"L2": "50.00", "L4": "0.00", "L5": "11000.00"}
    assert (await line(service))["corrections"] == "-1000.00"
    assert (await line(service))["committed"] == "9000.00"
    before = await line(service, known_at=at("11-06 09:30").isoformat())
    assert (before["actual"], before["committed"]) == ("12000.00", "8000.00")
    async with people(service) as (_, _, finance):
        listed = (await finance.get(PLACE, supplier="hall", invoice="117"))["items"]
        entries = (await finance.get(f"{C1}/lines/L5/entries"))["items"]
    assert [(one["version"], one["total"]) for one in listed] == [
        (1, "12100.00"),
        (2, "11050.00"),
    ]
    assert [(one["kind"], one["amount"]) for one in entries] == [
        ("spend", "12000.00"),
        ("correction", "-1000.00"),
    ]
    assert entries[1]["corrects"] == entries[0]["entry"]
    assert await actions(service, "invoice/c1/hall/117/2") == ["invoiced"]
    assert await holds(service)


async def test_another_day_takes_the_money_along(service: Service) -> None:
    await book(service, bill(row("1", "L5", "10.00")))
    await book(service, bill(row("1", "L5", "10.00"), date="2025-11-03", corrects=1))
    async with people(service) as (_, _, finance):
        days = (await finance.get(f"{C1}/totals"))["days"]
    spent = {one["date"]: one["actual"] for one in days if one["line"] == "L5"}
    assert spent == {"2025-11-03": "10.00", "2025-11-05": "0.00"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (bill(row("1", "L9", "1.00")), "line_unknown"),
        (bill(row("1", "L5", "1.00"), row("1", "L5", "2.00")), "duplicate"),
        (bill(row("1", "L5", "1.00"), date="2025-11-07"), "future_time"),
        (bill(row("1", "L4", "1.00", "venue")), "commitment_line_differs"),
        (bill(row("1", "L5", "1.00", "stage")), "commitment_unknown"),
        (bill(row("1", "L5", "1.00"), corrects=1), "invoice_exists"),
    ],
)
async def test_an_invoice_that_cannot_be_booked_changes_nothing(
    service: Service, body: dict[str, Any], code: str
) -> None:
    async with people(service) as (operator, _, _):
        answer = await operator.ask("POST", PLACE, json=body)
    assert answer.json()["code"] == code
    shown = await line(service)
    assert (shown["actual"], shown["committed"]) == ("0.00", "20000.00")


async def test_the_number_of_another_invoice_is_not_taken_for_a_correction(
    service: Service,
) -> None:
    await book(service, bill(row("1", "L5", "10.00")))
    assert (await book(service, bill(row("1", "L5", "99.00")), 409))["code"] == "invoice_exists"
    assert (await line(service))["actual"] == "10.00"


async def test_more_than_was_ordered_counts_and_is_said(service: Service) -> None:
    made = await book(service, bill(row("1", "L5", "20000.01", "venue")))
    assert [one["code"] for one in made["findings"]] == ["invoice_exceeds_commitment"]
    shown = await line(service)
    assert (shown["actual"], shown["committed"]) == ("20000.01", "0.00")


async def test_a_line_waits_for_its_sources_and_for_no_invoice(service: Service) -> None:
    await service.post(delta("shop", "s1", at("11-05 12:00"), "1.00", line="L5"))
    await service.beat("shop", at("11-06 00:00"))
    await book(service, bill(row("1", "L5", "10.00")))
    shown = await line(service)
    assert shown["complete_through_basis"] == "source"
    assert shown["complete_through"] == "2025-11-05T16:00:00Z"


async def test_after_the_close_it_is_an_exception_that_nobody_waits_for(service: Service) -> None:
    async with people(service) as (operator, approver, finance):
        await finance.post(f"{C1}/close", {"reason": "over"})
        made = await operator.post(PLACE, bill(row("1", "L5", "10.00", "venue")), 201)
        [item] = (await finance.get("/v1/exceptions"))["items"]
        for role, decider in (("approver", approver), ("finance", finance)):
            said = {"decision": "approve", "as": role, "opinion": "due"}
            await decider.post(f"/v1/exceptions/{item['id']}/decisions", said)
    assert [one["code"] for one in made["findings"]] == ["invoice_held"]
    shown = await line(service)
    assert (shown["actual"], shown["freshness"]) == ("10.00", "manual")
    assert await holds(service)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_is_corrected_the_last_version_is_what_is_booked(
    service: Service, seed: int
) -> None:
    rnd, versions, last = random.Random(seed), dict[str, int](), dict[str, list[Any]]()
    for _ in range(15):
        name = rnd.choice(["a", "b"])
        rows = [
            row(
                str(number),
                of := rnd.choice(["L2", "L4", "L5"]),
                format_micros(rnd.randrange(9000 * YUAN)),
                rnd.choice([None, "venue"]) if of == "L5" else None,
            )
            for number in sorted(rnd.sample(range(5), rnd.randrange(1, 5)))
        ]
        date = f"2025-11-0{rnd.randrange(1, 7)}"
        body = bill(*rows, date=date, invoice=name, corrects=versions.get(name))
        await book(service, body)
        versions[name], last[name] = versions.get(name, 0) + 1, rows
    every = [one for rows in last.values() for one in rows]
    for of in ("L2", "L4", "L5"):
        total = sum(micros(one) for one in every if one["line"] == of)
        assert (await line(service, of))["actual"] == format_micros(total)
    left = 20_000 * YUAN - sum(micros(one) for one in every if one["commitment"])
    assert (await line(service))["committed"] == format_micros(max(0, left))
    assert await holds(service)
    async with service.pool.acquire() as conn:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await conn.execute("DELETE FROM budget.invoices")


async def test_posting_goes_on_while_invoices_are_booked(service: Service) -> None:
    """Polls and invoices lock the same accounts, in one order; none of them waits for good."""

    async def spend(number: int) -> None:
        names = ["L5", "L4", "L2"]
        await service.post(
            *(
                delta("shop", f"p{number}-{of}", at("11-04 12:00"), "0.01", line=of)
                for of in (names if number % 2 else reversed(names))
            )
        )

    rows = [row("1", "L5", "1.00", "venue"), row("2", "L2", "1.00"), row("3", "L4", "1.00")]
    bills = [bill(*rows, invoice=f"n{number}") for number in range(10)]
    await asyncio.gather(*(book(service, one) for one in bills), *map(spend, range(20)))
    shown = {name: (await line(service, name))["actual"] for name in ("L2", "L4", "L5")}
    assert set(shown.values()) == {"10.20"}
    assert (await line(service))["committed"] == "19990.00"
    assert await holds(service)


def micros(stated: dict[str, Any]) -> int:
    whole, _, part = stated["amount"].partition(".")
    return int(whole) * YUAN + int(part.ljust(6, "0"))
