"""Orders bind money of a line until they are invoiced, settled or cancelled (B3)."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.money import format_micros, parse_micros
from tests.integration.budget.budget_helpers import Service
from tests.integration.budget.documents.money_world import (
    C1,
    TRANSFER,
    actions,
    holds,
    moving_money,
    people,
    propose,
    say,
    settle,
)
from tests.integration.budget.spend import at, delta

ORDER = {
    "commitment": "venue",
    "line": "L5",
    "supplier": "hall",
    "amount": "20000.00",
    "due_on": "2025-11-20",
    "text": "two days",
}
WHY = {"reason": "the hall costs more"}
PLACE = f"{C1}/commitments"
YUAN = 1_000_000


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        yield made


async def ask(service: Service, path: str, body: Any, status: int = 200) -> Any:
    async with people(service) as (operator, _, _):
        return await operator.post(path, body, status)


async def line(service: Service, name: str = "L5", **params: Any) -> tuple[str, str, str]:
    """actual, committed and remaining of a line."""
    async with people(service) as (_, _, finance):
        totals = await finance.get(f"{C1}/totals", **params)
    [one] = [one for one in totals["lines"] if one["line"] == name]
    return one["actual"], one["committed"], one["remaining"]


async def test_an_order_binds_until_it_is_invoiced_and_settled(service: Service) -> None:
    await service.post(delta("shop", "s1", at("11-05 12:00"), "1000.00", line="L5"))
    made = await ask(service, PLACE, ORDER, 201)
    assert (made["status"], made["left"]) == ("open", "20000.00")
    assert await line(service) == ("1000.00", "20000.00", "9000.00")
    [told] = [one for one in await service.seal() if one["line"] == "L5"]
    assert (told["committed"], told["remaining"]) == ("20000.00", "9000.00")

    await service.set_clock(at("11-06 10:00"))
    await service.post(delta("shop", "s2", at("11-06 09:30"), "15000.00", line="L5"))
    partly = await ask(
        service, f"{PLACE}/venue/invoiced", {"amount": "15000.00", "reason": "invoice 7"}
    )
    assert (partly["status"], partly["left"]) == ("partly_invoiced", "5000.00")
    assert await line(service) == ("16000.00", "5000.00", "9000.00")
    async with people(service) as (_, _, finance):
        totals = await finance.get(f"{C1}/totals")
    assert (totals["total"]["committed"], totals["total"]["remaining"]) == ("5000.00", "309000.00")

    await service.set_clock(at("11-06 11:00"))
    done = await ask(service, f"{PLACE}/venue/settle", {"reason": "no more to come"})
    assert (done["status"], done["left"]) == ("settled", "0.00")
    assert await line(service) == ("16000.00", "0.00", "14000.00")
    [told] = [one for one in await service.seal() if one["line"] == "L5"]
    assert told["committed"] == "0.00"
    assert (await line(service, known_at=at("11-06 10:30").isoformat()))[1] == "5000.00"
    assert (await line(service, known_at=at("11-06 09:30").isoformat()))[1] == "20000.00"
    assert (await line(service, known_at=at("11-05 09:30").isoformat()))[1] == "0.00"
    async with people(service) as (_, _, finance):
        course = await finance.get(f"{PLACE}/venue")
        still = await finance.get(PLACE, open="true")
        ended = await finance.get(PLACE, open="false", line="L5")
    assert [one["amount"] for one in course["steps"]] == ["-5000.00", "-15000.00", "20000.00"]
    assert (still["items"], [one["commitment"] for one in ended["items"]]) == ([], ["venue"])
    assert await actions(service, "commitment/c1/venue") == ["ordered", "invoiced", "settled"]
    async with service.caller("mei.lin", "auditor", campaigns=["c1"]) as limited:
        rows = (await limited.get("/v1/audit", object="commitment/c1/venue"))["items"]
    assert len(rows) == 3
    assert await holds(service)


async def test_what_is_bound_is_given_to_nobody_else(service: Service) -> None:
    await ask(service, PLACE, ORDER, 201)
    async with people(service) as (operator, _, _):
        answer = await operator.ask(
            "POST", f"{C1}/transfers", json=TRANSFER | {"amount": "10000.01"}
        )
    assert answer.json()["code"] == "line_short"
    await settle(service, "transfers", TRANSFER)
    assert await line(service) == ("0.00", "20000.00", "0.00")
    cancelled = await ask(service, f"{PLACE}/venue/cancel", {"reason": "another hall"})
    assert cancelled["status"] == "cancelled"
    assert await line(service) == ("0.00", "0.00", "20000.00")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"amount": "30000.01"}, "commitment_exceeds_remaining"),
        ({"amount": "0.00"}, "amount_zero"),
        ({"line": "L9"}, "line_unknown"),
        ({"commitment": "taken"}, "commitment_exists"),
    ],
)
async def test_an_order_that_cannot_be_kept_is_refused(
    service: Service, more: dict[str, str], code: str
) -> None:
    await ask(service, PLACE, ORDER | {"commitment": "taken", "line": "L4"}, 201)
    async with people(service) as (operator, _, _):
        answer = await operator.ask("POST", PLACE, json=ORDER | more)
    assert answer.json()["code"] == code
    assert await line(service) == ("0.00", "0.00", "30000.00")


async def test_more_than_is_left_is_ordered_once_two_have_approved(service: Service) -> None:
    body = ORDER | WHY | {"amount": "31000.00"}
    place = await propose(service, "overcommitments", body)
    async with people(service) as (_, _, finance):
        [effect] = (await finance.get(place))["effect"]["lines"]
        [finding] = (await finance.get(place))["effect"]["findings"]
    assert effect["before"]["committed"] == "0.00"
    assert (effect["after"]["committed"], effect["after"]["remaining"]) == ("31000.00", "-1000.00")
    assert (finding["code"], finding["line"]) == ("commitment_exceeds_remaining", "L5")
    await say(service, place, "approver")
    assert (await line(service))[1] == "0.00"
    await say(service, place, "finance")
    assert await line(service) == ("0.00", "31000.00", "-1000.00")
    async with people(service) as (_, _, finance):
        [step] = (await finance.get(f"{PLACE}/venue"))["steps"]
    assert step["document"] == "overcommitment/c1/1"
    assert await holds(service)


async def test_a_name_that_was_taken_meanwhile_keeps_the_request_open(service: Service) -> None:
    place = await propose(service, "overcommitments", ORDER | WHY)
    await ask(service, PLACE, ORDER | {"amount": "1.00"}, 201)
    await say(service, place, "approver")
    assert (await say(service, place, "finance", 409))["code"] == "commitment_exists"
    async with people(service) as (_, _, finance):
        assert (await finance.get(place))["status"] == "in_review"


async def test_a_closed_campaign_is_settled_and_nothing_is_ordered(service: Service) -> None:
    await ask(service, PLACE, ORDER, 201)
    async with people(service) as (_, _, finance):
        await finance.post(f"{C1}/close", {"reason": "over"})
    await ask(service, f"{PLACE}/venue/cancel", {"reason": "never used"})
    refused = await ask(service, PLACE, ORDER | {"commitment": "late"}, 409)
    assert refused["code"] == "campaign_closed"


async def test_the_same_request_again_binds_once(service: Service) -> None:
    headers = {"Idempotency-Key": "again"}
    async with people(service) as (operator, _, _):
        for _ in range(2):
            await operator.ask("POST", PLACE, json=ORDER, headers=headers)
    assert (await line(service))[1] == "20000.00"


async def test_what_does_not_add_up_is_found_and_steps_are_kept(service: Service) -> None:
    await ask(service, PLACE, ORDER, 201)
    assert await holds(service)
    async with service.pool.acquire() as conn:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await conn.execute("DELETE FROM budget.commitment_steps")
        await conn.execute("UPDATE budget.lines SET committed = committed + 1 WHERE line = 'L5'")
    async with people(service) as (_, _, finance):
        checks = (await finance.get("/v1/invariants"))["checks"]
    assert [name for name, held in checks.items() if not held] == ["commitments"]


class Model:
    """What each order binds, in micros; what is invoiced in full or ended binds nothing."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self.invoiced: dict[str, int] = {}
        self.line: dict[str, str] = {}

    def committed(self, line: str) -> int:
        return sum(left for name, left in self.left.items() if self.line[name] == line)

    def order(self, name: str, line: str, amount: int, free: int) -> str | None:
        if name in self.left:
            return "commitment_exists"
        if amount > free - self.committed(line):
            return "commitment_exceeds_remaining"
        self.left[name], self.invoiced[name], self.line[name] = amount, 0, line
        return None

    def invoice(self, name: str, amount: int) -> str | None:
        if not self.left[name]:
            return "commitment_ended"
        if amount > self.left[name]:
            return "invoice_exceeds_commitment"
        self.left[name] -= amount
        self.invoiced[name] += amount
        return None

    def end(self, name: str, how: str) -> str | None:
        if not self.left[name]:
            return "commitment_ended"
        if how == "cancel" and self.invoiced[name]:
            return "commitment_invoiced"
        if how == "settle" and not self.invoiced[name]:
            return "not_invoiced"
        self.left[name] = 0
        return None


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_at_random_every_line_is_bound_to_what_a_naive_model_says(
    service: Service, seed: int
) -> None:
    rnd, model = random.Random(seed), Model()
    free = {"L4": 100_000 * YUAN, "L5": 30_000 * YUAN}
    known: dict[datetime, dict[str, str]] = {}
    now = at("11-06 09:00")
    async with people(service) as (operator, _, finance):
        for _ in range(30):
            now += timedelta(minutes=3)
            await service.set_clock(now)
            name, amount = rnd.choice("abcde"), rnd.randrange(1, 25_000 * YUAN)
            act = rnd.choice(["order", "invoiced", "invoiced", "settle", "cancel"])
            text = format_micros(amount)
            if act == "order" or name not in model.left:
                of = rnd.choice(sorted(free))
                body = ORDER | {"commitment": name, "line": of, "amount": text}
                path, refused = PLACE, model.order(name, of, amount, free[of])
            elif act == "invoiced":
                body = {"amount": text, "reason": "at random"}
                path, refused = f"{PLACE}/{name}/{act}", model.invoice(name, amount)
            else:
                body = {"reason": "at random"}
                path, refused = f"{PLACE}/{name}/{act}", model.end(name, act)
            answer = await operator.ask("POST", path, json=body)
            assert answer.json().get("code") == refused, (path, body)
            known[now] = {of: format_micros(model.committed(of)) for of in free}
        for moment, wanted in known.items():
            totals = await finance.get(f"{C1}/totals", known_at=moment.isoformat())
            shown = {one["line"]: one["committed"] for one in totals["lines"]}
            assert {of: shown[of] for of in free} == wanted
        rest = (await finance.get(PLACE, open="true"))["items"]
    assert {one["commitment"]: parse_micros(one["left"]) for one in rest} == {
        name: left for name, left in model.left.items() if left
    }
    assert await holds(service)
