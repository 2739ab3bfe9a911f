"""What people do with a campaign: create it, close it."""

from budget import announcements
from budget.caller import add_audit, release, stop_posting
from budget.documents.campaigns import store
from budget.documents.campaigns.schemas import CampaignBody, CloseBody
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.campaigns.targets import check_targets
from budget.documents.campaigns.views import campaign_item, campaign_values, target_objects
from budget.objects.commands import put_objects
from budget.objects.store import ObjectChange
from shared.errors import ConflictError, InvalidError
from shared.http.caller import Caller


async def close_campaign(caller: Caller, campaign: str, body: CloseBody) -> CampaignRecord:
    """Closes an approved campaign, before or after its end, for good; the row as it is then.

    New money goes to its exception account as `after_close`; facts that are on a line are still
    restated there (B5). Raises NotFoundError `campaign_unknown`, ConflictError `already_closed` or
    `not_approved`.
    """
    caller = await stop_posting(caller)
    row = await find_campaign(caller, campaign, to_write=True)
    if row.status == "closed":
        raise ConflictError("already_closed", f"{row.closed_by} closed it at {row.closed_at}")
    if row.plan_version is None:
        raise ConflictError("not_approved", "only a campaign with a plan in force can be closed")
    closed = await store.put_closed(
        caller.conn,
        caller.workspace,
        campaign,
        by=caller.principal.subject,
        at=caller.now,
        reason=body.reason,
    )
    # A plan approved for a later time would open the campaign again.
    await store.put_superseded(caller.conn, caller.workspace, campaign, row.plan_version, None)
    await release(caller, f"close/{campaign}", touched=campaign)
    item = campaign_item(closed)
    await announcements.add(caller, [item])
    await add_audit(caller, "campaign_closed", f"campaign/{campaign}", {"reason": body.reason})
    return closed


async def create_campaign(caller: Caller, body: CampaignBody) -> CampaignRecord:
    """A draft (G29). Raises ConflictError `campaign_exists`, InvalidError `flight_invalid`,
    `time_zone_unknown` or what `check_targets` raises, ForbiddenError `out_of_reach`."""
    caller.principal.reach.require(body.campaign, body.region)
    if body.ends_at <= body.starts_at:
        raise InvalidError("flight_invalid", "ends_at must lie after starts_at")
    check_targets(body.targets)
    if not await store.has_zone(caller.conn, body.time_zone):
        # One that was built without the older names: days and entries could not be read.
        raise InvalidError("time_zone_unknown", f"the database knows no zone {body.time_zone}")
    caller = await stop_posting(caller)
    values = campaign_values(body, caller.principal.subject, caller.now)
    row = await store.add_campaign(caller.conn, caller.workspace, values)
    if row is None:
        raise ConflictError("campaign_exists", f"there is a campaign {body.campaign}")
    await release(caller, f"campaign/{body.campaign}")
    await announcements.add(caller, [campaign_item(row)])
    targets = target_objects(row.campaign, row.body["targets"])
    await put_objects(caller, ObjectChange("target", row.campaign, None, None), {}, targets)
    await add_audit(caller, "campaign_created", f"campaign/{body.campaign}", {"version": 1})
    return row


async def find_campaign(caller: Caller, campaign: str, *, to_write: bool = False) -> CampaignRecord:
    """The campaign. Raises NotFoundError `campaign_unknown`, ForbiddenError `out_of_reach`."""
    row = await store.get_campaign(caller.conn, caller.workspace, campaign)
    if row is None or not caller.reach.covers(campaign):
        raise caller.reach.unknown("campaign", campaign, to_write=to_write)
    return row


async def find_open(caller: Caller, campaign: str) -> CampaignRecord:
    """The campaign, which may be planned. Raises ConflictError `campaign_closed`, and what writing
    out of reach raises."""
    row = await find_campaign(caller, campaign, to_write=True)
    if row.status == "closed":
        raise ConflictError("campaign_closed", f"{campaign} is closed: its plan is final")
    return row
