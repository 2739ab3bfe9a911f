"""What the first statement of a fact fixes for all its revisions: its period and its currency."""

import datetime as dt
import itertools
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.budget.budget_helpers import (
    SINCE,
    Service,
    approve,
    create_campaign,
    plan_body,
    running_campaign,
)
from tests.integration.budget.spend import at, snapshot

SUMMER = {"account": "1", "campaign": "9"}
HOUR = dt.timedelta(hours=1)
NEW_YORK = dt.timezone(-5 * HOUR)
PERIODS = """
SELECT DISTINCT period, period_start, period_end FROM budget.entries WHERE period_start IS NOT NULL
"""


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-06 00:00") as made:
        yield made


def hourly(revision: int, amount: str, stated: dt.datetime, zone: dt.tzinfo, **more: Any) -> Any:
    """A statement about the hour 2025-11-03T10 on the clock of `zone`."""
    start = dt.datetime(2025, 11, 3, 10, tzinfo=zone).astimezone(dt.UTC)
    told = {"period": "2025-11-03T10", "period_start": start, "period_end": start + HOUR}
    return snapshot("ads", "11-03", revision, amount, stated, **{**told, **more})


async def post(service: Service, events: Sequence[Any], polls: int) -> None:
    """All in one poll, or each in its own."""
    if polls == 1:
        await service.post(*events)
    else:
        for event in events:
            await service.post(event)


async def rejected(service: Service) -> list[str]:
    return [one["data"]["code"] for one in await service.outbox("rejected.v1")]


async def map_to(service: Service, campaign: str = "c1") -> Any:
    body = {"source": "ads", "match": {"campaign": "9"}, "campaign": campaign, "line": "L1"}
    async with service.caller("wang.lei", "operator") as operator:
        return await operator.post("/v1/mappings", body, 201)


async def held(service: Service) -> list[Any]:
    async with service.caller("eve", "viewer") as viewer:
        assert (await viewer.get("/v1/invariants"))["holds"]
        items: list[Any] = (await viewer.get("/v1/suspense"))["items"]
    return items


async def figures(service: Service, campaign: str = "c1") -> list[str]:
    async with service.caller("eve", "viewer") as viewer:
        (line,) = (await viewer.get(f"/v1/campaigns/{campaign}/totals"))["lines"]
    return [line["actual"], line["corrections"]]


@pytest.mark.parametrize("polls", [1, 3])
@pytest.mark.parametrize("mapped", [False, True])
async def test_a_zone_set_after_the_first_data_moves_no_difference_to_another_period(
    service: Service, polls: int, mapped: bool
) -> None:
    """UTC until somebody sets New York: 10 h is 15 h UTC then, but its money was booked in 10 h."""
    more: dict[str, Any] = {"entity": SUMMER} if mapped else {}
    first = dt.datetime(2025, 11, 3, 10, tzinfo=dt.UTC)
    events = [
        hourly(1, "100.00", first + 0.5 * HOUR, dt.UTC, **more),
        hourly(2, "110.00", first + 2 * HOUR, NEW_YORK, **more),
        hourly(3, "105.00", first + 3 * HOUR, NEW_YORK, **more),
    ]
    await service.seal()
    await post(service, events, polls)
    if mapped:
        await map_to(service)
    async with service.pool.acquire() as conn:
        periods = [tuple(row) for row in await conn.fetch(PERIODS)]
        kinds = await conn.fetch("SELECT kind, at FROM budget.entries WHERE kind < 2 ORDER BY id")
    assert periods == [("2025-11-03T10", first, first + HOUR)]
    assert [(row["kind"], row["at"]) for row in kinds] == [
        (0, first + 0.5 * HOUR),
        (0, first + HOUR),
        (1, first + HOUR),
    ]
    assert await figures(service) == ["105.00", "-5.00"]
    changes = [change for one in await service.seal() for change in one["changes"]]
    starts = {change["period_start"] for change in changes if change["amount"] != "0.00"}
    assert starts == {"2025-11-03T10:00:00Z"}
    await service.post(*events)
    assert await figures(service) == ["105.00", "-5.00"]
    assert await held(service) == []


def without(revision: int, amount: str) -> Any:
    return money(revision, amount, None)


def money(revision: int, amount: str, currency: str | None) -> Any:
    return snapshot(
        "ads", "11-03", revision, amount, at("11-04 01:00"), entity=SUMMER, currency=currency
    )


STATED = [without(1, "50.00"), money(2, "100.00", "USD"), money(3, "200.00", "EUR")]


@pytest.mark.parametrize("polls", [1, 3])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_money_in_two_currencies_reaches_no_line_of_a_third(
    service: Service, order: tuple[int, ...], polls: int
) -> None:
    """P30: as long as it is on no line, a fact is what its highest revision says, in whatever order
    revisions come: one wrong currency does not refuse the right one for ever."""
    await post(service, [STATED[index] for index in order], polls)
    first, amount = "EUR", "200.00"
    (item,) = await held(service)
    assert item["amount"] == {"amount": amount, "currency": first}
    assert await rejected(service) == []
    made = await map_to(service)
    assert made["moved"]["entries"] == 0
    (item,) = await held(service)
    assert (item["reason"], item["amount"]) == (
        "currency_differs",
        {"amount": amount, "currency": first},
    )
    assert await figures(service) == ["0.00", "0.00"]
    await post(service, [STATED[index] for index in order], polls)
    assert await figures(service) == ["0.00", "0.00"]
    assert [one["amount"]["amount"] for one in await held(service)] == [amount]


@pytest.mark.parametrize("polls", [1, 3])
@pytest.mark.parametrize("amount", ["50.00", "60.00"])
async def test_a_currency_that_is_named_later_is_that_of_the_whole_fact(
    service: Service, amount: str, polls: int
) -> None:
    """Also by a revision with equal values: it has no entry, yet what is held knows it."""
    await create_campaign(service, "usa", currency="USD")
    plan = plan_body()
    await approve(
        service,
        "usa",
        {**plan, "total": {**plan["total"], "currency": "USD"}},
        effective_from=SINCE,
    )
    events = [without(1, "50.00"), money(2, amount, "USD")]
    await post(service, events, polls)
    made = await map_to(service, "usa")
    assert made["moved"]["entries"] == 1
    assert (await figures(service, "usa"))[0] == amount
    await service.post(money(3, "9.00", "CNY"))
    assert await rejected(service) == ["currency_changed"]
    assert (await figures(service, "usa"))[0] == amount
    await service.post(without(4, "70.00"))
    assert (await figures(service, "usa"))[0] == "70.00"
    assert await held(service) == []


async def test_what_never_names_a_currency_is_in_that_of_its_line(service: Service) -> None:
    await service.post(without(1, "50.00"), without(2, "55.00"))
    (item,) = await held(service)
    assert item["amount"] == {"amount": "55.00", "currency": "XXX"}
    await map_to(service)
    assert (await figures(service))[0] == "55.00"
    await service.post(money(3, "60.00", "USD"))
    assert await rejected(service) == ["currency_changed"]
