"""Campaigns: create, read, list, close (G29, G31)."""

from fastapi import APIRouter, Request, Response

from budget.caller import calling, once, stop_posting
from budget.documents.campaigns import edits, store
from budget.documents.campaigns.commands import (
    close_campaign,
    create_campaign,
    find_campaign,
    find_open,
)
from budget.documents.campaigns.schemas import (
    CampaignBody,
    CampaignChanged,
    CampaignPatch,
    CampaignView,
    CloseBody,
    TargetVersion,
)
from budget.documents.campaigns.views import campaign_view, target_version_view
from budget.objects import store as objects
from shared.errors import NotFoundError
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Financier, Name, Operator, Reader
from shared.http.conventions import Reply, check_if_match, etag
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])


@router.post("", **answers(CampaignView, 201, keyed=True), summary="Create a campaign")
async def post_campaign(request: Request, body: CampaignBody, principal: Operator) -> Response:
    """A draft; its plan decides when it runs. Errors: campaign_exists, flight_invalid."""

    async def act(caller: Caller) -> Reply:
        row = await create_campaign(caller, body)
        headers = {"Location": f"/v1/campaigns/{body.campaign}", "ETag": etag(row.version)}
        return Reply(201, campaign_view(row), headers)

    return await once(request, principal, act)


@router.get("", **answers(Page[CampaignView]), summary="List campaigns")
async def list_campaigns(
    request: Request,
    principal: Reader,
    paging: Paged,
) -> Json:
    """In order of their ids."""
    async with calling(request, principal) as caller:
        begin = paging.after("")
        rows = await store.list_campaigns(caller.conn, caller.reach, begin, paging.rows)
    return paging.page([campaign_view(row) for row in rows], "campaign")


@router.get("/{campaign}", **answers(CampaignView, headers=["ETag"]), summary="Read a campaign")
async def get_campaign(request: Request, campaign: Name, principal: Reader) -> Json:
    """The campaign with its targets. Errors: campaign_unknown."""
    async with calling(request, principal) as caller:
        row = await find_campaign(caller, campaign)
    return Json(campaign_view(row), headers={"ETag": etag(row.version)})


@router.patch(
    "/{campaign}",
    **answers(CampaignChanged, headers=["ETag"], if_match="optional"),
    summary="Change a campaign's name, owner, end, region or attributes",
)
async def patch_campaign(
    request: Request, campaign: Name, body: CampaignPatch, principal: Operator
) -> Json:
    """A JSON merge patch; what changes nothing makes no new version. A plan in force keeps its
    curve when the flight's end moves, and `findings` say so. If-Match is honoured when sent.
    Once a plan was judged by its targets they change with a `reason`, from `since` on, and none
    goes. Errors: campaign_unknown, campaign_closed, field_read_only, flight_invalid,
    spend_after_end, targets_judged, target_kept, target_incomplete, target_tree, target_days."""
    async with calling(request, principal) as asking:
        caller = await stop_posting(asking)
        row = await find_open(caller, campaign)
        check_if_match(request, row.version, required=False)
        changed, findings = await edits.patch_campaign(caller, row, body)
    headers = {"ETag": etag(changed.version)}
    return Json({**campaign_view(changed), "findings": findings}, headers=headers)


@router.get(
    "/{campaign}/targets/{target}/versions",
    **answers(Page[TargetVersion]),
    summary="Versions of a target",
)
async def list_target_versions(
    request: Request, campaign: Name, target: Name, principal: Reader, paging: Paged
) -> Json:
    """From the first on: since when each counted, who made it and why. Errors: campaign_unknown,
    target_unknown."""
    async with calling(request, principal) as caller:
        begin = paging.after(0)
        await find_campaign(caller, campaign)
        name = f"{campaign}/{target}"
        rows = await objects.list_versions(
            caller.conn, caller.workspace, "target", name, after=begin, limit=paging.rows
        )
    if not rows and begin == 0:
        raise NotFoundError("target_unknown", f"{campaign} has no target {target}")
    return paging.page([target_version_view(row) for row in rows], "version")


@router.post(
    "/{campaign}/close",
    **answers(CampaignView, keyed=True, headers=["ETag"]),
    summary="Close a campaign for good",
)
async def post_close(
    request: Request, campaign: Name, body: CloseBody, principal: Financier
) -> Response:
    """New money is an exception from now on, `after_close`; what is on a line is still restated
    there. Its breaches end as `campaign_closed`. Errors: already_closed, not_approved."""

    async def act(caller: Caller) -> Reply:
        row = await close_campaign(caller, campaign, body)
        return Reply(200, campaign_view(row), {"ETag": etag(row.version)})

    return await once(request, principal, act)
