"""What API v2 answers, in Alertmanager's words and forms (alertmanager.md section 2). Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

AlertState = Literal["active", "suppressed", "unprocessed"]


class ReceiverName(Struct, frozen=True):
    name: str


class AlertStatus(Struct, frozen=True, rename="camel"):
    """Ids of silences, fingerprints of alerts and names of times that keep it from being told."""

    state: AlertState = "active"
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    muted_by: tuple[str, ...] = ()


class GettableAlert(Struct, frozen=True, rename="camel", kw_only=True):
    """One alert; instants as Go writes them."""

    annotations: Mapping[str, str]
    ends_at: str
    fingerprint: str
    receivers: tuple[ReceiverName, ...]
    starts_at: str
    status: AlertStatus
    updated_at: str
    generator_url: str | UnsetType = field(default=UNSET, name="generatorURL")
    labels: Mapping[str, str]


class AlertGroup(Struct, frozen=True, rename="camel", kw_only=True):
    """What one receiver is told at once."""

    alerts: list[GettableAlert]
    labels: Mapping[str, str]
    receiver: ReceiverName
    route_labels: Mapping[str, str] = {}


def instant(at: datetime) -> str:
    """An instant in UTC, to the millisecond: `2025-11-11T09:30:00.123Z`."""
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"
