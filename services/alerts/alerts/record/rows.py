"""What is stored of a message and of each transition it tells, and the two as they are read."""

from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from alerts.channels.message import Message
from alerts.quiet.mute import Mute
from shared.events.notifications import Attempt, Explain


class DeliveryRow(NamedTuple):
    delivery: str
    workspace: str
    group_id: int
    receiver: str
    channel_id: str
    target: Any
    locale: str
    title: str
    body: str
    message: Message
    campaigns: dict[str, bool]
    """Those that its text speaks of, "" for none: a set, as jsonb has it."""
    thread_root: str | None
    thread_previous: str | None
    flow: str
    """Its campaign, or its group where it has none: they take turns at a destination."""
    urgent: bool
    """It tells of something critical that is open."""


class NotificationRow(NamedTuple):
    workspace: str
    delivery: str | None
    group_id: int
    receiver: str
    channel_id: str
    channel: str
    alert: int
    episode: int
    seq: int
    fingerprint: str
    campaign: str | None
    reason: str
    transition: str
    severity: str
    state: str | None
    mute: Mute | None
    locale: str
    decided_at: datetime
    labels: Any
    explain: Any


class NotificationRecord(Struct, frozen=True, kw_only=True):
    """A notification with the delivery that carries it, if any does."""

    notification: int
    workspace: str
    delivery: str | None
    alert: int
    fingerprint: str
    episode: int
    seq: int
    campaign: str | None
    receiver: str
    channel: str
    reason: str
    transition: str
    severity: str
    state: str | None
    """Of what is withheld."""
    locale: str
    decided_at: datetime
    labels: dict[str, str]
    explain: Explain
    delivery_state: str | None = None
    delivered_at: datetime | None = None
    next_attempt_at: datetime | None = None
    possible_duplicate: bool | None = None
    attempts: list[Attempt] | None = None
    title: str | None = None
    body: str | None = None
    mute: Mute | None = None
    in_reach: bool = True
    """Whether the reader reaches everything that the message speaks of."""
