"""HTTP bodies of sources (contracts.md section 2), and how a stored one is shown."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, Field

from ingest.bodies import Reason, StrictBody, WithoutNul
from ingest.faults import FaultError
from ingest.periods import find_zone
from ingest.sources.settings import SourceSettings
from ingest.sources.store import StoredSource
from shared.bodies.texts import PLAIN
from shared.currencies import CurrencyCode
from shared.durations import parse_duration
from shared.freshness import state_of
from shared.http.edits import MergePatch, ReadBack

INTERVAL_MAX_S = 31 * 86_400


ZONE_DEFAULT = "UTC (default)"
"""How the zone of a source is shown that nobody has set; sent back, it means the same."""


def _known_zone(name: str) -> str | None:
    if name == ZONE_DEFAULT:
        return None
    try:
        find_zone(name)
    except FaultError as fault:
        raise ValueError(fault.detail) from fault
    return name


def seconds_of(interval: str | int) -> int:
    """`600`, "600s", "10m", "1h" or "1d" → seconds. Raises ValueError."""
    if isinstance(interval, str):
        interval = int(parse_duration(interval).total_seconds())
    if not 1 <= interval <= INTERVAL_MAX_S:
        raise ValueError("an interval is between one second and 31 days")
    return interval


ReportName = Annotated[str, Field(min_length=1, max_length=200), WithoutNul, PLAIN]


class SourceBody(StrictBody):
    """What is fixed per source: its clock, its currency, how often it speaks, its two reports.

    `currency` is that of money whose event or row states none; without it, the campaign's. Of the
    source's reports `money_report` carries the money, and the measures too unless
    `measures_report` names another one for these.
    """

    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    currency: CurrencyCode | None = None
    expected_interval: Annotated[int | str, AfterValidator(seconds_of)] | None = None
    money_report: ReportName | None = None
    measures_report: ReportName | None = None


class SourceEdit(ReadBack, SourceBody):
    """The settings as they will be: all of them. A source sent as it was read is accepted."""

    READ_ONLY: ClassVar[frozenset[str]] = frozenset(
        {"source", "last_received", "complete_through", "state", "quarantine"}
    )


class SourcePatch(MergePatch):
    """What changes of a source's settings, as a JSON merge patch (RFC 7396): null takes the
    default, what is left out stays."""

    RESULT: ClassVar[type[BaseModel]] = SourceBody


class Quarantine(BaseModel):
    since: datetime
    reason: str


class ReleaseBody(StrictBody):
    """Why a quarantine is over; it is kept."""

    reason: Reason


class SourceReply(BaseModel):
    """`time_zone` is `UTC (default)` until one is set. `expected_interval` in seconds.

    `state` is judged by the heartbeat, else by the last event, unless the source is quarantined:
    then its heartbeats do not count until somebody releases it.
    """

    source: str
    time_zone: str | None
    currency: str | None
    expected_interval: int | None
    money_report: str | None
    measures_report: str | None = None
    last_received: datetime | None
    complete_through: datetime | None
    state: Literal["live", "late", "silent", "quarantined"]
    quarantine: Quarantine | None


def settings_of(body: SourceBody) -> SourceSettings:
    """The settings that a body states."""
    interval = body.expected_interval
    return SourceSettings(
        body.time_zone,
        body.currency,
        None if interval is None else int(interval),
        body.money_report,
        body.measures_report,
    )


def view(source: StoredSource, now: datetime) -> dict[str, Any]:
    """The source as GET shows it."""
    since, complete, heard = source.quarantined_since, source.complete_through, source.last_received
    quarantined = since is not None
    return {
        "source": source.source,
        "currency": source.currency,
        "money_report": source.money_report,
        "measures_report": source.measures_report,
        "last_received": heard,
        "complete_through": complete,
        "time_zone": source.time_zone or ZONE_DEFAULT,
        "expected_interval": source.expected_interval_s,
        "state": "quarantined"
        if quarantined
        else state_of(now, complete, heard, source.expected_interval_s),
        "quarantine": {"since": since, "reason": source.quarantine_reason} if quarantined else None,
    }
