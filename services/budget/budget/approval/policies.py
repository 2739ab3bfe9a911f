"""The policy of a workspace: what an admin states, or what the house says until then."""

from collections.abc import Collection
from typing import Any

from budget.approval import store_policies as store
from budget.approval.policy_schemas import PolicyBody
from budget.approval.store_policies import PolicyRecord
from budget.caller import add_audit
from shared.errors import ErrorItem, InvalidError
from shared.http.caller import Caller


async def put_policy(caller: Caller, body: PolicyBody, kinds: Collection[str]) -> PolicyRecord:
    """The next version of the policy; the caller has locked the workspace. It holds for what is
    asked from now on, its limits and deputies for every decision from now on.

    Raises InvalidError `policy_invalid`.
    """
    check_policy(body, kinds)
    stated: dict[str, Any] = body.model_dump(mode="json", by_alias=True)
    made = await store.add_policy(
        caller.conn, caller.workspace, (stated["rules"], caller.principal.subject, caller.now)
    )
    await add_audit(caller, "policy_changed", f"policy/{made.version}", stated)
    return made


def check_policy(body: PolicyBody, kinds: Collection[str]) -> None:
    """Every document has a rule, every rule can be kept, and every amount has a currency.

    Raises InvalidError `policy_invalid`, which names all that is wrong.
    """
    faults = []
    for place, rule in enumerate(body.rules):
        at = f"rules.{place}"
        if rule.kind is not None and rule.kind not in kinds:
            known = ", ".join(sorted(kinds))
            faults.append(_fault(f"{at}.kind", f"no document is called so; there are {known}"))
        if len(set(rule.roles)) < max(len(rule.roles), rule.decisions):
            said = "name each role once, and as many of them as decisions are asked for"
            faults.append(_fault(f"{at}.roles", said))
        if rule.currency is None and (rule.amount_up_to is not None or rule.limits):
            faults.append(_fault(f"{at}.currency", "say in which currency the amounts are"))
    last = body.rules[-1]
    if any(one is not None for one in (last.kind, last.amount_up_to, last.currency, last.region)):
        said = "the last rule holds for what no other does: it names no kind, amount_up_to, "
        faults.append(_fault(f"rules.{len(body.rules) - 1}", f"{said}currency or region"))
    if faults:
        detail = f"the policy cannot be kept: {faults[0]['loc']}: {faults[0]['detail']}"
        raise InvalidError("policy_invalid", detail, errors=faults)


def _fault(loc: str, detail: str) -> ErrorItem:
    return ErrorItem(loc=loc, code="policy_invalid", detail=detail)
