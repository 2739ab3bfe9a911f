"""What this process remembers of stored data, so that hot batches ask for it once.

Everything here may be forgotten at any time; nothing is remembered before it is committed.
"""

from collections.abc import Iterable, Mapping, Sequence

from kpi_monitor.catalogue import store as store_catalog
from kpi_monitor.intake import store_held
from kpi_monitor.records.record import MetricsRecord, Place, own_place
from kpi_monitor.windows import from_ms
from shared import entity_mapping as mappings
from shared.database.pool import Conn
from shared.generations import Generations

MAPPINGS_MAX = 200_000
"""Of all workspaces of the process; some 500 bytes each."""
CAMPAIGNS_MAX = 200_000
"""Whose currency is remembered; some 200 bytes each."""

Campaign = tuple[str, str]
"""(workspace, campaign)."""


class Places:
    """Where events belong: mappings, and the currencies of the campaigns that are known.

    Mapping indexes are read again when the stored version has moved. A campaign's currency never
    changes, so what a poll has seen is true although the poll may be rolled back.
    """

    def __init__(self) -> None:
        self._indexes: Generations[str, tuple[int, mappings.MappingIndex]] = Generations(
            MAPPINGS_MAX, _mappings
        )
        self._currencies: Generations[Campaign, str] = Generations(CAMPAIGNS_MAX)

    async def settle(self, conn: Conn, batch: Sequence[MetricsRecord]) -> list[MetricsRecord]:
        """Sets the place of every event; returns those that have to wait, in their order.

        An entity waits for its mapping; money for its campaign, else the order of two topics would
        decide whether it is summed; and beside a snapshot that waits, those that may restate it.
        Who keeps them aside takes the workspace's lock and asks again before that: then nobody can
        add a mapping or a campaign in between.
        """
        mapped = [told for told in batch if told.event.data.entity is not None]
        if mapped:
            await self._map(conn, mapped)
        named = {(told.event.workspace, told.place[0]) for told in batch if told.place}
        priced = {
            (told.event.workspace, told.place[0])
            for told in batch
            if told.event.data.currency is not None and told.place and told.currency
        }
        known = await self._known(conn, named, priced)
        unknown = named - known.keys() | {one for one in priced if not known.get(one)}
        if not unknown:
            return [told for told in mapped if told.place is None]
        doubtful = [
            told
            for told in batch
            if told.place and (told.event.workspace, told.place[0]) in unknown
        ]
        waiting = {id(told) for told in batch if told.place is None}
        waiting |= {id(told) for told in doubtful if told.currency}
        snapshots = [told for told in doubtful if told.event.data.mode == "snapshot"]
        beside = {told.group for told in snapshots if told.currency}
        beside |= await store_held.find_with_snapshots(conn, {told.group for told in snapshots})
        waiting |= {id(told) for told in snapshots if told.group in beside}
        return [told for told in batch if id(told) in waiting]

    def is_foreign(self, told: MetricsRecord) -> bool:
        """Of a settled event: whether it is money in another currency than its campaign's."""
        if told.place is None or not told.currency:
            return False
        # A poll has fewer campaigns than are remembered, and `settle` has asked for all of them.
        expected = self._currencies.get((told.event.workspace, told.place[0]))
        return bool(expected) and told.currency != expected

    async def fits(
        self, conn: Conn, workspace: str, groups: Sequence[store_held.HeldGroup]
    ) -> list[store_held.Fit]:
        """What is held and may be placed now, by the rules of `settle`.

        Money of another currency stays aside: it was accepted, and a mapping may yet lead to a
        campaign that counts in it. Of a snapshot that came whole the counts leave it there.
        """
        index = await store_catalog.get_index(conn, workspace)
        starts: dict[tuple[str, str, str, int], int] = {}
        found = []
        for row in groups:
            # A fact is in the period, and so in the place, of its first revision.
            start = starts.setdefault(_group(row), row.start_ms)
            found.append((row, place_of(row.source, row.levels, index, start)))
        campaigns = {(workspace, place[0]) for _, place in found if place}
        known = await self._known(conn, campaigns, campaigns)
        priced = {_group(row) for row, _ in found if row.currency and row.period}
        fits = []
        for row, place in found:
            if place is None:
                continue
            expected = known.get((workspace, place[0]))
            whole = row.period and not row.money
            if (whole and expected) or (
                row.currency in ("", expected) and (expected or _group(row) not in priced)
            ):
                subject = row.source, row.entity, row.period
                starts_in = row.first_ms, row.last_ms
                fits.append((*subject, *starts_in, row.currency, row.money, *place))
        return fits

    def forget(self, workspaces: Iterable[str]) -> None:
        """Has the mappings of these workspaces read again when they are next asked for."""
        for workspace in workspaces:
            self._indexes.forget(workspace)

    async def currencies(
        self, conn: Conn, workspace: str, campaigns: Iterable[str]
    ) -> dict[str, str]:
        """Of campaigns that are known and state one."""
        asked = {(workspace, campaign) for campaign in campaigns}
        return {
            campaign: currency
            for (_, campaign), currency in (await self._known(conn, asked, asked)).items()
            if currency
        }

    async def indexes(
        self, conn: Conn, workspaces: Iterable[str]
    ) -> dict[str, mappings.MappingIndex]:
        indexes: dict[str, mappings.MappingIndex] = {}
        for workspace, version in (await store_catalog.find_versions(conn, workspaces)).items():
            known = self._indexes.get(workspace)
            if known is None or known[0] != version:
                known = version, await store_catalog.get_index(conn, workspace)
                self._indexes.put(workspace, known)
            indexes[workspace] = known[1]
        return indexes

    async def _map(self, conn: Conn, batch: Sequence[MetricsRecord]) -> None:
        """By the start of the period. A fact that is booked stays where it is, whatever a later
        revision says."""
        indexes = await self.indexes(conn, {told.event.workspace for told in batch})
        for told in batch:
            event = told.event
            told.place = indexes[event.workspace].resolve(
                event.source, event.data.entity or {}, event.data.period_start
            )

    async def _known(
        self, conn: Conn, campaigns: set[Campaign], priced: set[Campaign]
    ) -> dict[Campaign, str]:
        """Currencies; absent while a campaign is unknown, asked for again for money while \"\"."""
        known = {
            one: currency
            for one in campaigns
            if (currency := self._currencies.get(one)) is not None
        }
        asked = campaigns - known.keys()
        asked |= {one for one in priced if not known.get(one)}
        if asked:
            found = await store_catalog.find_currencies(conn, asked)
            self._currencies.put_all(found.items())
            known |= found
        return known


def _mappings(known: tuple[int, mappings.MappingIndex]) -> int:
    return 1 + len(known[1])


def _group(held: store_held.HeldGroup) -> tuple[str, str, str, int]:
    """What is placed together: all revisions of a snapshot, sums of one instant."""
    start = 0 if held.period else held.start_ms
    return held.source, held.entity, held.period, start


def place_of(
    source: str, levels: Mapping[str, str], index: mappings.MappingIndex, start: int
) -> Place | None:
    """Where what is held of a source belongs by its own names or a mapping; `start` epoch ms."""
    return own_place(levels) or index.resolve(source, levels, from_ms(start))
