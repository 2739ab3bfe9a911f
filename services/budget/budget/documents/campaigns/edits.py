"""What people change of a campaign after it was made: its name, owner, end, region, attributes,
and its targets, with a reason once a plan is judged by them.

A new end moves money: what was an exception after the old end is spend of the flight now. The plan
in force is what people approved, so it stays as it is, and a finding says what no longer fits.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from budget import announcements
from budget.allocation import store as allocation
from budget.allocation.phasing import EPOCH, MICROSECOND, instant
from budget.approval.commands import withdraw_moved
from budget.caller import add_audit, release
from budget.documents.campaigns import flight, store
from budget.documents.campaigns.schemas import CampaignEdit, CampaignPatch
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.campaigns.targets import check_targets
from budget.documents.campaigns.views import (
    campaign_item,
    campaign_view,
    target_objects,
    target_views,
)
from budget.fields import plain
from budget.ledger import moves
from budget.objects.commands import put_objects
from budget.objects.store import ObjectChange
from shared.errors import ConflictError, InvalidError
from shared.http.caller import Caller
from shared.http.edits import patched

EDITED = ("name", "owner", "ends_at", "region", "attributes", "targets")


async def patch_campaign(
    caller: Caller, row: CampaignRecord, patch: CampaignPatch
) -> tuple[CampaignRecord, list[dict[str, Any]]]:
    """The campaign as it is then, and the findings; an edit that changes nothing makes no version.

    The caller has stopped posting and knows that the campaign is open. Raises InvalidError
    `field_read_only`, `flight_invalid` or what `check_targets` raises, ConflictError
    `spend_after_end`, `targets_judged` or `target_kept`.
    """
    shown = campaign_view(row)
    body = patched(CampaignEdit, shown, patch)
    before = {name: shown[name] for name in EDITED}
    after = {name: getattr(body, name) for name in EDITED}
    after["targets"] = target_views(body.targets)
    changed = [name for name in EDITED if before[name] != after[name]]
    if not changed:
        return row, []
    # Nobody hands a campaign to a region that is not theirs.
    caller.principal.reach.require(row.campaign, body.region)
    if "targets" in changed:
        if row.status != "draft":
            _check_judged(before["targets"], body)
        check_targets(body.targets)
    moved = "ends_at" in changed
    if moved:
        await _check_end(caller, row, body.ends_at)
    edited = await store.put_edited(
        caller.conn,
        caller.workspace,
        row.campaign,
        (
            body.name,
            body.owner,
            body.ends_at,
            {name: after[name] for name in ("region", "attributes", "targets")},
        ),
    )
    await _tell(caller, edited, moved=moved)
    if "targets" in changed:
        was, now = (target_objects(row.campaign, one["targets"]) for one in (before, after))
        new = ObjectChange("target", row.campaign, body.since, body.reason)
        await put_objects(caller, new, was, now)
    await add_audit(
        caller,
        "campaign_changed",
        f"campaign/{row.campaign}",
        {
            "version": edited.version,
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
            **({} if body.reason is None else {"reason": body.reason}),
        },
    )
    findings = await _findings(caller, edited, row.ends_at) if moved else []
    return edited, findings


def _check_judged(before: Sequence[dict[str, Any]], body: CampaignEdit) -> None:
    """A plan has been judged by these targets: they change for a reason, and lines serve them."""
    if body.reason is None:
        detail = "a plan has been judged by its targets: state with them the reason of the change"
        raise ConflictError("targets_judged", detail)
    gone = {one["target"] for one in before} - {one.target for one in body.targets}
    if gone:
        detail = f"lines may serve {', '.join(sorted(gone))}: change a target, but leave it there"
        raise ConflictError("target_kept", detail)


async def _check_end(caller: Caller, row: CampaignRecord, ends_at: datetime) -> None:
    """A flight has a length, and money that is on its lines stays inside it: what comes after the
    end is an exception, and figures must not depend on whether it came before or after the edit."""
    if ends_at <= row.starts_at:
        raise InvalidError("flight_invalid", "ends_at must lie after starts_at")
    if ends_at >= row.ends_at:
        return
    last = await flight.last_spend(
        caller.conn, caller.workspace, row.campaign, ends_at, row.ends_at
    )
    if last is not None:
        raise ConflictError(
            "spend_after_end",
            f"its lines have money of {plain(last)}: take an end after that, or close the campaign",
        )


async def _tell(caller: Caller, row: CampaignRecord, *, moved: bool) -> None:
    """The new names and end reach the lines' totals and the catalogue; a new end frees what waited
    for it."""
    campaign, planned = row.campaign, row.plan_version is not None
    if moved:
        cause = f"campaign/{campaign}/{row.version}"
        await release(caller, cause, touched=campaign if planned else None)
        await withdraw_moved(caller)
    elif planned:
        await moves.touch_lines(caller.conn, caller.workspace, [campaign])
    item = campaign_item(row)
    await announcements.add(caller, [item])


async def _findings(caller: Caller, row: CampaignRecord, before: datetime) -> list[dict[str, Any]]:
    """What of the plan in force was made for another end."""
    lines = await allocation.find_lines(caller.conn, caller.workspace, row.campaign)
    ends = {
        line.line: line.curve["instants"][-1]
        for line in lines
        if not line.removed and line.allocated
    }
    waiting = await store.find_waiting(caller.conn, caller.workspace, row.campaign)
    return [*_curves(ends, before, row.ends_at), *_waiting(waiting)]


def _curves(ends: dict[str, int], before: datetime, after: datetime) -> list[dict[str, Any]]:
    """Lines whose curve ends elsewhere than the flight; one that ended early on purpose does not
    end at the old end."""
    was, now = instant(before), instant(after)
    found = []
    for line, end in sorted(ends.items()):
        if end > now or was <= end < now:
            late = end > now
            code = "curve_after_end" if late else "curve_before_end"
            at = EPOCH + end * MICROSECOND
            detail = f"the plan in force plans this line until {plain(at)}, "
            detail += "after the end of the flight" if late else "before the end of the flight"
            found.append(_finding(code, line, f"{detail}; propose a plan for the new flight"))
    return found


def _waiting(versions: Sequence[int]) -> list[dict[str, Any]]:
    return [
        _finding(
            "plan_of_old_flight",
            None,
            f"plan {version} was made for the old end; reject it or let it be, and propose another",
        )
        for version in versions
    ]


def _finding(code: str, line: str | None, detail: str) -> dict[str, Any]:
    return {"code": code, "line": line, "severity": "warning", "detail": detail}
