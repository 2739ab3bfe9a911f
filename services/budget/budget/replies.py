"""What the routes answer, for the API's document (contracts.md section 3); nothing reads it back.

Money and ratios are decimal text; what has no value is null.
"""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Money(BaseModel):
    amount: str
    currency: str


class Target(BaseModel):
    """A SMART target (G2)."""

    target: str
    measure: str
    form: Literal["absolute", "relative"]
    value: str
    unit: str | None
    baseline: str | None
    deadline: datetime
    relevance: str
    primary: bool
    parent: str | None


class CampaignReply(BaseModel):
    """`plan_version` is the plan in force; spend of before `effective_from`, or that is new after
    `closed_at`, is an exception."""

    campaign: str
    name: str
    status: Literal["draft", "in_review", "approved", "closed"]
    version: int
    currency: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    owner: str | None
    plan_version: int | None
    effective_from: datetime | None
    created_by: str
    created_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    close_reason: str | None
    region: str | None
    management_mode: Literal["project", "routine"]
    stages: list[dict[str, Any]]
    attributes: dict[str, Any]
    targets: list[Target]


class Finding(BaseModel):
    """What somebody should look at; nothing is refused for it."""

    code: str
    line: str | None
    severity: str
    detail: str


class CampaignChanged(CampaignReply):
    """`findings`: what of a plan no longer fits the flight."""

    findings: list[Finding]


class Decision(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    role: Literal["approver", "finance"] = Field(alias="as")
    by: str
    decision: Literal["approve", "reject"]
    at: datetime
    opinion: str


class Decided(BaseModel):
    """`needs`: the roles whose decision is still missing."""

    status: Literal["in_review", "approved", "rejected"]
    decisions: list[Decision]
    needs: list[Literal["approver", "finance"]]


class MovedCount(BaseModel):
    entries: int


class ExceptionDecided(Decided):
    moved: MovedCount


class MappingReply(BaseModel):
    """`effective_from` null: always."""

    mapping: str
    version: int
    source: str
    match: dict[str, str]
    campaign: str
    line: str
    effective_from: datetime | None
    created_by: str
    created_at: datetime


class Moved(BaseModel):
    """Items that came to a line. `amount` null: no currency is known. What was moved and came to
    none is said in `findings` as `money_held`."""

    entries: int
    amount: Money | None


class MappingChanged(BaseModel):
    mapping: str
    version: int
    moved: Moved
    findings: list[Finding]


class EventName(BaseModel):
    source: str
    id: str


class HeldReply(BaseModel):
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
    amount: Money
    version: int
    period: str | None
    period_start: datetime
    period_end: datetime
    recorded_at: datetime


class SuspenseSettled(BaseModel):
    """`entries`: items that were moved, with what they came to; `left`: how many more of those
    asked for are still there."""

    entries: int
    amounts: list[Money]
    left: int


class Figures(BaseModel):
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


class LineFigures(Figures):
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


class TotalsReply(BaseModel):
    """Figures of a campaign; `incomplete` lists accepted gaps that may have taken some of it."""

    campaign: str
    currency: str
    plan_version: int | None
    known_at: datetime
    through: datetime | None
    complete_through: datetime | None
    total: Figures
    lines: list[LineFigures]
    days: list[DayFigure]
    exceptions: ExceptionSum
    reserve: list[ReserveFigure]
    incomplete: list[Lost]


class EntryReply(BaseModel):
    """One posting. `corrects` is the entry it restates, or from which a move took it."""

    entry: int
    event: EventName
    amount: str
    native: Money
    rate: str | None
    period: str
    kind: Literal["spend", "correction", "move"]
    corrects: int | None
    at: datetime
    recorded_at: datetime


class MissingRow(BaseModel):
    """A row that an earlier import had: its period, whom it is about, and what stands for it."""

    period: str
    entity: dict[str, str] | None
    campaign: str | None
    line: str | None
    dims: dict[str, str] | None
    amount: Money


class ImportReply(BaseModel):
    """Counts of rows; `amount` is null when the rows are in several currencies, or none."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(alias="import")
    rows: int
    inserted: int
    updated: int
    unchanged: int
    outdated: int
    rejected: int
    suspense: int
    amount: Money | None
    amounts: list[Money]
    missing: list[MissingRow]
    missing_count: int


class InvariantsReply(BaseModel):
    """`drift`: by how much accounts differ from their entries; `checks` by name. All of it was true
    at `as_of`; `took_ms` milliseconds were needed to see it."""

    holds: bool
    accounts: int
    entries: int
    drift: str
    checks: dict[str, bool]
    as_of: datetime
    took_ms: int


class AuditReply(BaseModel):
    """`hash` is the hex SHA-256 of `previous` and this row."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    detail: dict[str, Any]
    previous: str
    hash: str
