"""What a mapping has placed and another one places elsewhere: facts as they were told. Pure.

A fact that leaves its line is told again, state by state with its own mark, and then treated as
what comes: it goes to its new line, or aside. What it had brought to the old line is taken away
with the same marks. So a mapping that comes late leaves what one that came early would have.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import groupby
from typing import NamedTuple

import msgspec

from kpi_monitor.records.measures import Measures, parse_measures
from kpi_monitor.records.record import MONEY_APART, FactKey, MetricsRecord, Period, Place, known_at
from kpi_monitor.windows import from_ms
from shared.events import ENCODER, METRICS_TOPIC, MetricsEvent, MetricsStored
from shared.kafka.consumer import Received
from shared.keys import read_pairs
from shared.money import format_quantity

_MEASURES_DECODER = msgspec.json.Decoder(Measures)
_MOVED_AT = datetime(1970, 1, 1, tzinfo=UTC)


class FactState(NamedTuple):
    """What a fact said, and how far its source was when it came to say that (epoch ms)."""

    complete: int
    measures: Measures


class StoredFact(NamedTuple):
    """A row of a fact. `complete`: how far its source was at the present state; `earlier`: states
    before it that another mark tells apart, one a line."""

    workspace: str
    source: str
    report: str
    key: FactKey
    revision: int
    measures: str
    start: int
    end: int
    place: Place
    currency: str
    complete: int
    earlier: str

    @property
    def states(self) -> list[FactState]:
        """In the order in which they were told."""
        states = []
        for line in self.earlier.splitlines():
            complete, _, measures = line.partition(" ")
            states.append(FactState(int(complete), _MEASURES_DECODER.decode(measures)))
        return [*states, FactState(self.complete, _MEASURES_DECODER.decode(self.measures))]

    @property
    def base(self) -> FactKey:
        """The key of the whole fact, also of one that is the money of another."""
        return (*self.key[:3], self.key[3].removesuffix(MONEY_APART))

    def brought(self) -> Iterator[tuple[Period, Measures]]:
        """What the fact has brought to its line, by mark."""
        old: Measures = {}
        for complete, measures in self.states:
            names = {**old, **measures}
            gained = {name: measures.get(name, 0) - old.get(name, 0) for name in names}
            yield (self.start, self.end, known_at(self.end, complete)), gained
            old = measures


class _Track(NamedTuple):
    """One telling of a fact: its counts, its money apart from them, or money that was kept aside.

    The states are in the order of their revisions.
    """

    revision: int
    currency: str
    states: list[FactState]


def told_again(
    facts: Sequence[StoredFact], aside: Iterable[MetricsRecord]
) -> tuple[list[MetricsRecord], list[MetricsRecord]]:
    """Facts as the events that would bring them anew.

    `aside`: money that was kept aside. That of these facts is told with them; the rest, which is
    returned apart, waits on as it came.
    """
    money: dict[FactKey, list[MetricsRecord]] = {}
    for one in aside:
        money.setdefault(one.fact, []).append(one)
    told: list[MetricsRecord] = []
    for base, mine in groupby(sorted(facts, key=lambda fact: fact.base), lambda fact: fact.base):
        parts = list(mine)
        tracks = [_Track(one.revision, one.currency, one.states) for one in parts]
        tracks += _held_track(money.pop(base, []))
        told += _events(parts[0], tracks)
    return told, [one for rest in money.values() for one in rest]


def _held_track(aside: list[MetricsRecord]) -> list[_Track]:
    """Of money in several currencies the last is taken: it is what the last revision said."""
    if not aside:
        return []
    ordered = sorted(aside, key=lambda one: one.revision)
    last = ordered[-1]
    same = [one for one in ordered if one.currency == last.currency]
    states = [FactState(one.complete, one.measures) for one in same]
    return [_Track(last.revision, last.currency, states)]


def _events(fact: StoredFact, tracks: Sequence[_Track]) -> list[MetricsRecord]:
    """Each state has a revision of its own, the last the present one: they came from at least as
    many revisions."""
    # A fact of which only money was told has no counts to tell without it.
    states = [state for state in _together(tracks) if state.measures]
    revision = max(track.revision for track in tracks)
    currency = next((one.currency for one in reversed(tracks) if one.currency), "")
    states = states[-(revision + 1) :]
    return [
        _event(fact, state, revision - back, currency)
        for back, state in zip(range(len(states) - 1, -1, -1), states, strict=True)
    ]


def _together(tracks: Sequence[_Track]) -> list[FactState]:
    """The states of several tellings as those of one."""
    steps = [
        (state.complete, number, index)
        for number, track in enumerate(tracks)
        for index, state in enumerate(track.states)
    ]
    if len(tracks) > 1:
        steps.sort()
    present: dict[int, Measures] = {}
    states: list[FactState] = []
    for complete, number, index in steps:
        present[number] = tracks[number].states[index].measures
        if states and states[-1].complete == complete and len(tracks) > 1:
            states.pop()
        whole = {name: amount for one in present.values() for name, amount in one.items()}
        states.append(FactState(complete, whole))
    return states


def _event(fact: StoredFact, state: FactState, revision: int, currency: str) -> MetricsRecord:
    _, period, entity, dims = fact.base
    data = MetricsStored(
        entity=read_pairs(entity),
        mode="snapshot",
        report=fact.report,
        period=period,
        revision=revision,
        dims=read_pairs(dims) or None,
        measures={name: format_quantity(amount) for name, amount in state.measures.items()},
        currency=currency or None,
        period_start=from_ms(fact.start),
        period_end=from_ms(fact.end),
    )
    digest = blake2b(ENCODER.encode(data), digest_size=16).hexdigest()
    event = MetricsEvent(
        specversion="1.0",
        id=f"moved-{digest}",
        source=fact.source,
        time=_MOVED_AT,
        workspace=fact.workspace,
        receivedat=_MOVED_AT,
        bodyhash=digest,
        data=data,
    )
    received = Received(METRICS_TOPIC, 0, 0, None, ENCODER.encode(event))
    measures = parse_measures(data.measures)
    known = known_at(fact.end, state.complete)
    told = MetricsRecord(received, event, measures, fact.start, fact.end, state.complete, known)
    told.stream = fact.key[0]
    return told


def elsewhere(facts: Iterable[StoredFact], places: Sequence[Place | None]) -> list[StoredFact]:
    """Those of the facts that do not stand where they belong, each with all that is told with it.

    `places`: where each belongs.
    """
    listed = list(facts)
    wrong = {one.base for one, place in zip(listed, places, strict=True) if one.place != place}
    return [one for one in listed if one.base in wrong]
