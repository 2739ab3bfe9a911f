"""Every event of contracts.md section 1, typed: what callers send, and what Kafka carries.

Envelopes are CloudEvents 1.0 in structured JSON. The envelope tolerates unknown attributes
(extensions); `data` refuses unknown fields, because a misspelt field would silently lose money.
Events are frozen and never edited: a change is a new version beside the old one.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from shared.names import NAME

T = TypeVar("T")

END = r"$(?!\n)"
"""Of a pattern: Python's $ alone also stands before a last line break."""
Id = Annotated[str, Meta(min_length=1, max_length=256)]
Name = Annotated[str, Meta(pattern=f"^{NAME}{END}")]
Source = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^\s|]+{END}")]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Currency = Annotated[str, Meta(pattern=rf"^[A-Z]{{3}}{END}")]
Instant = Annotated[datetime, Meta(tz=True)]
Period = Annotated[str, Meta(pattern=rf"^[0-9]{{4}}(-[0-9]{{2}}){{2}}(T[0-9]{{2}})?{END}")]
Revision = Annotated[int, Meta(ge=0, le=2**62)]
Severity = Literal["info", "warning", "critical"]
Transition = Literal[
    "firing", "level_changed", "resolved", "corrected", "withdrawn", "no_data", "degraded"
]
Freshness = Literal["live", "late", "silent", "manual"]


