"""The configuration in use, as people read it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, create_model

from alerts.channels.table import CHANNELS


class DigestView(BaseModel):
    """Times of the day at which a route speaks, of all that is open, and at no other."""

    times: list[str]
    weekdays: list[str]
    days_of_month: list[str]
    location: str
    empty: str


class ReportView(DigestView):
    """Times at which a receiver gets a summary of what was since the time before."""

    name: str
    receiver: str


class RouteView(BaseModel):
    """A node of the tree with everything it inherits filled in; durations as in the file."""

    receiver: str
    to_owner: bool
    group_by: list[str]
    group_wait: str
    group_interval: str
    repeat_interval: str
    matchers: list[str]
    mute_time_intervals: list[str]
    active_time_intervals: list[str]
    digest: DigestView | None
    escalation: str | None
    continue_: bool = Field(alias="continue")
    routes: list["RouteView"]


class _ReceiverView(BaseModel):
    name: str
    locale: str
    send_resolved: bool
    mute_time_intervals: list[str]
    mention_owners: bool
    template: str | None


ENTRIES = {
    kind: create_model(
        channel.shown.__name__,
        __base__=channel.shown,
        __doc__=channel.shown.__doc__,
        send_resolved=(bool | None, ...),
    )
    for kind, channel in CHANNELS.items()
}
"""What is shown of an entry of each channel: its own, and whether it is told of ends."""
ReceiverView = create_model(
    "ReceiverView",
    __base__=_ReceiverView,
    **{f"{kind}_configs": (list[entry], ...) for kind, entry in ENTRIES.items()},  # type: ignore[call-overload, valid-type]
)
"""A receiver: for each channel a list of what is shown of its entries."""


Doubts = Annotated[
    list[str],
    Field(
        description="What is allowed and probably not meant, with its line: "
        "a receiver without a channel, a matcher that no alert can meet."
    ),
]


class InhibitRuleView(BaseModel):
    """While one of the source is open, those of the target are not told, if these labels equal."""

    source_matchers: list[str]
    target_matchers: list[str]
    equal: list[str]


class EscalationStepView(BaseModel):
    """Whom to call so long after an alert was told."""

    after: str
    to: list[str]
    severity: str | None


class EscalationView(BaseModel):
    """Who is called while nobody has taken an alert; durations as in the file."""

    name: str
    steps: list[EscalationStepView]
    repeat: int
    remind_acknowledged_after: str | None
    unacknowledge_after: str | None


class FlappingRuleView(BaseModel):
    """How often within how long an alert opens that is told as flapping; durations as in the
    file."""

    times: int
    within: str
    settled_after: str


class ConfigurationView(BaseModel):
    """What is in use, in the file's words; environment variables by name only."""

    workspace: str
    version: int = Field(
        description="Counts the configurations of the workspace; all replicas "
        "follow the newest. 0 until the database is reached."
    )
    sha256: str = Field(description="Of the file's lines without comments.")
    made_by: str | None = Field(
        description="Whose reload made it, or `start` for a file that was "
        "changed while nothing ran."
    )
    made_at: datetime | None
    doubts: Doubts
    route: RouteView
    receivers: list[ReceiverView]
    people: list[ReceiverView]
    schedules: list[str]
    reports: list[ReportView]
    escalations: list[EscalationView]
    inhibit_rules: list[InhibitRuleView]
    flapping: FlappingRuleView | None
    time_intervals: list[str] = Field(description="Names of the times that routes may name.")


class Reloaded(BaseModel):
    """The caller's workspace, if it has a file, and what is doubtful in that; empty otherwise."""

    workspaces: list[str]
    doubts: Doubts
