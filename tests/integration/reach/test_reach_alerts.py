"""Who may do what in alerts, over every role, reach and route."""

from typing import Any

import httpx
from fastapi import FastAPI

from alerts.configuration.matchers import parse_matchers
from alerts.quiet.silences import Silence
from alerts.quiet.store import put_silence
from alerts.response.routes import answer_rate
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import client, world  # noqa: F401
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
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach

ADMIN: tuple[str, ...] = ()
OPERATOR = ("operator",)
ANY = {"If-Match": "*"}
TRY = "/v1/receivers/ops/test"
SILENCE = "/v1/silences/of-inside"
TIMES = {"from": "2025-11-03T00:00:00Z", "to": "2025-11-04T00:00:00Z", "by": "campaign"}
SCHEDULE = f"/v1/schedules/{INSIDE}"
ON_CALL = f"""
people: [{{name: ann}}]
schedules:
  - name: {INSIDE}
    location: Asia/Shanghai
    rotations: [{{people: [ann], every: 1w, handoff: "2025-11-03T09:00"}}]
"""
BODY = {"matchers": [f'campaign="{INSIDE}"'], "duration": "2h", "comment": "a sale"}
CASES = [
    Case("GET /v1/alerts", Of.CAMPAIGN_LIST),
    Case("GET /v1/notifications", Of.CAMPAIGN_LIST),
    Case("GET /v1/configuration", Of.WORKSPACE_READ),
    Case("POST /-/reload", Of.WORKSPACE_WRITE, ADMIN),
    Case("GET /v1/limits", Of.WORKSPACE_READ),
    Case("POST /v1/receivers/{receiver}/test", Of.WORKSPACE_WRITE, OPERATOR, TRY),
    Case("GET /v1/unsubscriptions", Of.WORKSPACE_READ),
    Case(
        "DELETE /v1/unsubscriptions/{unsubscription}",
        Of.WORKSPACE_WRITE,
        OPERATOR,
        "/v1/unsubscriptions/1",
    ),
    Case("GET /v1/silences", Of.CAMPAIGN_LIST),
    Case("GET /v1/silences/{silence}", Of.CAMPAIGN_THING, path=SILENCE),
    Case("POST /v1/silences", Of.CAMPAIGN_WRITE, OPERATOR, body=BODY),
    Case(
        "PUT /v1/silences/{silence}", Of.CAMPAIGN_WRITE, OPERATOR, SILENCE, body=BODY, headers=ANY
    ),
    Case("GET /v1/schedules", Of.WORKSPACE_LIST),
    Case("GET /v1/schedules/{schedule}", Of.WORKSPACE_THING, path=SCHEDULE),
    Case(
        "GET /v1/schedules/{schedule}/calendar.ics",
        Of.WORKSPACE_THING,
        path=f"{SCHEDULE}/calendar.ics",
    ),
    Case("DELETE /v1/silences/{silence}", Of.CAMPAIGN_WRITE, OPERATOR, SILENCE),
    Case("GET /v1/response-times", Of.CAMPAIGN_LIST, params=TIMES),
]
ANSWERS: dict[str, dict[str, Any]] = {
    **{verb: {} for verb in ("ack", "unack", "unsnooze", "resolve")},
    "snooze": {"duration": "2h"},
    "comment": {"comment": "a sale"},
    "assign": {"assignee": "wang.lei"},
}


def cases_of(alert: int, delivery: str) -> list[Case]:
    """What is done about one alert of INSIDE, and a message that has not arrived."""
    url = f"/v1/alerts/{alert}"
    many = {"action": "ack", "alerts": [str(alert)]}
    return [
        Case("GET /v1/alerts/{alert}", Of.CAMPAIGN_THING, path=url),
        Case(
            "POST /v1/deliveries/{delivery}/resend",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"/v1/deliveries/{delivery}/resend",
        ),
        Case(
            "POST /v1/message_templates/preview",
            Of.CAMPAIGN_THING,
            OPERATOR,
            body={"text": "{{ title }}", "alert": str(alert)},
        ),
        Case("POST /v1/alerts/actions", Of.CAMPAIGN_WRITE, OPERATOR, body=many),
        *(
            Case(
                f"POST /v1/alerts/{{alert}}/{verb}",
                Of.CAMPAIGN_WRITE,
                OPERATOR,
                f"{url}/{verb}",
                body=body,
            )
            for verb, body in ANSWERS.items()
        ),
    ]


