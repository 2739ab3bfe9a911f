"""Who states whose decisions documents need, and who sees and decides what waits."""

from tests.integration.reach.matrix import Case, Of

STALE = {"If-Match": '"99"'}
"""Keeps what it would change."""
POLICY = {"rules": [{"roles": ["approver", "finance"], "decisions": 2}], "reason": "a test"}


def cases() -> list[Case]:
    return [
        Case("GET /v1/policy", Of.WORKSPACE_READ),
        Case("PUT /v1/policy", Of.WORKSPACE_WRITE, (), body=POLICY, headers=STALE),
    ]
