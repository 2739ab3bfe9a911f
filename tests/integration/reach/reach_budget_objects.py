"""Who reads and changes planning objects."""

from typing import Any

from tests.integration.budget.budget_helpers import Service
from tests.integration.reach.matrix import INSIDE, Case, Of
from tests.integration.reach.reach_budget_roles import OPERATOR

DUE = "2025-11-09T18:00:00+08:00"
ATTRIBUTES = {"name": "Live room ready", "owner": "chen.jie", "due_at": DUE}
STALE = {"If-Match": '"99"'}
ROUTE, PATH = "/v1/objects/{kind}", "/v1/objects/milestone"
ONE_ROUTE, ONE_PATH = f"{ROUTE}/{{name}}", f"{PATH}/{INSIDE}"


def body_of(campaign: str) -> dict[str, Any]:
    """A milestone of the campaign's own name."""
    return {"id": campaign, "campaign": campaign, "attributes": ATTRIBUTES}


def cases() -> list[Case]:
    """Of a milestone that `add_objects` has made."""
    edit = {"attributes": ATTRIBUTES}
    return [
        Case("GET /v1/objects", Of.PRODUCT),
        Case(f"GET {ROUTE}", Of.CAMPAIGN_LIST, path=PATH),
        Case(f"GET {ONE_ROUTE}", Of.CAMPAIGN_THING, path=ONE_PATH),
        Case(f"GET {ONE_ROUTE}/versions", Of.CAMPAIGN_THING, path=f"{ONE_PATH}/versions"),
        Case(f"POST {ROUTE}", Of.CAMPAIGN_WRITE, OPERATOR, PATH, body=body_of(INSIDE)),
        Case(f"PUT {ONE_ROUTE}", Of.CAMPAIGN_WRITE, OPERATOR, ONE_PATH, body=edit, headers=STALE),
        Case(f"DELETE {ONE_ROUTE}", Of.CAMPAIGN_WRITE, OPERATOR, ONE_PATH, headers=STALE),
    ]


async def add_objects(service: Service, campaign: str) -> None:
    """A milestone of the campaign."""
    async with service.caller("li.na", "operator") as operator:
        await operator.post(PATH, body_of(campaign), 201)
