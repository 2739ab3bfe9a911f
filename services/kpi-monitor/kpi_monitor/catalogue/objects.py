"""Planning objects of catalog.v1, as far as kpi-monitor has to know them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from kpi_monitor.windows import to_ms
from shared import entity_mapping as mappings
from shared.events import (
    CATALOG_DECODER,
    Amount,
    CatalogItem,
    Envelope,
    Instant,
)
from shared.kafka.consumer import Received

ItemKey = tuple[str, str, str]
"""(workspace, kind, id) of a planning object."""


class LineObject(msgspec.Struct):
    """What must be in the object of a catalog.v1 line; the rest is for people."""

    campaign: str
    line: str


def flight_end(body: Mapping[str, Any]) -> int | None:
    """The end of a catalog.v1 campaign's flight, epoch ms, or None when it states none.

    Raises msgspec.ValidationError when it is no instant.
    """
    ends = body.get("ends_at")
    return None if ends is None else to_ms(msgspec.convert(ends, Instant))


class SuspenseObject(Struct):
    """What must be in the object of a catalog.v1 suspense. `since`: the oldest of what waits."""

    source: str
    items: int
    amounts: list[Amount]
    since: Instant | None
    reasons: dict[str, int]
    names: list[str]


def checked_item(value: bytes) -> Envelope[CatalogItem]:
    """A planning object that can be used. Raises what `decode` refuses."""
    event = CATALOG_DECODER.decode(value)
    if event.data.kind == "mapping":
        read_mapping(event.data.id, event.data.object)
    elif event.data.kind == "campaign":
        flight_end(event.data.object)
    elif event.data.kind == "line":
        msgspec.convert(event.data.object, LineObject)
    elif event.data.kind == "suspense":
        msgspec.convert(event.data.object, SuspenseObject)
    return event


def newest(
    events: Iterable[tuple[Received, Envelope[CatalogItem]]],
) -> Mapping[ItemKey, Envelope[CatalogItem]]:
    """The newest version of each planning object told."""
    found: dict[ItemKey, Envelope[CatalogItem]] = {}
    for _, event in events:
        key = (event.workspace, event.data.kind, event.data.id)
        if key not in found or found[key].data.version < event.data.version:
            found[key] = event
    return found


def placing(planned: Iterable[ItemKey]) -> set[str]:
    """Workspaces in which these objects may place what is kept aside."""
    return {workspace for workspace, kind, _ in planned if kind in ("mapping", "campaign")}


@dataclass(frozen=True, slots=True)
class Names:
    """What people call things, and who owns them; from the catalogue where totals do not say."""

    campaign: str | None = None
    owner: str | None = None
    currency: str | None = None
    region: str | None = None
    lines: dict[str, str] = field(default_factory=dict)
    line_owners: dict[str, str] = field(default_factory=dict)


def read_mapping(item: str, body: dict[str, Any]) -> mappings.Mapping:
    """The object of a catalog.v1 mapping → Mapping. Raises KeyError, msgspec.ValidationError."""
    effective = body.get("effective_from")
    return mappings.Mapping(
        mapping=item,
        source=body["source"],
        match=mappings.match_of(body["match"]),
        campaign=body["campaign"],
        line=body["line"],
        effective_from=msgspec.convert(effective, datetime) if effective else None,
    )
