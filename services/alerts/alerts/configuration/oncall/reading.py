"""Schedules of a file, checked: whom they name is there, and their names are their own."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from alerts.configuration import intervals
from alerts.configuration.document import Document
from alerts.configuration.intervals import TimeInterval
from alerts.configuration.oncall.document import (
    OverrideDocument,
    RotationDocument,
    ScheduleDocument,
)
from alerts.configuration.oncall.schedules import (
    Override,
    Rotation,
    Schedule,
    local_instant,
    read_local,
)
from alerts.configuration.receivers import known_times
from alerts.configuration.yaml_reader import PlaceError, at_place
from shared.durations import parse_duration
from shared.names import NAME_RULE, is_name

TURN_MIN = timedelta(hours=1)


def read_schedules(
    document: Document, times: Mapping[str, tuple[TimeInterval, ...]], taken: Collection[str]
) -> dict[str, Schedule]:
    """By name; `taken` are the names of receivers and people. Raises PlaceError."""
    people = frozenset(one.name for one in document.people)
    found: dict[str, Schedule] = {}
    for place, one in enumerate(document.schedules):
        path = f".schedules[{place}]"
        if not is_name(one.name):
            raise PlaceError(f"{path}.name", f"a schedule's name is {NAME_RULE}")
        if one.name in found or one.name in taken:
            raise PlaceError(
                f"{path}.name",
                f"{one.name!r} is the name of something else already: choose another",
            )
        found[one.name] = _schedule(one, path, people, times)
    return found


def _schedule(
    one: ScheduleDocument,
    path: str,
    people: Collection[str],
    times: Mapping[str, tuple[TimeInterval, ...]],
) -> Schedule:
    location = at_place(intervals.read_location, one.location, f"{path}.location")
    rotations = [
        _rotation(rotation, f"{path}.rotations[{number}]", people, times)
        for number, rotation in enumerate(one.rotations)
    ]
    overrides = [
        _override(override, f"{path}.overrides[{number}]", people, location)
        for number, override in enumerate(one.overrides)
    ]
    return Schedule(one.name, location, tuple(rotations), tuple(overrides))


def _rotation(
    one: RotationDocument,
    path: str,
    people: Collection[str],
    times: Mapping[str, tuple[TimeInterval, ...]],
) -> Rotation:
    for place, name in enumerate(one.people):
        _check_person(name, people, f"{path}.people[{place}]")
    every = at_place(parse_duration, one.every, f"{path}.every")
    if every < TURN_MIN:
        raise PlaceError(f"{path}.every", "a turn is at least 1h")
    names = known_times(one.active_time_intervals, times, f"{path}.active_time_intervals")
    handoff = at_place(read_local, one.handoff, f"{path}.handoff")
    return Rotation(
        one.people, every, handoff, tuple(interval for name in names for interval in times[name])
    )


def _override(one: OverrideDocument, path: str, people: Collection[str], location: str) -> Override:
    _check_person(one.person, people, f"{path}.person")
    starts_at, ends_at = (
        at_place(lambda text: local_instant(text, location), text, f"{path}.{key}")
        for key, text in (("from", one.starts_at), ("to", one.ends_at))
    )
    if ends_at <= starts_at:
        raise PlaceError(f"{path}.to", "it ends before it begins")
    return Override(one.person, starts_at, ends_at)


def _check_person(name: str, people: Collection[str], path: str) -> None:
    if name not in people:
        known = ", ".join(sorted(people)) or "nobody"
        raise PlaceError(path, f"people has no {name!r}: the file has {known}")
