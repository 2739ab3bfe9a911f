"""What the routes answer of money that is on no line (contracts.md section 3)."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from budget.fields import MoneyView, money
from budget.ledger.held_items import HeldItem


def held_view(row: HeldItem) -> dict[str, Any]:
    # A suspense account without a currency may hold what names one since.
    return {
        "id": row.held,
        "status": row.status,
        "reason": row.reason,
        "source": row.source,
        "event": {"source": row.source, "id": row.event_id},
        "entity": row.entity or None,
        "campaign": row.campaign,
        "line": row.line,
        "amount": money(row.amount, row.currency or row.account_currency),
        "version": row.entry,
        "period": row.period,
        "period_start": row.period_start,
        "period_end": row.period_end,
        "recorded_at": row.recorded_at,
    }


class EventName(BaseModel):
    source: str
    id: str


class HeldItemView(BaseModel):
    """A delta or fact that is on no line; `campaign` and `line` are those meant, if known. A
    decision on it may name `amount` and `version`: both change when the fact is restated."""

    id: int
    status: Literal["open", "rejected", "written_off"]
    reason: str
    source: str
    event: EventName
    entity: dict[str, str] | None
    campaign: str | None
    line: str | None
    amount: MoneyView
    version: int
    period: str | None
    period_start: datetime
    period_end: datetime
    recorded_at: datetime
