"""What callers send, and rules as answered (contracts.md section 4).

Quantities are decimal strings, never JSON numbers.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from kpi_monitor.rules.definition import compile_stored
from kpi_monitor.rules.store import RuleCondition, RuleRow
from kpi_monitor.windows import Windows, from_ms
from shared.bodies.findings import FindingView
from shared.bodies.texts import PLAIN, PLAIN_LINES
from shared.http.edits import MergePatch, ReadBack
from shared.http.instants import AnyInstant
from shared.names import NAME

Name = Annotated[str, StringConstraints(pattern=f"^{NAME}$")]
Decimal = Annotated[str, StringConstraints(pattern=r"^-?\d{1,12}(\.\d{1,6})?$")]
Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$"), PLAIN]
"""For people, in one line; PostgreSQL cannot hold U+0000."""
Lines = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$"), PLAIN_LINES]
"""For people, in several lines."""
KpiName = Annotated[str, StringConstraints(max_length=64)]
Duration = Annotated[str, StringConstraints(max_length=20)]
"""Such as 5m, 2h or 1d."""
MINIMA_MAX = 64
"""As many measures as an event may state."""
SeverityName = Literal["info", "warning", "critical"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ScopeBody(_Body):
    """Which figures: a campaign and, unless all of them, its lines (at least one)."""

    campaign: Name
    lines: Annotated[list[Name], Field(max_length=500)] | None = None


def _kind(value: object) -> object:
    if value not in ("tumbling", "sliding", "to_date"):
        raise PydanticCustomError("window_kind_unknown", 'send "tumbling"')
    return value


class WindowBody(_Body):
    """{"kind": "tumbling", "size": "60m"}: windows that follow each other, each a multiple of five
    minutes that divides a day, or one day.

    The other kinds, and `hop`, are refused in this version.
    """

    kind: Annotated[Literal["tumbling", "sliding", "to_date"], BeforeValidator(_kind)]
    size: Duration | None = None
    hop: Duration | None = None


class LevelBody(_Body):
    severity: SeverityName
    value: Decimal


class ConditionBody(_Body):
    """Levels from mild to severe; `reset` ends a breach and defaults to the first level."""

    op: Literal[">=", ">", "<", "<="]
    levels: Annotated[list[LevelBody], Field(min_length=1, max_length=3)]
    reset: Decimal | None = None


class WhileBody(_Body):
    kpi: KpiName
    between: Annotated[list[Decimal], Field(min_length=2, max_length=2)]


class SuppressBody(_Body):
    """While a second KPI is between the bounds (inclusive), a breach is at most `to`."""

    to: Literal["info", "warning"]
    condition: WhileBody = Field(alias="while")


class RuleBody(_Body):
    """What is watched, where, and from which figure on somebody is told.

    Over windows, {"kind": "tumbling", "size": "60m"}, for ctr, cvr, cpc, cpm, cpa and roas; with
    `window` null over the latest totals, for budget.used_ratio and budget.pacing_ratio.
    """

    rule: Name
    name: Text | None = Field(None, description="What people read in the message.")
    scope: ScopeBody
    group_by: Annotated[list[str], Field(max_length=5)] = ["line"]
    kpi: KpiName
    window: WindowBody | None = None
    condition: ConditionBody
    for_windows: int = Field(
        0,
        alias="for",
        ge=0,
        strict=True,
        description="Windows in a row before it fires; 0 in this version.",
    )
    keep_firing: int = Field(
        0, ge=0, strict=True, description="Windows in a row before it resolves; 0 in this version."
    )
    min: Annotated[dict[Name, Decimal], Field(max_length=MINIMA_MAX)] | None = Field(
        None, description='Least sums for a window to be judged, {"impressions": "50000"}.'
    )
    baseline: dict[str, Any] | None = Field(None, description="Null in this version.")
    maturity: Duration = Field(
        "0m", description="How long after its end a window is judged, for data that comes late."
    )
    suppress: SuppressBody | None = None
    labels: Annotated[dict[Name, Text], Field(max_length=20)] = {}
    annotations: Annotated[dict[Name, Lines | None], Field(max_length=20)] = Field(
        {}, description="`lever` and `runbook` are shown in the message."
    )

    def as_json(self) -> dict[str, Any]:
        """The body in the words of the contract."""
        return self.model_dump(mode="json", by_alias=True)


class RuleEdit(ReadBack, RuleBody):
    """A rule as it will be: all of it. Sent as it was read, it is accepted."""

    READ_ONLY: ClassVar[frozenset[str]] = frozenset(
        {
            "rule_version",
            "status",
            "effective_from_window",
            "findings",
            "created_by",
            "created_at",
            "updated_at",
        }
    )


class RulePatch(MergePatch):
    """What changes of a rule, as a JSON merge patch (RFC 7396): null takes the default, what is
    left out stays, a list is replaced whole."""

    RESULT: ClassVar[type[BaseModel]] = RuleBody


class RuleView(RuleBody):
    """A stored rule. Windows before `effective_from_window` are never judged by it."""

    rule_version: int
    status: Literal["active", "campaign_unknown", "campaign_closed", "grain_too_coarse"]
    effective_from_window: datetime | None
    findings: list[FindingView]
    created_by: str
    created_at: datetime
    updated_at: datetime


class RuleTestBody(_Body):
    """A rule that need not exist, and a range of time (half-open)."""

    rule: RuleBody
    begin: AnyInstant = Field(alias="from")
    end: AnyInstant = Field(alias="to")


def effective_window(row: RuleRow, condition: RuleCondition) -> datetime | None:
    """The start of the first window that a rule judges; None without windows or a zone."""
    size = compile_stored(row.version, row.body).size
    if size is None or condition.zone is None:
        return None
    return from_ms(Windows(size, condition.zone).containing(row.effective_from_ms).start)


def _findings(row: RuleRow, status: str) -> list[dict[str, Any]]:
    if status != "campaign_unknown":
        return []
    campaign = row.body["scope"]["campaign"]
    detail = f"there is no campaign {campaign} yet, so nothing is judged: look at its spelling"
    return [{"code": status, "line": None, "severity": "warning", "detail": detail}]


def view(row: RuleRow, condition: RuleCondition) -> dict[str, Any]:
    """A rule as answered: its body, version, status and where it begins."""
    status = "active" if condition.zone is not None else "campaign_unknown"
    if condition.too_coarse:
        status = "grain_too_coarse"
    if condition.closed:
        status = "campaign_closed"
    return {
        **row.body,
        "rule_version": row.version,
        "status": status,
        "effective_from_window": effective_window(row, condition),
        "findings": _findings(row, status),
        "created_by": row.created_by,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
