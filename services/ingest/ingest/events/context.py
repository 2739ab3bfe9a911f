"""What a request brings besides its events: whose it is, and what is known of its sources. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple


class SourceView(NamedTuple):
    """What the settings of a source say that matters here."""

    time_zone: str | None = None
    currency: str | None = None
    expected_interval_s: int | None = None
    money_report: str | None = None
    measures_report: str | None = None


class Context(NamedTuple):
    """One request: whose it is, which sources its credential covers, and when it came."""

    workspace: str
    allows: Callable[[str], bool]
    settings: Callable[[str], SourceView]
    now: datetime
    skew_s: float
    import_id: str | None = None
    time_zone: str = "UTC"
    """Of a source whose own zone was never set."""
    quarantined: Callable[[str], bool] = lambda _: False
    """Of a source: what it says is complete does not count."""
