"""Reclassifications: what was booked on a wrong line goes to another, by a pair of entries (B5).

All of a delta or fact goes, its corrections with it, and what is stated of a fact later follows. No
mapping that is changed afterwards takes it back.
"""

from budget.documents.campaigns.commands import find_open
from budget.documents.mappings import placed
from budget.documents.proposals.money import AllocationShift, WeighedProposal
from budget.documents.proposals.proposal import Proposal, ProposalContext, ProposalKind
from budget.documents.proposals.reading import read_money
from budget.documents.reclassifications import store
from budget.documents.reclassifications.schemas import (
    ReclassificationBody,
    ReclassificationView,
)
from budget.ledger.release import Release
from shared.errors import ConflictError, InvalidError
from shared.http.caller import Caller

ABOUT = """What an entry of a line is of goes to another line of the campaign, whole: a delta, or a
fact with all its corrections; later statements of the fact follow it. Nothing moves before it is
approved. Errors: entry_unknown, same_place, line_unknown, plan_not_in_force, campaign_closed."""


async def weigh(context: ProposalContext, body: ReclassificationBody) -> WeighedProposal:
    """Raises ConflictError `entry_unknown`, `line_unknown` or `plan_not_in_force`, InvalidError
    `same_place`."""
    money = await read_money(context, context.campaign)
    conn, workspace = context.caller.conn, context.caller.workspace
    item = await store.get_item(conn, workspace, context.campaign, body.entry)
    if item is None:
        detail = f"no line of {money.campaign} has the entry {body.entry}, or it has left it since"
        raise ConflictError("entry_unknown", detail)
    giver, taker = str(item.line), body.taker.line
    if giver == taker:
        raise InvalidError("same_place", f"it is on {giver} already: name another line")
    money.line(taker)
    spent = {giver: -item.amount, taker: item.amount}
    return WeighedProposal(item.amount, [AllocationShift(money, {}, spent=spent)])


async def follow(caller: Caller, proposal: Proposal, _: WeighedProposal) -> None:
    """The paired entries, by the proposal's name; posting is stopped."""
    conn, workspace, body = caller.conn, caller.workspace, proposal.body
    campaign = await find_open(caller, proposal.campaign)
    item = await store.get_item(conn, workspace, campaign, body["entry"])
    assert item is not None, "it was weighed in this transaction"
    moving = Release(conn, caller.reach, proposal.name, caller.now)
    destination = (await moving.catalogue()).on_line(campaign.campaign, body["to"]["line"])
    assert destination is not None, "the line was in its plan when it was weighed"
    await moving.move([(item, destination)])
    moving.touch(campaign.campaign)
    await moving.close()
    await placed.delete_feeds(conn, workspace, item.source, [item.account_id])


RECLASSIFICATION = ProposalKind(
    "reclassification",
    "reclassifications",
    ReclassificationBody,
    ReclassificationView,
    ABOUT,
    weigh,
    follow,
    moves_entries=True,
)