class Subject(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a figure is about and how it is stated, common to spend and metrics.

    Either `campaign` and `line` (our ids) or `entity` (the platform's ids by level). `delta` adds;
    `snapshot` states the whole value of (source, report, entity, period, dims) at `revision`.
    """

    campaign: Name | None = None
    line: Name | None = None
    entity: dict[Label, Label] | None = None
    mode: Literal["delta", "snapshot"] = "delta"
    report: Label | None = None
    period: Period | None = None
    revision: Revision | None = None
    dims: dict[Label, Label] | None = None


class SpendData(Subject, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Money spent: `amount` is a decimal string, at most six decimals; negative is a refund."""

    amount: str
    currency: Currency | None = None


class MetricsData(
    Subject, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Measured quantities: integers or decimal strings by measure name."""

    measures: Annotated[dict[Name, int | str], Meta(min_length=1, max_length=64)]
    currency: Currency | None = None


class SourceData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A heartbeat: the source has delivered everything up to this instant."""

    complete_through: Instant


class _Sent(Struct, frozen=True, kw_only=True, tag_field="type"):
    """The envelope as callers send it; extensions we do not know are ignored."""

    specversion: Literal["1.0"]
    id: Id
    source: Source
    time: Instant | None = None
    workspace: str | None = None


class SpendSent(_Sent, frozen=True, kw_only=True, tag="paceline.spend.v1"):
    data: SpendData


class MetricsSent(_Sent, frozen=True, kw_only=True, tag="paceline.metrics.v1"):
    data: MetricsData


class SourceSent(_Sent, frozen=True, kw_only=True, tag="paceline.source.v1"):
    data: SourceData


Sent = SpendSent | MetricsSent | SourceSent


class SpendStored(
    SpendData, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """`SpendData` with the UTC bounds of its period, added by ingest from the source's zone."""

    period_start: Instant
    period_end: Instant


class MetricsStored(
    MetricsData, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """`MetricsData` with the UTC bounds of its period, added by ingest from the source's zone."""

    period_start: Instant
    period_end: Instant


class _Stored(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """The envelope in Kafka. `bodyhash`: hex of the 16-byte BLAKE2b of the data as sent."""

    specversion: Literal["1.0"]
    id: Id
    source: Source
    time: Instant
    workspace: Name
    receivedat: Instant
    bodyhash: str
    importid: str | None = None


class SpendEvent(_Stored, frozen=True, kw_only=True, omit_defaults=True, tag="paceline.spend.v1"):
    data: SpendStored


class MetricsEvent(
    _Stored, frozen=True, kw_only=True, omit_defaults=True, tag="paceline.metrics.v1"
):
    data: MetricsStored


class SourceEvent(_Stored, frozen=True, kw_only=True, omit_defaults=True, tag="paceline.source.v1"):
    """A heartbeat in band; `expectedinterval` (seconds) comes from the source's settings."""

    data: SourceData
    expectedinterval: int | None = None


class Envelope(Struct, Generic[T], frozen=True, kw_only=True):
    """A CloudEvent one of our services writes. `type` is "paceline." and the topic's name."""

    id: str
    source: str
    type: str
    time: Instant
    workspace: Name
    data: T
    specversion: Literal["1.0"] = "1.0"


class Amount(Struct, frozen=True, kw_only=True):
    """Money in an event: decimal string and ISO 4217 code."""

    amount: str
    currency: str


class TotalsChange(Struct, frozen=True, kw_only=True):
    """What one period of a line gained since the previous `seq`."""

    period_start: Instant
    period_end: Instant
    amount: str
    native: Amount | None = None
    correction: bool = False


class BudgetTotals(Struct, frozen=True, kw_only=True):
    """budget.totals.v1: the cumulative figures of one line at its anchor, and the changes.

    `seq` is contiguous per line. Money as decimal strings in `currency`, ratios as decimal strings;
    no value is null. Rules with < or <= are judged only when `complete_through` = `anchor`.
    """

    campaign: str
    line: str
    seq: int
    plan_version: int
    currency: str
    allocated: str
    actual: str
    corrections: str
    committed: str
    remaining: str
    planned_to_date: str
    used_ratio: str | None
    pacing_ratio: str | None
    forecast_end: str | None
    complete_through: Instant | None
    freshness: Freshness
    names: dict[str, str]
    changes: list[TotalsChange]
    as_of: Instant
    anchor: Instant | None = None
    time_zone: str = "UTC"
    owner: str | None = None
    channel: str | None = None


class CatalogItem(Struct, frozen=True, kw_only=True):
    """catalog.v1: one version of a planning object; a lower or equal `version` is ignored."""

    kind: Literal[
        "campaign", "line", "plan", "mapping", "target", "milestone", "risk", "measure", "source"
    ]
    id: str
    version: int
    effective_from: Instant | None
    object: dict[str, Any]
    deleted: bool = False


class BreachWindow(Struct, frozen=True, kw_only=True):
    kind: str
    start: Instant
    end: Instant


class BreachSource(Struct, frozen=True, kw_only=True):
    source: str
    complete_through: Instant | None


class Breach(Struct, frozen=True, kw_only=True):
    """breaches.v1: one change of state of (rule, group), with all its message needs.

    `breach` is "<rule>/<group>/<episode>"; `seq` is contiguous within it, from 1. `numbers` are the
    sums the value was computed from, as decimal text. `since` is the instant the episode began.
    """

    breach: str
    seq: int
    rule: str
    rule_version: int
    kind: str
    group: dict[str, str]
    transition: Transition
    reason: str
    severity: Severity
    previous_severity: Severity | None
    crossed: list[str]
    value: str | None
    threshold: str | None
    op: str
    window: BreachWindow | None
    numbers: dict[str, str]
    sources: list[BreachSource]
    plan_version: int | None
    names: dict[str, str]
    owner: str | None
    labels: dict[str, str]
    annotations: dict[str, str | None]
    corrects: str | None
    event_time: Instant
    decided_at: Instant
    since: Instant
    kpi: str = ""
    currency: str | None = None
    time_zone: str = "UTC"


class Rejected(Struct, frozen=True, kw_only=True):
    """rejected.v1: an event that was set aside, why, and where it stands in Kafka."""

    code: str
    detail: str
    topic: str | None
    partition: int | None
    offset: int | None
    workspace: str | None
    source: str | None
    id: str | None
    event: Any


_NUL = b"\\u0000"
_search_nul = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000").search
"""With an even number of backslashes before it: an odd one makes it six harmless characters."""

ENCODER = msgspec.json.Encoder()
SORTED_ENCODER = msgspec.json.Encoder(order="deterministic")
SENT_LIST_DECODER = msgspec.json.Decoder(list[Sent])
SENT_DECODER = msgspec.json.Decoder(Sent)
SPEND_TOPIC_DECODER = msgspec.json.Decoder(SpendEvent | SourceEvent)
METRICS_TOPIC_DECODER = msgspec.json.Decoder(MetricsEvent | SourceEvent)
TOTALS_DECODER = msgspec.json.Decoder(Envelope[BudgetTotals])
CATALOG_DECODER = msgspec.json.Decoder(Envelope[CatalogItem])
BREACH_DECODER = msgspec.json.Decoder(Envelope[Breach])
REJECTED_DECODER = msgspec.json.Decoder(Envelope[Rejected])

SPEND_TOPIC = "spend.v1"
METRICS_TOPIC = "metrics.v1"
TOTALS_TOPIC = "budget.totals.v1"
CATALOG_TOPIC = "catalog.v1"
BREACHES_TOPIC = "breaches.v1"
REJECTED_TOPIC = "rejected.v1"
NOTIFICATIONS_TOPIC = "notifications.v1"
TOPICS = (
    SPEND_TOPIC,
    METRICS_TOPIC,
    TOTALS_TOPIC,
    CATALOG_TOPIC,
    BREACHES_TOPIC,
    REJECTED_TOPIC,
    NOTIFICATIONS_TOPIC,
)


def has_nul(value: bytes) -> bool:
    """Whether JSON text states the character U+0000, as a name or in a value.

    PostgreSQL's text cannot hold it, and JSON can write it only as an escape: such a record is
    poison for every consumer. The two bytes of an escaped backslash before "u0000" are not.
    """
    return _NUL in value and _search_nul(value) is not None


def subject_key(workspace: str, source: str, data: Subject) -> str:
    """Kafka key of spend and metrics: `workspace|source|entity` (design.md section 3)."""
    return f"{workspace}|{source}|{entity_text(data)}"


def entity_text(data: Subject) -> str:
    """The entity as one text: our `campaign/line`, or the platform's ids sorted by level."""
    if data.entity is not None:
        return dims_text(data.entity)
    return f"{data.campaign}/{data.line}"


def dims_text(dims: dict[str, str] | None) -> str:
    """`{"b": "2", "a": "1"}` → "a=1,b=2"; nothing → ""."""
    return ",".join(f"{name}={dims[name]}" for name in sorted(dims)) if dims else ""


def group_text(group: dict[str, str]) -> str:
    """A rule's group wherever it is text: `{"line": "L02"}` → "line:L02" (contracts.md 4)."""
    return ",".join(f"{name}:{group[name]}" for name in sorted(group))
