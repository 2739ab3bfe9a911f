"""An invoice as facts: what each row states, and what of the version before is not there any more.

Pure. A row is a fact of its day, line and name; a later version states it again with a higher
revision, so that the ledger books the difference, and takes back to 0 what is not there any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from budget.ledger.rules import INVOICES
from budget.posting.records import SpendFields, SpendRecord
from shared.money import parse_micros

REPORT = "invoices"


class DatedRows(NamedTuple):
    """The rows of one version, and the day that they are of."""

    dated: date
    rows: Sequence[Mapping[str, Any]]


class InvoiceTerms(NamedTuple):
    """Whose invoice it is, in which version, and how its campaign takes days and money."""

    workspace: str
    campaign: str
    currency: str
    time_zone: str
    supplier: str
    invoice: str
    version: int
    now: datetime


def records(
    terms: InvoiceTerms, before: DatedRows | None, after: DatedRows
) -> Iterator[SpendRecord]:
    """The facts of a version: its own rows, then those of the one before that it leaves out."""
    stated = {(after.dated, row["line"], row["row"]) for row in after.rows}
    for row in after.rows:
        yield _record(terms, after.dated, row, row["amount"])
    if before is not None:
        for row in before.rows:
            if (before.dated, row["line"], row["row"]) not in stated:
                yield _record(terms, before.dated, row, "0")


def invoiced(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """By commitment, the micros that rows state of it."""
    sums: dict[str, int] = {}
    for row in rows:
        if row["commitment"] is not None:
            name = row["commitment"]
            sums[name] = sums.get(name, 0) + parse_micros(row["amount"])
    return sums


def _record(terms: InvoiceTerms, dated: date, row: Mapping[str, Any], amount: str) -> SpendRecord:
    zone = ZoneInfo(terms.time_zone)
    start, end = (
        datetime.combine(day, time(), zone).isoformat() for day in (dated, dated + timedelta(1))
    )
    return SpendRecord(
        id=f"{terms.invoice}/{terms.version}/{row['row']}",
        source=f"{INVOICES}{terms.supplier}",
        time=terms.now,
        workspace=terms.workspace,
        bodyhash="",
        data=SpendFields(
            amount=amount,
            period_start=start,
            period_end=end,
            currency=terms.currency,
            campaign=terms.campaign,
            line=row["line"],
            mode="snapshot",
            report=REPORT,
            period=dated.isoformat(),
            revision=terms.version,
            dims={"invoice": terms.invoice, "row": row["row"]},
        ),
    )
