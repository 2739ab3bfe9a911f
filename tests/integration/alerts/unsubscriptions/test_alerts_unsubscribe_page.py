"""The page to unsubscribe on, what a mail program sends to it, and the same over the API."""

# ruff: noqa: F811 - the fixtures

import httpx

from alerts.unsubscriptions.store import forget
from shared.database.pool import transaction
from tests.documented import documented
from tests.integration.alerts.alerts_client import as_role
from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.unsubscriptions.unsubscribed import (  # noqa: F401 - fixtures
    ENGLISH,
    ONE_CLICK,
    WARNING,
    client,
    leave,
    mails,
    path_of,
    rows,
    world,
)
from tests.unit.alerts.builders import at
from tests.unit.alerts.response.pages import LINKS, token_of


async def test_to_look_at_the_page_does_nothing_and_its_button_acts(
    world: World, client: httpx.AsyncClient
) -> None:
    path = path_of("ann")
    shown = await client.get(path)
    assert "ann@example.com gets the mail of ops." in shown.text
    assert 'value="leave"' in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert await rows(world) == []
    left = await client.post(path, data={"action": "leave"})
    assert "ann@example.com has unsubscribed from the mail of ops." in left.text
    assert 'value="return"' in left.text
    again = await client.post(path, data={"action": "leave"})
    assert (again.status_code, again.text) == (200, left.text)
    assert await rows(world) == [("email:ann@example.com", "by link: ann@example.com", True)]
    refused = await client.post(path, data={"action": "delete"})
    assert refused.status_code == 422
    await client.post(path, data={"action": "return"})
    await client.post(path, data={"action": "return"})
    assert [one[2] for one in await rows(world)] == [False]
    await client.post(path, data={"action": "leave"})
    assert [one[2] for one in await rows(world)] == [False, True], "each departure is on record"


async def test_both_forms_of_a_mail_programs_request_are_understood(
    world: World, client: httpx.AsyncClient
) -> None:
    sent = await client.post(path_of("ann"), files={"List-Unsubscribe": (None, "One-Click")})
    assert sent.status_code == 200
    assert [one[0] for one in await rows(world)] == ["email:ann@example.com"]


async def test_a_link_is_for_one_thing(world: World, client: httpx.AsyncClient) -> None:
    of_alert = token_of(LINKS.address("default", 1, "ops", at(0)))
    answers = [
        await client.post(f"/respond/unsubscribe/{of_alert}", data=ONE_CLICK),
        await client.get(f"/respond/{token_of(path_of('ann'))}"),
        await client.post(path_of("ann")[:-1] + "_", data=ONE_CLICK),
    ]
    assert [one.status_code for one in answers] == [403, 403, 403]
    assert await rows(world) == []


async def test_it_is_refused_where_the_file_no_longer_permits_it(
    world: World, client: httpx.AsyncClient
) -> None:
    await leave(client, path_of("bob"))
    world.configure(ENGLISH.replace(", unsubscribe: true", ""))
    refused = await client.post(path_of("ann"), data=ONE_CLICK)
    assert refused.status_code == 403
    assert "can no longer be unsubscribed from" in refused.text
    await world.tell(WARNING)
    assert set(await mails(world, 0)) == {"ann", "bob"}, "the file decides"


async def test_a_link_is_asked_for_so_often_and_no_more(
    world: World, client: httpx.AsyncClient
) -> None:
    answers = [await client.get(path_of("ann")) for _ in range(31)]
    assert [one.status_code for one in answers[-2:]] == [200, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_the_page_of_an_alert_does_not_say_who_left(
    world: World, client: httpx.AsyncClient
) -> None:
    await leave(client, path_of("ann"))
    await world.tell(WARNING)
    await mails(world, 0)
    alert = await world.pool.fetchval("SELECT max(alert) FROM alerts.alerts")
    page = await client.get(f"/respond/{token_of(LINKS.address('default', alert, 'ops', at(0)))}")
    assert page.status_code == 200
    assert "unsubscribed" not in page.text
    assert page.text.count("ops (email)") == 1


async def test_the_api_lists_who_left_and_brings_them_back(
    world: World, client: httpx.AsyncClient
) -> None:
    await leave(client, path_of("ann"))
    await leave(client, path_of("bob"))
    await leave(client, path_of("ann", workspace="another"))
    client.event_hooks = documented("alerts")
    reader, operator = as_role(world, "viewer"), as_role(world, "operator")
    first = (await client.get("/v1/unsubscriptions?limit=1", headers=reader)).json()
    params = {"limit": 1, "cursor": first["next"]}
    second = (await client.get("/v1/unsubscriptions", params=params, headers=reader)).json()
    items = [*first["items"], *second["items"]]
    assert [one["mailbox"] for one in items] == ["email:ann@example.com", "email:bob@example.com"]
    assert second["next"] is None
    path = f"/v1/unsubscriptions/{items[0]['unsubscription']}"
    assert (await client.delete(path, headers=reader)).status_code == 403
    for _ in range(2):
        assert (await client.delete(path, headers=operator)).status_code == 204
    [ann, bob] = (await client.get("/v1/unsubscriptions", headers=reader)).json()["items"]
    assert (ann["returned_by"], bob["returned_by"]) == ("li.na", None)
    unknown = await client.delete("/v1/unsubscriptions/999999999", headers=operator)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unsubscription_unknown")
    elsewhere = await world.pool.fetchval(
        "SELECT unsubscription FROM alerts.unsubscriptions WHERE workspace = 'another'"
    )
    other = await client.delete(f"/v1/unsubscriptions/{elsewhere}", headers=operator)
    assert other.status_code == 404


async def test_what_is_over_is_forgotten_and_what_holds_is_not(
    world: World, client: httpx.AsyncClient
) -> None:
    await leave(client, path_of("ann"))
    await leave(client, path_of("bob"))
    await client.post(path_of("ann"), data={"action": "return"})
    async with transaction(world.pool) as conn:
        assert await forget(conn, at(0), 10) == 0
        assert await forget(conn, at(1), 10) == 1
    assert [one[0] for one in await rows(world)] == ["email:bob@example.com"]
