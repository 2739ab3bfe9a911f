"""Overcommitments: orders that bind more than their line has left, which people have to approve
(B3)."""

from budget.documents.commitments.commands import bind, check_name
from budget.documents.commitments.schemas import OvercommitmentBody, OvercommitmentView
from budget.documents.proposals.money import AllocationShift, WeighedProposal
from budget.documents.proposals.proposal import Proposal, ProposalContext, ProposalKind
from budget.documents.proposals.reading import read_money
from budget.documents.proposals.rules import check_amount
from shared.http.caller import Caller

ABOUT = """An order that binds more than its line has left: once it is approved it is a commitment,
and until then nothing changes. Errors: amount_zero, commitment_exists, line_unknown,
plan_not_in_force, campaign_closed."""


async def weigh(context: ProposalContext, body: OvercommitmentBody) -> WeighedProposal:
    """Raises InvalidError `amount_zero`, ConflictError `commitment_exists`, `line_unknown` or
    `plan_not_in_force`."""
    check_amount(body.amount)
    await check_name(context.caller, context.campaign.campaign, body.commitment)
    money = await read_money(context, context.campaign)
    money.line(body.line)
    return WeighedProposal(body.amount, [AllocationShift(money, {}, {body.line: body.amount})])


async def follow(caller: Caller, proposal: Proposal, _: WeighedProposal) -> None:
    """The order as it was proposed."""
    body = OvercommitmentBody.model_validate(proposal.body)
    await bind(caller, proposal.campaign, body, proposal.currency, proposal.name)


OVERCOMMITMENT = ProposalKind(
    "overcommitment",
    "overcommitments",
    OvercommitmentBody,
    OvercommitmentView,
    ABOUT,
    weigh,
    follow,
)
