"""What the file says of being quiet: rules of inhibition, and times that routes name, checked."""

from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime, timedelta

from alerts.configuration import intervals
from alerts.configuration.digest import Digest, SummaryReport
from alerts.configuration.document import (
    DigestDocument,
    Document,
    FlappingDocument,
    InhibitDocument,
    IntervalDocument,
)
from alerts.configuration.flapping import Flapping
from alerts.configuration.inhibition import InhibitRule
from alerts.configuration.intervals import Range, TimeInterval
from alerts.configuration.matchers import (
    Matcher,
    MatcherError,
    Operator,
    impossible,
    make_matcher,
    parse_matchers,
)
from alerts.configuration.yaml_reader import PlaceError, at_place
from shared.durations import parse_duration

JANUARY = datetime(2025, 1, 1, tzinfo=UTC)


def read_matchers(texts: tuple[str, ...], path: str, doubts: dict[str, str]) -> tuple[Matcher, ...]:
    """A list of matchers; what no alert can meet is a doubt. Raises PlaceError."""
    found: list[Matcher] = []
    for place, text in enumerate(texts):
        for matcher in at_place(parse_matchers, text, f"{path}[{place}]"):
            found.append(matcher)
            if reason := impossible(matcher):
                doubts.setdefault(f"{matcher}: {reason}", f"{path}[{place}]")
    return tuple(found)


def read_inhibit_rules(document: Document, doubts: dict[str, str]) -> tuple[InhibitRule, ...]:
    """The rules; an empty item of the list is none, as in Alertmanager. Raises PlaceError."""
    return tuple(
        InhibitRule(
            _side(rule, "source", f".inhibit_rules[{place}]", doubts),
            _side(rule, "target", f".inhibit_rules[{place}]", doubts),
            rule.equal,
        )
        for place, rule in enumerate(document.inhibit_rules)
        if rule is not None
    )


def read_times(document: Document) -> dict[str, tuple[TimeInterval, ...]]:
    """Times by name, from both lists that Alertmanager knows. Raises PlaceError."""
    found: dict[str, tuple[TimeInterval, ...]] = {}
    for key in ("time_intervals", "mute_time_intervals"):
        for place, one in enumerate(getattr(document, key)):
            path = f".{key}[{place}]"
            if one.name in found:
                raise PlaceError(f"{path}.name", f"the times {one.name!r} are defined twice")
            found[one.name] = tuple(
                _interval(interval, f"{path}.time_intervals[{number}]")
                for number, interval in enumerate(one.time_intervals)
            )
    return found


def read_digest(one: DigestDocument | None, path: str) -> Digest | None:
    """When a route speaks, unless that is any time. Raises PlaceError."""
    if one is None:
        return None
    times = {at_place(_time_of_day, text, f"{path}.times[{n}]") for n, text in enumerate(one.times)}
    weekdays = [
        at_place(intervals.read_weekdays, text, f"{path}.weekdays[{n}]")
        for n, text in enumerate(one.weekdays)
    ]
    days = [
        at_place(intervals.read_days_of_month, text, f"{path}.days_of_month[{n}]")
        for n, text in enumerate(one.days_of_month)
    ]
    if weekdays and days:
        raise PlaceError(f"{path}.days_of_month", "days of the week and of the month: say one")
    location = at_place(intervals.read_location, one.location, f"{path}.location")
    found = Digest(tuple(sorted(times)), tuple(weekdays), location, 0, tuple(days), one.empty)
    # In a month of 31 days is every day that there is in any.
    if found.next_after(JANUARY) > JANUARY + timedelta(days=32):
        raise PlaceError(f"{path}.days_of_month", "no month has such a day")
    return found


def read_reports(document: Document, receivers: Container[str]) -> dict[str, SummaryReport]:
    """Reports by name. Raises PlaceError."""
    found: dict[str, SummaryReport] = {}
    for place, one in enumerate(document.reports):
        path = f".reports[{place}]"
        if one.name in found:
            raise PlaceError(f"{path}.name", f"the report {one.name!r} is defined twice")
        if one.receiver not in receivers:
            raise PlaceError(f"{path}.receiver", f"receiver {one.receiver!r} is not defined")
        digest = read_digest(one, path)
        assert digest is not None
        found[one.name] = SummaryReport(one.name, one.receiver, digest)
    return found


def read_duration(text: str, path: str) -> timedelta:
    """One that is not nothing. Raises PlaceError."""
    found = at_place(parse_duration, text, path)
    if not found:
        raise PlaceError(path, "this must be longer than 0s")
    return found


def read_flapping(one: FlappingDocument | None, path: str) -> Flapping | None:
    """When an alert flaps, if anybody wants to know. Raises PlaceError."""
    if one is None:
        return None
    within = read_duration(one.within, f"{path}.within")
    if one.settled_after is None:
        return Flapping(one.times, within, within / 2)
    return Flapping(one.times, within, read_duration(one.settled_after, f"{path}.settled_after"))


def _side(
    rule: InhibitDocument, side: str, path: str, doubts: dict[str, str]
) -> tuple[Matcher, ...]:
    """Matchers of one side, the older maps first."""
    older: list[Matcher] = []
    forms: tuple[tuple[str, Operator], ...] = ((f"{side}_match", "="), (f"{side}_match_re", "=~"))
    for key, operator in forms:
        said: Mapping[str, str] = getattr(rule, key)
        for name, value in said.items():
            try:
                older.append(make_matcher(name, operator, value))
            except MatcherError as error:
                raise PlaceError(f"{path}.{key}.{name}", str(error)) from error
    key = f"{side}_matchers"
    return (*older, *read_matchers(getattr(rule, key), f"{path}.{key}", doubts))


def _interval(one: IntervalDocument, path: str) -> TimeInterval:
    times = tuple(
        _times_of_day(of_day.start_time, of_day.end_time, f"{path}.times[{place}]")
        for place, of_day in enumerate(one.times)
    )

    def ranges(key: str, read: Callable[[str], Range]) -> tuple[Range, ...]:
        texts: tuple[str, ...] = getattr(one, key)
        return tuple(at_place(read, text, f"{path}.{key}[{n}]") for n, text in enumerate(texts))

    return TimeInterval(
        times,
        ranges("weekdays", intervals.read_weekdays),
        ranges("days_of_month", intervals.read_days_of_month),
        ranges("months", intervals.read_months),
        ranges("years", intervals.read_years),
        at_place(intervals.read_location, one.location, f"{path}.location"),
    )


def _time_of_day(text: str) -> int:
    minute = intervals.read_time(text)
    if minute == intervals.DAY:
        raise ValueError("24:00 is the next day's 00:00: write that")
    return minute


def _times_of_day(start: str, end: str, path: str) -> Range:
    first = at_place(intervals.read_time, start, f"{path}.start_time")
    last = at_place(intervals.read_time, end, f"{path}.end_time")
    if first >= last:
        raise PlaceError(path, "it ends before it starts: write two, one until 24:00")
    return first, last
