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

from ingest.events.decode import Decoded, Rejection
from ingest.faults import FaultError
from ingest.periods import PANE_S, pane_bounds, period_bounds
from ingest.wire import MetricsWire, SpendWire, Wire
from shared.events import MetricsData, SourceEvent, SpendData
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
ITEMS_MAX = 100_000
"""Of all sources together, as many as are read from the table; some 1 kB each."""
SUBJECT_LENGTH_MAX = 4_000
"""An event that could be accepted has a shorter one: what is longer is no name to wait for, and
would be as large as its request."""
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


class Settled(NamedTuple):
    """When a subject was settled: here (monotonic seconds), and by the clock of decisions. What is
    refused after that is open again."""

    noted_s: float
    at: datetime


class Standing(NamedTuple):
    """Of a source: how many, from which period on they are waited for, and until when."""

    subjects: int = 0
    since: datetime | None = None
    until: datetime | None = None


NOTHING = Standing()


def subject_of(event: Mapping[str, Any]) -> str | None:
    """What a spend or metrics event states, as one text: the fact of a snapshot, else the id.

    None for what is neither, or says too little to be recognised when it comes again, or more than
    any event may.
    """
    text = _subject_text(event)
    return None if text is None or len(text) > SUBJECT_LENGTH_MAX else text


def _subject_text(event: Mapping[str, Any]) -> str | None:
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


def subject_of_read(event: Wire) -> str | None:
    """`subject_of` for an event that was accepted. Asked for each event of a source with something
    open, so it is not made a document first."""
    data: SpendData | MetricsData
    if type(event) is SpendWire:
        kind, data = "s", event.data
    elif type(event) is MetricsWire:
        kind, data = "m", event.data
    else:
        return None
    if data.mode != "snapshot":
        return f"{kind}#{event.id}"
    subject = subject_text(data.entity, data.campaign, data.line)
    return f"{kind}/{data.report}/{fact_key(str(data.period), subject, pairs_text(data.dims))}"


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
            item = Item(period_start_of(event, zone, now), now, time.monotonic())
            self._put((workspace, rejection.source), subject, item)

    def stated(
        self, workspace: str, decoded: Decoded, rejected: Sequence[Rejection]
    ) -> list[tuple[Place, str]]:
        """Which open subjects the accepted events of a request state now."""
        if not self._open:
            return []
        sources = {event.source for event in decoded.events}
        places = {(workspace, source) for source in sources} & self._open.keys()
        if not places:
            return []
        refused = {rejection.place for rejection in rejected}
        found = []
        for number, event in zip(decoded.places, decoded.events, strict=True):
            place = workspace, event.source
            if place not in places or number in refused:
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
            one: settled
            for one, settled in self._settled.items()
            if now_s - settled.noted_s < SETTLED_KEPT_S
        }
        local = self._open
        self._open, self._count = {}, 0
        for row in rows:
            place = row["workspace"], row["source"]
            settled = self._settled.get((place, row["subject"]))
            if settled is None or settled.at < row["rejected_at"]:
                self._put(place, row["subject"], Item(row["period_start"], row["rejected_at"]))
        for place, items in local.items():
            for subject, item in items.items():
                if item.noted_s and now_s - item.noted_s < LOCAL_KEPT_S:
                    self._put(place, subject, item)

    def to_settle(self) -> list[tuple[Place, str, datetime]]:
        """What has to be settled in the table too, of what was refused until an instant; said again
        for a while, because it may be stored late."""
        return [(*one, settled.at) for one, settled in self._settled.items()]

    def _put(self, place: Place, subject: str, item: Item) -> None:
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

    def _is_full(self, place: Place, items: Mapping[str, Item]) -> bool:
        too_many_places = place not in self._open and len(self._open) >= PLACES_MAX
        return too_many_places or len(items) >= SUBJECTS_MAX or self._count >= ITEMS_MAX

    def _drop(self, place: Place, subject: str) -> None:
        items = self._open.get(place)
        if items is not None and items.pop(subject, None) is not None:
            self._count -= 1
            if not items:
                del self._open[place]
