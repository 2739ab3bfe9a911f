"""Newer figures of breaches that stay open: what reminders show. Pure.

A breach tells the figures of its last transition, and those grow old while nothing else changes.
Each judgement of an open breach gives its newest; `store_figures` tells them when they differ, at
most once an interval.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from kpi_monitor.judging import breaches
from kpi_monitor.judging.unit import Outcome, Unit
from kpi_monitor.judging.verdicts import Verdict
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
    outcomes: Iterable[tuple[Unit, Outcome]], service: str, now: datetime
) -> tuple[list[Newest], list[Ended]]:
    """The figures of breaches that are open after these outcomes, and breaches that ended."""
    newest: list[Newest] = []
    ended: list[Ended] = []
    for unit, outcome in outcomes:
        name = f"{outcome.group.stored.rule.rule}/{outcome.group.key}"
        for verdict in outcome.changes():
            transition = verdict.judgement.transition
            if transition is not None and transition.change == "resolved":
                ended.append(Ended(unit.workspace, f"{name}/{transition.episode}"))
        judged = [one for one in outcome.verdicts if one.value is not None]
        if outcome.standing.episode.open and judged:
            newest.append(_newest(unit, outcome, judged[-1], service, now))
    return newest, ended


def _newest(unit: Unit, outcome: Outcome, verdict: Verdict, service: str, now: datetime) -> Newest:
    group, episode = outcome.group, outcome.standing.episode
    rule = group.stored.rule
    lines = breaches.lines_of(unit, group)
    value = breaches.value_text(verdict.value)
    at = breaches.figures_at(verdict, lines)
    assert value is not None, "only what has a value is newer"
    figures = BreachFigures(
        breach=f"{rule.rule}/{group.key}/{episode.number}",
        seq=episode.seq,
        rule=rule.rule,
        group=group.group,
        value=value,
        numbers=breaches.numbers_behind(rule.kpi.kind, verdict, lines),
        window=breaches.window_of(verdict),
        sources=breaches.sources_of(unit, group),
        plan_version=breaches.plan_version_of(lines),
        figures_at=at or now,
        decided_at=now,
        set_aside=breaches.set_aside_of(unit, group),
    )
    told = verdict.judgement.transition is not None
    return kept(unit.workspace, figures, service, is_told=told)


def kept(workspace: str, figures: BreachFigures, service: str, *, is_told: bool) -> Newest:
    """How figures are stored until they are told; `is_told`: a transition tells these already."""
    content = ENCODER.encode(
        (figures.seq, figures.value, figures.numbers, figures.window, figures.set_aside)
    )
    return Newest(
        workspace=workspace,
        breach=figures.breach,
        key=f"{workspace}|{figures.rule}|{group_text(figures.group)}",
        content=content,
        event=None if is_told else _event(workspace, figures, service),
    )


def _event(workspace: str, figures: BreachFigures, service: str) -> bytes:
    return envelope(
        FIGURES_TOPIC,
        figures,
        event_id=f"{figures.breach}/{figures.seq}/{figures.decided_at.isoformat()}",
        service=service,
        workspace=workspace,
        time=figures.decided_at,
    )
