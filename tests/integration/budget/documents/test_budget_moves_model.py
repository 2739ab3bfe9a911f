"""Money moved at random against a naive model: every figure that was read is read again later."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.money import format_micros, parse_micros
from tests.integration.budget.budget_helpers import Service, approve, line_body
from tests.integration.budget.documents.money_world import (
    C1,
    CONDITION,
    TRANSFER,
    allocated,
    holds,
    moving_money,
    people,
    propose,
    reserved_plan,
    say,
)
from tests.integration.budget.spend import at, delta

LINES = ("L2", "L4", "L5")
YUAN = 1_000_000
STEPS = 14


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path, "11-05 00:00") as made:
        yield made


class Model:
    """What everybody has, and what lines have spent, in micros."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.has = dict.fromkeys(LINES, 0) | {"flexible": 0, "deferred": 0}
        self.spent = dict.fromkeys(LINES, 0)
        self.plan({"L2": 200_000, "L4": 100_000, "L5": 30_000})

    def plan(self, lines: dict[str, int]) -> None:
        """A plan states everything anew."""
        self.has |= {line: yuan * YUAN for line, yuan in lines.items()}
        self.has |= {"flexible": 40_000 * YUAN, "deferred": 20_000 * YUAN}

    def move(self, plural: str, body: dict[str, Any]) -> str | None:
        """Moves it, or says with which code it is refused."""
        amount = parse_micros(body["amount"])
        bucket, line = body.get("bucket", ""), body.get("line", "")
        giver = {"transfers": body.get("from", {}).get("line"), "draws": bucket, "returns": line}
        taker = {"transfers": body.get("to", {}).get("line"), "draws": line, "returns": bucket}
        gives, takes = giver[plural], taker[plural]
        if plural == "returns" and amount > 40_000 * YUAN - self.has["flexible"]:
            return "drawn_short"
        if gives == takes:
            return "same_place"
        if amount > self.has[gives] - self.spent.get(gives, 0):
            return "bucket_short" if plural == "draws" else "line_short"
        self.has[gives] -= amount
        self.has[takes] += amount
        return None

    @property
    def shown(self) -> dict[str, str]:
        return {place: format_micros(micros) for place, micros in self.has.items()}


def anything(model: Model) -> tuple[str, dict[str, Any]]:
    """A proposal at random, which may fit or not."""
    rnd = model.random
    plural = rnd.choice(["transfers", "transfers", "draws", "returns"])
    amount = format_micros(rnd.randrange(1, 60_000 * YUAN))
    if plural == "transfers":
        places = {"from": {"line": rnd.choice(LINES)}, "to": {"line": rnd.choice(LINES)}}
        return plural, {**places, "amount": amount, "reason": "at random"}
    body = {"bucket": "flexible", "line": rnd.choice(LINES), "amount": amount}
    more = {"condition": CONDITION} if plural == "draws" else {"reason": "at random"}
    return plural, {**body, **more}


async def step(service: Service, model: Model, number: int) -> None:
    """A new plan, some spending, or money that moves, if it may."""
    kind = model.random.random()
    if kind < 0.15:
        lines = {line: model.random.randrange(10_000, 300_000) for line in LINES}
        bodies = [line_body(line, f"{yuan}.00") for line, yuan in lines.items()]
        since = model.random.choice([None, "2025-11-02T00:00:00+08:00"])
        await approve(service, plan=reserved_plan(*bodies), effective_from=since)
        model.plan(lines)
    elif kind < 0.3:
        line, micros = model.random.choice(LINES), model.random.randrange(1, 9000 * YUAN)
        event = delta("shop", f"s{number}", at("11-04 12:00"), format_micros(micros), line=line)
        await service.post(event)
        model.spent[line] += micros
    else:
        plural, body = anything(model)
        refused = model.move(plural, body)
        async with people(service) as (operator, _, _):
            answer = await operator.ask("POST", f"{C1}/{plural}", json=body)
        assert answer.json().get("code") == refused, (plural, body)
        if refused is None:
            place = answer.headers["Location"]
            await say(service, place, "approver")
            assert (await say(service, place, "finance"))["status"] == "approved"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_moves_every_figure_stays_as_it_was_known(
    service: Service, seed: int
) -> None:
    model, known = Model(seed), dict[datetime, dict[str, str]]()
    now = at("11-05 00:00")
    for number in range(STEPS):
        now += timedelta(minutes=7)
        await service.set_clock(now)
        await step(service, model, number)
        known[now] = model.shown
        assert await allocated(service) == model.shown
    for moment, shown in known.items():
        assert await allocated(service, known_at=moment.isoformat()) == shown
    assert await holds(service)


async def test_posting_goes_on_while_money_moves(service: Service) -> None:
    """Polls and decisions lock the same accounts, in one order; none of them waits for good."""
    places = [await propose(service, "transfers", TRANSFER | {"amount": "10.00"}) for _ in "12345"]
    for place in places:
        await say(service, place, "approver")

    async def spend(number: int) -> None:
        lines = [*LINES, *reversed(LINES)]
        await service.post(
            *(
                delta("shop", f"p{number}-{place}", at("11-04 12:00"), "0.01", line=line)
                for place, line in enumerate(lines)
            )
        )

    await asyncio.gather(
        *(say(service, place, "finance") for place in places), *map(spend, range(20))
    )
    now = await allocated(service)
    assert (now["L5"], now["L4"]) == ("29950.00", "100050.00")
    assert await holds(service)
