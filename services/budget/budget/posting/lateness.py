"""What a source tells of a period after it has said, in that partition, that it is complete.

A window that closes at that completeness was judged without it, whatever the polls and whenever the
sealer ran: so the change carries how complete the source was (budget.totals.v1, `known_through`).
Pure but for `read`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from budget.ledger.rules import IN_TIME
from budget.posting import progress
from budget.posting.progress import Place
from budget.posting.records import Beat
from budget.posting.route import Posting
from shared.database.pool import Conn

ZONES_APART = timedelta(days=2)
"""A fact stays in its first period, and the zone of its source may have been changed since."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
Completeness = Mapping[int, datetime]
"""By the place of a posting in its poll: how complete its source was; absent: told in time."""


def mark(period_end: datetime, complete: datetime | None) -> int:
    """The mark of a statement about a period, made when its source was `complete`: epoch ms."""
    if complete is None or complete < period_end:
        return IN_TIME
    return (complete - _EPOCH) // _MILLISECOND


def by_mark(postings: Sequence[Posting], complete: Completeness) -> Mapping[int, Sequence[Posting]]:
    """Deltas by their mark; almost always all of them were told in time."""
    if not complete:
        return {IN_TIME: postings}
    marked: dict[int, list[Posting]] = {}
    for posting in postings:
        known = mark(posting.route.period.end, complete.get(posting.index))
        marked.setdefault(known, []).append(posting)
    return marked


async def read(conn: Conn, postings: Sequence[Posting], beats: Sequence[Beat]) -> Completeness:
    """Completeness at those postings that may be late. `beats`: those of the same poll.

    Asked once per poll and source: of a live stream no source is complete to the end of a period
    that is still told, so no row comes back and nothing is done per event.
    """
    ends = first_ends(postings)
    stored = await progress.complete_to(conn, ends) if ends else {}
    return at_postings(postings, beats, ends, stored)


def first_ends(postings: Iterable[Posting]) -> dict[tuple[str, str], datetime]:
    """By (workspace, source), the earliest end of a period that the poll tells."""
    ends: dict[tuple[str, str], datetime] = {}
    for route in {posting.route for posting in postings}:
        source = route.workspace, route.source
        end = route.period.end - ZONES_APART if route.is_fact else route.period.end
        known = ends.get(source)
        if known is None or end < known:
            ends[source] = end
    return ends


def at_postings(
    postings: Sequence[Posting],
    beats: Sequence[Beat],
    ends: Mapping[tuple[str, str], datetime],
    stored: Mapping[Place, datetime],
) -> Completeness:
    """How complete the source of a posting was, in its partition, in the order of the records."""
    steps: dict[Place, list[tuple[int, datetime]]] = {
        place: [(-1, complete)] for place, complete in stored.items()
    }
    for position, beat in beats:
        end = ends.get(beat[:2])
        if end is not None and beat.complete_through >= end:
            place = beat.workspace, beat.source, beat.partition
            steps.setdefault(place, []).append((position, beat.complete_through))
    if not steps:
        return {}
    found: dict[int, datetime] = {}
    for posting in postings:
        event = posting.event
        mine = steps.get((event.workspace, event.source, posting.received.partition), ())
        told = [complete for index, complete in mine if index < posting.index]
        if told:
            found[posting.index] = max(told)
    return found
