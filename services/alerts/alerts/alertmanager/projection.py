"""A configuration in Alertmanager's keys alone, as its clients load it, strictly (alertmanager.md
section 4). Pure.

Receivers are named without their channels: an address may be a secret, and most channels are none
that Alertmanager knows.
"""

from collections.abc import Sequence
from typing import Any

import yaml

from alerts.configuration.inhibition import InhibitRule
from alerts.configuration.intervals import WEEKDAYS, Range, TimeInterval
from alerts.configuration.tree import Configuration, Route
from shared.durations import duration_text


def projection(configuration: Configuration) -> str:
    """The YAML text of `config.original`."""
    times = configuration.times.items()
    found = {
        "global": {"resolve_timeout": duration_text(configuration.resolve_timeout)},
        "route": _route(configuration.route),
        "inhibit_rules": [_rule(one) for one in configuration.inhibit_rules],
        "receivers": [
            {"name": name} for name in (*configuration.receivers, *configuration.schedules)
        ],
        "time_intervals": [
            {"name": name, "time_intervals": [_interval(one) for one in intervals]}
            for name, intervals in times
        ],
    }
    stated = {name: value for name, value in found.items() if value}
    return str(yaml.safe_dump(stated, allow_unicode=True, sort_keys=False))


def _route(route: Route) -> dict[str, Any]:
    found = {
        "receiver": route.named,
        "group_by": list(route.group_by),
        "matchers": [str(one) for one in route.matchers],
        "continue": route.proceed,
        "mute_time_intervals": list(route.mute_times),
        "active_time_intervals": list(route.active_times),
        "routes": [_route(one) for one in route.routes],
    }
    intervals = {
        name: duration_text(getattr(route, name))
        for name in ("group_wait", "group_interval", "repeat_interval")
    }
    return {name: value for name, value in found.items() if value} | intervals


def _rule(rule: InhibitRule) -> dict[str, Any]:
    return {
        "source_matchers": [str(one) for one in rule.source],
        "target_matchers": [str(one) for one in rule.target],
        "equal": list(rule.equal),
    }


def _interval(interval: TimeInterval) -> dict[str, Any]:
    found = {
        "times": [
            {"start_time": _time(first), "end_time": _time(end)} for first, end in interval.times
        ],
        "weekdays": [f"{WEEKDAYS[first]}:{WEEKDAYS[last]}" for first, last in interval.weekdays],
        "days_of_month": _ranges(interval.days_of_month),
        "months": _ranges(interval.months),
        "years": _ranges(interval.years),
        "location": interval.location,
    }
    return {name: value for name, value in found.items() if value}


def _ranges(ranges: Sequence[Range]) -> list[str]:
    return [f"{first}:{last}" for first, last in ranges]


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
