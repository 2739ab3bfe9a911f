"""Who states whose decisions documents need, and who sees and decides what waits."""

from tests.integration.reach.matrix import Case, Of
from tests.integration.reach.reach_budget_roles import DECIDERS, YES

STALE = {"If-Match": '"99"'}
"""Keeps what it would change."""
POLICY = {"rules": [{"roles": ["approver", "finance"], "decisions": 2}], "reason": "a test"}


def cases(request: int) -> list[Case]:
    """`request`: one that waits."""
    one, path = "/v1/approvals/{request}", f"/v1/approvals/{request}"
    return [
        Case("GET /v1/approvals", Of.CAMPAIGN_LIST),
        Case(f"GET {one}", Of.CAMPAIGN_THING, path=path),
        Case(
            f"POST {one}/decisions", Of.CAMPAIGN_WRITE, DECIDERS, f"{path}/decisions", by_role=YES
        ),
        Case("GET /v1/policy", Of.WORKSPACE_READ),
        Case("PUT /v1/policy", Of.WORKSPACE_WRITE, (), body=POLICY, headers=STALE),
    ]
