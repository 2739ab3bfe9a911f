"""Whether a source is live, late or silent: one answer for all services. Pure (design.md 1.7).

A source says how far it has delivered with its heartbeats, and is measured by them; one that has
never sent any by the last that came of it. So one that delivers is live, with or without them, and
one of which nothing has come for long is late and then silent, which is not "nothing was spent".
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from shared.events import Freshness

State = Literal["live", "late", "silent"]

EXPECTED_INTERVAL_S = 3600
"""Of a source whose interval is not known; with a heartbeat every service learns what was set."""
LATE_AFTER = 2
SILENT_AFTER = 4
"""In expected intervals."""
_WORST_LAST: tuple[Freshness, ...] = ("manual", "live", "late", "silent")


def state_of(
    now: datetime,
    complete_through: datetime | None,
    last_told: datetime | None,
    expected_interval_s: int | None,
) -> State:
    """By the heartbeat; without one by the last that was told, receipt or period; else silent."""
    basis = complete_through or last_told
    if basis is None:
        return "silent"
    interval = timedelta(seconds=expected_interval_s or EXPECTED_INTERVAL_S)
    overdue = now - basis
    if overdue > SILENT_AFTER * interval:
        return "silent"
    return "late" if overdue > LATE_AFTER * interval else "live"


def worst(states: Iterable[Freshness]) -> Freshness:
    """Of several sources or lines; `manual` where there is none."""
    return max(states, key=_WORST_LAST.index, default="manual")
