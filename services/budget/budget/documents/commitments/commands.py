"""What people do with a commitment: order, say what is invoiced of it, settle or cancel it."""

from collections.abc import Callable
from typing import NamedTuple

from budget.caller import add_audit, lock
from budget.documents.campaigns.commands import find_campaign, find_open
from budget.documents.commitments import store
from budget.documents.commitments.commitment import Commitment
from budget.documents.commitments.schemas import InvoicedBody, OrderBody
from budget.documents.commitments.store import CommitmentStep
from budget.documents.proposals.money import EXCEEDS
from budget.documents.proposals.proposal import ProposalContext
from budget.documents.proposals.reading import read_money
from budget.documents.proposals.rules import check_amount
from budget.ledger import moves
from shared.errors import ConflictError
from shared.http.caller import Caller


class CommitmentChange(NamedTuple):
    """What makes a commitment another: the action in the audit, why, and the rule."""

    action: str
    reason: str
    of: Callable[[Commitment], Commitment]


async def order(caller: Caller, campaign: str, body: OrderBody, partitions: int) -> Commitment:
    """Binds money that its line has left (B3). Raises ConflictError `commitment_exceeds_remaining`,
    `commitment_exists`, `line_unknown`, `plan_not_in_force` or `campaign_closed`, InvalidError
    `amount_zero`."""
    caller = await lock(caller)
    row = await find_open(caller, campaign)
    check_amount(body.amount)
    await check_name(caller, campaign, body.commitment)
    money = await read_money(ProposalContext(caller, row, partitions), row)
    money.check_free(body.line, body.amount, EXCEEDS)
    return await bind(caller, campaign, body, row.currency)


async def bind(
    caller: Caller, campaign: str, body: OrderBody, currency: str, document: str | None = None
) -> Commitment:
    """Stores an order, however much it binds; `document`: what people approved it as."""
    made = Commitment(
        campaign=campaign,
        commitment=body.commitment,
        line=body.line,
        supplier=body.supplier,
        text=body.text,
        currency=currency,
        amount=body.amount,
        invoiced=0,
        due_on=body.due_on,
        ended=None,
        created_by=caller.principal.subject,
        created_at=caller.now,
    )
    if not await store.add_commitment(caller.conn, caller.workspace, made):
        raise _taken(campaign, body.commitment)
    await _step(caller, made, made.left, document or made.name)
    await add_audit(caller, "ordered", made.name, body.model_dump(mode="json"))
    return made


async def check_name(caller: Caller, campaign: str, name: str) -> None:
    """Raises ConflictError `commitment_exists`."""
    if await store.has_commitment(caller.conn, caller.workspace, campaign, name):
        raise _taken(campaign, name)


async def invoiced(caller: Caller, campaign: str, name: str, body: InvoicedBody) -> Commitment:
    """So much of it is on the line as spend by now, and binds nothing more. Raises InvalidError
    `amount_zero`, ConflictError `commitment_ended` and `invoice_exceeds_commitment`."""
    check_amount(body.amount)

    def invoice(before: Commitment) -> Commitment:
        if not before.left:
            raise ConflictError("commitment_ended", f"it is {before.status}: it binds nothing more")
        if body.amount > before.left:
            detail = "more is invoiced than it still binds: state what it binds"
            raise ConflictError("invoice_exceeds_commitment", detail)
        return before.with_invoiced(body.amount)

    return await change(caller, campaign, name, CommitmentChange("invoiced", body.reason, invoice))


async def change(caller: Caller, campaign: str, name: str, wanted: CommitmentChange) -> Commitment:
    """The commitment as it is then; also of a campaign that is closed, for suppliers are paid after
    the end (B28). Raises NotFoundError `commitment_unknown`, and what the rule refuses."""
    caller = await lock(caller)
    before = await find_commitment(caller, campaign, name, to_write=True)
    after = wanted.of(before)
    await put_changed(caller, before, after, before.name)
    detail = {"reason": wanted.reason, "before": before.view, "after": after.view}
    await add_audit(caller, wanted.action, before.name, detail)
    return after


async def put_changed(caller: Caller, before: Commitment, after: Commitment, document: str) -> None:
    """Stores what became of it; `document`: what did it."""
    await store.put_commitment(caller.conn, caller.workspace, after)
    if after.left != before.left:
        await _step(caller, after, after.left - before.left, document)


async def find_commitment(
    caller: Caller, campaign: str, name: str, *, to_write: bool = False
) -> Commitment:
    """The commitment, locked for who writes. Raises NotFoundError `commitment_unknown`, and what
    finding the campaign raises."""
    await find_campaign(caller, campaign, to_write=to_write)
    found = await store.get_commitment(caller.conn, caller.workspace, campaign, name, lock=to_write)
    if found is None:
        raise caller.reach.unknown("commitment", name, to_write=to_write)
    return found


async def _step(caller: Caller, of: Commitment, amount: int, document: str) -> None:
    step = CommitmentStep(caller.now, amount, document)
    await store.add_step(caller.conn, caller.workspace, of, step)
    await moves.touch_lines(caller.conn, caller.workspace, [of.campaign], [of.line])


def _taken(campaign: str, name: str) -> ConflictError:
    return ConflictError("commitment_exists", f"{campaign} has a commitment {name}")
