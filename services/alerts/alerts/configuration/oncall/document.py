"""Schedules and escalations of the file as they are written: shapes and defaults alone."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Texts = tuple[str, ...]
Severity = Literal["info", "warning", "critical"]
Some = Annotated[Texts, Meta(min_length=1)]


class RotationDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People who take turns; `handoff` is a local time at which the first of them began."""

    people: Some
    every: str
    handoff: str
    active_time_intervals: Texts = ()


class OverrideDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody stands in, whoever's turn it is."""

    person: str
    starts_at: str = field(name="from")
    ends_at: str = field(name="to")


class ScheduleDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    location: str
    rotations: Annotated[tuple[RotationDocument, ...], Meta(min_length=1)]
    overrides: tuple[OverrideDocument, ...] = ()


class StepDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to call so long after the alert was told, if nobody has taken it by then."""

    after: str
    to: Some
    severity: Severity | None = None


class EscalationDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A chain of steps; `repeat` is how many times it begins again after its last."""

    name: str
    steps: Annotated[tuple[StepDocument, ...], Meta(min_length=1)]
    repeat: int = 0
    remind_acknowledged_after: str | None = None
    unacknowledge_after: str | None = None
