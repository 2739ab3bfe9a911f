"""Planning objects of catalog.v1 as kpi-monitor acts on them. Pure.

A kind that gives something to judge is one line of `WATCHED`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from kpi_monitor.units.unit import WORKSPACE
from shared import entity_mapping
from shared.events import (
    CATALOG_DECODER,
    CatalogItem,
    CatalogObject,
    Envelope,
    MappingObject,
    PlainObject,
    object_of,
)
from shared.kafka.consumer import Received

ItemKey = tuple[str, str, str]
"""(workspace, kind, id) of a planning object."""


class Watched(NamedTuple):
    """What a new version of a kind of object gives to judge.

    `member`: the line or object it is about, by its id; None is all of the unit. `of_workspace`:
    the unit is the workspace, not the object's campaign. `is_judged`: a family looks at the objects
    themselves, which `Unit.watched` has by kind and id.
    """

    member: Callable[[Any], str | None]
    of_workspace: bool = False
    is_judged: bool = False


WATCHED: Mapping[str, Watched] = {
    "campaign": Watched(lambda _: None),
    "line": Watched(lambda one: one.line),
    "suspense": Watched(lambda one: one.source, of_workspace=True, is_judged=True),
}


class Changed(NamedTuple):
    """A newer version of an object that was stored, and what it was before; None of a new one."""

    workspace: str
    kind: str
    id: str
    object: CatalogObject | PlainObject
    before: CatalogObject | PlainObject | None

    @property
    def touched(self) -> tuple[str, str, str | None] | None:
        """(workspace, campaign, line or source) that it gives something to judge, if any."""
        watched, known = WATCHED.get(self.kind), cast("Any", self.object)
        if watched is None:
            return None
        campaign = WORKSPACE if watched.of_workspace else known.campaign
        return self.workspace, campaign, watched.member(known)


@dataclass(frozen=True, slots=True)
class PlanNames:
    """What people call things, and who owns them; from the catalogue where totals do not say."""

    campaign: str | None = None
    owner: str | None = None
    currency: str | None = None
    region: str | None = None
    lines: dict[str, str] = field(default_factory=dict)
    line_owners: dict[str, str] = field(default_factory=dict)


def checked_item(value: bytes) -> Envelope[CatalogItem]:
    """A planning object that can be used. Raises what `decode` refuses."""
    event = CATALOG_DECODER.decode(value)
    object_of(event.data.kind, event.data.object)
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


def mapping_of(item: str, known: MappingObject) -> entity_mapping.EntityMapping:
    """An object of the catalogue → a mapping to resolve entities by."""
    return entity_mapping.EntityMapping(
        mapping=item,
        source=known.source,
        match=entity_mapping.match_of(known.match),
        campaign=known.campaign,
        line=known.line,
        effective_from=known.effective_from,
    )
