"""API v2 beside its alerts: status, receivers, health, and who may ask at all."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import yaml

from tests.integration.alerts.alertmanager.api_world import (
    CONFIGURATION,
    ApiWorld,
    app_of,
    make_api_world,
)

ALERT = [{"labels": {"alertname": "a"}}]


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path, alertmanager_prefix="/am") as found:
        yield found


async def test_the_status_has_peers_a_version_and_the_configuration(api: ApiWorld) -> None:
    await api.world.pool.execute(
        "INSERT INTO alerts.replicas VALUES ('2', '10.0.0.2:8004', now()),"
        " ('3', '10.0.0.3:8004', now() - interval '1 minute')"
    )
    found = await api.get("/status")
    assert found["cluster"] == {
        "status": "ready",
        "name": "1",
        "peers": [
            {"name": "1", "address": "127.0.0.1:8004"},
            {"name": "2", "address": "10.0.0.2:8004"},
        ],
    }
    assert set(found["versionInfo"]) == {
        "version",
        "revision",
        "branch",
        "buildUser",
        "buildDate",
        "goVersion",
    }
    assert found["uptime"].endswith("Z")
    original = yaml.safe_load(found["config"]["original"])
    assert original == {
        "global": {"resolve_timeout": "5m"},
        "route": {
            "receiver": "hook",
            "group_by": ["alertname"],
            "group_wait": "0s",
            "group_interval": "1s",
            "repeat_interval": "30d",
        },
        "receivers": [{"name": "hook"}],
    }
    assert api.hook.url not in found["config"]["original"]


async def test_receivers_are_named_in_the_order_of_the_file(api: ApiWorld) -> None:
    api.world.configure(CONFIGURATION + "  - {name: another}\n")
    assert await api.get("/receivers") == [{"name": "hook"}, {"name": "another"}]


async def test_it_is_healthy_and_ready_and_below_the_prefix_too(api: ApiWorld) -> None:
    for path in ("/-/healthy", "/-/ready", "/am/-/healthy", "/am/-/ready"):
        answer = await api.client.get(path)
        assert (answer.status_code, answer.text) == (200, "OK"), path
        assert (await api.client.head(path)).status_code == 200
    assert (await api.client.get("/am/api/v2/alerts")).json() == []
    assert (await api.client.get("/am/healthz")).json() == {"status": "ok"}
    assert (await api.client.get("/api/v2/alert")).status_code == 404
    assert (await api.client.put("/api/v2/alerts")).status_code == 405
    assert (await api.client.get("/am")).status_code == 404


async def test_a_credential_counts_by_its_workspace_and_roles(api: ApiWorld) -> None:
    async def get(**credential: str) -> httpx.Response:
        return await api.client.get("/api/v2/alerts", headers=credential)

    await api.post(*ALERT)
    assert len((await get()).json()) == 1
    assert (await get(**api.credential("viewer", workspace="agency"))).json() == []
    assert len((await get(**api.credential("viewer"))).json()) == 1
    refused = await api.client.post("/api/v2/alerts", json=ALERT, headers=api.credential("viewer"))
    assert refused.status_code == 403
    assert isinstance(refused.json(), str)
    taken = await api.client.post("/api/v2/alerts", json=ALERT, headers=api.credential("operator"))
    assert taken.status_code == 200
    wrong = await get(Authorization="Bearer nobody")
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")


async def test_without_the_setting_nobody_is_let_in_without_a_credential(
    database_url: str, tmp_path: Path
) -> None:
    async with make_api_world(database_url, tmp_path, workspace="") as api:
        for method, path in (
            ("GET", "alerts"),
            ("POST", "alerts"),
            ("GET", "alerts/groups"),
            ("GET", "receivers"),
            ("GET", "status"),
            ("GET", "silences"),
            ("POST", "silences"),
            ("GET", "silence/x"),
            ("DELETE", "silence/x"),
        ):
            answer = await api.client.request(method, f"/api/v2/{path}", json=ALERT)
            assert answer.status_code == 401, path
            assert "PACELINE_ALERTMANAGER_WORKSPACE" in answer.json()
        assert (await api.client.get("/-/healthy")).status_code == 200


async def test_a_workspace_without_a_configuration_keeps_its_alerts(
    database_url: str, tmp_path: Path
) -> None:
    async with make_api_world(database_url, tmp_path, workspace="agency") as api:
        await api.post(*ALERT)
        [one] = await api.get("/alerts")
        assert one["receivers"] == []
        assert await api.get("/alerts/groups") == []
        assert (await api.get("/status"))["config"] == {"original": ""}


async def test_a_body_over_its_bound_is_refused(api: ApiWorld) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app_of(api.world)), base_url="http://alerts"
    ) as client:
        answer = await client.post("/api/v2/alerts", content=b" " * (16 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert isinstance(answer.json(), str)
