"""What has not arrived is sent again because somebody asks for it (M4, S41)."""

import uuid

import httpx

from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import (  # noqa: F401 - fixtures
    as_role,
    client,
    world,
)
from tests.unit.alerts.builders import at, make_history

FIRING = ("firing", "warning", "1.3")
CORRECTED = ("corrected", "warning", "1.35")


async def resend(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
    delivery: str,
) -> httpx.Response:
    headers = {**as_role(world, "operator"), "Idempotency-Key": uuid.uuid4().hex}
    return await client.post(f"/v1/deliveries/{delivery}/resend", headers=headers)


async def messages(world: World) -> list[tuple[str, str]]:  # noqa: F811
    """(delivery, state) at the robot, the oldest first."""
    rows = [row for row in await world.rows() if row["channel"] == "dingtalk"]
    return [(row["delivery"], row["state"]) for row in rows]


async def test_what_was_refused_is_sent_at_once_when_somebody_asks_for_it(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    world.restart()
    await world.tell(*make_history(FIRING))
    await world.flush(at(0))
    await world.deliver()
    await world.tell(*make_history(FIRING, CORRECTED)[1:])
    await world.flush(at(1))
    (first, state), (second, _) = await messages(world)
    assert state == "failed"
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-of-the-test"
    world.restart()
    assert await world.deliver() == 1, "the mail alone: the robot's next attempt is an hour away"
    waiting = await resend(world, client, second)
    assert (waiting.status_code, waiting.json()["behind"]) == (200, first)
    asked = await resend(world, client, first)
    assert asked.json() | {"next_attempt_at": None} == {
        "delivery": first,
        "receiver": "ops",
        "channel": "dingtalk",
        "state": "failed",
        "delivered_at": None,
        "next_attempt_at": None,
        "behind": None,
    }
    await world.deliver()
    assert await messages(world) == [(first, "delivered"), (second, "delivered")]
    assert len(world.robot.messages) == 2


async def test_what_has_arrived_is_not_sent_twice_and_what_there_is_not_is_unknown(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    await world.tell(*make_history(FIRING))
    await world.flush(at(0))
    await world.deliver()
    [(delivery, _)] = await messages(world)
    refused = await resend(world, client, delivery)
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery_arrived")
    assert await world.deliver() == 0
    unknown = await resend(world, client, "none")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "delivery_unknown")
