"""Who may do what in budget, as the cases of all its rooms say it."""

from tests.integration.reach.matrix import INSIDE

OPERATOR, FINANCE, DECIDERS = ("operator",), ("finance",), ("approver", "finance")
AUDITORS = ("auditor", "finance", "approver")
ONE = f"/v1/campaigns/{INSIDE}"
REASON = {"reason": "a test"}
YES = {role: {"decision": "approve", "as": role, "opinion": "fits"} for role in DECIDERS}
TURNS = 8
"""Two roles with four reaches each, for what can be done once."""
