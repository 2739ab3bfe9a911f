"""What each route of budget answers to whom, by room: `cases` gathers them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.integration.budget.budget_helpers import campaign_body, plan_body
from tests.integration.reach import (
    reach_budget_deciding,
    reach_budget_moves,
    reach_budget_objects,
)
from tests.integration.reach.matrix import EAST, INSIDE, Case, Of
from tests.integration.reach.reach_budget_roles import (
    AUDITORS,
    DECIDERS,
    FINANCE,
    ONE,
    OPERATOR,
    REASON,
    YES,
)

STALE = {"If-Match": '"99"'}
"""Keeps what it would change."""
ON_LINE = {"campaign": INSIDE, "line": "L1", **REASON}
MAP = {"source": "ads/2", "match": {"campaign": "7"}, "campaign": INSIDE, "line": "L1"}
SHEET = """part,line,name,category,allocated,amount,currency
total,,,,,1.00,CNY
lines,L1,Search,advertising,1.00,,
"""
TARGET = {"campaign": INSIDE, "line": "L1"}
CLOSE = Case(
    "POST /v1/campaigns/{campaign}/close",
    Of.CAMPAIGN_WRITE,
    FINANCE,
    f"{ONE}/close",
    body=REASON,
)
WHERE = {"campaign": INSIDE, "region": EAST}


class Known(NamedTuple):
    """What stands in INSIDE: a mapping, an exception, a request that waits, an entry of L1, and
    items in suspense for each thing that is done to them."""

    mapping: str
    exception: int
    request: int
    entry: int
    held: Mapping[str, Sequence[int]]


def cases(known: Known) -> list[Case]:
    held = known.held
    single = {
        name: [(f"/v1/suspense/{item}/{name}", body) for item in held[name]]
        for name, body in (("assign", ON_LINE), ("write-off", REASON), ("restore", REASON))
    }
    many = {
        name: [(f"/v1/suspense/{name}", {"ids": [item], **body}) for item in held[f"many {name}"]]
        for name, body in (("assign", ON_LINE), ("write-off", REASON))
    }
    suspense = "/v1/suspense/{held}"
    suspended = [
        Case("POST /v1/suspense/assign", Of.CAMPAIGN_WRITE, OPERATOR, each=many["assign"]),
        Case("POST /v1/suspense/write-off", Of.CAMPAIGN_WRITE, FINANCE, each=many["write-off"]),
        Case(f"POST {suspense}/assign", Of.CAMPAIGN_WRITE, OPERATOR, each=single["assign"]),
        Case(f"POST {suspense}/write-off", Of.CAMPAIGN_WRITE, FINANCE, each=single["write-off"]),
        Case(f"POST {suspense}/restore", Of.CAMPAIGN_WRITE, FINANCE, each=single["restore"]),
    ]
    others = reads(known.mapping) + writes(known.mapping, known.exception) + suspended
    return [
        *others,
        *reach_budget_moves.cases(known.entry),
        *reach_budget_objects.cases(),
        *reach_budget_deciding.cases(known.request),
        CLOSE,
    ]


def reads(mapping: str) -> list[Case]:
    return [
        Case("GET /v1/audit", Of.CAMPAIGN_LIST, AUDITORS),
        Case("GET /v1/audit/verify", Of.WORKSPACE_READ, AUDITORS),
        Case("GET /v1/invariants", Of.WORKSPACE_READ),
        Case("GET /v1/imports/{import_id}", Of.WORKSPACE_THING, path="/v1/imports/f"),
        Case("GET /v1/campaigns", Of.CAMPAIGN_LIST),
        Case("GET /v1/campaigns/{campaign}", Of.CAMPAIGN_THING, path=ONE),
        Case(
            "GET /v1/campaigns/{campaign}/targets/{target}/versions",
            Of.CAMPAIGN_THING,
            path=f"{ONE}/targets/sales/versions",
        ),
        Case("GET /v1/campaigns/{campaign}/totals", Of.CAMPAIGN_THING, path=f"{ONE}/totals"),
        Case("GET /v1/campaigns/{campaign}/channels", Of.CAMPAIGN_THING, path=f"{ONE}/channels"),
        Case("GET /v1/campaigns/{campaign}/curve", Of.CAMPAIGN_THING, path=f"{ONE}/curve"),
        Case(
            "GET /v1/campaigns/{campaign}/lines/{line}/entries",
            Of.CAMPAIGN_THING,
            path=f"{ONE}/lines/L1/entries",
        ),
        Case("GET /v1/campaigns/{campaign}/plans", Of.CAMPAIGN_THING, path=f"{ONE}/plans"),
        Case(
            "GET /v1/campaigns/{campaign}/plans/{version}",
            Of.CAMPAIGN_THING,
            path=f"{ONE}/plans/1",
        ),
        Case(
            "GET /v1/campaigns/{campaign}/plans/{version}/diff",
            Of.CAMPAIGN_THING,
            path=f"{ONE}/plans/1/diff",
        ),
        Case(
            "GET /v1/campaigns/{campaign}/plans/{version}/export",
            Of.CAMPAIGN_THING,
            path=f"{ONE}/plans/1/export",
        ),
        Case("GET /v1/exceptions", Of.CAMPAIGN_LIST),
        Case("GET /v1/suspense", Of.CAMPAIGN_LIST),
        Case("GET /v1/mappings", Of.CAMPAIGN_LIST),
        Case("GET /v1/mappings/{mapping}", Of.CAMPAIGN_THING, path=f"/v1/mappings/{mapping}"),
    ]


def writes(mapping: str, exception: int) -> list[Case]:
    return [
        Case("POST /v1/campaigns", Of.CAMPAIGN_WRITE, OPERATOR, body=campaign_body(**WHERE)),
        Case(
            "PATCH /v1/campaigns/{campaign}",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            ONE,
            body={"name": "Double 11"},
        ),
        Case(
            "POST /v1/campaigns/{campaign}/plans",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"{ONE}/plans",
            body=plan_body(),
        ),
        Case(
            "POST /v1/campaigns/{campaign}/plans/import",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"{ONE}/plans/import",
            body=SHEET,
            headers={"Content-Type": "text/csv"},
        ),
        Case(
            "POST /v1/campaigns/{campaign}/plans/{version}/submit",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"{ONE}/plans/2/submit",
            body={},
        ),
        Case(
            "POST /v1/campaigns/{campaign}/plans/{version}/decisions",
            Of.CAMPAIGN_WRITE,
            DECIDERS,
            f"{ONE}/plans/2/decisions",
            by_role=YES,
        ),
        Case(
            "POST /v1/campaigns/{campaign}/plans/{version}/withdraw",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"{ONE}/plans/2/withdraw",
        ),
        Case(
            "POST /v1/exceptions/{held}/decisions",
            Of.CAMPAIGN_WRITE,
            DECIDERS,
            f"/v1/exceptions/{exception}/decisions",
            by_role=YES,
        ),
        Case("POST /v1/mappings", Of.CAMPAIGN_WRITE, OPERATOR, body=MAP),
        Case(
            "PUT /v1/mappings/{mapping}",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"/v1/mappings/{mapping}",
            body=TARGET,
            headers=STALE,
        ),
        Case(
            "DELETE /v1/mappings/{mapping}",
            Of.CAMPAIGN_WRITE,
            OPERATOR,
            f"/v1/mappings/{mapping}",
            headers=STALE,
        ),
    ]
