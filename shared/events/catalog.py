"""catalog.v1: objects that other services have to know."""

from typing import Any, Literal

from msgspec import Struct

from shared.events.fields import Instant


class CatalogItem(Struct, frozen=True, kw_only=True):
    """catalog.v1: one version of a planning object; a lower or equal `version` is ignored."""

    kind: Literal[
        "campaign",
        "line",
        "plan",
        "mapping",
        "target",
        "milestone",
        "risk",
        "measure",
        "source",
        "suspense",
    ]
    id: str
    version: int
    effective_from: Instant | None
    object: dict[str, Any]
    deleted: bool = False
