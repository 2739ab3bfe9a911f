"""What the routes of figures answer (contracts.md section 3)."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from budget.fields import MoneyView
from budget.ledger.schemas import EventName


class FiguresView(BaseModel):
    """Taken at the line's `anchor`; `corrections` is part of `actual`, `remaining` what is left of
    `allocated` after `actual` and `committed`."""

    allocated: str
    planned_to_date: str
    committed: str
    actual: str
    corrections: str
    remaining: str
    used_ratio: str | None
    pacing_ratio: str | None
    forecast_end: str | None
    forecast_low: str | None
    forecast_high: str | None
    exhausted_on: date | None
    complete_through: datetime | None
    complete_through_basis: Literal["source", "manual"]
    anchor: datetime
    freshness: Literal["live", "late", "silent", "manual"]
    set_aside: int


class LineFigures(FiguresView):
    line: str
    name: str
    seq: int


class DayFigure(BaseModel):
    date: date
    line: str
    actual: str


class ExceptionSum(BaseModel):
    count: int
    amount: str


class ReserveFigure(BaseModel):
    bucket: str
    allocated: str
    drawn: str
    left: str


class Lost(BaseModel):
    """Records received in this time were lost; `from` null: nobody knows since when."""

    model_config = ConfigDict(populate_by_name=True)

    start: datetime | None = Field(alias="from")
    to: datetime
    reason: str


class TotalsView(BaseModel):
    """Figures of a campaign; `incomplete` lists accepted gaps that may have taken some of it."""

    campaign: str
    currency: str
    plan_version: int | None
    known_at: datetime
    through: datetime | None
    complete_through: datetime | None
    total: FiguresView
    lines: list[LineFigures]
    days: list[DayFigure]
    exceptions: ExceptionSum
    reserve: list[ReserveFigure]
    incomplete: list[Lost]


class EntryView(BaseModel):
    """One posting. `corrects` is the entry it restates, or from which a move took it."""

    entry: int
    event: EventName
    amount: str
    native: MoneyView
    rate: str | None
    period: str
    kind: Literal["spend", "correction", "move"]
    corrects: int | None
    at: datetime
    recorded_at: datetime
