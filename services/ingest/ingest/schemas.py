"""HTTP bodies of ingest (contracts.md section 2)."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ingest.faults import FaultError
from ingest.periods import find_zone
from shared.currencies import CurrencyCode
from shared.durations import parse_duration
from shared.http.edits import MergePatch, ReadBack
from shared.http.instants import Instant
from shared.names import PLAIN, PLAIN_LINES

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


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text holds no U+0000")
    return text


WithoutNul = AfterValidator(_without_nul)
"""PostgreSQL can store no other text."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


ReportName = Annotated[str, Field(min_length=1, max_length=200), WithoutNul, PLAIN]


class SourceSettings(_Body):
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


class SourceEdit(ReadBack, SourceSettings):
    """The settings as they will be: all of them. A source sent as it was read is accepted."""

    READ_ONLY: ClassVar[frozenset[str]] = frozenset(
        {"source", "last_received", "complete_through", "state", "quarantine"}
    )


class SourcePatch(MergePatch):
    """What changes of a source's settings, as a JSON merge patch (RFC 7396): null takes the
    default, what is left out stays."""

    RESULT: ClassVar[type[BaseModel]] = SourceSettings


class Quarantine(BaseModel):
    since: datetime
    reason: str


class Release(_Body):
    """Why a quarantine is over; it is kept."""

    reason: Annotated[str, Field(min_length=1, max_length=500), WithoutNul, PLAIN_LINES]


class Confirmation(_Body):
    """Why nothing of a source is missing although something was refused."""

    reason: Annotated[str, Field(min_length=1, max_length=500), WithoutNul, PLAIN_LINES]


class Confirmed(BaseModel):
    """`settled`: how many things that were refused are not waited for any more."""

    source: str
    settled: int


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


SourcePattern = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\s|]+$"), WithoutNul, PLAIN
]


class KeyRequest(_Body):
    """`sources` are patterns; `*` stands for any text, `/` included. `rate_per_s` counts events."""

    sources: Annotated[list[SourcePattern], Field(min_length=1, max_length=100)]
    name: Annotated[str, Field(max_length=200), WithoutNul, PLAIN] = ""
    rate_per_s: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    expires_at: Instant | None = None


class KeyCreated(BaseModel):
    """`key` is shown once; only its hash is stored."""

    key: str
    key_id: str
    name: str
    sources: list[str]
    rate_per_s: int | None
    expires_at: datetime | None


class KeyReply(BaseModel):
    key_id: str
    name: str
    sources: list[str]
    rate_per_s: int | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class EventRejected(BaseModel):
    """`index` counts the events of the request from 0."""

    index: int
    id: str | None
    code: str
    detail: str


class EventsReply(BaseModel):
    accepted: int
    rejected: list[EventRejected]


class RowRejected(BaseModel):
    """`row` counts data rows from 1, `line` is where it ends in the file (0 in JSON)."""

    row: int
    line: int
    code: str
    detail: str


class RowEqual(BaseModel):
    """A row that states what the row `first` of the load states: it is counted once."""

    row: int
    line: int
    first: int
    detail: str


class NotComplete(BaseModel):
    """A source that is not told complete, and why: `rows_refused` names how many rows and for what,
    `pages_missing` that the last page names a next one.

    Where no row and no `source` names one, it is the platform's name.
    """

    source: str
    code: str
    detail: str


class ReportReply(BaseModel):
    """`spend_rows`: accepted rows that carry money, which budget counts under `import`;
    `metrics_rows`: those that carry measures, which kpi-monitor counts under it.

    `not_complete`: sources whose `complete=true` was refused, for example `source_quarantined`,
    `rows_refused`, or `as_of_missing`: a heartbeat needs its time.
    `equal`: the first 1,000 of `equal_rows` rows that repeat another one.
    `left_out`: rows of which the money (`not_money_report`) or the measures
    (`not_measures_report`) belong to another report of the source, and did not count.
    `sources`: those of the accepted rows; `unset_sources`: those whose time zone nobody has set, so
    that their days are read in the platform's zone, mostly UTC.
    """

    model_config = ConfigDict(populate_by_name=True)
    import_id: Annotated[str, Field(alias="import")]
    rows: int
    accepted: int
    spend_rows: int
    metrics_rows: int = 0
    rejected: list[RowRejected]
    not_complete: list[NotComplete]
    equal: list[RowEqual] = []
    equal_rows: int = 0
    left_out: dict[str, int] = {}
    sources: list[str] = []
    unset_sources: list[str] = []


class RejectionReply(BaseModel):
    """`topic`, `partition`, `offset` are set when the event was set aside after its 202.

    `counted`: figures of the source wait for it, or did until `settled_at`, when it was stated
    again or confirmed by the person `settled_by`.
    """

    rejection: int
    source: str | None
    id: str | None
    code: str
    detail: str
    topic: str | None
    partition: int | None
    offset: int | None
    event: Any
    rejected_at: datetime
    counted: bool
    settled_at: datetime | None
    settled_by: str | None
