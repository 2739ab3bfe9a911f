"""Finds the account, stream and period of every posting of a poll, from caches where it can.

Caches hold only what is committed and does not change: catalogues by version, ids of streams and
accounts. What this transaction makes itself is kept for the poll alone, because it may roll back.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import NamedTuple

from budget.ledger import catalogues, registry
from budget.ledger.registry import ReportForm, ReportKey, StreamKey
from budget.ledger.rules import (
    AccountKey,
    Catalogue,
    Destination,
    HeldReason,
    SpendSubject,
    is_manual,
    ledger_day,
)
from budget.ledger.store import LedgerPeriod
from budget.posting.names import CommittedNames, register, settle
from budget.posting.records import SpendRecord, SpendRefusal
from budget.posting.route import Posting, SpendRoute
from shared.database.pool import Conn
from shared.generations import Generations
from shared.money import NO_CURRENCY

ROUTES_MAX = 150_000
"""Of all workspaces of the process, as all bounds here; a route is about 1 kB."""
IDS_MAX = 50_000
"""Streams, accounts, reports and feeds, each; some 300 bytes. Only new routes ask for them."""
CATALOGUE_ITEMS_MAX = 200_000
"""Campaigns, lines and mappings of all catalogues; some 500 bytes each."""
UNKNOWN = (0, 0)
"""Ids of what is refused and never written."""


class LoadedCatalogue(NamedTuple):
    """A catalogue, and the number under which this process has its routes."""

    number: int
    catalogue: Catalogue


class Router:
    """One per process. `assign` gives each posting its route and makes the rows it needs."""

    def __init__(self) -> None:
        self._catalogues: Generations[str, LoadedCatalogue] = Generations(
            CATALOGUE_ITEMS_MAX, _items
        )
        self._present: dict[str, LoadedCatalogue] = {}
        """By workspace, for the poll in hand: none of them may fall away meanwhile."""
        self._numbers = count()
        self._routes: Generations[object, SpendRoute] = Generations(ROUTES_MAX)
        self._accounts: Generations[AccountKey, int] = Generations(IDS_MAX)
        self._keys: Generations[int, AccountKey] = Generations(IDS_MAX)
        self._streams: Generations[StreamKey, int] = Generations(IDS_MAX)
        self._reports: Generations[ReportKey, ReportForm] = Generations(IDS_MAX)
        self._feeds: Generations[tuple[int, str], bool] = Generations(IDS_MAX)

    async def assign(
        self, conn: Conn, postings: Sequence[Posting]
    ) -> tuple[list[Posting], list[SpendRefusal]]:
        """Postings with `route` and `ids` filled in; and what is refused.

        No catalogue changes before this transaction ends, so what is held is not left behind.
        """
        workspaces = sorted({posting.event.workspace for posting in postings})
        await catalogues.enter_posting(conn, workspaces)
        await self._refresh(conn, workspaces)
        unsettled = self._resolve(postings)
        if not unsettled:
            return list(postings), []
        # In order of arrival: the first event of a report fixes its mode and grain.
        routes = list(dict.fromkeys(p.route for p in unsettled if p.route.ids is None))
        made = await self._register(conn, routes)
        for posting in unsettled:
            posting.ids = posting.route.ids or made.get(posting.route, UNKNOWN)
        refused = [_refusal(posting) for posting in unsettled if posting.route.refusal]
        return [posting for posting in postings if not posting.route.refusal], refused

    async def keys_of(self, conn: Conn, account_ids: Iterable[int]) -> dict[int, AccountKey]:
        wanted = set(account_ids)
        known = {one: key for one in wanted if (key := self._keys.get(one)) is not None}
        missing = wanted - known.keys()
        return known | (await registry.find_keys(conn, missing) if missing else {})

    async def _refresh(self, conn: Conn, workspaces: Sequence[str]) -> None:
        self._present = {}
        for workspace, version in (await catalogues.find_versions(conn, workspaces)).items():
            known = self._catalogues.get(workspace)
            if known is None or known.catalogue.version != version:
                loaded = await catalogues.get_catalogue(conn, workspace, version)
                # Another number: routes by the former catalogue are not found again and fall away.
                known = LoadedCatalogue(next(self._numbers), loaded)
                self._catalogues.put(workspace, known)
                # A mapping that was withdrawn may have taken its feed with it.
                self._feeds.clear()
            self._present[workspace] = known

    def _resolve(self, postings: Sequence[Posting]) -> list[Posting]:
        """Gives each posting its route; returns those that need more than a look-up."""
        unsettled = []
        numbers = {workspace: loaded.number for workspace, loaded in self._present.items()}
        recent = self._routes.recent
        for posting in postings:
            event = posting.event
            data = event.data
            key = (
                numbers[event.workspace],
                event.source,
                data.campaign,
                data.line,
                data.currency,
                data.period_start,
            )
            if data.entity is not None or data.period is not None or data.report is not None:
                entity = tuple(sorted((data.entity or {}).items()))
                key += (data.period, data.report, data.mode, entity)  # type: ignore[assignment]
            route = recent.get(key)
            if route is None:
                route = self._routes.get(key)
                if route is None:
                    route = self._make(event)
                    self._routes.put(key, route)
            posting.route = route
            if route.settled:
                posting.ids = route.ids  # type: ignore[assignment]  # settled means they are set
            else:
                unsettled.append(posting)
        return unsettled

    def _make(self, event: SpendRecord) -> SpendRoute:
        data = event.data
        try:
            start = datetime.fromisoformat(data.period_start).astimezone(UTC)
            end = datetime.fromisoformat(data.period_end).astimezone(UTC)
            subject = SpendSubject(
                event.source,
                data.campaign,
                data.line,
                tuple(sorted((data.entity or {}).items())),
                data.currency,
                start,
                end,
            )
            destination = self._present[event.workspace].catalogue.resolve(subject)
            day = ledger_day(data.period, event.time, destination.time_zone)
            period = LedgerPeriod(day, start, end)
        except (ValueError, OverflowError):
            return _bad_period(event)
        return SpendRoute(event, destination, period)

    async def _register(
        self, conn: Conn, routes: list[SpendRoute]
    ) -> dict[SpendRoute, tuple[int, int]]:
        """Ids for routes seen for the first time; what was already committed enters the caches."""
        dated = [route for route in routes if route.refusal != "period_invalid"]
        known = CommittedNames({}, {}, {}, set())
        reports = await self._register_reports(conn, dated, known)
        for route in dated:
            # Judged anew each time: a transaction that was rolled back has fixed nothing.
            route.refusal = _conflict(reports[route.report], route.wanted)
        usable = [route for route in routes if route.refusal is None]
        streams = await register(
            self._streams,
            known.streams,
            {route.stream for route in usable},
            partial(registry.find_streams, conn),
            partial(registry.add_streams, conn),
        )
        accounts = await register(
            self._accounts,
            known.accounts,
            {route.destination.account for route in usable},
            partial(registry.find_accounts, conn),
            partial(registry.add_accounts, conn),
        )
        self._keys.put_all((number, key) for key, number in known.accounts.items())
        await self._register_feeds(
            conn,
            {
                (accounts[r.destination.account], r.source)
                for r in usable
                if r.feed and not is_manual(r.source)
            },
            known,
        )
        made = {}
        for route in usable:
            made[route] = streams[route.stream], accounts[route.destination.account]
            settle(route, known)
        return made

    async def _register_reports(
        self, conn: Conn, routes: list[SpendRoute], known: CommittedNames
    ) -> dict[ReportKey, ReportForm]:
        wanted: dict[ReportKey, ReportForm] = {}
        for route in routes:
            wanted.setdefault(route.report, route.wanted)

        async def add(new: Iterable[ReportKey]) -> dict[ReportKey, ReportForm]:
            return await registry.add_reports(conn, {key: wanted[key] for key in new})

        find = partial(registry.find_reports, conn)
        return await register(self._reports, known.reports, wanted.keys(), find, add)

    async def _register_feeds(
        self, conn: Conn, feeds: set[tuple[int, str]], known: CommittedNames
    ) -> None:
        known.feeds.update(feed for feed in feeds if self._feeds.get(feed))
        missing = feeds - known.feeds
        if missing:
            found = await registry.find_feeds(conn, missing)
            self._feeds.put_all((feed, True) for feed in found)
            known.feeds.update(found)
            if new := missing - found:
                await registry.add_feeds(conn, new)


def _items(loaded: LoadedCatalogue) -> int:
    catalogue = loaded.catalogue
    lines = sum(len(terms.lines) for terms in catalogue.campaigns.values())
    return 1 + len(catalogue.campaigns) + lines + len(catalogue.mappings)


def _conflict(spoken: ReportForm, wanted: ReportForm) -> str | None:
    if spoken.mode != wanted.mode:
        return "mode_conflict"
    return "granularity_conflict" if spoken.grain != wanted.grain else None


def _bad_period(event: SpendRecord) -> SpendRoute:
    nowhere = AccountKey(event.workspace, "suspense", "", "", event.source, NO_CURRENCY)
    epoch = datetime.fromtimestamp(0, UTC)
    period = LedgerPeriod(epoch.date(), epoch, epoch)
    route = SpendRoute(event, Destination(nowhere, HeldReason.UNMAPPED, None, None, "UTC"), period)
    route.refusal = "period_invalid"
    return route


def _refusal(posting: Posting) -> SpendRefusal:
    route, data = posting.route, posting.event.data
    if route.refusal == "period_invalid":
        detail = f"{data.period}, {data.period_start} to {data.period_end} is no period"
    else:
        wanted = f"{route.wanted.mode} {route.wanted.grain}".strip()
        detail = f"report {route.report[2]!r} of {route.source} does not speak in {wanted}"
    return SpendRefusal(str(route.refusal), detail, posting.received, posting.event)
