"""The HTTP side: what people may read, who may reload, and that no secret is in any answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from shared.access.tokens import generate_keys
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_client import as_role, client_of
from tests.integration.alerts.alerts_world import SECRET, World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    _, jwks = generate_keys(tmp_path / "keys")
    async with make_world(database_url, tmp_path, jwks=str(jwks)) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(world) as found:
        yield found


async def announce(world: World) -> None:
    used = make_breach(
        breach="budget-used/line:L10/1",
        rule="budget-used",
        group={"line": "L10"},
        labels={"campaign": "other-2025", "line": "L10", "rule": "budget-used"},
    )
    await world.tell(*make_history(("firing", "critical", "1.6")), used)
    await world.flush(at(0))
    await world.deliver()


async def test_notifications_are_filtered_and_paged(
    world: World, client: httpx.AsyncClient
) -> None:
    await announce(world)
    headers = as_role(world, "viewer")

    async def get(**wanted: str | int) -> dict[str, object]:
        answer = await client.get("/v1/notifications", params=wanted, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found

    assert len((await get())["items"]) == 4
    assert len((await get(campaign="other-2025"))["items"]) == 2
    assert len((await get(state="delivered", receiver="ops"))["items"]) == 4
    assert (await get(state="failed"))["items"] == []
    alert = (await get())["items"][0]["alert"]
    assert {item["alert"] for item in (await get(alert=alert))["items"]} == {alert}
    seen: list[str] = []
    cursor: object = ""
    while cursor is not None:
        page = await get(limit=3, cursor=str(cursor))
        seen += [item["notification"] for item in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 4


async def test_an_item_has_exactly_the_fields_of_the_contract(
    world: World, client: httpx.AsyncClient
) -> None:
    await announce(world)
    answer = await client.get("/v1/notifications", headers=as_role(world, "viewer"))
    item = answer.json()["items"][0]
    pinned = {
        "notification", "delivery", "alert", "fingerprint", "episode", "receiver", "channel",
        "reason", "transition", "severity", "state", "decided_at", "delivered_at",
        "next_attempt_at", "possible_duplicate", "locale", "attempts", "body", "explain",
    }  # fmt: skip
    assert pinned <= item.keys()
    assert {"title", "text"} == item["body"].keys()
    assert {"at", "http_status", "provider_code", "provider_message", "class", "duration_ms"} == (
        item["attempts"][0].keys()
    )
    explained = {"rule", "rule_version", "window", "value", "threshold", "numbers"}
    assert {*explained, "plan_version", "complete_through"} <= item["explain"].keys()


async def test_a_workspace_sees_only_its_own(world: World, client: httpx.AsyncClient) -> None:
    await announce(world)
    headers = as_role(world, "viewer", workspace="other")
    for path in ("/v1/notifications", "/v1/alerts"):
        assert (await client.get(path, headers=headers)).json()["items"] == []
    assert (await client.get("/v1/configuration", headers=headers)).status_code == 404


async def test_alerts_say_what_is_open_and_who_hears_of_it(
    world: World, client: httpx.AsyncClient
) -> None:
    await announce(world)
    answer = await client.get("/v1/alerts?open=true", headers=as_role(world, "viewer"))
    found = answer.json()["items"]
    assert [(one["state"], one["severity"], one["receivers"]) for one in found] == [
        ("firing", "critical", ["ops"])
    ] * 2
    closed = await client.get("/v1/alerts?open=false", headers=as_role(world, "viewer"))
    assert closed.json()["items"] == []


async def test_the_configuration_is_shown_without_secrets(
    world: World, client: httpx.AsyncClient
) -> None:
    answer = await client.get("/v1/configuration", headers=as_role(world, "viewer"))
    assert answer.json()["route"]["repeat_interval"] == "30d"
    assert (answer.json()["version"], answer.json()["doubts"]) == (0, [])
    await client.post("/-/reload", headers=as_role(world, "admin"))
    again = (await client.get("/v1/configuration", headers=as_role(world, "viewer"))).json()
    assert (again["version"], again["made_by"]) == (1, "li.na")
    assert answer.json()["receivers"][0]["dingtalk_configs"] == [
        {
            "name": None,
            "url_env": "OPS_DINGTALK_URL",
            "secret_env": "OPS_DINGTALK_SECRET",
            "allow_private": True,
            "keyword": None,
            "send_resolved": None,
        }
    ]
    assert SECRET not in answer.text
    assert "access_token" not in answer.text


async def test_a_reload_needs_an_admin_and_a_good_file(
    world: World, client: httpx.AsyncClient
) -> None:
    refused = await client.post("/-/reload", headers=as_role(world, "operator"))
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    path = world.directory / "default.yml"
    path.write_text(CONFIGURATION.replace("locale: zh-CN", "language: zh-CN"), encoding="utf-8")
    bad = await client.post("/-/reload", headers=as_role(world, "admin"))
    assert (bad.status_code, bad.json()["code"]) == (422, "configuration_invalid")
    assert "default.yml:9: unknown key 'language'" in bad.json()["detail"]
    assert bad.json()["errors"][0]["loc"] == "default.yml:9"
    path.write_text(CONFIGURATION, encoding="utf-8")
    good = await client.post("/-/reload", headers=as_role(world, "admin"))
    assert good.json() == {"workspaces": ["default"], "doubts": []}


async def test_a_reload_answers_what_is_doubtful_in_ones_own_file(
    world: World, client: httpx.AsyncClient
) -> None:
    doubtful = "route: {receiver: ops}\nreceivers:\n  - {name: ops}\n"
    (world.directory / "default.yml").write_text(doubtful, encoding="utf-8")
    (world.directory / "agency.yml").write_text(CONFIGURATION, encoding="utf-8")
    found = await client.post("/-/reload", headers=as_role(world, "admin"))
    [doubt] = found.json()["doubts"]
    assert doubt.startswith("default.yml:3: receiver 'ops' has no channel")
    # The line is that of the file as it is now, also where nothing else has changed in it.
    (world.directory / "default.yml").write_text(f"# more\n{doubtful}", encoding="utf-8")
    again = await client.post("/-/reload", headers=as_role(world, "admin"))
    assert again.json()["doubts"][0].startswith("default.yml:4: ")
    other = await client.post("/-/reload", headers=as_role(world, "admin", "agency"))
    assert other.json() == {"workspaces": ["agency"], "doubts": []}


async def test_a_reload_says_what_is_wrong_with_ones_own_file_also_when_another_is_bad(
    world: World, client: httpx.AsyncClient
) -> None:
    wrong = CONFIGURATION.replace("locale: zh-CN", "language: zh-CN")
    for name in ("agency", "default"):
        (world.directory / f"{name}.yml").write_text(wrong, encoding="utf-8")
    bad = await client.post("/-/reload", headers=as_role(world, "admin"))
    [error] = bad.json()["errors"]
    assert error["loc"].startswith("default.yml:")
    assert "agency" not in bad.text


async def test_a_reload_says_nothing_of_other_workspaces(
    world: World, client: httpx.AsyncClient
) -> None:
    other = world.directory / "agency.yml"
    other.write_text(CONFIGURATION, encoding="utf-8")
    good = await client.post("/-/reload", headers=as_role(world, "admin"))
    assert good.json() == {"workspaces": ["default"], "doubts": []}
    stranger = await client.post("/-/reload", headers=as_role(world, "admin", "third"))
    assert stranger.json() == {"workspaces": [], "doubts": []}
    other.write_text("route: {receiver: the-secret-boss}\nreceivers: []\n", encoding="utf-8")
    bad = await client.post("/-/reload", headers=as_role(world, "admin"))
    assert (bad.status_code, bad.json()["code"]) == (422, "configuration_invalid")
    assert "agency" not in bad.text
    assert "boss" not in bad.text
    assert bad.json()["errors"] == []
    own = await client.post("/-/reload", headers=as_role(world, "admin", "agency"))
    assert own.json()["errors"][0]["loc"] == "agency.yml:1"
    assert "the-secret-boss" in own.json()["detail"]


async def test_a_reload_sends_what_was_refused(world: World, client: httpx.AsyncClient) -> None:
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    await announce(world)
    failed = await client.get("/v1/notifications?state=failed", headers=as_role(world, "viewer"))
    assert [item["attempts"][0]["provider_code"] for item in failed.json()["items"]] == [
        "310000"
    ] * 2
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    assert (await client.post("/-/reload", headers=as_role(world, "admin"))).status_code == 200
    await world.deliver()
    assert len(world.robot.messages) == 2


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/notifications?cursor=nonsense", "cursor_invalid"),
        ("/v1/notifications?alert=x", "invalid_request"),
        ("/v1/notifications?state=lost", "invalid_request"),
        ("/v1/alerts?limit=501", "invalid_request"),
    ],
)
async def test_a_wrong_question_is_named(
    world: World, client: httpx.AsyncClient, path: str, code: str
) -> None:
    answer = await client.get(path, headers=as_role(world, "viewer"))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
