"""A channel is named in its own file and in the table of channels, and nowhere else in alerts."""

import re

from alerts.channels.table import CHANNELS
from tests.tidy.tidy_sources import ROOT, finding, refuse

ALERTS = ROOT / "services" / "alerts" / "alerts"
TABLE = ALERTS / "channels" / "table.py"


def test_no_file_but_its_own_names_a_channel() -> None:
    named = re.compile("|".join(CHANNELS), re.IGNORECASE)
    own = [TABLE, *(ALERTS / "channels" / kind for kind in CHANNELS)]
    own += [ALERTS / "channels" / f"{kind}.py" for kind in CHANNELS]
    found = [
        finding(path, number, line.strip())
        for path in sorted(ALERTS.rglob("*"))
        if path.suffix in (".py", ".j2") and not any(path.is_relative_to(one) for one in own)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if named.search(line)
    ]
    refuse(found, "a channel is known by its protocol alone")
    assert len(CHANNELS) >= 2
