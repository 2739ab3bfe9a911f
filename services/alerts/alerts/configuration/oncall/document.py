"""Schedules of the file as they are written: shapes and defaults alone."""

from typing import Annotated

from msgspec import Meta, Struct, field

Texts = tuple[str, ...]
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
