"""What the routes of figures answer (contracts.md section 3)."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from budget.fields import MoneyView
from budget.figures.variance import StateReason
from budget.ledger.schemas import EventName
from shared.events import BudgetState


class FiguresView(BaseModel):
    """Taken at the line's `anchor`; `corrections` is part of `actual`, `remaining` what is left of
    `allocated` after `actual` and `committed`, `variance` what is spent more than planned by then.
    """

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
    variance: str
    variance_ratio: str | None
    state: BudgetState
    state_reason: StateReason | None


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


class ShareFigures(FiguresView):
    """Of all its lines; shares of what all lines together have, and have spent."""

    lines: list[str]
    allocated_share: str | None
    actual_share: str | None


class ChannelFigures(ShareFigures):
    channel: str | None


class CategoryFigures(ShareFigures):
    category: str | None


class SharesView(BaseModel):
    """What each channel and each category of a campaign costs."""

    campaign: str
    currency: str
    known_at: datetime
    through: datetime | None
    channels: list[ChannelFigures]
    categories: list[CategoryFigures]


class CurvePoint(BaseModel):
    """In all, up to this instant and with it; what is spent is known up to `anchor`."""

    at: datetime
    planned: str
    actual: str | None
    corrections: str | None


class CurveMark(BaseModel):
    """A document that gave lines more or less from this instant on."""

    at: datetime
    decided_at: datetime
    kind: str
    document: str
    amount: str
    allocated: str


class CurveView(BaseModel):
    """The plan and what is spent over the flight; the last point with an `actual` is the
    `anchor`."""

    campaign: str
    line: str | None
    currency: str
    step: Literal["hour", "day"]
    known_at: datetime | None
    through: datetime | None
    complete_through: datetime | None
    anchor: datetime
    points: list[CurvePoint]
    marks: list[CurveMark]


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
