"""Whether a source is live, late or silent. Pure (design.md section 1, point 7)."""

from datetime import datetime, timedelta
from typing import Literal

EXPECTED_INTERVAL_S = 3600
"""Of a source whose interval was never set."""
LATE_AFTER = 2
SILENT_AFTER = 4
"""In expected intervals since what the source last said was complete."""

State = Literal["live", "late", "silent"]


def state_of(
    now: datetime,
    complete_through: datetime | None,
    last_received: datetime | None,
    expected_interval_s: int | None,
) -> State:
    """By the heartbeat; a source that never sent one is judged by its last event."""
    basis = complete_through or last_received
    if basis is None:
        return "silent"
    interval = timedelta(seconds=expected_interval_s or EXPECTED_INTERVAL_S)
    overdue = now - basis
    if overdue > SILENT_AFTER * interval:
        return "silent"
    return "late" if overdue > LATE_AFTER * interval else "live"
