"""What is set of a source. Pure."""

from typing import NamedTuple


class SourceSettings(NamedTuple):
    time_zone: str | None = None
    currency: str | None = None
    expected_interval_s: int | None = None
    money_report: str | None = None
    measures_report: str | None = None
