"""Transfers: a line gives money to another, what is planned of both follows (B22, B23)."""

from budget.allocation.journal import Holder
from budget.documents.proposals.giving import give
from budget.documents.proposals.money import AllocationShift, WeighedProposal
from budget.documents.proposals.proposal import ProposalContext, ProposalKind
from budget.documents.proposals.reading import read_money
from budget.documents.proposals.rules import check_amount
from budget.documents.transfers.schemas import TransferBody, TransferView
from shared.errors import InvalidError

ABOUT = """Money that is planned and not spent goes from one line to another; nothing changes before
it is approved. Errors: amount_zero, same_place, line_unknown, line_short, plan_not_in_force,
campaign_closed."""


async def weigh(context: ProposalContext, body: TransferBody) -> WeighedProposal:
    """Raises InvalidError `amount_zero` or `same_place`, ConflictError `line_unknown`,
    `line_short` or `plan_not_in_force`."""
    check_amount(body.amount)
    giver, taker = body.giver.line, body.taker.line
    if giver == taker:
        raise InvalidError("same_place", f"{giver} would give to itself: name another line")
    money = await read_money(context, context.campaign)
    money.check_free(giver, body.amount)
    money.line(taker)
    moves = {Holder("line", giver): -body.amount, Holder("line", taker): body.amount}
    return WeighedProposal(body.amount, [AllocationShift(money, moves)])


TRANSFER = ProposalKind("transfer", "transfers", TransferBody, TransferView, ABOUT, weigh, give)
