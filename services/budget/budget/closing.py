"""Closing a campaign (G31): nothing new is its spend any more; what it has spent stays readable."""

from typing import Any

from budget import catalog, planning, store_in_force, store_plans
from budget.planning import Session
from budget.schemas import CloseBody
from shared.errors import ConflictError


async def close_campaign(session: Session, campaign: str, body: CloseBody) -> dict[str, Any]:
    """Closes an approved campaign, before or after its end, for good; the row as it is then.

    New money goes to its exception account as `after_close`; facts that are on a line are still
    restated there (B5). Raises NotFoundError `campaign_unknown`, ConflictError `already_closed` or
    `not_approved`.
    """
    await session.stop_posting()
    row = await planning.find_campaign(session.conn, session.workspace, campaign)
    if row["status"] == "closed":
        raise ConflictError("already_closed", f"{row['closed_by']} closed it at {row['closed_at']}")
    if row["plan_version"] is None:
        raise ConflictError("not_approved", "only a campaign with a plan in force can be closed")
    closed = await store_plans.close_campaign(
        session.conn,
        session.workspace,
        campaign,
        by=session.principal.subject,
        at=session.now,
        reason=body.reason,
    )
    # A plan approved for a later time would open the campaign again.
    await store_in_force.supersede_waiting(session.conn, closed, None)
    await session.release(f"close/{campaign}", touched=campaign)
    item = catalog.campaign_item(closed)
    await catalog.tell(session.conn, session.workspace, [item], session.now)
    await session.audit("campaign_closed", f"campaign/{campaign}", {"reason": body.reason})
    return closed
