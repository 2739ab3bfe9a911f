"""Who proposes what moves money, and who reads it and decides on it."""

from typing import Any

from tests.integration.budget.budget_helpers import SINCE, Service, approve, line_body
from tests.integration.budget.documents.money_world import (
    DRAW,
    RETURN,
    TRANSFER,
    reserved_plan,
    settle,
)
from tests.integration.reach.matrix import Case, Of
from tests.integration.reach.reach_budget_roles import DECIDERS, FINANCE, ONE, OPERATOR, REASON, YES

ORDER = {"commitment": "over", "line": "L1", "supplier": "hall", "amount": "1.00"}
VENUE = ORDER | {"commitment": "venue"}
BILL = {
    "invoice": "117",
    "supplier": "hall",
    "date": "2025-11-03",
    "rows": [{"row": "1", "line": "L1", "amount": "0.01"}],
}
BODIES: dict[str, Any] = {
    "draws": DRAW | {"amount": "1.00"},
    "overcommitments": ORDER | {"reason": "the hall is let as a whole"},
    "returns": RETURN | {"amount": "1.00"},
    "transfers": TRANSFER | {"amount": "1.00", "breach": "a/b/1"},
}


def cases(entry: int) -> list[Case]:
    """Of each kind the last is decided on; another is withdrawn by its author alone."""
    bodies = BODIES | {"reclassifications": reclassified(entry)}
    listed = Case("GET /v1/adjustments", Of.CAMPAIGN_LIST)
    moved = [case for plural, body in bodies.items() for case in kind_cases(plural, body)]
    return [listed, *moved, *_commitments(), *_invoices()]


async def propose(service: Service, campaign: str) -> None:
    """A plan with a reserve in force, and three proposals of each kind by somebody else."""
    lines = [line_body(line, "100000.00") for line in ("L1", "L2", "L4", "L5")]
    await approve(service, campaign, reserved_plan(*lines), effective_from=SINCE)
    await settle(service, "draws", DRAW, campaign)
    async with service.caller("li.na", "operator") as operator:
        await operator.post(f"/v1/campaigns/{campaign}/commitments", VENUE, 201)
        await operator.post(f"/v1/campaigns/{campaign}/invoices", BILL, 201)
        for plural, body in BODIES.items():
            for _ in range(2 if plural == "draws" else 3):
                await operator.post(f"/v1/campaigns/{campaign}/{plural}", body, 201)


async def propose_reclassifications(service: Service, campaign: str) -> int:
    """Three of an entry that is booked on L1 by somebody else; its number."""
    place = f"/v1/campaigns/{campaign}"
    async with service.caller("li.na", "operator") as operator:
        *_, booked = (await operator.get(f"{place}/lines/L1/entries"))["items"]
        for _ in range(3):
            await operator.post(f"{place}/reclassifications", reclassified(booked["entry"]), 201)
    return int(booked["entry"])


def reclassified(entry: int) -> dict[str, Any]:
    return {"entry": entry, "to": {"line": "L2"}, "reason": "a test"}


def kind_cases(plural: str, body: Any) -> list[Case]:
    """Of a kind of proposal: the first is read, the second withdrawn, the third decided on."""
    route, path = f"/v1/campaigns/{{campaign}}/{plural}", f"{ONE}/{plural}"
    one = f"{route}/{{number}}"
    return [
        Case(f"GET {route}", Of.CAMPAIGN_THING, path=path),
        Case(f"GET {one}", Of.CAMPAIGN_THING, path=f"{path}/1"),
        Case(f"POST {route}", Of.CAMPAIGN_WRITE, OPERATOR, path, body=body),
        Case(
            f"POST {one}/decisions", Of.CAMPAIGN_WRITE, DECIDERS, f"{path}/3/decisions", by_role=YES
        ),
        Case(f"POST {one}/withdraw", Of.CAMPAIGN_WRITE, OPERATOR, f"{path}/2/withdraw"),
    ]


def _commitments() -> list[Case]:
    route, path = "/v1/campaigns/{campaign}/commitments", f"{ONE}/commitments"
    ends = {"invoiced": REASON | {"amount": "0.01"}, "settle": REASON, "cancel": REASON}
    one = f"{route}/{{commitment}}"
    return [
        Case(f"GET {route}", Of.CAMPAIGN_THING, path=path),
        Case(f"GET {one}", Of.CAMPAIGN_THING, path=f"{path}/venue"),
        Case(f"POST {route}", Of.CAMPAIGN_WRITE, OPERATOR, path, body=VENUE),
        *(
            Case(f"POST {one}/{end}", Of.CAMPAIGN_WRITE, OPERATOR, f"{path}/venue/{end}", body=body)
            for end, body in ends.items()
        ),
    ]


def _invoices() -> list[Case]:
    route, path = "/v1/campaigns/{campaign}/invoices", f"{ONE}/invoices"
    return [
        Case(f"GET {route}", Of.CAMPAIGN_THING, path=path),
        Case(f"POST {route}", Of.CAMPAIGN_WRITE, (*OPERATOR, *FINANCE), path, body=BILL),
    ]
