"""Documents that answer a breach: before and after, and the lines as they are now (B16, S8)."""

from typing import Any

from budget.documents.campaigns.commands import find_campaign
from budget.documents.proposals import store
from budget.documents.proposals.money import CampaignMoney, view_figures
from budget.documents.proposals.proposal import ProposalContext
from budget.documents.proposals.reading import read_money
from budget.documents.proposals.store import Adjustment, AdjustmentFilter
from shared.http.caller import Caller
from shared.money import format_micros


async def view_adjustments(
    caller: Caller, partitions: int, of: AdjustmentFilter, after: int, limit: int
) -> list[dict[str, Any]]:
    """Adjustments in the order in which they were proposed."""
    rows = await store.list_adjustments(caller.conn, caller.reach, of, after, limit)
    names = {line["campaign"] for row in rows for line in row.effect["lines"]}
    money = {}
    for name in sorted(names):
        campaign = await find_campaign(caller, name)
        money[name] = await read_money(ProposalContext(caller, campaign, partitions), campaign)
    return [_view(row, money) for row in rows]


def _view(row: Adjustment, money: dict[str, CampaignMoney]) -> dict[str, Any]:
    return {
        "request": row.request,
        "document": row.name,
        "kind": row.kind,
        "campaign": row.campaign,
        "status": row.status,
        "amount": format_micros(row.amount),
        "currency": row.currency,
        **{name: row.body[name] for name in ("breach", "target", "evidence")},
        "effect": row.effect,
        "now": [
            {
                "campaign": line["campaign"],
                "line": line["line"],
                "figures": view_figures(money[line["campaign"]], line["line"]),
            }
            for line in row.effect["lines"]
        ],
        "created_by": row.created_by,
        "created_at": row.created_at,
        "decided_at": row.decided_at,
    }
