"""catalog.v1: objects that other services have to know.

An item carries its object as it was written; `object_of` reads it as what its kind says. A kind
that readers act on is a struct here and a name in `CatalogObject`, generated into docs/events; all
others are a `PlainObject`. Fields that a reader does not know are passed over.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import Struct

from shared.events.fields import Instant
from shared.events.totals import Amount


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
        "task",
        "channel",
        "supplier",
        "approval",
    ]
    id: str
    version: int
    effective_from: Instant | None
    object: dict[str, Any]
    deleted: bool = False


class CampaignObject(Struct, frozen=True, kw_only=True, tag_field="kind", tag="campaign"):
    """A campaign: its currency never changes; `status` closed ends what is judged of it."""

    campaign: str
    name: str | None = None
    status: str | None = None
    currency: str | None = None
    time_zone: str | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    owner: str | None = None
    region: str | None = None
    plan_version: int | None = None


class LineObject(Struct, frozen=True, kw_only=True, tag_field="kind", tag="line"):
    """A line of a plan in force; deleted once a plan leaves it out."""

    campaign: str
    line: str
    name: str | None = None
    owner: str | None = None
    channel: str | None = None
    plan_version: int | None = None


class MappingObject(Struct, frozen=True, kw_only=True, tag_field="kind", tag="mapping"):
    """Which line an entity of a source belongs to; without `effective_from` always."""

    source: str
    match: dict[str, str]
    campaign: str
    line: str
    effective_from: Instant | None = None


class SuspenseObject(Struct, frozen=True, kw_only=True, tag_field="kind", tag="suspense"):
    """What waits in the suspense of a source, the oldest since `since`; null while nothing does."""

    source: str
    items: int
    amounts: list[Amount]
    since: Instant | None
    reasons: dict[str, int]
    names: list[str]


class ApprovalObject(Struct, frozen=True, kw_only=True, tag_field="kind", tag="approval"):
    """A request for approval, whose decision is owed by `needs` until `due_at` (null: without a
    limit); deleted once it is decided or withdrawn, which `status` says."""

    request: int
    document: str
    document_kind: str
    campaign: str | None
    amount: Amount
    status: str
    needs: list[str]
    asked_by: str | None
    asked_at: Instant
    due_at: Instant | None


class MeasureObject(Struct, frozen=True, kw_only=True, tag_field="kind", tag="measure"):
    """How a measure adds up: only a sum does over periods and lines."""

    aggregation: str = "sum"


class PlainObject(Struct, frozen=True):
    """An object of a kind that nobody has to know by its fields."""

    attributes: Mapping[str, Any]


CatalogObject: TypeAlias = (
    CampaignObject | LineObject | MappingObject | SuspenseObject | ApprovalObject | MeasureObject
)
KNOWN = frozenset(one.__struct_config__.tag for one in get_args(CatalogObject))


def object_of(kind: str, body: Mapping[str, Any]) -> CatalogObject | PlainObject:
    """The object of an item, from its kind. Raises msgspec.ValidationError when a field that the
    kind demands is missing or of another type."""
    if kind not in KNOWN:
        return PlainObject(body)
    found: CatalogObject = msgspec.convert({**body, "kind": kind}, CatalogObject)
    return found
