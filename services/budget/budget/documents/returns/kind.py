"""Returns: what was drawn from a reserve bucket and is not needed goes back into it (B18, B19)."""

from budget.allocation.journal import Holder
from budget.documents.proposals.giving import give
from budget.documents.proposals.money import AllocationShift, WeighedProposal
from budget.documents.proposals.proposal import ProposalContext, ProposalKind
from budget.documents.proposals.reading import read_money
from budget.documents.proposals.rules import check_amount
from budget.documents.returns.schemas import ReturnBody, ReturnView
from shared.errors import ConflictError
from shared.money import format_micros

ABOUT = """Money of a line that is not spent goes back to the bucket it was drawn from, which never
holds more than its plan gave it; nothing changes before it is approved. Errors: amount_zero,
bucket_unknown, drawn_short, line_unknown, line_short, plan_not_in_force, campaign_closed."""


async def weigh(context: ProposalContext, body: ReturnBody) -> WeighedProposal:
    """Raises InvalidError `amount_zero`, ConflictError `bucket_unknown`, `drawn_short`,
    `line_unknown`, `line_short` or `plan_not_in_force`."""
    check_amount(body.amount)
    money = await read_money(context, context.campaign)
    bucket = money.bucket(body.bucket)
    drawn = bucket.planned - bucket.left
    if body.amount > drawn:
        detail = f"{format_micros(drawn)} were drawn from {body.bucket}"
        raise ConflictError("drawn_short", f"{detail}, {format_micros(body.amount)} would go back")
    money.check_free(body.line, body.amount)
    moves = {Holder("line", body.line): -body.amount, Holder("bucket", body.bucket): body.amount}
    return WeighedProposal(body.amount, [AllocationShift(money, moves)])


RETURN = ProposalKind("return", "returns", ReturnBody, ReturnView, ABOUT, weigh, give)
