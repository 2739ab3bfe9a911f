"""Finds the account, stream and period of every posting of a poll, from caches where it can.

Caches hold only what is committed and does not change: catalogues by version, ids of streams and
accounts. What this transaction makes itself is kept for the poll alone, because it may roll back.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from budget import store_catalogue, store_registry
from budget.batch import Posting, Refusal
from budget.rules.posting import AccountKey, Catalogue, Destination, Subject
from budget.store_registry import Report, ReportKey, StreamKey
from shared.database import Conn
from shared.events import SpendEvent, dims_text, entity_text

ROUTES_MAX = 100_000
"""Cached routes per workspace; a route is about 1 kB."""

DELTA_STREAM = "d"


class Route:
    """Where events that differ only in id, time, amount and revision go.

    `refusal` is set for events that break what their report's first event fixed. `stream_id` and
    `account_id` are set once they are known to be committed.
    """

    __slots__ = (
        "account_id",
        "day",
        "destination",
        "entity",
        "is_fact",
        "key_prefix",
        "label",
        "period_end",
        "period_start",
        "refusal",
        "report",
        "source",
        "stated_period",
        "stream",
        "stream_id",
        "wanted",
        "workspace",
    )

    def __init__(self, event: SpendEvent, destination: Destination) -> None:
        data = event.data
        self.workspace = event.workspace
        self.source = event.source
        self.destination = destination
        self.entity = data.entity or {}
        self.is_fact = data.mode == "snapshot"
        self.period_start = data.period_start
        self.period_end = data.period_end
        self.stated_period = data.period
        self.refusal: str | None = None
        try:
            self.day = _day(event, destination.time_zone)
        except (ValueError, OverflowError):
            self.day = date.min
            self.refusal = "period_invalid"
        self.label = data.period or self.day.isoformat()
        self.key_prefix = f"{data.period}|{entity_text(data)}|"
        stream = f"s/{data.report}" if self.is_fact else DELTA_STREAM
        self.stream: StreamKey = (event.workspace, event.source, stream)
        self.report: ReportKey = (event.workspace, event.source, data.report or "")
        grain = ("hour" if "T" in (data.period or "") else "day") if self.is_fact else ""
        self.wanted = Report(data.mode, grain)
        self.stream_id: int | None = None
        self.account_id: int | None = None

    @property
    def feed(self) -> bool:
        """Whether the money reaches a line, so that the source feeds it."""
        return self.destination.reason is None


def _day(event: SpendEvent, time_zone: str) -> date:
    """Ledger date: the period label as stated; for a delta, the campaign's local date."""
    if event.data.period is not None:
        return date.fromisoformat(event.data.period[:10])
    return event.time.astimezone(ZoneInfo(time_zone)).date()


def fact_key(route: Route, event: SpendEvent) -> str:
    """`<period>|<entity>|<dims>`: what a snapshot's revisions are about."""
    return route.key_prefix + dims_text(event.data.dims)


