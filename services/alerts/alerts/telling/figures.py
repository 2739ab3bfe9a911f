"""Which figures a message shows: the newest, and one set of them for one thing. Pure.

A transition tells the figures it was judged on. What only reminds, and what is only still open,
shows the newest of its breach. Two alerts about one thing – a line's budget, a KPI of one group
over windows of one length – show the same figures in one message: those of what it tells, else the
newest.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from alerts.episodes.rules import Key
from alerts.incoming.signal import NewerFigures, Signal
from shared.keys import group_text

MEASURED = ("window", "numbers", "sources", "plan_version", "currency", "set_aside")
"""What figures of one thing share; the KPI, its limit and its words are each alert's own."""


class Candidate(NamedTuple):
    """What is known of one alert of a message. `news`: the message tells its transition; `ended`:
    it is over, and keeps the figures that ended it."""

    signal: Signal
    newer: NewerFigures | None
    news: bool
    ended: bool


class _Thing(NamedTuple):
    campaign: str
    group: str
    kind: str
    kpi: str
    length_s: float


def shown(candidates: Mapping[Key, Candidate]) -> dict[Key, Signal]:
    """Each alert's signal with the figures that the message shows."""
    own = {key: one.signal if one.news else newest(one) for key, one in candidates.items()}
    sources: dict[_Thing, tuple[bool, datetime, datetime, Signal]] = {}
    for key, signal in own.items():
        one = candidates[key]
        thing = _thing(signal)
        rank = (one.news, signal.as_of, signal.decided_at)
        if thing is not None and (thing not in sources or rank > sources[thing][:3]):
            sources[thing] = (*rank, signal)
    return {
        key: signal if candidates[key].ended else _with_figures_of(signal, sources)
        for key, signal in own.items()
    }


def newest(candidate: Candidate) -> Signal:
    """The signal with its newest figures, if any are newer than those of its last transition."""
    signal, newer = candidate.signal, candidate.newer
    if newer is None or newer.seq != signal.seq or newer.decided_at < signal.decided_at:
        return signal
    figures = replace(
        signal.data,
        value=newer.value,
        numbers=newer.numbers,
        window=newer.window,
        sources=newer.sources,
        plan_version=newer.plan_version,
        set_aside=newer.set_aside,
        at=newer.figures_at,
    )
    return replace(signal, figures=figures, decided_at=newer.decided_at)


def _thing(signal: Signal) -> _Thing | None:
    """What the figures are about; None when there are none."""
    figures = signal.data
    if figures.value is None or not figures.numbers:
        return None
    campaign, group, kind = signal.campaign, group_text(signal.group), signal.origin.kind
    window = figures.window
    if window is None:
        # All figures of such a group come from one statement of its totals.
        return _Thing(campaign, group, kind, "", 0)
    return _Thing(campaign, group, kind, figures.kpi, (window.end - window.start).total_seconds())


def _with_figures_of(
    signal: Signal, sources: Mapping[_Thing, tuple[bool, datetime, datetime, Signal]]
) -> Signal:
    thing = _thing(signal)
    if thing is None:
        return signal
    source = sources[thing][3]
    mine, theirs = signal.data, source.data
    same_kpi = mine.kpi == theirs.kpi
    value = theirs.value if same_kpi else theirs.numbers.get(mine.number)
    if source is signal or value is None:
        return signal
    measured = {name: getattr(theirs, name) for name in MEASURED}
    return replace(signal, figures=replace(mine, value=value, at=source.as_of, **measured))
