"""What an approval of a plan leads to: in force at once or from a later time, the older superseded.

A plan changes the money and the curve of its lines at one instant, its `effective_from`. Until then
what was planned stays as it was (`phasing.changed`), so approving a plan makes nobody late.
"""

from typing import Any

from budget import (
    approval_commands,
    campaign_commands,
    catalog,
    plan_commands,
    store_allocation,
    store_campaigns,
    store_plans,
    store_registry,
)
from budget.approval_commands import Decidable
from budget.approval_schemas import DecisionBody
from budget.caller import Session
from budget.plan_document import line_rows
from budget.rules.approval import Subject
from budget.rules.phasing import NOTHING, Flight, changed
from budget.rules.posting import AccountKey
from budget.store_allocation import LineRow, read_curve, store_curve
from budget.store_plans import InForce


async def decide_plan(
    session: Session, campaign: str, version: int, body: DecisionBody
) -> dict[str, Any]:
    """One role's decision; the last approval puts the plan in force, now or at its time."""
    await session.lock()
    plan = await plan_commands.find_plan(
        session.conn, session.workspace, campaign, version, lock=True
    )
    row = await campaign_commands.find_open(session, campaign)
    outcome = await approval_commands.decide(session, _decidable(row, plan), body)
    approved_at = session.now if outcome.status == "approved" else None
    if outcome.status != "in_review":
        since = plan["effective_from"] or approved_at
        await store_plans.set_plan_status(session.conn, plan, outcome.status, approved_at, since)
    if outcome.status == "approved":
        await _approved(session, plan)
    elif outcome.status == "rejected":
        await _back_to_draft(session, campaign)
    return {**approval_commands.decision_view(outcome), "approved_at": approved_at}


async def put_due_in_force(session: Session, due: InForce) -> None:
    """Puts an approved plan in force whose time has come, unless something has overtaken it."""
    await session.stop_posting()
    plan = await store_plans.get_plan(
        session.conn, session.workspace, due.campaign, due.plan_version, lock=True
    )
    if plan is None or plan["status"] != "approved":
        return
    await _put_in_force(session, plan)
    await session.audit("plan_in_force", plan_commands.plan_name(plan), {})


def _decidable(row: dict[str, Any], plan: dict[str, Any]) -> Decidable:
    return Decidable(
        plan_commands.plan_name(plan),
        plan["status"],
        Subject(plan["total"], plan["plan_version"]),
        row["currency"],
        frozenset(one for one in (plan["created_by"], plan["submitted_by"]) if one),
    )


async def _approved(session: Session, plan: dict[str, Any]) -> None:
    """What was approved before and is overtaken before its time never comes into force."""
    conn, since = session.conn, plan["effective_from"] or session.now
    later = since if since > session.now else None
    await store_campaigns.supersede_waiting(conn, *store_plans.key_of(plan), later)
    if later is not None and await store_plans.has_one(conn, plan):
        return
    await session.stop_posting()
    if later is None:
        await _put_in_force(session, plan)
    else:
        # Nothing older is in force that would have to stay: its lines are known from now on.
        await _apply(session, plan)


async def _put_in_force(session: Session, plan: dict[str, Any]) -> None:
    campaign = await campaign_commands.find_campaign(
        session.conn, session.workspace, plan["campaign"]
    )
    if campaign["plan_version"] != plan["plan_version"]:
        await _apply(session, plan)
    await store_plans.put(session.conn, plan)


async def _apply(session: Session, plan: dict[str, Any]) -> None:
    """Gives the campaign's lines what the plan says, and releases what waited for it."""
    conn, workspace, campaign = session.conn, session.workspace, plan["campaign"]
    since = plan["effective_from"] or session.now
    row = await store_campaigns.approve_campaign(
        conn, workspace, campaign, plan["plan_version"], since
    )
    known = await store_allocation.lines(conn, workspace, campaign)
    rows = _changed_lines(row, {**plan, "effective_from": since}, known)
    lines = await store_allocation.put_lines(
        conn, workspace, campaign, plan["plan_version"], rows, first=not known
    )
    await store_plans.set_applied(conn, plan, session.now)
    await store_registry.add_accounts(
        conn,
        [AccountKey(workspace, "line", campaign, ln["line"], "", row["currency"]) for ln in lines],
    )
    await session.release(f"plan/{campaign}/{plan['plan_version']}", touched=campaign)
    items = [catalog.campaign_item(row), *(catalog.line_item(line) for line in lines)]
    await catalog.tell(conn, workspace, items, session.now)


def _changed_lines(
    campaign: dict[str, Any], plan: dict[str, Any], known: list[dict[str, Any]]
) -> list[LineRow]:
    """The plan's lines, and those it leaves out, with curves that keep what was planned so far."""
    flight = Flight(campaign["starts_at"], campaign["ends_at"])
    before = {line["line"]: line for line in known}
    stated = {line.line: line for line in line_rows(campaign, plan)}
    left_out = [
        LineRow(name, line["name"], line["owner"], line["channel"], 0, store_curve(NOTHING), True)
        for name, line in before.items()
        if name not in stated and not line["removed"]
    ]
    rows = []
    for line in [*stated.values(), *left_out]:
        old = before.get(line.line)
        curve = changed(
            read_curve(old["curve"]) if old else NOTHING,
            read_curve(line.curve),
            plan["effective_from"],
            flight,
        )
        rows.append(line._replace(curve=store_curve(curve)))
    return sorted(rows)


async def _back_to_draft(session: Session, campaign: str) -> None:
    row = await campaign_commands.find_campaign(session.conn, session.workspace, campaign)
    if row["plan_version"] is None:
        await store_campaigns.set_campaign_status(
            session.conn, session.workspace, campaign, "draft"
        )
        row = await campaign_commands.find_campaign(session.conn, session.workspace, campaign)
        await catalog.tell(
            session.conn, session.workspace, [catalog.campaign_item(row)], session.now
        )
