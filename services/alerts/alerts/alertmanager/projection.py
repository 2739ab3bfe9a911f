"""A configuration in Alertmanager's keys alone, as its clients load it, strictly (alertmanager.md
section 4). Pure.

Receivers are named without their channels: an address may be a secret, and most channels are none
that Alertmanager knows.
"""

from typing import Any

import yaml

from alerts.configuration.tree import Configuration, Route
from shared.durations import duration_text


def projection(configuration: Configuration) -> str:
    """The YAML text of `config.original`."""
    found = {
        "global": {"resolve_timeout": duration_text(configuration.resolve_timeout)},
        "route": _route(configuration.route),
        "receivers": [{"name": name} for name in configuration.receivers],
    }
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False)


def _route(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {"receiver": route.receiver}
    if route.group_by:
        found["group_by"] = list(route.group_by)
    if route.matchers:
        found["matchers"] = [str(matcher) for matcher in route.matchers]
    if route.proceed:
        found["continue"] = True
    for name in ("group_wait", "group_interval", "repeat_interval"):
        found[name] = duration_text(getattr(route, name))
    if route.routes:
        found["routes"] = [_route(child) for child in route.routes]
    return found
