"""Finds the account, stream and period of every posting of a poll, from caches where it can.

Caches hold only what is committed and does not change: catalogues by version, ids of streams and
accounts. What this transaction makes itself is kept for the poll alone, because it may roll back.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from budget import entry_ids, store_catalogue, store_registry
from budget.batch import Posting, Refusal, SpendRecord
from budget.rules.posting import (
    AccountKey,
    Catalogue,
    Destination,
    Reason,
    Subject,
    entity_json,
    ledger_day,
)
from budget.store_postings import Period
from budget.store_registry import Report, ReportKey, StreamKey
from shared.database import Conn
from shared.keys import pairs_text
from shared.money import NO_CURRENCY

ROUTES_MAX = 100_000
"""Cached routes per workspace; a route is about 1 kB."""

DELTA_STREAM = "d"
UNKNOWN = (0, 0)
"""Ids of what is refused and never written."""


class Route:
    """Where events that differ only in id, time, amount and revision go.

    `refusal` is set for events that break what their report's first event fixed. `ids` are those
    of stream and account, once both are known to be committed. `feed`: the money reaches a line.
    `settled`: a posting needs nothing more, because all is committed and nothing is held.
    """

    __slots__ = (
        "destination",
        "entity",
        "entity_text",
        "feed",
        "ids",
        "is_fact",
        "key_prefix",
        "label",
        "period",
        "refusal",
        "report",
        "settled",
        "source",
        "stated_period",
        "stream",
        "wanted",
        "workspace",
    )

    def __init__(self, event: SpendRecord, destination: Destination, period: Period) -> None:
        data = event.data
        self.workspace = event.workspace
        self.source = event.source
        self.destination = destination
        self.entity = data.entity or {}
        self.entity_text = entity_json(data.entity)
        self.is_fact = data.mode == "snapshot"
        self.stated_period = data.period
        self.refusal: str | None = None
        self.period = period
        self.label = data.period or period.day.isoformat()
        self.key_prefix = entry_ids.fact_prefix(data.period, data.entity, data.campaign, data.line)
        stream = f"s/{data.report}" if self.is_fact else DELTA_STREAM
        self.stream: StreamKey = (event.workspace, event.source, stream)
        self.report: ReportKey = (event.workspace, event.source, data.report or "")
        grain = ("hour" if "T" in (data.period or "") else "day") if self.is_fact else ""
        self.wanted = Report(data.mode, grain)
        self.feed = destination.reason is None
        self.ids: tuple[int, int] | None = None
        self.settled = False


def fact_key(route: Route, event: SpendRecord) -> str:
    """`<period>|<entity>|<dims>`: what a snapshot's revisions are about."""
    return route.key_prefix + pairs_text(event.data.dims)


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
        """Postings with `route` and `ids` filled in; and what is refused.

        No catalogue changes before this transaction ends, so what is held is not left behind.
        """
        workspaces = sorted({posting.event.workspace for posting in postings})
        await store_catalogue.enter_posting(conn, workspaces)
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
                # A mapping that was withdrawn may have taken its feed with it.
                self._feeds.clear()
            elif len(self._routes[workspace]) > ROUTES_MAX:
                self._routes[workspace] = {}

    def _resolve(self, postings: Sequence[Posting]) -> list[Posting]:
        """Gives each posting its route; returns those that need more than a look-up."""
        unsettled = []
        for posting in postings:
            event = posting.event
            data = event.data
            key = (event.source, data.campaign, data.line, data.currency, data.period_start)
            if data.entity is not None or data.period is not None or data.report is not None:
                entity = tuple(sorted((data.entity or {}).items()))
                key += (data.period, data.report, data.mode, entity)  # type: ignore[assignment]
            routes = self._routes[event.workspace]
            route = routes.get(key)
            if route is None:
                route = routes[key] = self._make(event)
            posting.route = route
            if route.settled:
                posting.ids = route.ids  # type: ignore[assignment]  # settled means they are set
            else:
                unsettled.append(posting)
        return unsettled

    def _make(self, event: SpendRecord) -> Route:
        data = event.data
        try:
            start = datetime.fromisoformat(data.period_start).astimezone(UTC)
            end = datetime.fromisoformat(data.period_end).astimezone(UTC)
            subject = Subject(
                event.source,
                data.campaign,
                data.line,
                tuple(sorted((data.entity or {}).items())),
                data.currency,
                start,
                end,
            )
            destination = self._catalogues[event.workspace].resolve(subject)
            day = ledger_day(data.period, event.time, destination.time_zone)
            period = Period(day, start, end)
        except (ValueError, OverflowError):
            return _bad_period(event)
        return Route(event, destination, period)

    async def _register(self, conn: Conn, routes: list[Route]) -> dict[Route, tuple[int, int]]:
        """Ids for routes seen for the first time; what was already committed enters the caches."""
        dated = [route for route in routes if route.refusal != "period_invalid"]
        reports = await self._register_reports(conn, dated)
        for route in dated:
            # Judged anew each time: a transaction that was rolled back has fixed nothing.
            route.refusal = _conflict(reports[route.report], route.wanted)
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
            route.ids = stream_id, account_id
            route.settled = route.feed

    async def _register_reports(self, conn: Conn, routes: list[Route]) -> dict[ReportKey, Report]:
        wanted: dict[ReportKey, Report] = {}
        for route in routes:
            if route.report not in self._reports:
                wanted.setdefault(route.report, route.wanted)
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


def _conflict(spoken: Report, wanted: Report) -> str | None:
    if spoken.mode != wanted.mode:
        return "mode_conflict"
    return "granularity_conflict" if spoken.grain != wanted.grain else None


def _bad_period(event: SpendRecord) -> Route:
    nowhere = AccountKey(event.workspace, "suspense", "", "", event.source, NO_CURRENCY)
    epoch = datetime.fromtimestamp(0, UTC)
    period = Period(epoch.date(), epoch, epoch)
    route = Route(event, Destination(nowhere, Reason.UNMAPPED, None, None, "UTC"), period)
    route.refusal = "period_invalid"
    return route


def _refusal(posting: Posting) -> Refusal:
    route, data = posting.route, posting.event.data
    if route.refusal == "period_invalid":
        detail = f"{data.period}, {data.period_start} to {data.period_end} is no period"
    else:
        wanted = f"{route.wanted.mode} {route.wanted.grain}".strip()
        detail = f"report {route.report[2]!r} of {route.source} does not speak in {wanted}"
    return Refusal(str(route.refusal), detail, posting.received, posting.event)
