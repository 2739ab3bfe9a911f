"""What totals answered at a time is what they answer when they are asked about that time later."""

import datetime as dt
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.budget.budget_helpers import (
    SINCE,
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_campaign,
)
from tests.integration.budget.spend import at, delta, snapshot

BRAND, OTHER = {"campaign": "9"}, {"campaign": "8"}
BEGIN = at("11-06 00:00")
HOUR = dt.timedelta(hours=1)
Step = Callable[[Service], Awaitable[Any]]


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    lines = (line_body(), line_body("L2", "9.00"))
    async with running_campaign(database_url, tmp_path, "11-06 00:00", *lines) as made:
        await create_campaign(made, "c2")
        yield made


MONEY = ("allocated", "actual", "corrections", "committed", "remaining", "used_ratio")
"""Which sources feed a line, and how complete they are, is not kept by time; nor is the anchor."""


async def _ask(service: Service, **asked: Any) -> list[dict[str, Any]]:
    """Money of both campaigns."""
    found = []
    async with service.caller("eve", "viewer") as viewer:
        for campaign in ("c1", "c2"):
            told = await viewer.get(f"/v1/campaigns/{campaign}/totals", **asked)
            lines = {line["line"]: _money_of(line) for line in told["lines"]}
            nothing = ("0.00", "0.00")
            found.append(
                {
                    "plan_version": told["plan_version"],
                    "total": _money_of(told["total"]),
                    "lines": {name: one for name, one in lines.items() if one[:2] != nothing},
                    "days": [day for day in told["days"] if day["actual"] != "0.00"],
                    "exceptions": told["exceptions"],
                    "reserve": told["reserve"],
                }
            )
    return found


def _money_of(told: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(told[name] for name in MONEY)


async def _decide(service: Service, verdict: str) -> None:
    """Both roles decide on the oldest open exception, if there is one."""
    async with service.caller("zhao.min", "approver") as one:
        held = (await one.get("/v1/exceptions", campaign="c1"))["items"]
        items = [item for item in held if item["status"] == "open"]
        if not items:
            return
        place = f"/v1/exceptions/{items[0]['id']}/decisions"
        body = {"decision": verdict, "opinion": "seen"}
        await one.post(place, {**body, "as": "approver"})
    if verdict == "approve":
        async with service.caller("chen.yu", "finance") as other:
            await other.post(place, {**body, "as": "finance"})


async def _point(service: Service, campaign: str, line: str) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        items = (await operator.get("/v1/mappings"))["items"]
        body = {"campaign": campaign, "line": line}
        if not items:
            await operator.post("/v1/mappings", {"source": "ads", "match": BRAND, **body}, 201)
            return
        place = f"/v1/mappings/{items[0]['mapping']}"
        await operator.change("PUT", place, body, match=f'"{items[0]["version"]}"')


async def _withdraw(service: Service) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        for item in (await operator.get("/v1/mappings"))["items"]:
            place = f"/v1/mappings/{item['mapping']}"
            await operator.change("DELETE", place, match=f'"{item["version"]}"')


def _sent(number: int) -> list[Any]:
    """Money of the flight and of before it: deltas, a fact, and an older fact restated."""
    stated = BEGIN - HOUR * (200 - number)
    return [
        delta("ads", f"in-{number}", at("11-03 10:00"), "1.00", entity=BRAND),
        delta("ads", f"early-{number}", at("10-20 10:00"), "2.00", entity=BRAND),
        delta("ads", f"own-{number}", at("10-21 10:00"), "0.50"),
        snapshot("ads", "10-22", number, f"{number}.25", stated, entity=BRAND),
        snapshot("ads", "11-02", number, f"{number}.75", stated, entity=BRAND),
        snapshot("own", "10-23", number, f"{number}.10", stated, campaign="c2", line="L5"),
    ]


async def _close(service: Service) -> None:
    async with service.caller("qian", "finance") as finance:
        await finance.ask("POST", "/v1/campaigns/c1/close", json={"reason": "over"})


def _steps() -> list[Step]:
    def money(number: int) -> Step:
        return lambda s: s.post(*_sent(number))

    return [
        *(money(number) for number in (1, 2, 3)),
        lambda s: _point(s, "c1", "L1"),
        lambda s: _point(s, "c1", "L2"),
        lambda s: _point(s, "c2", "L5"),
        lambda s: approve(s, "c2", plan_body(line_body("L5", "5.00")), effective_from=SINCE),
        lambda s: _decide(s, "approve"),
        lambda s: _decide(s, "approve"),
        lambda s: _decide(s, "reject"),
        _withdraw,
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_the_answer_at_a_time_is_the_answer_about_that_time_later(
    service: Service, seed: int
) -> None:
    """Approvals, decisions, mapping changes and a close in between: money that was in an exception
    then was forgotten as soon as it had left."""
    steps = _steps()
    random.Random(seed).shuffle(steps)
    steps.insert(random.Random(-seed).randint(4, len(steps)), _close)
    through = [at("10-21 00:00"), at("10-23 00:00"), at("11-03 00:00")]
    answers: list[tuple[dict[str, str], list[dict[str, Any]]]] = []
    for number, step in enumerate(steps, 1):
        now = BEGIN + HOUR * number
        await service.set_clock(now)
        await step(service)
        answers.append(({"known_at": now.isoformat()}, await _ask(service)))
        for moment in through:
            asked = {"through": moment.isoformat()}
            answers.append(({**asked, "known_at": now.isoformat()}, await _ask(service, **asked)))
    assert any(one["exceptions"]["count"] for _, told in answers for one in told)
    for asked, told in answers:
        assert await _ask(service, **asked) == told, asked
        for one in told:
            assert not one["exceptions"]["amount"].startswith("-")
    async with service.caller("eve", "viewer") as viewer:
        assert (await viewer.get("/v1/invariants"))["holds"]


async def test_money_that_was_in_exceptions_is_not_forgotten_by_its_approval(
    service: Service,
) -> None:
    await service.post(delta("own", "early", at("11-03 10:00"), "9.00", campaign="c2", line="L5"))
    await service.set_clock(BEGIN + HOUR)
    await approve(service, "c2", plan_body(line_body("L5", "5.00")), effective_from=SINCE)
    assert (await _ask(service))[1]["exceptions"] == {"count": 0, "amount": "0.00"}
    then = (await _ask(service, known_at=BEGIN.isoformat()))[1]
    assert then["exceptions"] == {"count": 1, "amount": "9.00"}
    assert then["total"][1] == "0.00"


async def test_an_exception_that_went_to_another_currency_was_one_until_then(
    service: Service,
) -> None:
    early = {"campaign": "c1", "line": "L1", "report": "daily"}
    stated = at("11-05 00:00")
    await service.post(
        snapshot("own", "10-23", 1, "4.00", stated, **early),
        snapshot("own", "10-23", 2, "5.00", stated, **early),
    )
    await service.set_clock(BEGIN + HOUR)
    await service.post(snapshot("own", "10-23", 3, "6.00", stated, currency="USD", **early))
    assert (await _ask(service))[0]["exceptions"] == {"count": 0, "amount": "0.00"}
    now = (BEGIN + HOUR).isoformat()
    assert (await _ask(service, known_at=now))[0]["exceptions"] == {"count": 0, "amount": "0.00"}
    then = (await _ask(service, known_at=BEGIN.isoformat()))[0]
    assert then["exceptions"] == {"count": 1, "amount": "5.00"}
