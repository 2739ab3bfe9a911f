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
from alerts.incoming.breaches import as_of, campaign_of
from shared.events import Breach, BreachFigures
from shared.keys import group_text

BUDGET = "budget."


class Candidate(NamedTuple):
    """What is known of one alert of a message. `told`: its transition is news; `ended`: it is over,
    and keeps the figures that ended it."""

    breach: Breach
    figures: BreachFigures | None
    told: bool
    ended: bool


class _Thing(NamedTuple):
    campaign: str
    group: str
    kpi: str
    length_s: float


def shown(candidates: Mapping[Key, Candidate]) -> dict[Key, Breach]:
    """Each alert's breach with the figures that the message shows."""
    own = {key: one.breach if one.told else newest(one) for key, one in candidates.items()}
    sources: dict[_Thing, tuple[bool, datetime, datetime, Breach]] = {}
    for key, breach in own.items():
        one = candidates[key]
        thing = _thing(breach)
        rank = (one.told, as_of(breach), breach.decided_at)
        if thing is not None and (thing not in sources or rank > sources[thing][:3]):
            sources[thing] = (*rank, breach)
    return {
        key: breach if candidates[key].ended else _with_figures_of(breach, sources)
        for key, breach in own.items()
    }


def newest(candidate: Candidate) -> Breach:
    """The breach with its newest figures, if any are newer than those of its last transition."""
    breach, figures = candidate.breach, candidate.figures
    if figures is None or figures.seq != breach.seq or figures.decided_at < breach.decided_at:
        return breach
    return replace(
        breach,
        value=figures.value,
        numbers=figures.numbers,
        window=figures.window,
        sources=figures.sources,
        plan_version=figures.plan_version,
        set_aside=figures.set_aside,
        figures_at=figures.figures_at,
        decided_at=figures.decided_at,
    )


def _thing(breach: Breach) -> _Thing | None:
    """What the figures are about; None when there are none."""
    if breach.value is None or not breach.numbers:
        return None
    campaign, group = campaign_of(breach), group_text(breach.group)
    if breach.kpi.startswith(BUDGET):
        # All budget figures of a line come from one statement of its totals.
        return _Thing(campaign, group, BUDGET, 0)
    window = breach.window
    length = (window.end - window.start).total_seconds() if window else 0
    return _Thing(campaign, group, breach.kpi, length)


def _with_figures_of(
    breach: Breach, sources: Mapping[_Thing, tuple[bool, datetime, datetime, Breach]]
) -> Breach:
    thing = _thing(breach)
    if thing is None:
        return breach
    source = sources[thing][3]
    same_kpi = breach.kpi == source.kpi
    value = source.value if same_kpi else source.numbers.get(breach.kpi.removeprefix(BUDGET))
    if source is breach or value is None:
        return breach
    return replace(
        breach,
        value=value,
        numbers=source.numbers,
        window=source.window,
        sources=source.sources,
        plan_version=source.plan_version,
        set_aside=source.set_aside,
        figures_at=as_of(source),
    )
