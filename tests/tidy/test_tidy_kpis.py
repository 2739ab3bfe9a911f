"""alerts names no KPI, no number and no family: how they are called, shown and told comes with a
breach."""

import re
from typing import get_args

from kpi_monitor.rules.families.table import FAMILIES
from kpi_monitor.rules.kpis import KPIS, UnitName
from kpi_monitor.rules.words.en import ENGLISH
from tests.tidy.tidy_sources import ROOT, finding, refuse

ALERTS = ROOT / "services" / "alerts" / "alerts"


def test_no_file_of_alerts_names_a_kpi_a_number_or_a_family() -> None:
    """A new KPI is then told as well as those that come with the house."""
    kpis = "|".join(map(re.escape, KPIS))
    # "kpi" is also what a label and a fact are called.
    kinds = "|".join({one.breach_kind for one in FAMILIES.values()} - {"kpi"})
    # "hours" is also a unit.
    numbers = "|".join(ENGLISH.titles.keys() - KPIS.keys() - set(get_args(UnitName)))
    named = re.compile(rf"\b(?i:{kpis})\b|[\"']({kinds})[.\"']|[\"']({numbers})[\"']")
    # The door also reads what was sent before under another name.
    found = [
        finding(path, number, line.strip())
        for path in sorted(ALERTS.rglob("*"))
        if path.suffix in (".py", ".j2") and path.parent.name != "incoming"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if named.search(line)
    ]
    refuse(found, "a KPI is known by what its breach says of it")
    assert len(KPIS) >= 2
