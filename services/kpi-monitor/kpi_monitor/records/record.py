"""One event of metrics.v1, validated, and the keys of what is stored of it. Pure.

Handlers read what is needed, these functions decide, handlers write. Amounts are micros, times
epoch ms.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from kpi_monitor.records.measures import Measures
from kpi_monitor.windows import LONGEST_DAY_MS, MATURITY_MAX_MS, MINUTE_MS
from shared.events import (
    MetricsEvent,
    Subject,
    entity_text,
)
from shared.kafka.consumer import Received
from shared.keys import pairs_text
from shared.money import MONEY_MEASURES

Place = tuple[str, str]
"""(campaign, line)."""
OWN_CAMPAIGN, OWN_LINE = "paceline:campaign", "paceline:line"
"""Our names among the levels of an entity; no platform has such levels."""
MONEY_APART = "\n"
"""Ends the dims of a fact that is the money of another one; no dims have a line break."""

KNOWN_MAX_MS = LONGEST_DAY_MS + MATURITY_MAX_MS
"""So long after a period's end the longest window with the greatest maturity has closed."""

_MEASURES_ENCODER = msgspec.json.Encoder(order="deterministic")


# Keys are plain tuples: several are made for each event, and a named one costs five times as much.
ProgressKey = tuple[str, str, int]
"""(workspace, source, partition of metrics.v1)."""
FactKey = tuple[int, str, str, str]
"""(number of the workspace, source and report, period, entity, dims)."""
HeldKey = tuple[str, str, str, str, int, int, int, str]
"""(workspace, source, entity, measure, start, end, known, currency of the event's money or "")."""
PlacedKey = tuple[str, str, int, str, int, int, str, str, str, str]
"""(workspace, source, start, entity, end, known, measure, currency of the event's money or "",
campaign, line) of deltas that a mapping has placed."""
Group = tuple[str, str, str, str]
"""(workspace, source, entity, period's label) of snapshots: what is held and moved together."""
Fed = tuple[str, str, str, str]
"""(workspace, campaign, line, source)."""
Period = tuple[int, int, int]
"""(start, end, known)."""


@dataclass(slots=True)
class MetricsRecord:
    """One metrics event, validated. `place` is None while no mapping names its entity.

    `complete`: how far its source was when it was told; `known`: the mark that this gives.
    """

    received: Received
    event: MetricsEvent
    measures: Measures
    start: int
    end: int
    complete: int
    known: int
    place: Place | None = None
    stream: int = 0
    replaced: "MetricsRecord | None" = None
    """The lower revision in whose stead this one is written, when both came in one poll."""
    repeats: tuple["MetricsRecord", ...] = ()
    """Further statements of this revision in the poll."""
    outdated: tuple["MetricsRecord", ...] = ()
    """Lower revisions of the fact that came after this one in the poll."""
    money_waits: bool = False
    """Its money is kept aside, for its campaign or for one in its currency; its counts are not."""
    money_only: bool = False
    """Money that was kept aside, a fact of its own: that of its counts stands without it."""

    @property
    def revision(self) -> int:
        return self.event.data.revision or 0

    @property
    def fact(self) -> FactKey:
        data = self.event.data
        dims = pairs_text(data.dims) + (MONEY_APART if self.money_only else "")
        return self.stream, data.period or "", entity_text(data), dims

    @property
    def currency(self) -> str:
        """The currency of the money that this event states, or ""; without one the campaign's."""
        stated = self.event.data.currency
        return "" if stated is None or MONEY_MEASURES.isdisjoint(self.measures) else stated

    @property
    def group(self) -> Group:
        data = self.event.data
        return self.event.workspace, self.event.source, entity_text(data), data.period or ""

    def keep(self, *, money: bool) -> None:
        """Leaves only the money or only the counts of the event."""
        self.measures = {
            name: amount
            for name, amount in self.measures.items()
            if (name in MONEY_MEASURES) is money
        }

    @property
    def measures_text(self) -> str:
        """The sums as one text in which equal values are equal texts."""
        return _MEASURES_ENCODER.encode(self.measures).decode()


def levels_of(data: Subject) -> dict[str, str]:
    """What is kept of a held event to place it later: the platform's ids by level, or our names."""
    if data.entity is not None:
        return dict(data.entity)
    return {OWN_CAMPAIGN: data.campaign or "", OWN_LINE: data.line or ""}


def own_place(levels: Mapping[str, str]) -> Place | None:
    """The place that a held event named itself, of `levels_of`; None for a platform's entity."""
    if levels.keys() != {OWN_CAMPAIGN, OWN_LINE}:
        return None
    return levels[OWN_CAMPAIGN], levels[OWN_LINE]


def known_at(end: int, complete: int) -> int:
    """The mark of a period that ends at `end`, told when its source was complete to `complete`.

    0 while the period was not complete. Marks are floored to the minute, as the ends of windows and
    maturities lie on it, and stop where the longest window with the greatest maturity has closed:
    later ones would only split rows without changing a sum.
    """
    if complete < end:
        return 0
    return min(complete // MINUTE_MS * MINUTE_MS, end + KNOWN_MAX_MS)
