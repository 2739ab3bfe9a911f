"""Transfers: a line gives money to another, what is planned of both follows (B22, B23).

The other line may be another campaign's: then each of the two holds what it gave to the other or
has from it, so that all that a campaign holds is still what its plan gave out.
"""

from budget.allocation.journal import Holder
from budget.documents.campaigns.commands import find_open
from budget.documents.proposals.giving import give
from budget.documents.proposals.money import AllocationShift, CampaignMoney, WeighedProposal
from budget.documents.proposals.proposal import ProposalContext, ProposalKind
from budget.documents.proposals.reading import read_money
from budget.documents.proposals.rules import check_amount
from budget.documents.transfers.schemas import TransferBody, TransferView
from shared.errors import ConflictError, InvalidError

ABOUT = """Money that is planned and not spent goes from one line to another, also to one of another
campaign; nothing changes before it is approved. Errors: amount_zero, same_place, line_unknown,
line_short, plan_not_in_force, campaign_closed, campaign_unknown, currency_differs."""


async def weigh(context: ProposalContext, body: TransferBody) -> WeighedProposal:
    """Raises InvalidError `amount_zero` or `same_place`, ConflictError `line_unknown`,
    `line_short`, `plan_not_in_force` or `currency_differs`, and what finding the other campaign
    raises."""
    check_amount(body.amount)
    own = context.campaign.campaign
    giver, taker = body.giver.line, body.taker.line
    beyond = None if body.taker.campaign in (None, own) else body.taker.campaign
    if giver == taker and beyond is None:
        raise InvalidError("same_place", f"{giver} would give to itself: name another line")
    money = await read_money(context, context.campaign)
    money.check_free(giver, body.amount)
    given, taken = {Holder("line", giver): -body.amount}, {Holder("line", taker): body.amount}
    if beyond is None:
        money.line(taker)
        return WeighedProposal(body.amount, [AllocationShift(money, given | taken)])
    other = await _read_other(context, beyond)
    other.line(taker)
    given[Holder("campaign", beyond)] = body.amount
    taken[Holder("campaign", own)] = -body.amount
    shifts = [AllocationShift(money, given), AllocationShift(other, taken)]
    return WeighedProposal(body.amount, shifts)


async def _read_other(context: ProposalContext, campaign: str) -> CampaignMoney:
    row = await find_open(context.caller, campaign)
    kept = context.campaign.currency
    if row.currency != kept:
        detail = f"{campaign} is kept in {row.currency}, {context.campaign.campaign} in {kept}"
        raise ConflictError("currency_differs", detail)
    return await read_money(context, row)


TRANSFER = ProposalKind("transfer", "transfers", TransferBody, TransferView, ABOUT, weigh, give)
