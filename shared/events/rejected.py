"""rejected.v1: what was set aside."""

from typing import Any

from msgspec import Struct


class Rejected(Struct, frozen=True, kw_only=True):
    """rejected.v1: an event that was set aside, why, and where it stands in Kafka."""

    code: str
    detail: str
    topic: str | None
    partition: int | None
    offset: int | None
    workspace: str | None
    source: str | None
    id: str | None
    event: Any
