"""A record of breaches.v1 or breaches.figures.v1 → what this service can store, or why it cannot.

What only the database would refuse – U+0000, a key longer than an index row, an instant outside
its calendar – would end the process again and again with the same record: it is poison here.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from msgspec import convert

from alerts.incoming.reading import YEARS, UnreadableError, check_keys, decoded
from alerts.incoming.signal import Figures, NewerFigures, Origin, Signal
from shared.events import BREACH_DECODER, FIGURES_DECODER, Breach, BreachFigures
from shared.keys import group_text

BREACH_BYTES_MAX = 200_000
"""A breach has a few kilobytes; what it says comes back in each record of notifications.v1."""


class FoundSignal(NamedTuple):
    workspace: str
    signal: Signal


class FoundFigures(NamedTuple):
    """Newer figures of the episode with this id."""

    workspace: str
    id: str
    figures: NewerFigures


def read_breach(value: bytes) -> FoundSignal:
    """Decodes and checks one record of breaches.v1. Raises UnreadableError."""
    _check_size(value)
    event = decoded(value, BREACH_DECODER)
    breach = event.data
    signal = signal_of(breach)
    check_keys({"breach": signal.id, "campaign": signal.campaign}, seq=signal.seq)
    times = [breach.event_time, breach.decided_at, breach.since]
    _check_instants([*times, *_instants(breach)])
    return FoundSignal(event.workspace, signal)


def read_figures(value: bytes) -> FoundFigures:
    """Decodes and checks one record of breaches.figures.v1. Raises UnreadableError."""
    _check_size(value)
    event = decoded(value, FIGURES_DECODER)
    figures = event.data
    name = _name_of(figures)
    check_keys({"breach": name}, seq=figures.seq)
    _check_instants([figures.decided_at, *_instants(figures)])
    newer = convert(figures, NewerFigures, from_attributes=True)
    return FoundFigures(event.workspace, name, newer)


def _name_of(said: Breach | BreachFigures) -> str:
    """The name of an episode as it is written today. What waits in the topic since before migration
    0024 may have a group with separators inside its names that are not escaped, and its end comes
    under the other name."""
    unescaped = ",".join(f"{name}:{said.group[name]}" for name in sorted(said.group))
    head = f"{said.rule}/{unescaped}/"
    if not said.breach.startswith(head):
        return said.breach
    return f"{said.rule}/{group_text(said.group)}/{said.breach.removeprefix(head)}"


def signal_of(breach: Breach) -> Signal:
    """A breach as a signal. Its labels are those of the rule, of the group, and the rule itself."""
    labels = {**breach.labels, **breach.group, "rule": breach.rule}
    labels.pop("severity", None)
    return Signal(
        id=_name_of(breach),
        seq=breach.seq,
        transition=breach.transition,
        reason=breach.reason,
        severity=breach.severity,
        previous_severity=breach.previous_severity,
        labels=labels,
        annotations=breach.annotations,
        group=breach.group,
        subject=breach.subject,
        names=breach.names,
        owner=breach.owner,
        event_time=breach.event_time,
        decided_at=breach.decided_at,
        since=breach.since,
        time_zone=breach.time_zone,
        cause=breach.cause,
        figures=Figures(
            kpi=breach.kpi,
            value=breach.value,
            threshold=breach.threshold,
            op=breach.op,
            crossed=breach.crossed,
            window=breach.window,
            numbers=breach.numbers,
            sources=breach.sources,
            plan_version=breach.plan_version,
            currency=breach.currency,
            at=breach.figures_at,
            set_aside=breach.set_aside,
            title=breach.kpi_title,
            unit=breach.unit,
            units=breach.numbers_units,
            shown=breach.numbers_shown,
            titles=breach.titles,
            sentences=breach.sentences,
        ),
        origin=Origin(kind=breach.kind, rule=breach.rule, rule_version=breach.rule_version),
    )


def _check_size(value: bytes) -> None:
    if len(value) > BREACH_BYTES_MAX:
        raise UnreadableError(f"{len(value)} bytes, at most {BREACH_BYTES_MAX}")


def _check_instants(instants: Iterable[datetime]) -> None:
    for instant in instants:
        # By its year: an instant of year 1 east of Greenwich has no UTC to be compared in.
        if instant.year not in YEARS:
            raise UnreadableError(f"the instant {instant} is not in the years of this service")


def _instants(said: Breach | BreachFigures) -> list[datetime]:
    found = [said.figures_at] if said.figures_at is not None else []
    if said.window is not None:
        found += [said.window.start, said.window.end]
    return found + [one.complete_through for one in said.sources if one.complete_through]
