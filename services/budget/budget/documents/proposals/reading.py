"""Reads a campaign's money as it stands: the plan in force, what was moved since, what is spent."""

from budget.allocation import store as allocation
from budget.allocation.journal import Holder, held
from budget.allocation.phasing import Flight
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.plans import store as plans
from budget.documents.proposals.money import CampaignMoney, PlannedBucket
from budget.documents.proposals.proposal import ProposalContext
from budget.figures import store_lines
from budget.figures.lines import PostedSum
from shared.errors import ConflictError
from shared.money import parse_micros


async def read_money(context: ProposalContext, campaign: CampaignRecord) -> CampaignMoney:
    """Of the proposal's campaign, or of another that it concerns.

    Raises ConflictError `plan_not_in_force`.
    """
    conn, workspace, now = context.caller.conn, context.caller.workspace, context.caller.now
    since, name = campaign.effective_from, campaign.campaign
    if campaign.plan_version is None or since is None or since > now:
        raise ConflictError("plan_not_in_force", f"{name} has no plan in force: nothing to move")
    plan = await plans.get_plan(conn, workspace, name, campaign.plan_version)
    assert plan is not None, "the campaign names it"
    rows = await store_lines.find_lines(conn, workspace, name)
    sources = await store_lines.find_sources(
        conn, [row.account_id for row in rows], context.partitions
    )
    holds = held(await allocation.find_steps(conn, workspace, name), now)
    planned = {line["line"]: line for line in plan.body["lines"]}
    return CampaignMoney(
        name,
        Flight(campaign.starts_at, campaign.ends_at),
        now,
        {
            row.line: row.planned(
                sources.get(row.account_id, []),
                PostedSum(int(row.balance), int(row.corrections), row.latest_at),
            )
            for row in rows
            if row.line in planned
        },
        {line: parse_micros(one["cap"]) for line, one in planned.items() if one["cap"] is not None},
        {
            one["bucket"]: PlannedBucket(
                parse_micros(one["amount"]),
                holds.get(Holder("bucket", one["bucket"]), 0),
                one["draw_condition"],
            )
            for one in plan.body["reserve"]
        },
    )
