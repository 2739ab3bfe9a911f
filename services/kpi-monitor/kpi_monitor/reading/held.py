"""What waits for a mapping, as far as the caller reaches: each page is full, and its cursor names
nothing that is out of reach."""

from kpi_monitor.catalogue import store as catalogue
from kpi_monitor.intake.placement.places import place_of
from kpi_monitor.reading import store
from kpi_monitor.reading.store import WaitingEntity
from kpi_monitor.records.record import Place
from shared.entity_mapping import MappingIndex
from shared.http.caller import Caller
from shared.http.paging import PAGE_MAX

Waiting = tuple[WaitingEntity, Place | None]
"""An entity, and where it belongs; None while no mapping names it."""


async def list_held(
    caller: Caller, source: str | None, *, after: tuple[str, str], limit: int
) -> list[Waiting]:
    """What waits in reach, by (source, entity), after `after`. What no mapping names is of the
    workspace as a whole.

    SQL leaves what may be in reach: what names such a campaign itself, and the sources that are
    mapped to one. Which mapping counts is decided by the one rule that the whole house has.
    """
    reach = caller.reach
    mappings = await catalogue.find_mappings(caller.conn, caller.workspace)
    sources = sorted({one.source for one in mappings if reach.covers(one.campaign)})
    index = MappingIndex(mappings)
    rows_max = limit if reach.is_whole else PAGE_MAX
    found: list[Waiting] = []
    while True:
        rows = await store.list_held(
            caller.conn, reach, source, mapped=sources, after=after, limit=rows_max
        )
        for row in rows:
            place = place_of(row.source, row.levels, index, row.since_ms)
            if reach.covers(None if place is None else place[0]):
                found.append((row, place))
        if len(rows) < rows_max or len(found) >= limit:
            return found[:limit]
        after = rows[-1].source, rows[-1].entity
