"""Who may do what in budget, over every role, reach and route."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from msgspec.structs import replace as struct_replace

from shared.events import SpendEvent
from tests.documented import documented
from tests.integration.budget.budget_helpers import (
    Service,
    campaign_body,
    create_campaign,
    running_service,
)
from tests.integration.budget.spend import at, delta
from tests.integration.reach import reach_budget_moves, reach_budget_objects
from tests.integration.reach.matrix import (
    EAST,
    INSIDE,
    OUTSIDE,
    WEST,
    Asker,
    Case,
    Of,
    check_complete,
    hold,
)
from tests.integration.reach.reach_budget import MAP, Known, cases
from tests.integration.reach.reach_budget_roles import ONE, OPERATOR, REASON, TURNS

DONE_ONCE = ("assign", "write-off", "restore", "many assign", "many write-off")


def spend(name: str, campaign: str, time: str, **more: str) -> SpendEvent:
    """One yuan of a campaign."""
    named = {"campaign": campaign, "line": "L1", **more}
    return delta("ads/1", f"{name}-{campaign}", at(time), "1.00", **named)


async def filled(service: Service) -> list[Case]:
    """Both campaigns with spend, an exception and items in suspense; a mapping and an import."""
    await service.empty()
    await service.set_clock(at("11-05 00:00"))
    entries = {}
    for campaign, region in ((INSIDE, EAST), (OUTSIDE, WEST)):
        await create_campaign(service, campaign, region=region)
        await reach_budget_moves.propose(service, campaign)
        await reach_budget_objects.add_objects(service, campaign)
        await service.post(
            struct_replace(spend("on", campaign, "11-03 12:00"), importid="f"),
            spend("early", campaign, "10-30 12:00"),
            *(
                spend(f"lost-{n}", campaign, "11-03 12:00", line="L9")
                for n in range(TURNS * len(DONE_ONCE))
            ),
        )
        entries[campaign] = await reach_budget_moves.propose_reclassifications(service, campaign)
    async with (
        service.caller("li.na", "operator", "viewer") as operator,
        service.caller("chen.yu", "finance") as finance,
    ):
        made = await operator.post("/v1/mappings", {**MAP, "source": "ads/1"}, 201)
        exceptions = await operator.get("/v1/exceptions", campaign=INSIDE)
        waiting = await operator.get("/v1/suspense", limit=500)
        items = [one["id"] for one in waiting["items"] if one["campaign"] == INSIDE]
        held = {name: items[TURNS * n : TURNS * (n + 1)] for n, name in enumerate(DONE_ONCE)}
        await finance.post("/v1/suspense/write-off", {"ids": held["restore"], **REASON})
        written_off = await operator.get("/v1/suspense", state="written_off")
        held["restore"] = [one["id"] for one in written_off["items"]]
        waiting = await operator.get("/v1/approvals", campaign=INSIDE, state="in_review")
    request, exception = waiting["items"][0]["request"], exceptions["items"][0]["id"]
    return cases(Known(made["mapping"], exception, request, entries[INSIDE], held))


@asynccontextmanager
async def anybody(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://budget", event_hooks=documented("budget")
    ) as client:
        yield client


def test_every_route_of_budget_has_an_expectation() -> None:
    check_complete("budget", cases(Known("m1", 1, 1, 1, {name: [1] for name in (*DONE_ONCE,)})))


async def test_a_role_and_a_reach_decide_what_is_read_and_written(
    database_url: str, tmp_path: Path
) -> None:
    async with running_service(database_url, tmp_path) as service:
        expected = await filled(service)
        async with anybody(service) as client:
            await hold(Asker(client, tmp_path / "keys" / "jwt_private.pem"), expected)


async def test_nobody_makes_or_moves_a_campaign_beyond_the_own_region(
    database_url: str, tmp_path: Path
) -> None:
    async with running_service(database_url, tmp_path) as service:
        await service.empty()
        await create_campaign(service, INSIDE, region=EAST)
        async with anybody(service) as client:
            asker = Asker(client, tmp_path / "keys" / "jwt_private.pem")
            asked = [
                ("POST /v1/campaigns", None, campaign_body(OUTSIDE, region=WEST), 403),
                ("POST /v1/campaigns", None, campaign_body(OUTSIDE), 403),
                ("PATCH /v1/campaigns/{campaign}", ONE, {"region": WEST}, 403),
                ("PATCH /v1/campaigns/{campaign}", ONE, {"region": None}, 403),
                ("PATCH /v1/campaigns/{campaign}", ONE, {"name": "Double 11"}, 200),
                ("POST /v1/campaigns", None, campaign_body("third", region=EAST), 201),
            ]
            for route, path, body, status in asked:
                case = Case(route, Of.CAMPAIGN_WRITE, OPERATOR, path, body=body)
                answer = await asker.ask(case, "operator", "its region")
                assert answer.status_code == status, (route, body, answer.text)
