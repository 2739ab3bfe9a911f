"""Ranges of time that people ask about, and how much one question may read and answer. Pure.

A question shares the process with the consumer: without a bound a year of five-minute windows over
every line would stop it for minutes.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from kpi_monitor.rules.feeds import FeedState
from kpi_monitor.windows import DAY_MS, Windows, edges, to_ms
from shared.errors import InvalidError

RANGE_MAX_MS = 400 * DAY_MS
WINDOWS_MAX = 9_000
"""A month of five-minute windows; the edges of so many are fewer than EDGES_MAX."""
VALUES_MAX = 20_000
"""Windows times lines (one for a whole campaign): as an answer 5 MB."""
PERIODS_MAX = 2_000_000
"""Stored periods in the range, which PostgreSQL adds up in some 5 s of one core."""
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def moment(at: datetime) -> int:
    """Aware datetime → epoch ms. Raises InvalidError `range_invalid` outside 1970 to 2199."""
    if not EARLIEST <= at < LATEST:
        raise InvalidError("range_invalid", f"times lie in {EARLIEST.year} to {LATEST.year - 1}")
    return to_ms(at)


def span(begin: datetime, until: datetime, size: int) -> tuple[int, int]:
    """[begin, until) in epoch ms. Raises InvalidError `range_invalid`."""
    start, end = moment(begin), moment(until)
    if not start < end or end - start > min(RANGE_MAX_MS, WINDOWS_MAX * size):
        raise InvalidError(
            "range_invalid", f"from is before to, by at most {WINDOWS_MAX} windows and 400 days"
        )
    return start, end


def edges_of(windows: Windows, start: int, end: int) -> list[int]:
    """Where the windows that overlap a `span` begin, and where the last one ends."""
    found = edges([windows], start, end)
    assert found is not None, "a span has fewer windows than that"
    return found


def check_cost(groups: int, bounds: Collection[int], feeds: Iterable[FeedState]) -> None:
    """Raises InvalidError `range_too_large`: values of so many groups and windows, from `feeds`.

    A feed with periods of several lengths counts by the longest.
    """
    count = len(bounds) - 1
    if groups * count > VALUES_MAX:
        raise InvalidError(
            "range_too_large",
            f"{count} windows of {groups} lines are more than {VALUES_MAX} values: ask for a "
            "shorter range, longer windows or the whole campaign",
        )
    length = max(bounds) - min(bounds)
    periods = sum(length // feed.grain for feed in feeds)
    if periods > PERIODS_MAX:
        raise InvalidError(
            "range_too_large",
            f"{periods} stored periods are more than {PERIODS_MAX}: ask for a shorter range",
        )
