"""What an approval of a plan leads to: in force at once or from a later time, the older superseded.

A plan changes the money and the curve of its lines at one instant, its `effective_from`. Until then
what was planned stays as it was (`phasing.changed`), so approving a plan makes nobody late.
"""

from datetime import datetime
from typing import Any

from budget import announcements
from budget.allocation import store as allocation
from budget.allocation.journal import Holder, steps_to
from budget.allocation.phasing import NOTHING, Flight, changed, read_curve, store_curve
from budget.allocation.store import AllocatingDocument, LineRecord, LineRow
from budget.approval import commands as approval
from budget.approval import store as requests
from budget.approval.commands import Approvals, outcome_view
from budget.approval.schemas import DecisionBody
from budget.caller import add_audit, lock, release, stop_posting
from budget.documents.campaigns import store as campaigns
from budget.documents.campaigns.commands import find_campaign, find_open
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.campaigns.views import campaign_item
from budget.documents.plans import store
from budget.documents.plans.commands import find_plan, plan_name, read_plan_name
from budget.documents.plans.document import line_item, line_rows, reserve_of
from budget.documents.plans.store import PlanName, PlanRecord
from budget.ledger import registry
from budget.ledger.rules import AccountKey
from shared.http.caller import Caller


async def decide_plan(
    caller: Caller, approvals: Approvals, campaign: str, version: int, body: DecisionBody
) -> dict[str, Any]:
    """One role's decision; the last approval puts the plan in force, now or at its time."""
    caller = await stop_posting(caller)
    plan = await find_plan(caller, campaign, version, to_write=True)
    await find_open(caller, campaign)
    request = await requests.lock_request(caller.conn, caller.workspace, plan_name(plan))
    outcome = await approvals.decide(caller, request, body)
    if outcome.status == "approved":
        await _approve(caller, plan)
    if outcome.status == "rejected":
        await _reject(caller, plan)
    approved_at = caller.now if outcome.status == "approved" else None
    return {**outcome_view(outcome), "approved_at": approved_at}


async def withdraw_plan(caller: Caller, campaign: str, version: int) -> PlanRecord:
    """Takes a submitted plan back; it stays readable. Raises NotFoundError `plan_unknown`,
    ForbiddenError `not_author`, ConflictError `not_in_review` or `campaign_closed`."""
    caller = await lock(caller)
    plan = await find_plan(caller, campaign, version, to_write=True)
    await find_open(caller, campaign)
    request = await requests.lock_request(caller.conn, caller.workspace, plan_name(plan))
    await approval.withdraw(caller, request)
    await store.put_status(caller.conn, plan, "withdrawn", None, plan.effective_from)
    await _back_to_draft(caller, campaign)
    return await find_plan(caller, campaign, version)


async def decide_named(
    caller: Caller, approvals: Approvals, name: str, body: DecisionBody
) -> dict[str, Any]:
    """The same, of the plan that a request is about."""
    return await decide_plan(caller, approvals, *read_plan_name(name), body)


async def _approve(caller: Caller, plan: PlanRecord) -> None:
    """The plan is approved, and in force from its time on."""
    since = plan.effective_from or caller.now
    await store.put_status(caller.conn, plan, "approved", caller.now, since)
    await _approved(caller, plan)


async def _reject(caller: Caller, plan: PlanRecord) -> None:
    """The plan is rejected; a campaign without another one is a draft again."""
    await store.put_status(caller.conn, plan, "rejected", None, plan.effective_from)
    await _back_to_draft(caller, plan.campaign)


async def put_due_in_force(caller: Caller, due: PlanName) -> None:
    """Puts an approved plan in force whose time has come, unless something has overtaken it."""
    caller = await stop_posting(caller)
    plan = await store.get_plan(
        caller.conn, caller.workspace, due.campaign, due.plan_version, lock=True
    )
    if plan is None or plan.status != "approved":
        return
    await _put_in_force(caller, plan)
    await add_audit(caller, "plan_in_force", plan_name(plan), {})


async def _approved(caller: Caller, plan: PlanRecord) -> None:
    """What was approved before and is overtaken before its time never comes into force."""
    conn, since = caller.conn, plan.effective_from or caller.now
    later = since if since > caller.now else None
    await campaigns.put_superseded(conn, *plan.key, later)
    if later is not None and await store.has_in_force(conn, plan):
        return
    if later is None:
        await _put_in_force(caller, plan)
    else:
        # Nothing older is in force that would have to stay: its lines are known from now on.
        await _apply(caller, plan)


async def _put_in_force(caller: Caller, plan: PlanRecord) -> None:
    campaign = await find_campaign(caller, plan.campaign)
    if campaign.plan_version != plan.plan_version:
        await _apply(caller, plan)
    await store.put_in_force(caller.conn, plan)


async def _apply(caller: Caller, plan: PlanRecord) -> None:
    """Gives the campaign's lines what the plan says, and releases what waited for it."""
    conn, workspace, campaign = caller.conn, caller.workspace, plan.campaign
    since = plan.effective_from or caller.now
    row = await campaigns.put_approved(conn, workspace, campaign, plan.plan_version, since)
    known = await allocation.find_lines(conn, workspace, campaign)
    rows = _changed_lines(row, plan, known, since)
    lines = await allocation.put_lines(
        conn, workspace, campaign, plan.plan_version, rows, first=not known
    )
    document = AllocatingDocument(
        plan_name(plan), caller.now, {Holder("line", ln.line): ln.curve for ln in lines}
    )
    before = await allocation.find_steps(conn, workspace, campaign)
    wanted = {Holder("line", line.line): line.allocated for line in lines}
    wanted |= {Holder("bucket", one.bucket): one.amount for one in reserve_of(plan)}
    steps = steps_to(before, wanted, since)
    await allocation.add_steps(conn, workspace, campaign, document, steps)
    await store.put_applied(conn, plan, caller.now)
    await registry.add_accounts(
        conn,
        [AccountKey(workspace, "line", campaign, ln.line, "", row.currency) for ln in lines],
    )
    await release(caller, f"plan/{campaign}/{plan.plan_version}", touched=campaign)
    await approval.withdraw_moved(caller)
    items = [campaign_item(row), *(line_item(line) for line in lines)]
    await announcements.add(caller, items)


def _changed_lines(
    campaign: CampaignRecord, plan: PlanRecord, known: list[LineRecord], since: datetime
) -> list[LineRow]:
    """The plan's lines, and those it leaves out, with curves that keep what was planned so far."""
    flight = Flight(campaign.starts_at, campaign.ends_at)
    before = {line.line: line for line in known}
    stated = {line.line: line for line in line_rows(campaign, plan)}
    left_out = [
        LineRow(name, line.name, line.owner, line.channel, 0, store_curve(NOTHING), True)
        for name, line in before.items()
        if name not in stated and not line.removed
    ]
    rows = []
    for line in [*stated.values(), *left_out]:
        old = before.get(line.line)
        curve = changed(
            read_curve(old.curve) if old else NOTHING,
            read_curve(line.curve),
            since,
            flight,
        )
        rows.append(line._replace(curve=store_curve(curve)))
    return sorted(rows)


async def _back_to_draft(caller: Caller, campaign: str) -> None:
    row = await find_campaign(caller, campaign)
    if row.plan_version is None:
        await campaigns.put_status(caller.conn, caller.workspace, campaign, "draft")
        row = await find_campaign(caller, campaign)
        await announcements.add(caller, [campaign_item(row)])
