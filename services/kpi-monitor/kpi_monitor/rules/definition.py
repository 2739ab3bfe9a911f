"""From a rule as its author wrote it (contracts.md section 4) to one that can be judged. Pure.

Everything that can be wrong with a rule by itself is found here, with a stable code; what needs
stored data (known campaign, grain of the data) is checked where that data is.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec

from kpi_monitor.rules.episodes import RANK, Condition, Limit
from kpi_monitor.rules.families.table import FAMILIES
from kpi_monitor.rules.kpis import NOT_ADDITIVE, Kpi, find_kpi
from kpi_monitor.rules.rule import Rule, Suppress
from shared.errors import InvalidError
from shared.money import MoneyError, parse_micros

RESERVED_LABELS = frozenset({"severity", "rule", "campaign", "line", "alertname"})
"""Labels a breach carries by itself; severity would split one alert into two."""


def compile_rule(
    version: int, body: Mapping[str, Any], not_additive: frozenset[str] = frozenset()
) -> Rule:
    """A stored or sent body → Rule. `not_additive`: measures registered as gauge or distinct.

    Raises InvalidError with a code of what is wrong, as the route lists them.
    """
    kpi = find_kpi(body["kpi"])
    _refuse_what_is_not_built(body)
    family = FAMILIES[kpi.kind]
    span = family.span(body, kpi)
    suppress = _suppress(body.get("suppress"), kpi)
    minimum = _minimum(body.get("min") or {})
    measures = set(kpi.formula.measures) | {name for name, _ in minimum}
    if suppress is not None:
        measures |= suppress.formula.measures
    if bad := sorted(measures & (NOT_ADDITIVE | not_additive)):
        raise InvalidError("measure_not_additive", f"{bad[0]} cannot be summed over a window")
    labels = body.get("labels") or {}
    if reserved := sorted(RESERVED_LABELS & labels.keys()):
        raise InvalidError("label_reserved", f"the label {reserved[0]} is set by Paceline itself")
    scope = body["scope"]
    return Rule(
        rule=body["rule"],
        version=version,
        name=body.get("name") or body["rule"],
        campaign=scope["campaign"],
        lines=_lines(scope.get("lines")),
        group_by=_group_by(body.get("group_by", ["line"]), family.groupings),
        kpi=kpi,
        size=span.size,
        maturity=span.maturity,
        condition=_condition(body["condition"]),
        minimum=minimum,
        suppress=suppress,
        labels=tuple(sorted(labels.items())),
        annotations=tuple(sorted((body.get("annotations") or {}).items())),
        measures=frozenset(measures),
    )


def compile_stored(version: int, body: Mapping[str, Any]) -> Rule:
    """`compile_rule` of a body that was accepted once, remembered: rules are read per unit."""
    return _compile_text(version, msgspec.json.encode(body, order="deterministic"))


@lru_cache(maxsize=4096)
def _compile_text(version: int, body: bytes) -> Rule:
    return compile_rule(version, msgspec.json.decode(body))


def _refuse_what_is_not_built(body: Mapping[str, Any]) -> None:
    """A rule that would be judged otherwise than its author means is refused, not bent."""
    if body.get("for"):
        raise InvalidError("for_unavailable", "this version has no for")
    if body.get("keep_firing"):
        raise InvalidError("keep_firing_unavailable", "this version has no keep_firing")
    if body.get("baseline") is not None:
        raise InvalidError("baseline_unavailable", "this version has no baseline")


def _lines(names: list[str] | None) -> frozenset[str] | None:
    if names == []:
        raise InvalidError("lines_missing", "state lines, or leave them out for every line")
    return None if names is None else frozenset(names)


def _group_by(names: list[str], groupings: tuple[str, ...]) -> str:
    if len(names) == 1 and names[0] in groupings:
        return names[0]
    allowed = " or ".join(f'["{name}"]' for name in groupings)
    raise InvalidError("group_by_unknown", f"group_by is {allowed} in this version")


def _condition(body: Mapping[str, Any]) -> Condition:
    operator = body["op"]
    levels = tuple(
        Limit(level["severity"], _fraction(level["value"]), level["value"])
        for level in body["levels"]
    )
    upwards = operator in (">=", ">")
    for milder, harder in pairwise(levels):
        further = harder.limit > milder.limit if upwards else harder.limit < milder.limit
        if not further or RANK[harder.severity] <= RANK[milder.severity]:
            raise InvalidError(
                "levels_out_of_order",
                f"levels go from mild to severe in the direction of {operator}: "
                f"{harder.severity} {harder.text} comes after {milder.severity} {milder.text}",
            )
    reset_text = body.get("reset") or levels[0].text
    reset = _fraction(reset_text)
    if reset > levels[0].limit if upwards else reset < levels[0].limit:
        raise InvalidError(
            "reset_inside_threshold", f"reset {reset_text} lies past the first level"
        )
    return Condition(operator, levels, reset, reset_text)


def _minimum(body: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    try:
        return tuple(sorted((name, parse_micros(text)) for name, text in body.items()))
    except MoneyError as error:
        raise InvalidError(error.code, error.detail) from error


def _suppress(body: Mapping[str, Any] | None, kpi: Kpi) -> Suppress | None:
    if body is None:
        return None
    condition = body["while"]
    other = find_kpi(condition["kpi"])
    if other.kind != kpi.kind:
        raise InvalidError(
            "suppress_kpi_differs", f"{other.name} cannot suppress a rule over {kpi.name}"
        )
    low, high = (_fraction(text) for text in condition["between"])
    if low > high:
        raise InvalidError("bounds_out_of_order", "between states the lower bound first")
    return Suppress(other.formula, low, high, body["to"])


def _fraction(text: str) -> Fraction:
    try:
        return Fraction(parse_micros(text), 1_000_000)
    except MoneyError as error:
        raise InvalidError(error.code, error.detail) from error
