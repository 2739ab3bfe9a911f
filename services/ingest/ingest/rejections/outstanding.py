"""What of each source was refused and still has to come: heartbeats carry it to who judges.

A few bad events must not stop the watch, but a figure that lacks them must not look like too
little. So a refused event counts against its source until the same thing is stated in a form that
is accepted, a person confirms that nothing is missing, or nobody waits for it any more.

In memory, because accepting needs no database: what this process refused counts at once, what
others refused after the next refresh. One thing refused twice is one.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from ingest.rejections.rejection import Rejection
from ingest.rejections.store import OpenSubject
from ingest.rejections.subjects import (
    period_start_of,
    read_event,
    subject_of,
    subject_of_read,
)
from ingest.wire import Wire
from shared.events import SourceEvent

Place = tuple[str, str]
"""(workspace, source)."""

NOT_COUNTED = frozenset(
    {
        # Somebody else's doing. A key that covers the source and is limited to other campaigns is
        # no stranger: what it may not send is missing all the same.
        "source_not_allowed",
        # Refused because it is meant to be: another report of the source states it.
        "not_money_report",
        "not_measures_report",
        # Past any window that could still be judged.
        "too_old",
    }
)
SUBJECTS_MAX = 1_000
"""Of one source; more change nothing about what is waited for."""
PLACES_MAX = 10_000
ITEMS_MAX = 100_000
"""Of all sources together, as many as are read from the table; some 1 kB each."""
SETTLED_KEPT_S = 120.0
"""For so long what was settled stays so when it is read: its refusal may be stored late."""
LOCAL_KEPT_S = 60.0
"""For so long a refusal of this process counts although it was not read back."""


class Refused(NamedTuple):
    """One refused statement: from when on it matters, when it was refused, and when it was noted
    here (monotonic seconds; 0 for what was read from the table)."""

    period_start: datetime
    rejected_at: datetime
    noted_s: float = 0.0


class Settled(NamedTuple):
    """When a subject was settled: here (monotonic seconds), and by the clock of decisions. What is
    refused after that is open again."""

    noted_s: float
    at: datetime


class SourceStanding(NamedTuple):
    """Of a source: how many, from which period on they are waited for, and until when."""

    subjects: int = 0
    since: datetime | None = None
    until: datetime | None = None


NOTHING = SourceStanding()


class Outstanding:
    """The open subjects of all sources, bounded; one per process."""

    def __init__(self, wait_s: float) -> None:
        self._wait = timedelta(seconds=wait_s)
        self._open: dict[Place, dict[str, Refused]] = {}
        self._count = 0
        self._settled: dict[tuple[Place, str], Settled] = {}

    def add(
        self,
        workspace: str,
        rejected: Iterable[Rejection],
        time_zones: Mapping[str, str],
        now: datetime,
    ) -> None:
        """Counts refusals of a request; `time_zones` are those of its sources."""
        for rejection in rejected:
            if rejection.source is None or rejection.code in NOT_COUNTED:
                continue
            event = read_event(rejection.event)
            subject = None if event is None else subject_of(event)
            if event is None or subject is None:
                continue
            zone = time_zones.get(rejection.source, "UTC")
            item = Refused(period_start_of(event, zone, now), now, time.monotonic())
            self._put((workspace, rejection.source), subject, item)

    def stated(
        self,
        workspace: str,
        events: Sequence[Wire],
        places: Sequence[int],
        rejected: Sequence[Rejection],
    ) -> list[tuple[Place, str]]:
        """Which open subjects the accepted events of a request state now; `places` are theirs in
        the request."""
        if not self._open:
            return []
        sources = {event.source for event in events}
        waited = {(workspace, source) for source in sources} & self._open.keys()
        if not waited:
            return []
        refused = {rejection.place for rejection in rejected}
        found = []
        for number, event in zip(places, events, strict=True):
            place = workspace, event.source
            if place not in waited or number in refused:
                continue
            subject = subject_of_read(event)
            if subject is not None and subject in self._open[place]:
                found.append((place, subject))
        return found

    def settle(self, stated: Iterable[tuple[Place, str]], at: datetime) -> None:
        """These have been accepted: what was refused until then is waited for no more."""
        for place, subject in stated:
            self._drop(place, subject)
            self._settled[place, subject] = Settled(time.monotonic(), at)

    def confirm(self, workspace: str, source: str, at: datetime) -> None:
        """A person says that nothing of the source is missing."""
        place = workspace, source
        self.settle([(place, one) for one in self._open.get(place, ())], at)

    def standing(self, workspace: str, source: str, now: datetime) -> SourceStanding:
        """What heartbeats of a source say of it at `now`."""
        items = self._open.get((workspace, source))
        if not items:
            return NOTHING
        waited = [item for item in items.values() if item.rejected_at + self._wait > now]
        if not waited:
            return SourceStanding(len(items))
        since = min(item.period_start for item in waited)
        until = max(item.rejected_at for item in waited) + self._wait
        return SourceStanding(len(items), since, until)

    def marked(self, event: SourceEvent, now: datetime) -> SourceEvent:
        """The heartbeat with what is set aside of its source; itself when nothing is."""
        standing = self.standing(event.workspace, event.source, now)
        if standing is NOTHING:
            return event
        return msgspec.structs.replace(
            event,
            setaside=standing.subjects,
            setasidefrom=standing.since,
            setasideuntil=standing.until,
        )

    def take(self, subjects: Iterable[OpenSubject]) -> None:
        """What the table says is open, beside what this process noted a moment ago."""
        now_s = time.monotonic()
        self._settled = {
            one: settled
            for one, settled in self._settled.items()
            if now_s - settled.noted_s < SETTLED_KEPT_S
        }
        local = self._open
        self._open, self._count = {}, 0
        for found in subjects:
            place = found.workspace, found.source
            settled = self._settled.get((place, found.subject))
            if settled is None or settled.at < found.rejected_at:
                self._put(place, found.subject, Refused(found.period_start, found.rejected_at))
        for place, items in local.items():
            for subject, item in items.items():
                if item.noted_s and now_s - item.noted_s < LOCAL_KEPT_S:
                    self._put(place, subject, item)

    def to_settle(self) -> list[tuple[Place, str, datetime]]:
        """What has to be settled in the table too, of what was refused until an instant; said again
        for a while, because it may be stored late."""
        return [(*one, settled.at) for one, settled in self._settled.items()]

    def _put(self, place: Place, subject: str, item: Refused) -> None:
        items = self._open.get(place, {})
        if subject not in items:
            if self._is_full(place, items):
                return
            self._count += 1
        known = items.get(subject, item)
        items[subject] = known._replace(
            period_start=min(known.period_start, item.period_start),
            rejected_at=min(known.rejected_at, item.rejected_at),
            noted_s=max(known.noted_s, item.noted_s),
        )
        self._open[place] = items
        self._settled.pop((place, subject), None)

    def _is_full(self, place: Place, items: Mapping[str, Refused]) -> bool:
        too_many_places = place not in self._open and len(self._open) >= PLACES_MAX
        return too_many_places or len(items) >= SUBJECTS_MAX or self._count >= ITEMS_MAX

    def _drop(self, place: Place, subject: str) -> None:
        items = self._open.get(place)
        if items is not None and items.pop(subject, None) is not None:
            self._count -= 1
            if not items:
                del self._open[place]
