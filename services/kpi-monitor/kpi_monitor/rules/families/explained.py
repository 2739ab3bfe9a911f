"""Why a rule did what it did, as far as it is the same for all families. Pure."""

from typing import Any

from kpi_monitor.rules.episodes import COMPARE, Observation
from kpi_monitor.rules.kpis import value_text
from kpi_monitor.rules.rule import Rule


def explained(rule: Rule, seen: Observation, numbers: dict[str, str]) -> dict[str, Any]:
    """The value, its limits and the numbers behind it, under the names of the API."""
    limits, value = seen.limits or rule.condition, seen.value
    compare = COMPARE[limits.operator]
    crossed = [
        level for level in limits.levels if value is not None and compare(value, level.limit)
    ]
    return {
        "rule": rule.rule,
        "rule_version": rule.version,
        "kpi": rule.kpi.name,
        "formula": rule.kpi.formula.text,
        "value": value_text(value),
        "why_no_value": None if value is not None else seen.without.value,
        "op": limits.operator,
        "threshold": crossed[-1].text if crossed else limits.levels[0].text,
        "crossed": [level.text for level in crossed],
        "suppressed_to": seen.ceiling,
        "reset": limits.reset_text,
        "numbers": numbers,
    }
