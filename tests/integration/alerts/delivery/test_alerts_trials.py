"""A test message: each channel of a receiver, at once, in the providers' own words (M4)."""

import httpx

from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import (  # noqa: F401 - fixtures
    as_role,
    client,
    world,
)

TRY = "/v1/receivers/ops/test"


async def test_every_channel_of_the_receiver_gets_it_and_says_so(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    answer = await client.post(TRY, headers=as_role(world, "operator"))
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["receiver"], shown["arrived"]) == ("ops", True)
    results = {one["channel"]: (one["class"], one["provider_code"]) for one in shown["results"]}
    assert results == {"dingtalk": ("delivered", "0"), "email": ("delivered", "250")}
    (message,) = world.robot.messages
    assert "测试消息" in str(message)
    assert "li.na" in str(message)
    # Nothing of it is told as if it were an alert.
    assert await world.rows() == []


async def test_what_a_provider_refuses_is_said_in_its_own_words(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-another"
    shown = (await client.post(TRY, headers=as_role(world, "operator"))).json()
    assert shown["arrived"] is False
    (refused,) = [one for one in shown["results"] if one["class"] != "delivered"]
    assert (refused["name"], refused["class"]) == ("dingtalk:OPS_DINGTALK_URL", "permanent_config")
    assert refused["provider_code"] == "310000"
    assert "SEC-another" not in str(shown)


async def test_an_unknown_receiver_is_answered_with_those_there_are(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    answer = await client.post("/v1/receivers/boss/test", headers=as_role(world, "operator"))
    assert (answer.status_code, answer.json()["code"]) == (404, "receiver_unknown")
    assert answer.json()["detail"] == "there is no receiver boss: the file has ops"


async def test_a_receiver_without_channels_has_nobody_to_tell(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    world.configure("route: {receiver: quiet}\nreceivers: [{name: quiet}]\n")
    answer = await client.post("/v1/receivers/quiet/test", headers=as_role(world, "operator"))
    assert answer.json() == {"receiver": "quiet", "arrived": False, "results": []}
