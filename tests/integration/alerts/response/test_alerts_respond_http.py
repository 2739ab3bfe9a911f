"""What people answer to alerts over HTTP: who, when, why; once; and what is refused (W13, M5)."""

import uuid
from typing import Any

import httpx
from fastapi import FastAPI

from alerts.response.routes import answer_rate
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import (  # noqa: F401 - fixtures
    as_role,
    client,
    world,
)
from tests.unit.alerts.builders import at, make_history

FIRING = ("firing", "warning", "1.3")
WORSE = ("level_changed", "critical", "1.6")
RESOLVED = ("resolved", "warning", "1.0")


class People:
    """li.na and others at one alert of a world, over HTTP."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:  # noqa: F811
        self.world, self.client = world, client

    async def begin(self) -> str:
        """An alert that everybody was told; its id."""
        await self.world.tell(*make_history(FIRING))
        await self.world.flush(at(0))
        await self.world.deliver()
        return str(await self.world.pool.fetchval("SELECT max(alert) FROM alerts.alerts"))

    async def post(self, path: str, body: Any = None, key: str = "") -> httpx.Response:
        headers = {
            **as_role(self.world, "operator"),
            "Idempotency-Key": key or uuid.uuid4().hex,
        }
        sent = {} if body is None else {"json": body}
        return await self.client.post(f"/v1/alerts/{path}", headers=headers, **sent)

    async def get(self, alert: str) -> dict[str, Any]:
        headers = as_role(self.world, "viewer")
        answer = await self.client.get(f"/v1/alerts/{alert}", headers=headers)
        assert answer.status_code == 200, answer.text
        listed = await self.client.get("/v1/alerts", headers=headers)
        found: dict[str, Any] = answer.json()
        [item] = [one for one in listed.json()["items"] if one["alert"] == alert]
        assert {name: found[name] for name in item} == item
        return found

    async def move(self, minute: float) -> None:
        async with transaction(self.world.pool) as conn:
            await set_manual(conn, at(minute))


async def test_an_alert_is_acknowledged_by_somebody_with_a_word(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    await people.move(5)
    answer = await people.post(f"{alert}/ack", {"comment": "lowering the bids"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "acknowledged"
    found = await people.get(alert)
    assert (found["acknowledged_by"], found["state"]) == ("li.na", "firing")
    assert found["response"] == answer.json()
    assert found["response"]["comment"] == "lowering the bids"
    assert found["response"]["made_at"] == "2025-11-03T04:05:00Z"
    assert found["acknowledged_after_s"] is not None
    assert [(one["kind"], one["made_by"]) for one in found["actions"]] == [("ack", "li.na")]
    assert {one["channel"] for one in found["told"]} == {"dingtalk", "email"}
    assert {one["state"] for one in found["told"]} == {"delivered"}


async def test_an_answer_is_given_once(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    first = await people.post(f"{alert}/ack", key="k")
    again = await people.post(f"{alert}/ack", key="k")
    assert again.headers["Idempotency-Hit"] == "true"
    await people.move(5)
    # With another key it is the same by nature.
    third = await people.post(f"{alert}/ack")
    assert first.json() == again.json() == third.json()
    assert len((await people.get(alert))["actions"]) == 1
    missing = await client.post(f"/v1/alerts/{alert}/ack", headers=as_role(world, "operator"))
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_snooze_is_over_in_queries_when_it_is_over(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    assert (await people.post(f"{alert}/snooze", {"duration": "2h"})).status_code == 200
    found = await people.get(alert)
    assert found["snoozed_until"] == "2025-11-03T06:00:00Z"
    assert [(one["reason"], one["muted_by"]) for one in found["mutes"]] == [("snoozed", ["li.na"])]
    await people.move(120)
    found = await people.get(alert)
    assert (found["snoozed_until"], found["mutes"]) == (None, [])
    assert found["response"]["state"] == "open"


async def test_of_an_alert_that_is_over_only_a_comment_is_taken(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    await world.tell(*make_history(FIRING, RESOLVED))
    for verb, body in (("ack", {}), ("snooze", {"duration": "1h"}), ("assign", {"assignee": "x"})):
        answer = await people.post(f"{alert}/{verb}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "alert_over"), answer.text
    assert (await people.post(f"{alert}/comment", {"comment": "sale"})).json()["state"] == "over"
    assert (await people.get(alert))["response"]["comment"] == "sale"


async def test_a_new_episode_begins_without_an_answer(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    await people.post(f"{alert}/ack")
    await world.tell(*make_history(FIRING, RESOLVED))
    await world.tell(*make_history(FIRING, breach="pacing-high/line:L03/2"))
    found = await people.get(alert)
    assert (found["episode"], found["acknowledged_by"]) == (2, None)
    assert [one["episode"] for one in found["actions"]] == [1]


async def test_many_are_answered_at_once_and_each_has_its_own_answer(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    body = {"action": "ack", "alerts": [alert, "999999", alert], "comment": "all mine"}
    answer = await people.post("actions", body)
    assert answer.status_code == 200, answer.text
    results = [(one["alert"], one["refused"]) for one in answer.json()["results"]]
    unknown = {"code": "alert_unknown", "detail": "there is no alert 999999"}
    assert results == [(alert, None), ("999999", unknown), (alert, None)]
    assert answer.json()["results"][0]["response"]["state"] == "acknowledged"
    none = await people.post("actions", {**body, "alerts": ["999999", "999998"]})
    assert none.status_code == 404
    assert [one["code"] for one in none.json()["errors"]] == ["alert_unknown"] * 2


async def test_what_makes_no_sense_is_refused_with_the_remedy(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    for path, body, code in (
        (f"{alert}/snooze", {"until": "2025-11-03T03:00:00Z"}, "snooze_over"),
        (f"{alert}/snooze", {"duration": "31d"}, "snooze_too_long"),
        (f"{alert}/snooze", {"duration": "an hour"}, "duration_invalid"),
        (f"{alert}/snooze", {}, "snooze_end"),
        ("actions", {"action": "comment", "alerts": [alert]}, "comment_missing"),
        (
            "actions",
            {"action": "ack", "alerts": [alert], "until": "2026-01-01T00:00:00Z"},
            "snooze_end",
        ),
        ("actions", {"action": "ack", "alerts": [alert], "assignee": "x"}, "assignee_unexpected"),
    ):
        answer = await people.post(path, body)
        found = answer.json()
        codes = {found["code"], *(one["code"] for one in found["errors"])}
        assert answer.status_code == 422, answer.text
        assert code in codes, answer.text


async def test_a_level_that_changes_leaves_an_acknowledgement_behind(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    await people.post(f"{alert}/ack")
    await world.tell(*make_history(FIRING, WORSE))
    assert (await people.get(alert))["acknowledged_by"] is None
    await people.post(f"{alert}/resolve")
    assert (await people.get(alert))["closed_by"] == "li.na"
    await people.post(f"{alert}/unack")
    assert (await people.get(alert))["closed_by"] is None


async def test_who_answers_more_often_than_a_person_does_is_told_to_wait(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    assert isinstance(transport.app, FastAPI)
    transport.app.state.answer_rate = answer_rate(per_minute=2, clock=lambda: 0.0)
    for _ in range(2):
        assert (await people.post(f"{alert}/ack")).status_code == 200
    refused = await people.post(f"{alert}/unack")
    assert (refused.status_code, refused.json()["code"]) == (429, "answers_too_often")
    assert refused.headers["Retry-After"] == "30"
    assert "POST /v1/alerts/actions" in refused.json()["detail"]
    assert [one["kind"] for one in (await people.get(alert))["actions"]] == ["ack"]
