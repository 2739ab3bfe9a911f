"""What was done about a breach: before, after as approved, and what has become of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import Service, approve, line_body
from tests.integration.budget.documents.money_world import (
    DRAW,
    TRANSFER,
    moving_money,
    people,
    propose,
    reserved_plan,
    say,
    settle,
)
from tests.integration.budget.spend import at, delta

BREACH = "budget-used/L4/1"
ANSWER = TRANSFER | {"breach": BREACH, "target": "sales", "evidence": "L4 is spent at noon"}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        yield made


async def adjustments(service: Service, **wanted: str) -> list[dict[str, Any]]:
    async with people(service) as (operator, _, _):
        return list((await operator.get("/v1/adjustments", **wanted))["items"])


async def test_an_answer_to_a_breach_shows_the_line_before_after_and_now(service: Service) -> None:
    await service.post(delta("shop", "s1", at("11-05 12:00"), "90000.00", line="L4"))
    await settle(service, "draws", DRAW)
    place = await propose(service, "transfers", ANSWER)
    [waiting] = await adjustments(service, breach=BREACH)
    assert (waiting["status"], waiting["evidence"]) == ("in_review", "L4 is spent at noon")
    await say(service, place, "approver")
    await say(service, place, "finance")
    await service.post(delta("shop", "s2", at("11-06 08:00"), "9000.00", line="L4"))
    [one] = await adjustments(service, campaign="c1")
    assert (one["document"], one["status"], one["amount"]) == (
        "transfer/c1/1",
        "approved",
        "10000.00",
    )
    [effect] = [line for line in one["effect"]["lines"] if line["line"] == "L4"]
    [now] = [line for line in one["now"] if line["line"] == "L4"]
    used = [effect["before"], effect["after"], now["figures"]]
    assert [figures["used_ratio"] for figures in used] == ["0.900000", "0.818182", "0.900000"]
    assert await adjustments(service, breach="another/1") == []
    assert await adjustments(service, campaign="c2") == []


async def test_a_line_that_is_gone_has_no_figures_now(service: Service) -> None:
    await settle(service, "transfers", ANSWER)
    await approve(service, plan=reserved_plan(line_body("L2", "330000.00")))
    [one] = await adjustments(service)
    assert {line["line"]: line["figures"] for line in one["now"]} == {"L4": None, "L5": None}
