"""Who may do what in alerts, over every role, reach and route."""

import httpx

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
from tests.unit.alerts.builders import at, make_breach

ADMIN: tuple[str, ...] = ()
CASES = [
    Case("GET /v1/alerts", Of.CAMPAIGN_LIST),
    Case("GET /v1/notifications", Of.CAMPAIGN_LIST),
    Case("GET /v1/configuration", Of.WORKSPACE_THING),
    Case("POST /-/reload", Of.WORKSPACE_WRITE, ADMIN),
]


def test_every_route_of_alerts_has_an_expectation() -> None:
    check_complete("alerts", CASES)


async def test_a_role_and_a_reach_decide_what_is_read_and_written(
    world: World,  # noqa: F811 - the fixture
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    for campaign, region in ((INSIDE, EAST), (OUTSIDE, WEST)):
        breach = make_breach(
            breach=f"pacing-{campaign}/line:L03/1",
            rule=f"pacing-{campaign}",
            labels={"campaign": campaign, "line": "L03", "rule": f"pacing-{campaign}"},
            names={"campaign": campaign, "line": "L03"},
            region=region,
        )
        await world.tell(breach)
    await world.flush(at(0))
    await world.deliver()
    await hold(Asker(client, world.directory / "keys" / "jwt_private.pem"), CASES)