def test_every_route_of_alerts_has_an_expectation() -> None:
    check_complete("alerts", [*CASES, *cases_of(1, "d1")])


async def test_a_role_and_a_reach_decide_what_is_read_and_written(
    world: World,  # noqa: F811 - the fixture
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    world.configure(CONFIGURATION + ON_CALL)
    for campaign, region in ((INSIDE, EAST), (OUTSIDE, WEST)):
        await world.announce(campaign, region)
        await world.tell(breach_of(campaign))
    await world.flush(at(0))
    await world.deliver()
    async with transaction(world.pool) as conn:
        await put_silence(conn, "default", silence("of-inside", f'campaign="{INSIDE}"'))
    alert = await world.pool.fetchval("SELECT alert FROM alerts.alerts WHERE campaign = $1", INSIDE)
    delivery = await world.pool.fetchval(
        "UPDATE alerts.deliveries SET state = 'failed' WHERE position = (SELECT min(position) "
        "FROM alerts.deliveries WHERE campaigns ? $1) RETURNING delivery",
        INSIDE,
    )
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    assert isinstance(transport.app, FastAPI)
    # All of this within a minute is no person.
    transport.app.state.answer_rate = answer_rate(per_minute=10_000)
    await hold(asker_of(world, client), [*CASES, *cases_of(alert, delivery)])


async def test_a_campaign_is_read_where_it_was_moved_before_anything_is_told_of_it_again(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    await world.tell(breach_of(INSIDE))
    readers = []
    for region, version in ((WEST, 1), (EAST, 3), (WEST, 2), (None, 4)):
        await world.announce(INSIDE, region, version)
        answers = {
            reach: await asker_of(world, client).ask(CASES[0], "viewer", reach)
            for reach in ("its region", "another region")
        }
        readers.append([reach for reach, answer in answers.items() if answer.json()["items"]])
    # The second version comes after the third.
    assert readers == [["another region"], ["its region"], ["its region"], []]


async def test_a_message_is_shown_to_whom_all_that_it_says_is_in_reach(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    world.configure(CONFIGURATION.replace("[campaign, line]", "[line]"))
    for minute, campaign in enumerate((INSIDE, OUTSIDE)):
        await world.tell(breach_of(campaign))
        await world.flush(at(minute))
        await world.deliver()
    await world.announce(OUTSIDE, WEST)
    shown: dict[str, list[tuple[str, bool, bool]]] = {}
    for reach in ("all of the workspace", "its campaign", "another region"):
        answer = await asker_of(world, client).ask(CASES[1], "viewer", reach)
        shown[reach] = [
            (item["campaign"], bool(item["body"]), bool(item["attempts"][0]["provider_message"]))
            for item in answer.json()["items"]
            if item["channel"] == "dingtalk"
        ]
    assert shown == {
        "all of the workspace": [(INSIDE, True, True), (OUTSIDE, True, True)],
        "its campaign": [(INSIDE, True, True)],
        # The second message also says that the first campaign's alert is still open.
        "another region": [(OUTSIDE, False, False)],
    }


def silence(name: str, matchers: str) -> Silence:
    return Silence(
        silence=name,
        matchers=parse_matchers(matchers),
        starts_at=at(0),
        ends_at=at(60),
        created_by="li.na",
        comment="a sale",
        updated_at=at(0),
        updated_by="li.na",
    )


def asker_of(world: World, client: httpx.AsyncClient) -> Asker:  # noqa: F811
    return Asker(client, world.directory / "keys" / "jwt_private.pem")


def breach_of(campaign: str) -> Breach:
    return make_breach(
        breach=f"pacing-{campaign}/line:L03/1",
        rule=f"pacing-{campaign}",
        labels={"campaign": campaign, "line": "L03", "rule": f"pacing-{campaign}"},
        names={"campaign": campaign, "line": "L03"},
    )
