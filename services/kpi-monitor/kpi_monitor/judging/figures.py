"""Newer figures of breaches that stay open: what reminders show. Pure.

A breach tells the figures of its last transition, and those grow old while nothing else changes.
Each judgement of an open breach gives its newest; `store_figures` tells them when they differ, at
most once an interval.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from kpi_monitor import SERVICE
from kpi_monitor.judging.breaches import Judged, figures_of
from kpi_monitor.rules.unit import GroupOutcome, Unit
from shared.events import ENCODER, FIGURES_TOPIC, BreachFigures
from shared.kafka.outbox import envelope
from shared.keys import group_text


class Newest(NamedTuple):
    """What an open breach was last judged on. `event` is None when its transition tells it."""

    workspace: str
    breach: str
    key: str
    content: bytes
    event: bytes | None


class Ended(NamedTuple):
    workspace: str
    breach: str


def newest_of(
    outcomes: Iterable[tuple[Unit, GroupOutcome]], now: datetime
) -> tuple[list[Newest], list[Ended]]:
    """The figures of breaches that are open after these outcomes, and breaches that ended."""
    newest: list[Newest] = []
    ended: list[Ended] = []
    for unit, outcome in outcomes:
        for verdict in outcome.verdicts:
            transition = verdict.judgement.transition
            if transition is not None and transition.change == "resolved":
                breach = Judged(unit, outcome.group, verdict).breach(transition.episode)
                ended.append(Ended(unit.workspace, breach))
        last = next((one for one in reversed(outcome.verdicts) if one.seen is not None), None)
        if outcome.standing.episode.open and last is not None:
            figures = figures_of(Judged(unit, outcome.group, last), now)
            is_told = last.judgement.transition is not None
            newest.append(_newest(unit.workspace, figures, is_told=is_told))
    return newest, ended


def _newest(workspace: str, figures: BreachFigures, *, is_told: bool) -> Newest:
    """`is_told`: a transition tells these already."""
    content = ENCODER.encode(
        (figures.seq, figures.value, figures.numbers, figures.window, figures.set_aside)
    )
    return Newest(
        workspace=workspace,
        breach=figures.breach,
        key=f"{workspace}|{figures.rule}|{group_text(figures.group)}",
        content=content,
        event=None if is_told else _event(workspace, figures),
    )


def _event(workspace: str, figures: BreachFigures) -> bytes:
    return envelope(
        FIGURES_TOPIC,
        figures,
        event_id=f"{figures.breach}/{figures.seq}/{figures.decided_at.isoformat()}",
        service=SERVICE,
        workspace=workspace,
        time=figures.decided_at,
    )
