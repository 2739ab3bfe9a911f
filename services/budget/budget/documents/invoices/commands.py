"""Booking an invoice: its rows become facts, and what it is of orders binds nothing more."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from budget.allocation import store as allocation
from budget.caller import add_audit, lock
from budget.documents.campaigns.commands import find_campaign
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.commitments import commands as commitments
from budget.documents.invoices import store
from budget.documents.invoices.rows import DatedRows, InvoiceTerms, invoiced, records
from budget.documents.invoices.schemas import InvoiceBody
from budget.documents.invoices.store import Invoice, NewInvoice
from budget.posting.booking import book
from budget.posting.route import Posting
from shared.errors import ConflictError, InvalidError
from shared.http.caller import Caller
from shared.money import format_micros


class BookedInvoice(NamedTuple):
    """A version as stored, and what somebody should look at."""

    invoice: Invoice
    currency: str
    findings: list[dict[str, Any]]


async def book_invoice(caller: Caller, campaign: str, body: InvoiceBody) -> BookedInvoice:
    """Books it; of one that is there already the difference. Also of a campaign that is closed:
    what is new is an exception then.

    Raises ConflictError `invoice_exists`, `line_unknown` or `commitment_line_differs`, InvalidError
    `duplicate` or `future_time`, NotFoundError `campaign_unknown` or `commitment_unknown`.
    """
    caller = await lock(caller)
    row = await find_campaign(caller, campaign, to_write=True)
    place = campaign, body.supplier, body.invoice
    before = await store.get_newest(caller.conn, caller.workspace, *place)
    version = before.version + 1 if before else 1
    if body.corrects != (before.version if before else None):
        known = f"it stands in version {before.version}" if before else "there is none yet"
        raise ConflictError("invoice_exists", f"{body.invoice} of {body.supplier}: {known}")
    await _check(caller, row, body, before)
    rows = [one.model_dump(mode="json") for one in body.rows]
    total = sum(one.amount for one in body.rows)
    who = caller.principal.subject, caller.now
    made = await store.add_invoice(
        caller.conn, caller.workspace, NewInvoice(*place, version, body.date, total, rows, *who)
    )
    findings = await _book(caller, row, made, before)
    findings += await _let_go(caller, made, before)
    await add_audit(caller, "invoiced", made.name, body.model_dump(mode="json"))
    return BookedInvoice(made, row.currency, findings)


async def _check(
    caller: Caller, row: CampaignRecord, body: InvoiceBody, before: Invoice | None
) -> None:
    if len({one.row for one in body.rows}) < len(body.rows):
        raise InvalidError("duplicate", "two rows have the same name")
    if body.date > caller.now.astimezone(ZoneInfo(row.time_zone)).date():
        raise InvalidError("future_time", f"{body.date} is still to come")
    known = await allocation.find_names(caller.conn, caller.workspace, row.campaign)
    known |= {one["line"] for one in before.rows} if before else set()
    missing = sorted({one.line for one in body.rows} - known)
    if missing:
        raise ConflictError("line_unknown", f"{row.campaign} has no line {missing[0]} in its plan")


async def _let_go(caller: Caller, made: Invoice, before: Invoice | None) -> list[dict[str, Any]]:
    """What the invoice states of orders more than before binds nothing more."""
    was, now = invoiced(before.rows if before else []), invoiced(made.rows)
    lines = {one["commitment"]: one["line"] for one in made.rows}
    findings = []
    for name in sorted(was.keys() | now.keys()):
        order = await commitments.find_commitment(caller, made.campaign, name, to_write=True)
        if lines.get(name, order.line) != order.line:
            detail = f"{name} was ordered on {order.line}"
            raise ConflictError("commitment_line_differs", detail)
        after = order.with_invoiced(now.get(name, 0) - was.get(name, 0))
        if after == order:
            continue
        await commitments.put_changed(caller, order, after, made.name)
        if order.ended or after.invoiced > after.amount:
            detail = f"{format_micros(after.invoiced)} are invoiced of {name}, which was ordered "
            detail += f"for {format_micros(after.amount)} and is {after.status}"
            findings.append(_finding("invoice_exceeds_commitment", order.line, detail))
    return findings


async def _book(
    caller: Caller, row: CampaignRecord, made: Invoice, before: Invoice | None
) -> list[dict[str, Any]]:
    terms = InvoiceTerms(
        caller.workspace,
        row.campaign,
        row.currency,
        row.time_zone,
        made.supplier,
        made.invoice,
        made.version,
        caller.now,
    )
    earlier = DatedRows(before.dated, before.rows) if before else None
    facts = list(records(terms, earlier, DatedRows(made.dated, made.rows)))
    routed, refused = await book(caller.conn, caller.workspace, row.campaign, facts, caller.now)
    if refused:
        raise ConflictError(refused[0].code, refused[0].detail)
    return _held(routed)


def _held(routed: Sequence[Posting]) -> list[dict[str, Any]]:
    return [
        _finding(
            "invoice_held",
            posting.event.data.line,
            f"{posting.event.id} is not on its line: {posting.route.destination.reason}",
        )
        for posting in routed
        if posting.route.destination.reason is not None and posting.amount
    ]


def _finding(code: str, line: str | None, detail: str) -> dict[str, Any]:
    return {"code": code, "line": line, "severity": "warning", "detail": detail}
