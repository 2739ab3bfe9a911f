"""What was booked on a wrong line goes to another by paired entries, once two have agreed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import Service
from tests.integration.budget.documents.money_world import (
    C1,
    actions,
    allocated,
    holds,
    moving_money,
    people,
    propose,
    say,
    settle,
)
from tests.integration.budget.spend import at, delta, snapshot

PLURAL = "reclassifications"


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """A delta of 30.00 and a fact of 100.00, restated to 70.00, on L5."""
    async with moving_money(database_url, tmp_path) as made:
        await made.post(delta("shop", "s1", at("11-05 12:00"), "30.00", line="L5"))
        await state(made, 1, "100.00")
        await state(made, 2, "70.00")
        yield made


async def state(service: Service, revision: int, amount: str) -> None:
    """The source states 11-04 anew."""
    stated = snapshot("ads", "11-04", revision, amount, at("11-05 00:00"), line="L5")
    await service.post(stated)


async def entries(service: Service, line: str) -> list[dict[str, Any]]:
    async with people(service) as (operator, _, _):
        return list((await operator.get(f"{C1}/lines/{line}/entries"))["items"])


async def spent(service: Service) -> dict[str, tuple[str, str]]:
    """(actual, corrections) of the lines."""
    async with people(service) as (operator, _, _):
        totals = await operator.get(f"{C1}/totals")
    return {one["line"]: (one["actual"], one["corrections"]) for one in totals["lines"]}


def moving(entry: int, line: str = "L4") -> dict[str, Any]:
    return {"entry": entry, "to": {"line": line}, "reason": "it was an ad of the other line"}


async def test_a_fact_goes_whole_with_its_corrections_and_later_statements_follow(
    service: Service,
) -> None:
    """Any entry of it names it: here the correction."""
    booked = {one["kind"]: one["entry"] for one in await entries(service, "L5")}
    body = moving(booked["correction"])
    place = await propose(service, PLURAL, body)
    await say(service, place, "approver")
    before = {"L2": ("0.00", "0.00"), "L4": ("0.00", "0.00"), "L5": ("100.00", "-30.00")}
    assert await spent(service) == before
    await say(service, place, "finance")
    after = {"L2": ("0.00", "0.00"), "L4": ("70.00", "-30.00"), "L5": ("30.00", "0.00")}
    assert await spent(service) == after
    pair = [one for line in ("L5", "L4") for one in await entries(service, line)]
    assert [one["amount"] for one in pair if one["kind"].startswith("move")] == [
        "-100.00",
        "30.00",
        "100.00",
        "-30.00",
    ]
    await state(service, 3, "90.00")
    assert (await spent(service))["L4"] == ("90.00", "-10.00")
    assert (await spent(service))["L5"] == ("30.00", "0.00")
    assert (await allocated(service))["L4"] == "100000.00", "what was planned stays"
    assert await holds(service)
    assert await actions(service, "reclassification/c1/1") == [
        "reclassification_proposed",
        "decided",
        "decided",
        "reclassification_applied",
    ]


async def test_a_delta_goes_there_and_back_and_counts_once(service: Service) -> None:
    [first] = [one for one in await entries(service, "L5") if one["amount"] == "30.00"]
    await settle(service, PLURAL, moving(first["entry"]))
    assert (await spent(service))["L4"] == ("30.00", "0.00")
    [there] = await entries(service, "L4")
    async with people(service) as (operator, _, _):
        gone = await operator.post(f"{C1}/{PLURAL}", moving(first["entry"], "L2"), 409)
        assert gone["code"] == "entry_unknown", "it is not there any more"
    await settle(service, PLURAL, moving(there["entry"], "L5"))
    assert (await spent(service))["L5"] == ("100.00", "-30.00")
    await service.post(delta("shop", "s1", at("11-05 12:00"), "30.00", line="L5"))
    assert (await spent(service))["L5"] == ("100.00", "-30.00")
    assert await holds(service)


async def test_it_shows_what_it_would_do_and_moves_nothing(service: Service) -> None:
    [first] = [one for one in await entries(service, "L5") if one["amount"] == "30.00"]
    async with people(service) as (operator, _, _):
        asked = await operator.ask(
            "POST", f"{C1}/{PLURAL}?dry_run=true", json=moving(first["entry"])
        )
        weighed = asked.json()
        assert weighed["amount"] == "30.00"
        shown = {
            one["line"]: [one[when]["actual"] for when in ("before", "after")]
            for one in weighed["effect"]["lines"]
        }
        assert shown == {"L5": ["100.00", "70.00"], "L4": ["0.00", "30.00"]}
        assert (await operator.get(f"{C1}/{PLURAL}"))["items"] == []


async def test_an_amount_that_was_restated_is_not_what_people_agreed_to(service: Service) -> None:
    booked = {one["kind"]: one["entry"] for one in await entries(service, "L5")}
    place = await propose(service, PLURAL, moving(booked["correction"]))
    await say(service, place, "approver")
    await state(service, 3, "90.00")
    refused = await say(service, place, "finance", 409)
    assert (refused["code"], "70.00" in refused["detail"]) == ("subject_changed", True)
    assert (await spent(service))["L4"] == ("0.00", "0.00")
    await state(service, 4, "70.00")
    assert (await say(service, place, "finance"))["status"] == "approved"


@pytest.mark.parametrize(
    ("line", "offset", "status", "code"),
    [
        ("L5", 0, 422, "same_place"),
        ("L9", 0, 409, "line_unknown"),
        ("L4", 1_000_000, 409, "entry_unknown"),
    ],
)
async def test_what_cannot_be_is_refused_at_once(
    service: Service, line: str, offset: int, status: int, code: str
) -> None:
    first = (await entries(service, "L5"))[0]["entry"] + offset
    async with people(service) as (operator, _, _):
        refused = await operator.post(f"{C1}/{PLURAL}", moving(first, line), status)
    assert refused["code"] == code
