"""What of each source was refused and still has to come: heartbeats carry it to who judges.

A few bad events must not stop the watch, but a figure that lacks them must not look like too
little. So a refused event counts against its source until the same thing is stated in a form that
is accepted, a person confirms that nothing is missing, or nobody waits for it any more.

In memory, because accepting needs no database: what this process refused counts at once, what
others refused after the next refresh. One thing refused twice is one.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from ingest.decode import Decoded, Rejection
from ingest.faults import FaultError
from ingest.periods import PANE_S, pane_bounds, period_bounds
from shared.events import SourceEvent
from shared.keys import fact_key, pairs_text, subject_text

Place = tuple[str, str]
"""(workspace, source)."""

KINDS = ("paceline.spend.v1", "paceline.metrics.v1")
NOT_COUNTED = frozenset(
    {
        # Somebody else's doing.
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
UNKNOWN_PERIOD = timedelta(days=1)
"""Before its refusal: where an event that states no readable time may have belonged."""
SETTLED_KEPT_S = 120.0
"""For so long what was settled stays so when it is read: its refusal may be stored late."""
LOCAL_KEPT_S = 60.0
"""For so long a refusal of this process counts although it was not read back."""


class Item(NamedTuple):
    """One refused statement: from when on it matters, when it was refused, and when it was noted
    here (monotonic seconds; 0 for what was read from the table)."""

    period_start: datetime
    rejected_at: datetime
    noted_s: float = 0.0


class Standing(NamedTuple):
    """Of a source: how many, from which period on they are waited for, and until when."""

    subjects: int = 0
    since: datetime | None = None
    until: datetime | None = None


NOTHING = Standing()


def subject_of(event: Mapping[str, Any]) -> str | None:
    """What a spend or metrics event states, as one text: the fact of a snapshot, else the id.

    None for what is neither, or says too little to be recognised when it comes again.
    """
    if event.get("type") not in KINDS:
        return None
    kind = "s" if event["type"] == KINDS[0] else "m"
    data = event.get("data")
    if isinstance(data, dict) and data.get("mode") == "snapshot":
        texts = [data.get(name) for name in ("report", "period")]
        pairs = [data.get(name) or {} for name in ("entity", "dims")]
        names = [data.get(name) for name in ("campaign", "line")]
        if all(isinstance(text, str) for text in texts) and all(map(_is_pairs, pairs)):
            own = [name if isinstance(name, str) else None for name in names]
            subject = subject_text(pairs[0], *own)
            return f"{kind}/{texts[0]}/{fact_key(str(texts[1]), subject, pairs_text(pairs[1]))}"
    event_id = event.get("id")
    return f"{kind}#{event_id}" if isinstance(event_id, str) and event_id else None


def _is_pairs(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def period_start_of(event: Mapping[str, Any], time_zone: str, rejected_at: datetime) -> datetime:
    """The start of the period an event states, as far as that can be read."""
    data = event.get("data")
    try:
        if isinstance(data, dict):
            if isinstance(stamped := data.get("period_start"), str):
                return msgspec.convert(stamped, datetime).astimezone(UTC)
            if isinstance(period := data.get("period"), str):
                return period_bounds(period, time_zone)[0]
        told = msgspec.convert(event.get("time"), datetime)
        if told.tzinfo is not None and told <= rejected_at:
            return pane_bounds(int(told.timestamp()) // PANE_S * PANE_S)[0]
    except (FaultError, msgspec.ValidationError, ValueError, OverflowError, OSError):
        pass
    return rejected_at - UNKNOWN_PERIOD


def read_event(event: Any) -> dict[str, Any] | None:
    """A refused event as a document, whatever form it has; None when it is none."""
    try:
        if isinstance(event, bytes | bytearray | memoryview | msgspec.Raw):
            event = msgspec.json.decode(bytes(event))
        elif isinstance(event, msgspec.Struct):
            event = msgspec.to_builtins(event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


class SetAside:
    """The open subjects of all sources, bounded; one per process."""

    def __init__(self, wait_s: float) -> None:
        self._wait = timedelta(seconds=wait_s)
        self._open: dict[Place, dict[str, Item]] = {}
        self._settled: dict[tuple[Place, str], float] = {}

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
            item = Item(period_start_of(event, zone, now), now, time.monotonic())
            self._put((workspace, rejection.source), subject, item)

    def stated(
        self, workspace: str, decoded: Decoded, rejected: Sequence[Rejection]
    ) -> list[tuple[Place, str]]:
        """Which open subjects the accepted events of a request state now."""
        places = {place for place in self._open if place[0] == workspace} if self._open else set()
        if not places:
            return []
        refused = {rejection.place for rejection in rejected}
        found = []
        for number, event in zip(decoded.places, decoded.events, strict=True):
            place = workspace, event.source
            if place not in places or number in refused:
                continue
            subject = subject_of(msgspec.to_builtins(event))
            if subject is not None and subject in self._open[place]:
                found.append((place, subject))
        return found

    def settle(self, stated: Iterable[tuple[Place, str]]) -> None:
        """These have been accepted: they are waited for no more."""
        for place, subject in stated:
            self._drop(place, subject)
            self._settled[place, subject] = time.monotonic()

    def confirm(self, workspace: str, source: str) -> None:
        """A person says that nothing of the source is missing."""
        self.settle([((workspace, source), one) for one in self._open.get((workspace, source), ())])

    def standing(self, workspace: str, source: str, now: datetime) -> Standing:
        """What heartbeats of a source say of it at `now`."""
        items = self._open.get((workspace, source))
        if not items:
            return NOTHING
        waited = [item for item in items.values() if item.rejected_at + self._wait > now]
        if not waited:
            return Standing(len(items))
        since = min(item.period_start for item in waited)
        return Standing(len(items), since, max(one.rejected_at for one in waited) + self._wait)

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

    def take(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """What the table says is open, beside what this process noted a moment ago."""
        now_s = time.monotonic()
        self._settled = {
            one: at for one, at in self._settled.items() if now_s - at < SETTLED_KEPT_S
        }
        local = self._open
        self._open = {}
        for row in rows:
            place = row["workspace"], row["source"]
            if (place, row["subject"]) not in self._settled:
                self._put(place, row["subject"], Item(row["period_start"], row["rejected_at"]))
        for place, items in local.items():
            for subject, item in items.items():
                if item.noted_s and now_s - item.noted_s < LOCAL_KEPT_S:
                    self._put(place, subject, item)

    def to_settle(self) -> list[tuple[Place, str]]:
        """What has to be settled in the table too; said again for a while, for late refusals."""
        return list(self._settled)

    def _put(self, place: Place, subject: str, item: Item) -> None:
        items = self._open.get(place)
        if items is None:
            if len(self._open) >= PLACES_MAX:
                return
            items = self._open[place] = {}
        if subject in items or len(items) < SUBJECTS_MAX:
            known = items.get(subject, item)
            items[subject] = known._replace(
                period_start=min(known.period_start, item.period_start),
                rejected_at=min(known.rejected_at, item.rejected_at),
                noted_s=max(known.noted_s, item.noted_s),
            )
            self._settled.pop((place, subject), None)

    def _drop(self, place: Place, subject: str) -> None:
        items = self._open.get(place)
        if items is not None:
            items.pop(subject, None)
            if not items:
                del self._open[place]
