"""The families there are. A new one is a file beside this one, its test, and its line here."""

from collections.abc import Mapping

from kpi_monitor.rules.families.family import Family
from kpi_monitor.rules.families.suspense import SuspenseFamily
from kpi_monitor.rules.families.totals import TotalsFamily
from kpi_monitor.rules.families.windows import WindowFamily
from kpi_monitor.rules.rule import Rule

_TABLE: tuple[Family, ...] = (WindowFamily(), TotalsFamily(), SuspenseFamily())
FAMILIES: Mapping[str, Family] = {family.kind: family for family in _TABLE}
HOUSE_RULES = {name: make for family in _TABLE for name, make in family.house_rules.items()}
"""Of every workspace. No new rule of a person takes such a name: the two would share their
episodes' numbers."""


def family_of(rule: Rule) -> Family:
    return FAMILIES[rule.kpi.kind]
