"""Returns: what was drawn and is not spent goes back, never more than was drawn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.budget.budget_helpers import Service
from tests.integration.budget.documents.money_world import (
    C1,
    DRAW,
    RETURN,
    allocated,
    holds,
    moving_money,
    people,
    settle,
)
from tests.integration.budget.spend import at, delta


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        await settle(made, "draws", DRAW)
        yield made


async def test_what_goes_back_may_be_drawn_again(service: Service) -> None:
    await settle(service, "returns", RETURN)
    now = await allocated(service)
    assert (now["L2"], now["flexible"]) == ("225000.00", "15000.00")
    async with people(service) as (_, _, finance):
        [flexible, _] = (await finance.get(f"{C1}/totals"))["reserve"]
    assert (flexible["allocated"], flexible["drawn"]) == ("40000.00", "25000.00")
    await settle(service, "draws", DRAW | {"amount": "15000.00"})
    assert (await allocated(service))["flexible"] == "0.00"
    assert await holds(service)


@pytest.mark.parametrize(
    ("amount", "spent", "code"),
    [
        ("30000.01", "0.01", "drawn_short"),
        ("30000.00", "200000.01", "line_short"),
        ("0.00", "0.01", "amount_zero"),
    ],
)
async def test_more_than_was_drawn_or_is_left_does_not_go_back(
    service: Service, amount: str, spent: str, code: str
) -> None:
    await service.post(delta("shop", "s1", at("11-05 12:00"), spent, line="L2"))
    async with people(service) as (operator, _, _):
        answer = await operator.ask("POST", f"{C1}/returns", json=RETURN | {"amount": amount})
    assert answer.json()["code"] == code
