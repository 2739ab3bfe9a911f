"""Who may do what in ingest, over every role, reach and route."""

from pathlib import Path
from typing import Any

from tests.integration.ingest.ingest_world import running, settings_for, until_ready
from tests.integration.reach.matrix import (
    INSIDE,
    OUTSIDE,
    Asker,
    Case,
    Of,
    check_complete,
    hold,
)

OPERATOR = ("operator",)
ADMIN: tuple[str, ...] = ()
SOURCE = f"{INSIDE}/feed"
"""A source is of no campaign; so it is named after one here, to be seen in a list."""
MACHINE = f"{INSIDE}/machine"
ONE = f"/v1/sources/{SOURCE}"
REASON = {"reason": "a test"}


def spend(name: str, campaign: str, **more: Any) -> dict[str, Any]:
    data = {"campaign": campaign, "line": "L1", "amount": "1.00", "currency": "CNY", **more}
    return {
        "specversion": "1.0",
        "id": name,
        "source": SOURCE,
        "type": "paceline.spend.v1",
        "time": "2025-11-03T10:00:00Z",
        "data": data,
    }


def cases(key: str) -> list[Case]:
    return [
        Case("GET /v1/sources", Of.WORKSPACE_LIST),
        Case("GET /v1/sources/{source}", Of.WORKSPACE_THING, path=ONE),
        Case("GET /v1/rejections", Of.NAMED_LIST),
        Case("GET /v1/keys", Of.WORKSPACE_LIST, ADMIN),
        Case("GET /v1/keys/{key_id}", Of.WORKSPACE_THING, ADMIN, f"/v1/keys/{key}"),
        Case("POST /v1/keys", Of.WORKSPACE_WRITE, ADMIN, body={"sources": ["x/*"]}),
        Case("DELETE /v1/keys/{key_id}", Of.WORKSPACE_WRITE, ADMIN, f"/v1/keys/{key}"),
        Case("POST /v1/events", Of.NAMED_EVENTS, OPERATOR, body=[spend("e", INSIDE)]),
        Case(
            "POST /v1/reports/{platform}",
            Of.WORKSPACE_WRITE,
            OPERATOR,
            "/v1/reports/google-ads",
            body={"results": []},
        ),
        Case("PUT /v1/sources/{source}", Of.WORKSPACE_WRITE, OPERATOR, ONE, body={}),
        Case("PATCH /v1/sources/{source}", Of.WORKSPACE_WRITE, OPERATOR, ONE, body={}),
        Case(
            "POST /v1/sources/{source}/confirm",
            Of.WORKSPACE_WRITE,
            OPERATOR,
            f"{ONE}/confirm",
            body=REASON,
        ),
        Case(
            "POST /v1/sources/{source}/release",
            Of.WORKSPACE_WRITE,
            OPERATOR,
            f"{ONE}/release",
            body=REASON,
        ),
    ]


def test_every_route_of_ingest_has_an_expectation() -> None:
    check_complete("ingest", cases("k1"))


async def test_a_role_and_a_reach_decide_what_is_read_and_written(
    kafka: str, topic_prefix: str, database_url: str, tmp_path: Path
) -> None:
    settings = settings_for(kafka, topic_prefix, database_url, tmp_path)
    async with running(settings, tmp_path) as world:
        await until_ready(world)
        await world.client.put(ONE, json={}, headers=world.token("operator"))
        wrong = [
            spend(f"wrong-{name}", name, amount="many") | {"source": f"{name}/feed"}
            for name in (INSIDE, OUTSIDE)
        ]
        await world.post(spend("right", INSIDE), *wrong)
        await world.rejections(2)
        await world.make_key("x/*", name=INSIDE)
        [key] = (await world.client.get("/v1/keys", headers=world.token())).json()["items"]
        await hold(Asker(world.client, world.private_key), cases(key["key_id"]))


async def test_a_key_of_a_campaign_sends_what_names_it_and_nothing_else(
    kafka: str, topic_prefix: str, database_url: str, tmp_path: Path
) -> None:
    settings = settings_for(kafka, topic_prefix, database_url, tmp_path)
    async with running(settings, tmp_path) as world:
        await until_ready(world)
        key = await world.make_key(f"{INSIDE}/*", campaigns=[INSIDE])
        headers = {"Authorization": f"Bearer {key}"}
        by_entity = spend("by-entity", INSIDE) | {
            "data": {"entity": {"campaign": "7"}, "amount": "1.00", "currency": "CNY"}
        }
        beat = {
            "specversion": "1.0",
            "id": "beat",
            "source": SOURCE,
            "type": "paceline.source.v1",
            "data": {"complete_through": "2025-11-03T11:00:00Z"},
        }
        events = [spend("ours", INSIDE), spend("theirs", OUTSIDE), by_entity, beat]
        answer = await world.post(*(one | {"source": MACHINE} for one in events), headers=headers)
        assert answer.status_code == 202, answer.text
        beyond = ["theirs", "by-entity", "beat"]
        assert refused(answer.json()) == [(name, "out_of_reach") for name in beyond]
        told = await world.rejections(3, code="out_of_reach", source=MACHINE)
        assert sorted(one["id"] for one in told) == sorted(beyond)
        view = await world.client.get(f"/v1/sources/{MACHINE}", headers=world.token())
        assert view.json()["complete_through"] is None


def refused(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["id"], one["code"]) for one in answer["rejected"]]
