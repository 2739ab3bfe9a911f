"""What waits for a mapping, as far as the caller reaches. A cursor names nothing out of reach."""

from typing import NamedTuple

from kpi_monitor.catalogue import store as catalogue
from kpi_monitor.intake.placement.places import place_of
from kpi_monitor.reading import store
from kpi_monitor.reading.store import WaitingEntity
from kpi_monitor.records.record import Place
from shared.entity_mapping import MappingIndex
from shared.http.caller import Caller
from shared.http.paging import PAGE_MAX

PARTS_MAX = 20
"""Of PAGE_MAX entities each that a page of a limited reach looks at: 10,000, some 200 ms."""

Waiting = tuple[WaitingEntity, Place | None]
"""An entity, and where it belongs; None while no mapping names it."""


class Position(NamedTuple):
    """Where a page begins: after the last entity that was shown, and after the one with row `id`
    (0: none) if that was looked at too. It may be out of reach, and a number says nothing of it."""

    source: str = ""
    entity: str = ""
    id: int = 0


async def list_held(
    caller: Caller, source: str | None, *, after: Position, limit: int
) -> tuple[list[Waiting], Position | None]:
    """What waits in reach, by (source, entity), after `after`, at most `limit`, and where more may
    be. What no mapping names is of the workspace as a whole.

    SQL leaves what may be in reach: what names such a campaign itself, and the sources that are
    mapped to one. Which mapping counts is decided by the one rule that the whole house has, so a
    page may end before it is full.
    """
    conn, reach = caller.conn, caller.reach
    mappings = await catalogue.find_mappings(conn, caller.workspace)
    sources = sorted({one.source for one in mappings if reach.covers(one.campaign)})
    index = MappingIndex(mappings)
    rows_max = limit + 1 if reach.is_whole else PAGE_MAX
    begin = after.source, after.entity
    if after.id:
        # What is no more is looked for again from the last that was shown: none is left out.
        begin = await store.get_held(conn, caller.workspace, after=begin, row=after.id) or begin
    found: list[Waiting] = []
    for _ in range(PARTS_MAX):
        rows = await store.list_held(
            conn, reach, source, mapped=sources, after=begin, limit=rows_max
        )
        for row in rows:
            place = place_of(row.source, row.levels, index, row.since_ms)
            if reach.covers(None if place is None else place[0]):
                found.append((row, place))
        if len(found) > limit:
            shown = found[:limit]
            return shown, _shown(shown, after)
        if len(rows) < rows_max:
            return found, None
        begin = rows[-1].source, rows[-1].entity
    return found, _shown(found, after)._replace(id=rows[-1].id)


def _shown(found: list[Waiting], after: Position) -> Position:
    """After the last that was shown, in this page or before it."""
    return Position(found[-1][0].source, found[-1][0].entity) if found else after
