"""Tells on catalog.v1 what waits in suspense, source by source: kpi-monitor watches for how long.

One replica at a time; a source is told when something has changed, and not more often than the
setting says. On the manual clock it is told at once, for who moves that clock waits for it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from budget import announcements
from budget.caller import time_itself
from budget.documents.suspense import store
from budget.fields import plain
from budget.settings import BudgetSettings
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.events import CatalogItem
from shared.money import format_micros
from shared.rounds import Rounds

SOURCES_MAX = 200
"""Told in one transaction; the next follows at once."""
NAMES_MAX = 5
NAMED_ITEMS_MAX = 200
REST_S = 15.0
"""Between two looks, which read a row of each source that ever had something in suspense."""
Source = tuple[str, str]


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
        return len(await store.changed(conn, self._every_s, SOURCES_MAX))

    async def step(self) -> bool:
        """Tells of up to SOURCES_MAX sources; True when there may be more."""
        async with transaction(self._pool) as conn:
            if not await store.NEWS_LOCK.try_take(conn):
                return False
            # How many entries there are before what waits: what comes in between is told again.
            found = await store.changed(conn, self._every_s, SOURCES_MAX)
            if not found:
                return False
            sources = [(row["workspace"], row["source"]) for row in found]
            objects = _objects(
                sources,
                await store.states(conn, sources),
                await store.names(conn, sources, NAMED_ITEMS_MAX),
            )
            told = [_told(row, objects[row["workspace"], row["source"]]) for row in found]
            await store.save(conn, told)
            for row, (workspace, source, version, _, item) in zip(found, told, strict=True):
                if version != row["version"]:
                    caller = await time_itself(conn, workspace, self._clock)
                    await announcements.add(caller, [_item(source, version, item)])
        return len(found) == SOURCES_MAX


def _told(row: Any, item: dict[str, Any]) -> tuple[str, str, int, int, dict[str, Any]]:
    """The next version; the same one when there is nothing new to say."""
    version = row["version"] + (row["told"] != item)
    return row["workspace"], row["source"], version, row["entries"], item


def _item(source: str, version: int, item: dict[str, Any]) -> CatalogItem:
    return CatalogItem(
        kind="suspense", id=source, version=version, effective_from=None, object=item
    )


def _objects(
    sources: Sequence[Source], states: Sequence[Any], names: Sequence[Any]
) -> dict[Source, dict[str, Any]]:
    """What is told of each source; of one in which nothing waits, that."""
    items: dict[Source, int] = dict.fromkeys(sources, 0)
    since: dict[Source, datetime] = {}
    amounts: dict[Source, dict[str, int]] = {one: {} for one in sources}
    reasons: dict[Source, dict[str, int]] = {one: {} for one in sources}
    for row in states:
        one, currency = (row["workspace"], row["source"]), row["currency"]
        items[one] += row["items"]
        since[one] = store.oldest(since.get(one), row["since"])
        amounts[one][currency] = amounts[one].get(currency, 0) + int(row["amount"])
        reasons[one][row["reason"]] = reasons[one].get(row["reason"], 0) + row["items"]
    named: dict[Source, dict[str, None]] = {one: {} for one in sources}
    for row in names:
        named[row["workspace"], row["source"]].setdefault(_name(row))
    return {
        one: {
            "source": one[1],
            "items": items[one],
            "amounts": [
                {"amount": format_micros(amount), "currency": currency}
                for currency, amount in sorted(amounts[one].items())
            ],
            "since": plain(since.get(one)),
            "reasons": reasons[one],
            "names": list(named[one])[:NAMES_MAX],
        }
        for one in sources
    }


def _name(row: Any) -> str:
    """What an item calls itself: our names as sent, or the platform's entity."""
    if row["entity"]:
        return ", ".join(f"{level} {name}" for level, name in sorted(row["entity"].items()))
    return f"{row['campaign']}/{row['line']}"
