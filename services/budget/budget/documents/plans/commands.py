"""What people do with a plan before it is decided on: propose it, submit it."""

from typing import Any

from budget import announcements
from budget.allocation import store as allocation
from budget.allocation.journal import held
from budget.approval.commands import Approvals, SubmittedDocument
from budget.approval.rules import ApprovalSubject
from budget.caller import add_audit, lock
from budget.documents.campaigns import store as campaigns
from budget.documents.campaigns.commands import find_campaign, find_open
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.campaigns.views import campaign_item
from budget.documents.plans import store
from budget.documents.plans.document import (
    local_flight,
    plan_document,
    read_caps,
    read_lines,
    read_reserve,
)
from budget.documents.plans.rules import (
    PlanFinding,
    Terms,
    check,
    check_submit,
    without_echoes,
)
from budget.documents.plans.schemas import PlanBody, SubmitBody
from budget.documents.plans.since import find_moved
from budget.documents.plans.store import PlanRecord
from shared.errors import NotFoundError
from shared.http.caller import Caller
from shared.money import parse_micros


async def create_plan(caller: Caller, campaign: str, body: PlanBody) -> PlanRecord:
    """The next plan version as a draft, with its findings.

    Raises ConflictError `campaign_closed`, as do submitting and deciding, and what
    `plans.rules.check` refuses."""
    caller = await lock(caller)
    document, findings = await try_plan(caller, campaign, body)
    plan = await store.add_plan(
        caller.conn,
        caller.workspace,
        (
            campaign,
            body.total.amount,
            document,
            findings,
            caller.principal.subject,
            caller.now,
        ),
    )
    await add_audit(caller, "plan_created", plan_name(plan), {"total": body.total.amount})
    return plan


async def try_plan(
    caller: Caller, campaign: str, body: PlanBody
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The plan as it would be stored, and its findings; nothing is. Raises as `create_plan`."""
    row = await find_open(caller, campaign)
    checked = check(
        _terms(row),
        body.total.amount,
        body.total.currency,
        without_echoes(read_lines(body), await _read_before(caller, campaign, body.plan_version)),
        read_reserve(body),
        caps=read_caps(body),
    )
    document = plan_document(body, checked)
    findings = [*checked.findings, *await _find_moved(caller, row, document)]
    return document, [finding.document for finding in findings]


async def submit_plan(
    caller: Caller, approvals: Approvals, campaign: str, version: int, body: SubmitBody
) -> dict[str, Any]:
    """Draft → in review (B8). Raises NotFoundError, ConflictError `not_draft`, InvalidError
    `target_missing`."""
    caller = await lock(caller)
    row = await find_open(caller, campaign)
    plan = await find_plan(caller, campaign, version, to_write=True)
    check_submit(plan.status, targets=len(row.body["targets"]))
    by = caller.principal.subject
    request = await approvals.ask(
        caller,
        SubmittedDocument(
            plan_name(plan),
            "plan",
            campaign,
            ApprovalSubject(plan.total, plan.plan_version),
            row.currency,
            row.body["region"],
            frozenset({plan.created_by, by}),
        ),
    )
    await store.put_submitted(
        caller.conn,
        plan,
        (by, caller.now, body.comment, body.effective_from, request.due_at),
    )
    if row.plan_version is None:
        await campaigns.put_status(caller.conn, caller.workspace, campaign, "in_review")
        changed = await find_campaign(caller, campaign)
        await announcements.add(caller, [campaign_item(changed)])
    await add_audit(
        caller,
        "plan_submitted",
        plan_name(plan),
        {"comment": body.comment, "effective_from": body.effective_from},
    )
    return {"status": "in_review", "needs": list(request.needs(())), "due_at": request.due_at}


async def find_plan(
    caller: Caller, campaign: str, version: int, *, to_write: bool = False
) -> PlanRecord:
    """The plan version, locked for who writes. Raises NotFoundError `plan_unknown`, and what
    writing out of reach raises."""
    if not caller.reach.covers(campaign):
        raise caller.reach.unknown("campaign", campaign, to_write=to_write)
    plan = await store.get_plan(caller.conn, caller.workspace, campaign, version, lock=to_write)
    if plan is None:
        raise NotFoundError("plan_unknown", f"{campaign} has no plan {version}")
    return plan


async def _read_before(caller: Caller, campaign: str, version: int | None) -> dict[str, int]:
    """What the lines came to in the version that somebody has read and edited."""
    if version is None:
        return {}
    plan = await store.get_plan(caller.conn, caller.workspace, campaign, version)
    lines = plan.body["lines"] if plan else []
    return {line["line"]: parse_micros(line["allocated"]) for line in lines}


async def _find_moved(
    caller: Caller, row: CampaignRecord, document: dict[str, Any]
) -> list[PlanFinding]:
    if row.plan_version is None:
        return []
    conn, workspace, campaign = caller.conn, caller.workspace, row.campaign
    before = await store.get_plan(conn, workspace, campaign, row.plan_version)
    assert before is not None, "the campaign names it"
    holds = held(await allocation.find_steps(conn, workspace, campaign))
    return find_moved(document, before.body, holds)


def _terms(row: CampaignRecord) -> Terms:
    targets = frozenset(target["target"] for target in row.body["targets"])
    return Terms(row.currency, local_flight(row), targets)


def plan_name(plan: PlanRecord) -> str:
    """What the audit and its request call a plan."""
    return f"plan/{plan.campaign}/{plan.plan_version}"


def read_plan_name(name: str) -> tuple[str, int]:
    """The way back of `plan_name`: campaign and version."""
    _, campaign, version = name.split("/")
    return campaign, int(version)
