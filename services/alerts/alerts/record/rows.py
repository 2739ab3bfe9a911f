"""What is stored of a message and of each transition it tells."""

from datetime import datetime
from typing import Any, NamedTuple

from alerts.channels.message import Message


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
    thread_root: str | None
    thread_previous: str | None


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
    locale: str
    decided_at: datetime
    labels: Any
    explain: Any
