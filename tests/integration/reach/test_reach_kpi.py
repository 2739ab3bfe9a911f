"""Who may do what in kpi-monitor, over every role, reach and route."""

from pathlib import Path

from shared.events import CatalogItem
from tests.integration.kpi.kpi_world import World, world
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
from tests.unit.kpi.builders import at, heartbeat, metrics_event, rule_body

RULE = rule_body(rule="r-inside", scope={"campaign": INSIDE, "lines": ["L02"]})
NEW = RULE | {"rule": "r-new"}
WINDOW = {"window": at(10).isoformat(), "group": "line:L02"}
SPAN = {"from": at(10).isoformat(), "to": at(12).isoformat()}
OPERATOR = ("operator",)
ANY, NONE = {"If-Match": "*"}, {"If-Match": '"99"'}
"""The second keeps what it would delete."""
THING = "/v1/rules/r-inside"
CASES = [
    Case("GET /v1/kpis", Of.PRODUCT),
    Case("GET /v1/lines", Of.CAMPAIGN_LIST, params={"campaign": INSIDE}),
    Case(
        "GET /v1/series",
        Of.CAMPAIGN_THING,
        params={"campaign": INSIDE, "kpi": "ctr", "window": "60m", **SPAN},
    ),
    Case("GET /v1/breaches", Of.CAMPAIGN_LIST),
    Case("GET /v1/held", Of.CAMPAIGN_LIST),
    Case("GET /v1/imports/{import_id}", Of.WORKSPACE_THING, path="/v1/imports/f"),
    Case("GET /v1/rules", Of.CAMPAIGN_LIST),
    Case("GET /v1/rules/{rule}", Of.CAMPAIGN_THING, path=THING),
    Case("GET /v1/rules/{rule}/explain", Of.CAMPAIGN_THING, path=f"{THING}/explain", params=WINDOW),
    Case("POST /v1/rules/test", Of.CAMPAIGN_THING, body={"rule": NEW, **SPAN}),
    Case("POST /v1/rules", Of.CAMPAIGN_WRITE, OPERATOR, body=NEW),
    Case(
        "PUT /v1/rules/{rule}",
        Of.CAMPAIGN_WRITE,
        OPERATOR,
        THING,
        body=RULE,
        headers={"If-Match": "*"},
    ),
    Case("PATCH /v1/rules/{rule}", Of.CAMPAIGN_WRITE, OPERATOR, THING, body={"name": "CTR"}),
    Case("DELETE /v1/rules/{rule}", Of.CAMPAIGN_WRITE, OPERATOR, THING, headers=NONE),
]


async def fill(kpi: World) -> None:
    """Both campaigns with figures and a breach; an import, and something that waits."""
    await kpi.set_now(at(9))
    for campaign, region in ((INSIDE, EAST), (OUTSIDE, WEST)):
        await kpi.fold(kpi.campaign(campaign, time_zone="UTC", region=region))
        line = {"campaign": campaign, "line": "L02", "name": campaign}
        item = CatalogItem(
            kind="line", id=f"{campaign}/L02", version=1, effective_from=None, object=line
        )
        await kpi.fold(kpi.catalog(item))
        body = rule_body(rule=f"r-{campaign}", scope={"campaign": campaign, "lines": ["L02"]})
        made = await kpi.add_rule(body)
        assert made.status_code == 201, made.text
    await kpi.set_now(at(12))
    for campaign in (INSIDE, OUTSIDE):
        figures = {"impressions": 200_000, "clicks": 1}
        events = [
            metrics_event(hour, campaign=campaign, line="L02", measures=figures)
            for hour in (10, 11)
        ]
        waiting = metrics_event(
            9, campaign=campaign, line="L02", measures={"revenue": "5"}, currency="USD"
        )
        await kpi.fold(kpi.metrics(*events, waiting))
    await kpi.fold(kpi.metrics(metrics_event(8, campaign=INSIDE, importid="f"), heartbeat(12)))
    await kpi.evaluate()


def test_every_route_of_kpi_monitor_has_an_expectation() -> None:
    check_complete("kpi-monitor", CASES)


async def test_a_role_and_a_reach_decide_what_is_read_and_written(
    database_url: str, tmp_path: Path
) -> None:
    async with world(database_url, tmp_path, at(9)) as kpi:
        await fill(kpi)
        del kpi.client.headers["Authorization"]
        await hold(Asker(kpi.client, tmp_path / "jwt_private.pem"), CASES)
