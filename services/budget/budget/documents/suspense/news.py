"""Tells on catalog.v1 what waits in suspense, source by source: kpi-monitor watches for how long.

One replica at a time; a source is told when something has changed, and not more often than the
setting says. On the manual clock it is told at once, for who moves that clock waits for it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from budget import announcements
from budget.caller import time_itself
from budget.documents.suspense import store_news
from budget.documents.suspense.store_news import NamedItem, Source, ToldSource, WaitingSum
from budget.fields import amounts, plain
from budget.settings import BudgetSettings
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.events import CatalogItem
from shared.rounds import Rounds

SOURCES_MAX = 200
"""Told in one transaction; the next follows at once."""
NAMES_MAX = 5
NAMED_ITEMS_MAX = 200
REST_S = 15.0
"""Between two looks, which read a row of each source that ever had something in suspense."""


class SuspenseNews:
    """Tells on catalog.v1 what each source has in suspense, once it has changed: at most every
    `suspense_every_s` per source, with a manual clock at each step."""

    def __init__(self, settings: BudgetSettings, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        is_manual = settings.clock == "manual"
        self._every_s = 0.0 if is_manual else settings.suspense_every_s
        rest_s = None if is_manual else REST_S
        self.rounds = Rounds(settings, "suspense-news", self.step, rest_s=rest_s)

    async def count_due(self, conn: Conn) -> int:
        """Sources with news, for GET /internal/idle; counted to a limit."""
        return len(await store_news.find_changed(conn, self._every_s, SOURCES_MAX))

    async def step(self) -> bool:
        """Tells of up to SOURCES_MAX sources; True when there may be more."""
        async with transaction(self._pool) as conn:
            if not await store_news.NEWS_LOCK.try_take(conn):
                return False
            # How many entries there are before what waits: what comes in between is told again.
            found = await store_news.find_changed(conn, self._every_s, SOURCES_MAX)
            if not found:
                return False
            sources = [row.key for row in found]
            objects = _objects(
                sources,
                await store_news.find_waiting(conn, sources),
                await store_news.find_names(conn, sources, NAMED_ITEMS_MAX),
            )
            told = [_told(row, objects[row.key]) for row in found]
            await store_news.put_told(conn, told)
            for before, row in zip(found, told, strict=True):
                if row.version != before.version:
                    caller = await time_itself(conn, row.workspace, self._clock)
                    await announcements.add(caller, [_item(row, objects[row.key])])
        return len(found) == SOURCES_MAX


def _told(before: ToldSource, item: dict[str, Any]) -> ToldSource:
    """The next version; the same one when there is nothing new to say."""
    return replace(before, version=before.version + (before.told != item), told=item)


def _item(row: ToldSource, item: dict[str, Any]) -> CatalogItem:
    return CatalogItem(
        kind="suspense", id=row.source, version=row.version, effective_from=None, object=item
    )


def _objects(
    sources: Sequence[Source], waiting: Sequence[WaitingSum], names: Sequence[NamedItem]
) -> dict[Source, dict[str, Any]]:
    """What is told of each source; of one in which nothing waits, that."""
    items: dict[Source, int] = dict.fromkeys(sources, 0)
    since: dict[Source, datetime] = {}
    sums: dict[Source, Counter[str]] = {one: Counter() for one in sources}
    reasons: dict[Source, Counter[str]] = {one: Counter() for one in sources}
    for row in waiting:
        one = row.workspace, row.source
        items[one] += row.items
        since[one] = min(since.get(one, row.since), row.since)
        sums[one][row.currency] += int(row.amount)
        reasons[one][row.reason] += row.items
    named: dict[Source, dict[str, None]] = {one: {} for one in sources}
    for item in names:
        named[item.workspace, item.source].setdefault(_name(item))
    return {
        one: {
            "source": one[1],
            "items": items[one],
            "amounts": amounts(sums[one]),
            "since": plain(since.get(one)),
            "reasons": dict(reasons[one]),
            "names": list(named[one])[:NAMES_MAX],
        }
        for one in sources
    }


def _name(item: NamedItem) -> str:
    """What an item calls itself: our names as sent, or the platform's entity."""
    if item.entity:
        return ", ".join(f"{level} {name}" for level, name in sorted(item.entity.items()))
    return f"{item.campaign}/{item.line}"
