"""What became of each record of a file's measures. Pure.

A record is counted once, when it comes: what is released or placed anew later is not counted again.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from kpi_monitor.records.record import MetricsRecord
from kpi_monitor.records.revisions import Restated, beside
from shared.events import METRICS_TOPIC

IMPORT_LETTERS_MAX = 200
"""Ids of imports have 26 letters; a longer one could not be a key, and is not counted."""


class MeasuresOutcome(StrEnum):
    """The columns of kpi.imports, in their order. `outdated`: an older revision with other values
    than the one that counts; `suspense`: kept aside, whole or in part."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"
    REJECTED = "rejected"
    SUSPENSE = "suspense"


class ImportedRecord(NamedTuple):
    """What became of one record of metrics.v1 that belongs to an import."""

    workspace: str
    import_id: str
    partition: int
    offset: int
    outcome: MeasuresOutcome
    topic: str = METRICS_TOPIC


def of_fact(told: MetricsRecord, before: Restated) -> list[tuple[MetricsRecord, MeasuresOutcome]]:
    """What a fact took of an event and of those beside it in its poll; `before` stood then."""
    found = []
    revision, measures = before.revision, before.measures
    for step, one in beside(told):
        text = one.measures_text
        found.append((one, _outcome(one.revision, text, revision, measures, before.refused)))
        if one is step and one.revision > revision and not before.refused:
            revision, measures = one.revision, text
    return found


def of_deltas(
    deltas: Iterable[MetricsRecord], new: Sequence[MetricsRecord]
) -> Iterator[tuple[MetricsRecord, MeasuresOutcome]]:
    """Deltas of a poll, of which `new` were not known; what is refused besides is not told here."""
    fresh = {id(told) for told in new}
    for told in deltas:
        if id(told) not in fresh:
            yield told, MeasuresOutcome.UNCHANGED
        elif told.place is None or told.money_waits:
            yield told, MeasuresOutcome.SUSPENSE
        else:
            yield told, MeasuresOutcome.INSERTED


def _outcome(
    revision: int, measures: str, standing: int, stands: str, refused: bool
) -> MeasuresOutcome:
    if revision > standing:
        if refused:
            return MeasuresOutcome.REJECTED
        if standing < 0:
            return MeasuresOutcome.INSERTED
        return MeasuresOutcome.UNCHANGED if measures == stands else MeasuresOutcome.UPDATED
    if measures == stands:
        return MeasuresOutcome.UNCHANGED
    return MeasuresOutcome.REJECTED if revision == standing else MeasuresOutcome.OUTDATED
