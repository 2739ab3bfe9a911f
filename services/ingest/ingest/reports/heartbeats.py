"""Which sources a load tells complete, and why it tells it of no other. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingest.rejections.rejection import Rejection
from ingest.reports.completeness import (
    AS_OF_MISSING,
    PAGES_MISSING,
    ROWS_REFUSED,
    SOURCE_MISSING,
    why_unsettled,
)
from ingest.reports.imports import Import
from ingest.reports.outcome import Loaded
from ingest.reports.request import Wanted
from ingest.wire import SourceWire
from shared.events import SourceData, SourceSent

OURS = (AS_OF_MISSING, PAGES_MISSING, ROWS_REFUSED, SOURCE_MISSING)
"""Why a heartbeat was never made: said in the answer only, it says nothing against the source."""


class Completion(NamedTuple):
    """The heartbeats to send, or why there are none; `overridden` is what a person's word stands
    against."""

    beats: Sequence[SourceSent] = ()
    withheld: Sequence[Rejection] = ()
    overridden: str | None = None


def plan_completion(loaded: Loaded, load: Import, wanted: Wanted) -> Completion:
    """What follows the rows of a load that is to tell its sources complete."""
    beats = _heartbeats(loaded, load)
    detail = why_unsettled(
        loaded.rows, loaded.codes, loaded.equal_count, wanted.unsettled, loaded.next_page
    )
    unsettled = ROWS_REFUSED if loaded.next_page is None else PAGES_MISSING
    if not beats:
        missing = detail or "no row names a source: say which one is complete (source, --source)"
        code = unsettled if detail else SOURCE_MISSING
        return Completion(withheld=[Rejection(0, None, None, code, missing, None)])
    if wanted.as_of is None:
        time = "complete needs as_of, the time up to which the source is complete"
        return Completion(withheld=_withheld(beats, AS_OF_MISSING, time))
    if detail is not None and wanted.complete != "anyway":
        return Completion(withheld=_withheld(beats, unsettled, detail))
    return Completion(beats, overridden=detail)


def _heartbeats(loaded: Loaded, load: Import) -> list[SourceSent]:
    named = () if load.source is None else (load.source,)
    return [
        SourceWire(
            specversion="1.0",
            id=f"{load.import_id}-complete",
            source=source,
            time=load.time,
            data=SourceData(complete_through=load.time),
        )
        for source in sorted({*loaded.sources, *named})
    ]


def _withheld(beats: Iterable[SourceSent], code: str, detail: str) -> list[Rejection]:
    """Nobody sent these, so they are told in the answer only."""
    return [Rejection(0, beat.id, beat.source, code, detail, None) for beat in beats]
