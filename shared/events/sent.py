"""What callers send: spend, metrics and heartbeats, and the names of what they are about."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.events.fields import Currency, Id, Instant, Label, Name, Period, Revision, Source
from shared.keys import subject_text


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


def subject_key(workspace: str, source: str, data: Subject) -> str:
    """Kafka key of spend and metrics: `workspace|source|entity` (design.md section 3)."""
    return f"{workspace}|{source}|{entity_text(data)}"


def entity_text(data: Subject) -> str:
    """The entity as one text: our `campaign/line`, or the platform's ids sorted by level."""
    return subject_text(data.entity, data.campaign, data.line)
