"""Draws: money of a reserve bucket goes to a line, under the bucket's condition (B18, B19)."""

from budget.allocation.journal import Holder
from budget.documents.draws.schemas import DrawBody, DrawView
from budget.documents.proposals.giving import give
from budget.documents.proposals.money import AllocationShift, PlannedBucket, WeighedProposal
from budget.documents.proposals.proposal import ProposalContext, ProposalKind
from budget.documents.proposals.reading import read_money
from budget.documents.proposals.rules import check_amount
from shared.errors import ConflictError, InvalidError
from shared.money import format_micros

ABOUT = """Money goes from a reserve bucket to a line, because what the plan states as the bucket's
`draw_condition` has come about; nothing changes before it is approved. Errors: amount_zero,
bucket_unknown, bucket_short, condition_missing, condition_differs, line_unknown,
plan_not_in_force, campaign_closed."""


async def weigh(context: ProposalContext, body: DrawBody) -> WeighedProposal:
    """Raises InvalidError `amount_zero` or `condition_differs`, ConflictError `bucket_unknown`,
    `bucket_short`, `condition_missing`, `line_unknown` or `plan_not_in_force`."""
    check_amount(body.amount)
    money = await read_money(context, context.campaign)
    bucket = money.bucket(body.bucket)
    check_condition(body.bucket, bucket, body.condition)
    if body.amount > bucket.left:
        detail = f"{body.bucket} has {format_micros(bucket.left)} left"
        raise ConflictError("bucket_short", f"{detail}, {format_micros(body.amount)} is asked for")
    money.line(body.line)
    moves = {Holder("bucket", body.bucket): -body.amount, Holder("line", body.line): body.amount}
    return WeighedProposal(body.amount, [AllocationShift(money, moves)])


def check_condition(name: str, bucket: PlannedBucket, stated: str) -> None:
    """A bucket is drawn from for the reason that it was planned for, whatever its spacing or case.

    Raises ConflictError `condition_missing`, InvalidError `condition_differs`.
    """
    if not bucket.condition:
        detail = f"the plan states no draw_condition for {name}: without one it cannot be drawn"
        raise ConflictError("condition_missing", detail)
    if _plain(stated) != _plain(bucket.condition):
        detail = f"{name} is drawn from when: {bucket.condition}"
        raise InvalidError("condition_differs", detail)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


DRAW = ProposalKind("draw", "draws", DrawBody, DrawView, ABOUT, weigh, give)
