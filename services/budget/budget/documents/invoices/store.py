"""SQL of invoices: every version is a row, and none is ever edited."""

from datetime import date, datetime
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from shared.database.pool import Conn
from shared.database.rows import columns, fetch, fetch_one


class NewInvoice(Struct, frozen=True):
    """A version of an invoice; `total` in micros, `rows` as stated."""

    campaign: str
    supplier: str
    invoice: str
    version: int
    dated: date
    total: int
    rows: list[dict[str, Any]]
    created_by: str
    created_at: datetime


class Invoice(NewInvoice, frozen=True):
    """One that is stored: `number` is its place among all."""

    number: int

    @property
    def name(self) -> str:
        """What the audit calls it."""
        return f"invoice/{self.campaign}/{self.supplier}/{self.invoice}/{self.version}"


COLUMNS = columns(Invoice)
ADD_INVOICE = f"""
INSERT INTO budget.invoices (workspace, {columns(NewInvoice)})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING {COLUMNS}
"""
GET_NEWEST = f"""
SELECT {COLUMNS} FROM budget.invoices
WHERE workspace = $1 AND campaign = $2 AND supplier = $3 AND invoice = $4
ORDER BY version DESC LIMIT 1
"""
LIST_INVOICES = f"""
SELECT {COLUMNS} FROM budget.invoices
WHERE workspace = $1 AND campaign = $2 AND ($3::text IS NULL OR supplier = $3)
  AND ($4::text IS NULL OR invoice = $4) AND number > $5 ORDER BY number LIMIT $6
"""


class InvoiceFilter(NamedTuple):
    """Which versions of a campaign; None: all."""

    campaign: str
    supplier: str | None
    invoice: str | None


async def add_invoice(conn: Conn, workspace: str, new: NewInvoice) -> Invoice:
    [made] = await fetch(conn, Invoice, ADD_INVOICE, workspace, *astuple(new))
    return made


async def get_newest(
    conn: Conn, workspace: str, campaign: str, supplier: str, invoice: str
) -> Invoice | None:
    """The version that holds, or None."""
    return await fetch_one(conn, Invoice, GET_NEWEST, workspace, campaign, supplier, invoice)


async def list_invoices(
    conn: Conn, workspace: str, of: InvoiceFilter, after: int, limit: int
) -> list[Invoice]:
    """Every version, in the order in which they were booked."""
    return await fetch(conn, Invoice, LIST_INVOICES, workspace, *of, after, limit)