class Router:
    """One per process. `assign` gives each posting its route and makes the rows it needs."""

    def __init__(self) -> None:
        self._catalogues: dict[str, Catalogue] = {}
        self._routes: dict[str, dict[object, Route]] = {}
        self._accounts: dict[AccountKey, int] = {}
        self._keys: dict[int, AccountKey] = {}
        self._streams: dict[StreamKey, int] = {}
        self._reports: dict[ReportKey, Report] = {}
        self._feeds: set[tuple[int, str]] = set()

    async def assign(
        self, conn: Conn, postings: Sequence[Posting]
    ) -> tuple[list[Posting], list[Refusal]]:
        """Routes for all, `route`, `stream_id` and `account_id` filled; and what is refused.

        When money has to be held, the workspace's lock is taken and it is resolved again first.
        """
        workspaces = sorted({posting.event.workspace for posting in postings})
        await self._refresh(conn, workspaces)
        self._resolve(postings)
        holding = sorted({p.event.workspace for p in postings if not p.route.feed})
        if holding:
            for workspace in holding:
                await store_catalogue.lock(conn, workspace)
            await self._refresh(conn, holding)
            self._resolve([p for p in postings if not p.route.feed])
        fresh = {p.route for p in postings if p.route.account_id is None}
        made: dict[Route, tuple[int, int]] = {}
        if fresh:
            made = await self._register(conn, fresh)
        accepted: list[Posting] = []
        refused: list[Refusal] = []
        for posting in postings:
            route = posting.route
            if route.refusal is not None:
                refused.append(_refusal(posting, route))
                continue
            if route.account_id is None or route.stream_id is None:
                posting.stream_id, posting.account_id = made[route]
            else:
                posting.stream_id, posting.account_id = route.stream_id, route.account_id
            accepted.append(posting)
        return accepted, refused

    async def keys_of(self, conn: Conn, account_ids: Iterable[int]) -> dict[int, AccountKey]:
        """What stands behind account ids."""
        wanted = set(account_ids)
        missing = wanted - self._keys.keys()
        found = await store_registry.account_keys(conn, missing) if missing else {}
        return {one: found.get(one) or self._keys[one] for one in wanted}

    async def _refresh(self, conn: Conn, workspaces: Sequence[str]) -> None:
        for workspace, version in (await store_catalogue.versions(conn, workspaces)).items():
            known = self._catalogues.get(workspace)
            if known is None or known.version != version:
                loaded = await store_catalogue.load(conn, workspace, version)
                self._catalogues[workspace] = loaded
                self._routes[workspace] = {}
            elif len(self._routes[workspace]) > ROUTES_MAX:
                self._routes[workspace] = {}

    def _resolve(self, postings: Sequence[Posting]) -> None:
        all_routes = self._routes
        for posting in postings:
            event = posting.event
            data = event.data
            entity = data.entity
            key = (
                event.source,
                data.campaign,
                data.line,
                tuple(sorted(entity.items())) if entity else None,
                data.currency,
                data.period_start,
                data.period_end,
                data.period,
                data.mode,
                data.report,
            )
            routes = all_routes[event.workspace]
            route = routes.get(key)
            if route is None:
                route = routes[key] = self._make(event)
            posting.route = route

    def _make(self, event: SpendEvent) -> Route:
        data = event.data
        subject = Subject(
            event.source,
            data.campaign,
            data.line,
            tuple(sorted((data.entity or {}).items())),
            data.currency,
            data.period_start,
            data.period_end,
        )
        return Route(event, self._catalogues[event.workspace].resolve(subject))

    async def _register(self, conn: Conn, routes: set[Route]) -> dict[Route, tuple[int, int]]:
        """Ids for routes seen for the first time; what was already committed enters the caches."""
        reports = await self._register_reports(conn, routes)
        for route in routes:
            spoken = reports[route.report]
            if route.refusal is not None:
                continue
            if spoken.mode != route.wanted.mode:
                route.refusal = "mode_conflict"
            elif spoken.grain != route.wanted.grain:
                route.refusal = "granularity_conflict"
        usable = [route for route in routes if route.refusal is None]
        streams = await self._register_streams(conn, {route.stream for route in usable})
        accounts = await self._register_accounts(
            conn, {route.destination.account for route in usable}
        )
        await self._register_feeds(
            conn,
            {(accounts[r.destination.account], r.source) for r in usable if r.feed},
        )
        made = {}
        for route in usable:
            made[route] = streams[route.stream], accounts[route.destination.account]
            self._settle(route)
        return made

    def _settle(self, route: Route) -> None:
        stream_id = self._streams.get(route.stream)
        account_id = self._accounts.get(route.destination.account)
        if stream_id is None or account_id is None or route.report not in self._reports:
            return
        if not route.feed or (account_id, route.source) in self._feeds:
            route.stream_id, route.account_id = stream_id, account_id

    async def _register_reports(self, conn: Conn, routes: set[Route]) -> dict[ReportKey, Report]:
        wanted = {r.report: r.wanted for r in routes if r.report not in self._reports}
        self._reports.update(await store_registry.find_reports(conn, wanted) if wanted else {})
        new = {key: report for key, report in wanted.items() if key not in self._reports}
        made = await store_registry.add_reports(conn, new) if new else {}
        return {r.report: made.get(r.report) or self._reports[r.report] for r in routes}

    async def _register_streams(self, conn: Conn, keys: set[StreamKey]) -> dict[StreamKey, int]:
        missing = keys - self._streams.keys()
        self._streams.update(await store_registry.find_streams(conn, missing) if missing else {})
        new = missing - self._streams.keys()
        made = await store_registry.add_streams(conn, new) if new else {}
        return {key: made.get(key) or self._streams[key] for key in keys}

    async def _register_accounts(self, conn: Conn, keys: set[AccountKey]) -> dict[AccountKey, int]:
        missing = keys - self._accounts.keys()
        found = await store_registry.find_accounts(conn, missing) if missing else {}
        self._accounts.update(found)
        self._keys.update({account_id: key for key, account_id in found.items()})
        new = missing - found.keys()
        made = await store_registry.add_accounts(conn, new) if new else {}
        return {key: made.get(key) or self._accounts[key] for key in keys}

    async def _register_feeds(self, conn: Conn, feeds: set[tuple[int, str]]) -> None:
        missing = feeds - self._feeds
        if missing:
            self._feeds |= await store_registry.find_feeds(conn, missing)
            if new := missing - self._feeds:
                await store_registry.add_feeds(conn, new)


def _refusal(posting: Posting, route: Route) -> Refusal:
    if route.refusal == "period_invalid":
        detail = f"{route.stated_period or posting.event.time.isoformat()} is no date"
    else:
        wanted = f"{route.wanted.mode} {route.wanted.grain}".strip()
        detail = f"report {route.report[2]!r} of {route.source} does not speak in {wanted}"
    return Refusal(str(route.refusal), detail, posting.received, posting.event)
