"""Snapshots: which revision of a fact counts, what it adds, and in which period. Pure.

The first statement of a fact fixes its period: the zone of its source may be changed after that,
and with it what the label of the period means, and a difference that is booked elsewhere than what
it corrects would make both windows wrong.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from kpi_monitor.records.measures import Measures, Refusal
from kpi_monitor.records.record import FactKey, MetricsRecord, Period, Place, known_at
from shared.kafka.consumer import Received

_MEASURES_DECODER = msgspec.json.Decoder(Measures)


class Restated(NamedTuple):
    """A fact that was there before: its measures and revision then, its place and period.

    `refused`: nothing was changed, because an equal revision has other values (`revision` is that
    of the event), because the money is in another currency, or because this is how it stands.
    """

    measures: str
    revision: int
    refused: bool
    place: Place
    start: int
    end: int


def first(told: MetricsRecord) -> Restated:
    """What stands before the first statement of a fact: nothing, in its place and period."""
    assert told.place is not None, "what has no place is held"
    return Restated("{}", -1, False, told.place, told.start, told.end)


def rounds_of(snapshots: Iterable[MetricsRecord]) -> list[dict[FactKey, MetricsRecord]]:
    """Snapshots as rounds of one revision per fact, to be written one after the other.

    Of several revisions the greatest is written and remembers those it replaced, so there is one
    round unless they may be refused apart, in another currency or at another place, or have marks
    of their own, which a fact that a mapping has placed remembers.
    """
    rounds: list[dict[FactKey, MetricsRecord]] = [{}]
    for told in snapshots:
        key = told.fact
        if key not in rounds[0]:
            rounds[0][key] = told
            continue
        at = max(n for n, facts in enumerate(rounds) if key in facts)
        before = rounds[at][key]
        alike = (told.place, told.currency) == (before.place, before.currency)
        marked = told.event.data.entity is not None and (
            known_at(before.end, told.complete) != before.known
        )
        if not alike or (marked and told.revision > before.revision):
            if len(rounds) == at + 1:
                rounds.append({})
            rounds[at + 1][key] = told
        elif told.revision == before.revision:
            before.repeats += (told,)
        elif told.revision > before.revision:
            _replace(told, before)
            rounds[at][key] = told
        else:
            before.outdated += (told,)
    return [facts for facts in rounds if facts]


def _replace(told: MetricsRecord, before: MetricsRecord) -> None:
    told.replaced = before
    if (told.start, told.end) != (before.start, before.end):
        told.start, told.end = before.start, before.end
        told.known = known_at(told.end, told.complete)


def contested(told: MetricsRecord) -> bool:
    """Whether a poll states several values of one revision."""
    return any(one.measures != told.measures for one in told.repeats)


def refused(told: MetricsRecord, before: Restated) -> list[tuple[Received, Refusal]]:
    """What the fact that stood `before` does not take, of an event and of those beside it."""
    if told.replaced is None and not told.repeats and not before.refused:
        return []
    found: list[tuple[Received, Refusal]] = []
    for step in _steps(told, before.revision - 1):
        stands = before.measures if step.revision == before.revision else step.measures_text
        for one in (step, *step.repeats):
            if before.refused and step.revision > before.revision:
                found.append((one.received, _currency_changed(one)))
            elif one.measures_text != stands:
                found.append((one.received, _conflict(step.revision)))
    return found


def gained(told: MetricsRecord, before: Restated) -> list[tuple[Period, Measures]]:
    """What a fact gains by an event and by those it replaced, each with its own mark.

    Always in the period the fact had first. Measures stated for the first time are there even as
    zeros: 0 clicks is a value.
    """
    if before.refused:
        return []
    old: Measures = _MEASURES_DECODER.decode(before.measures)
    start, end = before.start, before.end
    changes: list[tuple[Period, Measures]] = []
    for one in _steps(told, before.revision):
        known = one.known if one.end == end else known_at(end, one.complete)
        changes.append(((start, end, known), _difference(one.measures, old)))
        old = one.measures
    return changes


def _steps(told: MetricsRecord, after: int) -> list[MetricsRecord]:
    """The event and those it replaced with a revision above `after`, as they were told."""
    steps = []
    one: MetricsRecord | None = told
    while one is not None and one.revision > after:
        steps.append(one)
        one = one.replaced
    return steps[::-1]


def _difference(new: Measures, old: Measures) -> Measures:
    if not old:
        return new
    changed = {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}
    return {name: amount for name, amount in changed.items() if amount or name not in old}


def _conflict(revision: int) -> Refusal:
    return Refusal("revision_conflict", f"revision {revision} came before with other values")


def _currency_changed(told: MetricsRecord) -> Refusal:
    return Refusal("currency_changed", f"money in {told.currency} for a fact in another currency")


def is_imported(told: MetricsRecord) -> bool:
    """Whether an event, or one beside it in its poll, belongs to an import."""
    return any(one.event.importid is not None for _, one in beside(told))


def beside(told: MetricsRecord) -> Iterator[tuple[MetricsRecord, MetricsRecord]]:
    """(step, event) of the revisions of a poll, the lowest first, each with what came after it and
    is no step of its own: the same revision again, or a lower one."""
    steps = [told]
    while steps[-1].replaced is not None:
        steps.append(steps[-1].replaced)
    for step in reversed(steps):
        for one in (step, *step.repeats, *step.outdated):
            yield step, one
