"""A rule that lets one alert stand for others (`inhibit_rules` of the file)."""

from msgspec import Struct

from alerts.configuration.matchers import Matcher


class InhibitRule(Struct, frozen=True):
    """While an alert that `source` matches is open, those that `target` matches are not told, if
    both have the same values of the labels `equal` (one that is absent is the empty text)."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()
