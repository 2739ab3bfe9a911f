"""What this process remembers of stored data, so that hot batches ask for it once.

Everything here may be forgotten at any time; nothing is remembered before it is committed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from kpi_monitor import store_catalog
from kpi_monitor.folding import Place, Refusal, Told, own_place
from kpi_monitor.kpis import MONEY_MEASURES
from kpi_monitor.windows import from_ms, to_ms
from shared import mapping as mappings
from shared.consumer import Received
from shared.database import Conn
from shared.events import Instant


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


class Places:
    """Mapping indexes per workspace, read again when the stored version has moved."""

    def __init__(self) -> None:
        self._indexes: dict[str, tuple[int, mappings.MappingIndex]] = {}

    async def resolve(self, conn: Conn, batch: Iterable[Told]) -> None:
        """Sets the place of every event whose entity a mapping names.

        For what stays unplaced the workspace's lock is taken and the tables are asked again: then
        nobody can add a mapping before this transaction has stored what it holds back.
        """
        unplaced = [told for told in batch if told.place is None]
        if not unplaced:
            return
        workspaces = {told.event.workspace for told in unplaced}
        await self._refresh(conn, workspaces)
        unplaced = self._place(unplaced)
        if unplaced:
            workspaces = {told.event.workspace for told in unplaced}
            await store_catalog.lock_mappings(conn, workspaces)
            await self._refresh(conn, workspaces)
            self._place(unplaced)

    def forget(self, workspaces: Iterable[str]) -> None:
        """Has the mappings of these workspaces read again when they are next asked for."""
        for workspace in workspaces:
            self._indexes.pop(workspace, None)

    def _place(self, batch: Iterable[Told]) -> list[Told]:
        """By the period's start, which no revision changes: a restated fact never moves."""
        left = []
        for told in batch:
            event = told.event
            _, index = self._indexes[event.workspace]
            told.place = index.resolve(
                event.source, event.data.entity or {}, event.data.period_start
            )
            if told.place is None:
                left.append(told)
        return left

    async def _refresh(self, conn: Conn, workspaces: Iterable[str]) -> None:
        for workspace, version in (await store_catalog.versions(conn, workspaces)).items():
            known = self._indexes.get(workspace)
            if known is None or known[0] != version:
                index = await load_index(conn, workspace)
                self._indexes[workspace] = (version, index)


async def load_index(conn: Conn, workspace: str) -> mappings.MappingIndex:
    """The mappings of a workspace, from its table."""
    rows = await store_catalog.mappings(conn, workspace)
    return mappings.MappingIndex(read_mapping(row["id"], row["object"]) for row in rows)


class Currencies:
    """The currency of each campaign that is known.

    It never changes, so what a poll has seen is true although the poll may be rolled back.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    async def of(
        self, conn: Conn, campaigns: set[tuple[str, str]]
    ) -> Mapping[tuple[str, str], str]:
        """Currency by (workspace, campaign); campaigns that are not known are absent."""
        asked = campaigns - self._known.keys()
        if asked:
            self._known |= await store_catalog.currencies(conn, asked)
        return self._known

    async def sort(
        self, conn: Conn, batch: list[Told]
    ) -> tuple[list[Told], list[tuple[Received, Refusal]]]:
        """Events to fold, and those with money in another currency than their campaign's.

        Money for a campaign that is not known yet loses its place: it is held until the campaign
        comes, else the order of two topics would decide whether it is summed. As for mappings, the
        workspace's lock is taken and the table asked again before that.
        """
        money = {(one.event.workspace, one.place[0]) for one in batch if one.place and _priced(one)}
        if not money:
            return batch, []
        known = await self.of(conn, money)
        if unknown := money - known.keys():
            await store_catalog.lock_mappings(conn, {workspace for workspace, _ in unknown})
            known = await self.of(conn, unknown)
        kept, refused = [], []
        for one in batch:
            stated = one.event.data.currency
            if one.place is None or not _priced(one):
                kept.append(one)
                continue
            expected = known.get((one.event.workspace, one.place[0]))
            if expected in (None, stated):
                one.place = one.place if expected else None
                kept.append(one)
                continue
            detail = f"money in {stated} for a campaign in {expected}"
            refused.append((one.received, Refusal("currency_differs", detail)))
        return kept, refused

    async def places(
        self, conn: Conn, workspace: str, held: Iterable[Any]
    ) -> list[tuple[str, str, int, str, str]]:
        """(source, entity, start, campaign, line) of what is held and may be placed now.

        Money of another currency stays aside: it is a sum by now, which nobody can refuse.
        """
        index = await load_index(conn, workspace)
        found = [(row, place_of(row, index, row["start_ms"])) for row in held]
        known = await self.of(conn, {(workspace, place[0]) for _, place in found if place})
        return [
            (row["source"], row["entity"], row["start_ms"], *place)
            for row, place in found
            if place is not None
            and all(one == known.get((workspace, place[0])) for one in row["currencies"])
        ]


def place_of(held: Any, index: mappings.MappingIndex, start: int) -> Place | None:
    """Where a held row (source, levels) belongs by its own names or a mapping; `start` epoch ms."""
    return own_place(held["levels"]) or index.resolve(
        held["source"], held["levels"], from_ms(start)
    )


def _priced(told: Told) -> bool:
    return told.event.data.currency is not None and not MONEY_MEASURES.isdisjoint(told.measures)
