"""Who may do what in budget, over every role, reach and route."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from msgspec.structs import replace as struct_replace

from shared.events import SpendEvent
from tests.documented import documented
from tests.integration.budget.budget_helpers import (
    SINCE,
    Service,
    approve,
    campaign_body,
    create_campaign,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at, delta
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

OPERATOR, FINANCE, DECIDERS = ("operator",), ("finance",), ("approver", "finance")
AUDITORS = ("auditor", "finance", "approver")
TURNS = 8
"""Two roles with four reaches each, for what can be done once."""
STALE = {"If-Match": '"99"'}
"""Keeps what it would change."""
ONE = f"/v1/campaigns/{INSIDE}"
REASON = {"reason": "a test"}
ON_LINE = {"campaign": INSIDE, "line": "L1", **REASON}
YES = {role: {"decision": "approve", "as": role, "opinion": "fits"} for role in DECIDERS}
MAP = {"source": "ads/2", "match": {"campaign": "7"}, "campaign": INSIDE, "line": "L1"}
TARGET = {"campaign": INSIDE, "line": "L1"}
CLOSE = Case(
    "POST /v1/campaigns/{campaign}/close",
    Of.CAMPAIGN_WRITE,
    FINANCE,
    f"{ONE}/close",
    body=REASON,
)
WHERE = {"campaign": INSIDE, "region": EAST}


def cases(mapping: str, exception: int, held: Mapping[str, Sequence[int]]) -> list[Case]:
    """`held`: items in suspense for each thing that is done to them."""
    single = {
        name: [(f"/v1/suspense/{item}/{name}", body) for item in held[name]]
        for name, body in (("assign", ON_LINE), ("write-off", REASON), ("restore", REASON))
    }
    many = {
        name: [(f"/v1/suspense/{name}", {"ids": [item], **body}) for item in held[f"many {name}"]]
        for name, body in (("assign", ON_LINE), ("write-off", REASON))
    }
    suspense = "/v1/suspense/{held}"
    suspended = [
        Case("POST /v1/suspense/assign", Of.CAMPAIGN_WRITE, OPERATOR, each=many["assign"]),
        Case("POST /v1/suspense/write-off", Of.CAMPAIGN_WRITE, FINANCE, each=many["write-off"]),
        Case(f"POST {suspense}/assign", Of.CAMPAIGN_WRITE, OPERATOR, each=single["assign"]),
        Case(f"POST {suspense}/write-off", Of.CAMPAIGN_WRITE, FINANCE, each=single["write-off"]),
        Case(f"POST {suspense}/restore", Of.CAMPAIGN_WRITE, FINANCE, each=single["restore"]),
    ]
    return reads(mapping) + writes(mapping, exception) + suspended + [CLOSE]


def reads(mapping: str) -> list[Case]:
    return [
        Case("GET /v1/audit", Of.WORKSPACE_LIST, AUDITORS),
        Case("GET /v1/invariants", Of.WORKSPACE_READ),
        Case("GET /v1/imports/{import_id}", Of.WORKSPACE_THING, path="/v1/imports/f"),
        Case("GET /v1/campaigns", Of.CAMPAIGN_LIST),
        Case("GET /v1/campaigns/{campaign}", Of.CAMPAIGN_THING, path=ONE),
        Case("GET /v1/campaigns/{campaign}/totals", Of.CAMPAIGN_THING, path=f"{ONE}/totals"),
        Case(
            "GET /v1/campaigns/{campaign}/lines/{line}/entries",
            Of.CAMPAIGN_THING,
            path=f"{ONE}/lines/L1/entries",
        ),
        Case("GET /v1/campaigns/{campaign}/plans", Of.CAMPAIGN_THING, path=f"{ONE}/plans"),
        Case(
            "GET /v1/campaigns/{campaign}/plans/{version}",
            Of.CAMPAIGN_THING,
            path=f"{ONE}/plans/1",
        ),
        Case("GET /v1/exceptions", Of.CAMPAIGN_LIST),
        Case("GET /v1/suspense", Of.CAMPAIGN_LIST),
        Case("GET /v1/mappings", Of.CAMPAIGN_LIST),
        Case("GET /v1/mappings/{mapping}", Of.CAMPAIGN_THING, path=f"/v1/mappings/{mapping}"),
    ]


def writes(mapping: str, exception: int) -> list[Case]:
    return [
        Case("POST /v1/campaigns", Of.CAMPAIGN_WRITE, OPERATOR, body=campaign_body(**WHERE)),
        Case(
            "PATCH /v1/campaigns/{campaign}",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            ONE,
            body={"name": "Double 11"},
        ),
        Case(
            "POST /v1/campaigns/{campaign}/plans",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"{ONE}/plans",
            body=plan_body(),
        ),
        Case(
            "POST /v1/campaigns/{campaign}/plans/{version}/submit",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"{ONE}/plans/2/submit",
            body={},
        ),
        Case(
            "POST /v1/campaigns/{campaign}/plans/{version}/decisions",
            Of.CAMPAIGN_WRITE,
            DECIDERS,
            f"{ONE}/plans/2/decisions",
            by_role=YES,
        ),
        Case(
            "POST /v1/exceptions/{held}/decisions",
            Of.CAMPAIGN_WRITE,
            DECIDERS,
            f"/v1/exceptions/{exception}/decisions",
            by_role=YES,
        ),
        Case("POST /v1/mappings", Of.CAMPAIGN_WRITE, OPERATOR, body=MAP),
        Case(
            "PUT /v1/mappings/{mapping}",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"/v1/mappings/{mapping}",
            body=TARGET,
            headers=STALE,
        ),
        Case(
            "DELETE /v1/mappings/{mapping}",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"/v1/mappings/{mapping}",
            headers=STALE,
        ),
    ]


DONE_ONCE = ("assign", "write-off", "restore", "many assign", "many write-off")


def spend(name: str, campaign: str, time: str, **more: str) -> SpendEvent:
    """One yuan of a campaign."""
    named = {"campaign": campaign, "line": "L1", **more}
    return delta("ads/1", f"{name}-{campaign}", at(time), "1.00", **named)


async def filled(service: Service) -> list[Case]:
    """Both campaigns with spend, an exception and items in suspense; a mapping and an import."""
    await service.empty()
    await service.set_clock(at("11-05 00:00"))
    for campaign, region in ((INSIDE, EAST), (OUTSIDE, WEST)):
        await create_campaign(service, campaign, region=region)
        await approve(service, campaign, effective_from=SINCE)
        await service.post(
            struct_replace(spend("on", campaign, "11-03 12:00"), importid="f"),
            spend("early", campaign, "10-30 12:00"),
            *(
                spend(f"lost-{n}", campaign, "11-03 12:00", line="L9")
                for n in range(TURNS * len(DONE_ONCE))
            ),
        )
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
    return cases(made["mapping"], exceptions["items"][0]["id"], held)


@asynccontextmanager
async def anybody(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://budget", event_hooks=documented("budget")
    ) as client:
        yield client


def test_every_route_of_budget_has_an_expectation() -> None:
    check_complete("budget", cases("m1", 1, {name: [1] for name in (*DONE_ONCE,)}))


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
