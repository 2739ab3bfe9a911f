"""What feeds a measure of a line: how far it is complete, and what of it is missing. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kpi_monitor.records.measures import SPEND
from kpi_monitor.windows import to_ms
from shared.events import BudgetTotals


class FeedState(NamedTuple):
    """A source that feeds a measure of a line; `complete` and `grain` in ms.

    `set_aside`: how much of the source was refused and is not settled; `settled`: how far it is
    complete without what is waited for (None: as far as `complete`).
    """

    line: str
    measure: str
    source: str
    grain: int
    complete: int | None
    set_aside: int = 0
    settled: int | None = None


def completeness(feeds: Sequence[FeedState], measures: Iterable[str]) -> int | None:
    """Least completeness (epoch ms) over the feeds; None while any measure has none.

    A measure nobody feeds is not zero: a window over it cannot be whole.
    """
    if not set(measures) <= {feed.measure for feed in feeds}:
        return None
    known = [feed.complete for feed in feeds if feed.complete is not None]
    return min(known) if known and len(known) == len(feeds) else None


def feeds_set_aside(feeds: Iterable[FeedState]) -> int:
    """What was refused of these sources and is not settled; a source counts once, spend by line."""
    apart = {
        (feed.source, feed.line if feed.measure == SPEND else ""): feed.set_aside for feed in feeds
    }
    return sum(apart.values())


def judgeable_through(
    feeds: Sequence[FeedState], measures: Iterable[str], *, upwards: bool
) -> int | None:
    """Completeness (epoch ms) as far as a rule may use it.

    What is missing must not look like too little: windows of a rule with < or <= wait for it.
    """
    if upwards:
        return completeness(feeds, measures)
    settled = [
        feed if feed.settled is None else feed._replace(complete=feed.settled) for feed in feeds
    ]
    return completeness(settled, measures)


def spend_feed(
    line: str, grain: int, complete: int | None, source: str, totals: BudgetTotals | None
) -> FeedState:
    """Spend of a line: complete as far as the line's totals say, and what they say is missing."""
    if totals is None or totals.settled_through is None:
        return FeedState(line, SPEND, source, grain, complete)
    settled = None if complete is None else min(complete, to_ms(totals.settled_through))
    return FeedState(line, SPEND, source, grain, complete, totals.set_aside, settled)
