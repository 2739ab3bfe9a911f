"""What whoever has changed a mapping is answered: what moved, and what to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from budget.allocation import store as allocation
from budget.documents.campaigns import store as campaigns
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.mappings import store
from budget.documents.mappings.store import MappingRecord
from budget.ledger import held_items
from budget.ledger.moving import MovedMoney
from shared.http.caller import Caller
from shared.money import format_micros


@dataclass(slots=True)
class Follows:
    """What followed a mapping; `stays` are items on lines in reach that match it and stay, `early`
    those of them whose period begins before it is in force."""

    moved: MovedMoney
    stays: int = 0
    early: int = 0


async def nothing_moved(
    caller: Caller, row: MappingRecord, follows: Follows
) -> list[dict[str, Any]]:
    """A new mapping that moves nothing although something matches it: said, with the cause."""
    if follows.moved.items or follows.moved.held:
        return []
    waits = await held_items.count_matching(caller.conn, caller.reach, row.source, row.match)
    if not follows.stays and not waits:
        return []
    said = [
        (follows.early, "on lines are of periods before it is in force"),
        (follows.stays - follows.early, "on lines are there by this or another mapping"),
        (waits, "wait in /v1/suspense or /v1/exceptions, each with its reason"),
    ]
    detail = "; ".join(f"{count} {what}" for count, what in said if count)
    return [
        {
            "code": "nothing_moved",
            "line": row.line,
            "severity": "warning",
            "detail": f"of what matches, {detail}",
        }
    ]


async def source_unknown(caller: Caller, row: MappingRecord) -> list[dict[str, Any]]:
    """A mapping may be ahead of its source; of a misspelt one it would wait for ever. What is of no
    campaign yet is told to who reaches all of them."""
    if not caller.reach.is_whole or await store.has_sent(caller.conn, caller.workspace, row.source):
        return []
    return [
        {
            "code": "source_unknown",
            "line": row.line,
            "severity": "info",
            "detail": f"no spend of the source {row.source} has come yet: look at its spelling if "
            "it has sent some",
        }
    ]


async def answer_with_findings(
    caller: Caller, row: MappingRecord, moved: MovedMoney
) -> dict[str, Any]:
    campaign = await campaigns.get_campaign(caller.conn, caller.workspace, row.campaign)
    return answer_of(row, moved, campaign, await _findings(caller, row, campaign))


def answer_of(
    row: MappingRecord,
    moved: MovedMoney,
    campaign: CampaignRecord | None,
    findings: Sequence[dict[str, str]],
) -> dict[str, Any]:
    return {
        "mapping": row.mapping,
        "version": row.version,
        "moved": moved,
        "currency": campaign.currency if campaign else None,
        "findings": [*findings, *_held(moved)],
    }


async def _findings(
    caller: Caller, row: MappingRecord, campaign: CampaignRecord | None
) -> list[dict[str, str]]:
    """A mapping may be ahead of its campaign or plan; a misspelt one looks the same, so say it."""
    code, detail = "", ""
    kept = "suspense until there is"
    if campaign is None:
        code, detail = "campaign_unknown", f"there is no campaign {row.campaign} yet"
    elif campaign.status == "closed":
        code, detail = "campaign_closed", f"{row.campaign} is closed"
        kept = "its exception account until it is accepted"
    elif campaign.plan_version is not None:
        lines = await allocation.find_names(caller.conn, caller.workspace, row.campaign)
        if row.line not in lines:
            detail = f"the plan in force of {row.campaign} has no line {row.line}"
            code = "line_unknown"
    if not code:
        return []
    detail += f"; its money stays in {kept}"
    return [{"code": code, "line": row.line, "severity": "warning", "detail": detail}]


def _held(moved: MovedMoney) -> list[dict[str, Any]]:
    """What was moved and is on no line: `moved` counts only what reached one."""
    return [
        {
            "code": "money_held",
            "line": held.line,
            "severity": "warning",
            "detail": f"{items} entries, {format_micros(amount)} {held.currency}, are in "
            f"{held.account} now: {held.reason}",
        }
        for held, (items, amount) in sorted(
            moved.held.items(), key=lambda one: (one[0].account, one[0].reason, str(one[0].line))
        )
    ]
