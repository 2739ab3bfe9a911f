"""alerts names no KPI: what one is called and how it is shown comes with its breach."""

import re

from kpi_monitor.rules.kpis import KPIS
from tests.tidy.tidy_sources import ROOT, finding, refuse

ALERTS = ROOT / "services" / "alerts" / "alerts"


def test_no_file_of_alerts_names_a_kpi() -> None:
    """A new KPI is then told as well as those that come with the house."""
    named = re.compile(r"\b(" + "|".join(map(re.escape, KPIS)) + r")\b", re.IGNORECASE)
    found = [
        finding(path, number, line.strip())
        for path in sorted(ALERTS.rglob("*"))
        if path.suffix in (".py", ".j2")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if named.search(line)
    ]
    refuse(found, "a KPI is known by what its breach says of it")
    assert len(KPIS) >= 2
