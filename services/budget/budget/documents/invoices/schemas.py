"""HTTP bodies of invoices."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from budget.fields import Id, Label, Micros, RequestBody, Text
from shared.bodies.findings import FindingView

ROWS_MAX = 500


class InvoiceRowBody(RequestBody):
    """What one row of an invoice costs, of which line, and which order it belongs to."""

    row: Id
    line: Id
    amount: Micros
    category: Label | None = None
    commitment: Id | None = None
    text: Text | None = None


class InvoiceBody(RequestBody):
    """An invoice as a whole; `corrects` names the version that it takes the place of."""

    invoice: Id
    supplier: Id
    date: date
    rows: list[InvoiceRowBody] = Field(min_length=1, max_length=ROWS_MAX)
    corrects: int | None = Field(default=None, ge=1, lt=2**31, strict=True)


class InvoiceRowView(BaseModel):
    row: str
    line: str
    amount: str
    category: str | None
    commitment: str | None
    text: str | None


class InvoiceView(BaseModel):
    """A version of an invoice."""

    number: int
    invoice: str
    supplier: str
    version: int
    date: date
    currency: str
    total: str
    rows: list[InvoiceRowView]
    created_by: str
    created_at: datetime


class InvoiceBooked(InvoiceView):
    """As it is booked, and what somebody should look at."""

    findings: list[FindingView]
