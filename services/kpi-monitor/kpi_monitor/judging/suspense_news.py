"""What budget tells of suspense, stored, and the newer figures that follow for breaches of it."""

from collections.abc import Mapping
from datetime import datetime

from kpi_monitor.catalogue.objects import ItemKey
from kpi_monitor.judging import figures, store_figures, store_suspense
from kpi_monitor.judging.suspense import newer_figures
from shared.database.pool import Conn
from shared.events import CatalogItem, Envelope


async def note(
    conn: Conn,
    planned: Mapping[ItemKey, Envelope[CatalogItem]],
    now: datetime,
    service: str,
    interval_s: float,
) -> None:
    """Stores what the newest objects of a poll tell of suspense. An open breach gets its newer
    figures: a reminder that names the money of its first day would say too little."""
    newest = []
    for standing in await store_suspense.note(conn, planned):
        newer = newer_figures(standing, now)
        if newer is not None:
            newest.append(figures.kept(standing.workspace, newer, service, is_told=False))
    await store_figures.keep(conn, newest, [], now, interval_s)
