"""alerts.d/<workspace>.yml as it is written (contracts.md section 5): shapes and defaults alone.

Secrets are never in the file: keys that end in `_env` name environment variables.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from alerts.channels.table import CHANNELS
from alerts.configuration.digest import Empty
from alerts.configuration.oncall.document import EscalationDocument, ScheduleDocument

Locale = Literal["zh-CN", "zh-TW", "en"]
Texts = tuple[str, ...]


class DigestDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times of the day at which a route or a report speaks, and at no other."""

    times: Annotated[Texts, Meta(min_length=1)]
    weekdays: Texts = ()
    days_of_month: Texts = ()
    location: str = "UTC"
    empty: Empty = "skip"


class ReportDocument(DigestDocument, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A summary of what was between its times, for one receiver."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    receiver: str


class RouteDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A node of the tree; what it does not say is inherited."""

    receiver: str | None = None
    group_by: Texts | None = None
    group_wait: str | None = None
    group_interval: str | None = None
    repeat_interval: str | None = None
    matchers: Texts | None = None
    proceed: bool | None = field(default=None, name="continue")
    to_owner: bool = False
    mute_time_intervals: Texts = ()
    active_time_intervals: Texts = ()
    digest: DigestDocument | None = None
    escalation: str | None = None
    routes: "tuple[RouteDocument, ...]" = ()


class ReceiverNames(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A receiver without the lists of its channels."""

    name: Annotated[str, Meta(max_length=200)]
    locale: Locale = "zh-CN"
    send_resolved: bool = True
    mute_time_intervals: Texts = ()
    mention_owners: bool = False
    template: str | None = None


class PersonNames(ReceiverNames, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`mentions`: by kind of channel, what its provider calls the person."""

    mentions: dict[str, str] = {}


if TYPE_CHECKING:
    ReceiverDocument = ReceiverNames
    PersonDocument = PersonNames
else:
    # For each channel a list of entries in its own words, and whether these are told of ends.
    ENTRIES = {
        kind: msgspec.defstruct(
            channel.configuration.__name__,
            [("send_resolved", bool | None, None)],
            bases=(channel.configuration,),
            frozen=True,
            kw_only=True,
            forbid_unknown_fields=True,
        )
        for kind, channel in CHANNELS.items()
    }
    ReceiverDocument, PersonDocument = (
        msgspec.defstruct(
            name,
            [(f"{kind}_configs", tuple[entry, ...], ()) for kind, entry in ENTRIES.items()],
            bases=(names,),
            frozen=True,
            kw_only=True,
            forbid_unknown_fields=True,
        )
        for name, names in (("ReceiverDocument", ReceiverNames), ("PersonDocument", PersonNames))
    )


class TemplateDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Own words for messages."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    title: str = ""
    text: str


class InhibitDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of inhibition; the maps are Alertmanager's older form of the matchers."""

    source_matchers: Texts = ()
    target_matchers: Texts = ()
    source_match: dict[str, str] = {}
    target_match: dict[str, str] = {}
    source_match_re: dict[str, str] = {}
    target_match_re: dict[str, str] = {}
    equal: Texts = ()


class TimesOfDay(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    start_time: str
    end_time: str


class IntervalDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times that meet all that it says."""

    times: tuple[TimesOfDay, ...] = ()
    weekdays: Texts = ()
    days_of_month: Texts = ()
    months: Texts = ()
    years: Texts = ()
    location: str = "UTC"


class TimesDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times that routes name: those of any of the intervals."""

    name: str
    time_intervals: tuple[IntervalDocument, ...]


class FlappingDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often within how long an alert opens that is told as flapping, and after how long
    without another opening it is settled: half of `within` if that is not said."""

    times: Annotated[int, Meta(ge=2, le=20)]
    within: str
    settled_after: str | None = None


class GlobalDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`resolve_timeout`: after how long without a word an alert of another sender is over."""

    resolve_timeout: str = "5m"
    flapping: FlappingDocument | None = None


Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class LimitDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many messages each of these channels is sent at most, by the clock of the location."""

    channels: Annotated[Texts, Meta(min_length=1)]
    minute: Count | None = None
    hour: Count | None = None
    day: Count | None = None
    month: Count | None = None
    location: str = "UTC"
    critical_passes: bool = False


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    general: GlobalDocument = field(default=GlobalDocument(), name="global")
    route: RouteDocument
    receivers: tuple[ReceiverDocument, ...]
    people: tuple[PersonDocument, ...] = ()
    schedules: tuple[ScheduleDocument, ...] = ()
    escalations: tuple[EscalationDocument, ...] = ()
    limits: tuple[LimitDocument, ...] = ()
    reports: tuple[ReportDocument, ...] = ()
    inhibit_rules: tuple[InhibitDocument | None, ...] = ()
    message_templates: tuple[TemplateDocument, ...] = ()
    time_intervals: tuple[TimesDocument, ...] = ()
    mute_time_intervals: tuple[TimesDocument, ...] = ()


def entries(receiver: ReceiverDocument) -> list[tuple[str, str, Any]]:
    """(kind, path behind the receiver's, entry) of each channel, in the order of the table."""
    return [
        (kind, f".{kind}_configs[{place}]", entry)
        for kind in CHANNELS
        for place, entry in enumerate(getattr(receiver, f"{kind}_configs"))
    ]
