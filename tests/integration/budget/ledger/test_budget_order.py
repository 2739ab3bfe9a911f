"""Figures are a function of what was sent and of the catalogue, never of the order of arrival."""

import itertools
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
    running_service,
)
from tests.integration.budget.spend import at, delta, snapshot

AD = {"account": "1", "campaign": "9", "ad": "7"}
BRAND = {"account": "1", "campaign": "9"}
SIXTH = "2025-11-06T00:00:00+08:00"
LINES = (line_body(), line_body("L2", "9.00"))
Step = Callable[[Service], Awaitable[Any]]


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-12 00:00", *LINES) as made:
        yield made


@pytest_asyncio.fixture
async def empty(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        yield made


async def _map(
    service: Service, match: dict[str, str], line: str, since: str | None = None, **more: Any
) -> Any:
    body = {"source": "ads", "match": match, "campaign": "c1", "line": line, **more}
    async with service.caller("wang.lei", "operator") as operator:
        return await operator.post("/v1/mappings", {**body, "effective_from": since}, 201)


async def _lines(service: Service) -> dict[str, str]:
    async with service.caller("eve", "viewer") as viewer:
        invariants = await viewer.get("/v1/invariants")
        assert invariants["holds"], invariants
        told = await viewer.get("/v1/campaigns/c1/totals")
    return {line["line"]: line["actual"] for line in told["lines"]}


def _ten_days(entity: dict[str, str] = BRAND) -> list[Any]:
    """10.00 a day from the 1st to the 10th, every other day as deltas."""
    return [
        delta("ads", f"d{day}", at(f"11-{day:02d} 10:00"), "10.00", entity=entity)
        if day % 2
        else snapshot("ads", f"11-{day:02d}", 1, "10.00", at("11-11 00:00"), entity=entity)
        for day in range(1, 11)
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_mapping_from_the_sixth_takes_what_came_since_whatever_was_first(
    service: Service, order: tuple[int, ...]
) -> None:
    """It was applied from today: 100.00 on L1, nothing on L2, and nothing said."""
    steps: list[Step] = [
        lambda s: s.post(*_ten_days()),
        lambda s: _map(s, {"campaign": "9"}, "L1"),
        lambda s: _map(s, {"campaign": "9"}, "L2", SIXTH),
    ]
    answers = [await steps[index](service) for index in order]
    assert await _lines(service) == {"L1": "50.00", "L2": "50.00"}
    if order == (0, 1, 2):
        later = answers[2]
        assert later["moved"] == {"entries": 5, "amount": {"amount": "50.00", "currency": "CNY"}}
        assert later["findings"] == []
    await service.post(*_ten_days())
    await service.post(snapshot("ads", "11-08", 2, "11.00", at("11-11 01:00"), entity=BRAND))
    assert await _lines(service) == {"L1": "50.00", "L2": "51.00"}


async def test_when_such_a_mapping_is_withdrawn_the_lesser_one_has_its_money_again(
    service: Service,
) -> None:
    await _map(service, {"campaign": "9"}, "L1")
    await service.post(*_ten_days())
    later = await _map(service, {"campaign": "9"}, "L2", SIXTH)
    async with service.caller("wang.lei", "operator") as operator:
        gone = await operator.change("DELETE", f"/v1/mappings/{later['mapping']}")
    assert gone["moved"]["entries"] == 5
    assert await _lines(service) == {"L1": "100.00", "L2": "0.00"}


@pytest.mark.parametrize(
    ("match", "lines", "moved", "why"),
    [
        ({"ad": "7"}, {"L1": "100.00", "L2": "100.00"}, 10, "a finer level"),
        ({"campaign": "9", "account": "1"}, {"L1": "0.00", "L2": "200.00"}, 20, "two levels"),
        ({"account": "1"}, {"L1": "200.00", "L2": "0.00"}, 0, "a coarser one takes nothing"),
        ({"ad": "8"}, {"L1": "200.00", "L2": "0.00"}, 0, "another ad"),
    ],
)
async def test_a_mapping_takes_what_a_lesser_one_brought(
    service: Service, match: dict[str, str], lines: dict[str, str], moved: int, why: str
) -> None:
    await _map(service, {"campaign": "9"}, "L1")
    await service.post(*_ten_days())
    others = [
        snapshot("ads", f"11-{day:02d}", 1, "10.00", at("11-11 00:00"), entity=AD)
        for day in range(1, 11)
    ]
    await service.post(*others)
    made = await _map(service, match, "L2")
    assert made["moved"]["entries"] == moved, why
    assert await _lines(service) == lines


@pytest.mark.parametrize(
    ("match", "since", "line", "said"),
    [
        (BRAND, "2025-11-20T00:00:00+08:00", "L2", "10 on lines are of periods before"),
        (BRAND, None, "L1", "10 on lines are there by this or another mapping"),
        ({"ad": "8"}, None, "L2", None),
    ],
)
async def test_a_mapping_that_moves_nothing_although_something_matches_says_so(
    service: Service, match: dict[str, str], since: str | None, line: str, said: str | None
) -> None:
    await _map(service, {"campaign": "9"}, "L1")
    await service.post(*_ten_days())
    made = await _map(service, match, line, since)
    assert made["moved"]["entries"] == 0
    findings = [one["detail"] for one in made["findings"] if one["code"] == "nothing_moved"]
    assert [said in detail for detail in findings if said] == ([True] if said else [])
    assert bool(findings) == bool(said)


async def test_what_names_its_line_itself_is_never_touched(service: Service) -> None:
    await service.post(
        delta("ads", "own", at("11-08 10:00"), "1.00"),
        snapshot("ads", "11-08", 1, "2.00", at("11-11 00:00")),
    )
    await _map(service, {"campaign": "9"}, "L1")
    await service.post(*_ten_days())
    await _map(service, {"campaign": "9"}, "L2", SIXTH)
    assert await _lines(service) == {"L1": "53.00", "L2": "50.00"}


async def test_what_a_person_accepted_stays_where_no_mapping_had_brought_it(
    service: Service,
) -> None:
    """Accepted for its line by two roles; a mapping for other lines of the campaign follows it, one
    of another campaign's does not find it by the mapping that brought it."""
    made = await _map(service, {"campaign": "9"}, "L1")
    await service.post(delta("ads", "early", at("10-20 10:00"), "3.00", entity=BRAND))
    yes = {"decision": "approve", "opinion": "ours"}
    async with service.caller("zhao.min", "approver") as one:
        (item,) = (await one.get("/v1/exceptions"))["items"]
        place = f"/v1/exceptions/{item['id']}/decisions"
        await one.post(place, {**yes, "as": "approver"})
    async with service.caller("chen.yu", "finance") as other:
        await other.post(place, {**yes, "as": "finance"})
    assert await _lines(service) == {"L1": "3.00", "L2": "0.00"}
    await _map(service, {"campaign": "9", "account": "1"}, "L2")
    assert await _lines(service) == {"L1": "0.00", "L2": "3.00"}
    async with service.caller("wang.lei", "operator") as operator:
        await operator.change("DELETE", f"/v1/mappings/{made['mapping']}")
    assert await _lines(service) == {"L1": "0.00", "L2": "3.00"}


def _steps() -> list[Step]:
    """Campaigns, mappings and data that meet in every way: lesser mappings, a mapping ahead of its
    line, money in other currencies, restatements, exceptions, names that are known later."""
    dollars = {"currency": "USD"}

    async def first(s: Service) -> None:
        await create_campaign(s)
        await approve(s, plan=plan_body(*LINES), effective_from=SINCE)

    async def second(s: Service) -> None:
        await create_campaign(s, "usa", **dollars)
        plan = plan_body(line_body())
        await approve(
            s, "usa", {**plan, "total": {**plan["total"], **dollars}}, effective_from=SINCE
        )

    late = at("11-11 01:00")
    return [
        first,
        second,
        lambda s: _map(s, {"campaign": "9"}, "L1"),
        lambda s: _map(s, {"campaign": "9"}, "L2", SIXTH),
        lambda s: _map(s, {"ad": "7"}, "L1", campaign="usa"),
        lambda s: _map(s, {"campaign": "8"}, "L9"),
        lambda s: s.post(*_ten_days()),
        lambda s: s.post(
            snapshot("ads", "11-08", 2, "7.00", late, entity=BRAND),
            snapshot("ads", "11-04", 3, "4.00", late, entity=BRAND),
        ),
        lambda s: s.post(
            snapshot("ads", "11-03", 1, "5.00", at("11-05 00:00"), entity=AD, **dollars),
            snapshot("ads", "11-04", 1, "6.00", at("11-05 00:00"), entity=AD, currency="JPY"),
            delta("ads", "in-dollars", at("11-05 03:00"), "1.00", entity=BRAND, **dollars),
        ),
        lambda s: s.post(
            snapshot("ads", "11-04", 2, "6.50", at("11-06 00:00"), entity=AD, **dollars),
            delta("ads", "early", at("10-20 10:00"), "3.00", entity=BRAND),
            delta("ads", "own", at("11-08 10:00"), "1.00", campaign="usa", **dollars),
            delta("ads", "ahead", at("11-08 10:00"), "2.00", entity={"campaign": "8"}),
            delta("ads", "nowhere", at("11-08 10:00"), "2.00", campaign="sprng"),
        ),
    ]


async def _all(service: Service) -> dict[str, Any]:
    """Every figure and listing, without what is numbered in order of arrival."""
    found: dict[str, Any] = {}
    async with service.caller("eve", "viewer") as viewer:
        invariants = await viewer.get("/v1/invariants")
        assert invariants["holds"], invariants
        for campaign in ("c1", "usa"):
            told = await viewer.get(f"/v1/campaigns/{campaign}/totals")
            for line in told["lines"]:
                line.pop("seq")
            days = [one for one in told["days"] if one["actual"] != "0.00"]
            found[campaign] = (told["total"], told["lines"], days, told["exceptions"])
        for kind in ("suspense", "exceptions"):
            items = (await viewer.get(f"/v1/{kind}", limit=500))["items"]
            numbered = ("id", "version", "recorded_at")
            shown = [{k: v for k, v in one.items() if k not in numbered} for one in items]
            found[kind] = sorted(shown, key=str)
    return found


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_comes_first_figures_and_listings_end_the_same(
    empty: Service, seed: int
) -> None:
    """Only revisions of a fact keep their order: which of them is a correction depends on what it
    replaced (contracts.md section 1), the sum does not."""
    steps = _steps()
    plain = list(range(len(steps)))
    shuffled = random.Random(seed).sample(plain, len(plain))
    for earlier, later in ((6, 7), (8, 9)):
        places = sorted((shuffled.index(earlier), shuffled.index(later)))
        shuffled[places[0]], shuffled[places[1]] = earlier, later
    ends = []
    for order in (plain, shuffled):
        await empty.empty()
        empty.handler = type(empty.handler)(empty.settings, empty.handler._clock)
        await empty.set_clock(at("11-12 00:00"))
        for index in order:
            await steps[index](empty)
        ends.append(await _all(empty))
    assert ends[0]["c1"][0]["actual"] != "0.00"
    assert ends[1] == ends[0], shuffled
