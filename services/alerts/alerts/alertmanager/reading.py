"""Which alerts are open and who is told of them, as it is at the moment somebody asks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import UNSET

from alerts.alertmanager.filters import AlertQuery
from alerts.alertmanager.gettable import (
    AlertGroup,
    AlertState,
    AlertStatus,
    GettableAlert,
    ReceiverName,
    instant,
)
from alerts.alertmanager.store_open import ShownAlert, iterate_open
from alerts.configuration.tree import RESOLVE_TIMEOUT, Configuration, Route
from alerts.quiet.mute import Quiet, RouteTimes
from alerts.routing.rules import group_of, match_routes, receiver_of
from shared.database.pool import Conn


class _Routed(NamedTuple):
    """An alert, and the routes that it takes."""

    alert: GettableAlert
    routes: Sequence[Route]
    is_breach: bool


class OpenAlerts:
    """Of one workspace at one instant, in the caller's transaction."""

    def __init__(
        self,
        conn: Conn,
        workspace: str,
        configuration: Configuration | None,
        quiet: Quiet,
        now: datetime,
    ) -> None:
        self._conn = conn
        self._workspace = workspace
        self._route = configuration.route if configuration else None
        self._receivers = configuration.receivers if configuration else {}
        self._resolve_timeout = configuration.resolve_timeout if configuration else RESOLVE_TIMEOUT
        self._quiet = quiet
        self._now = now
        self._times: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}
        """By those of a route, the times that mute it now."""

    async def find(self, query: AlertQuery) -> list[GettableAlert]:
        """By rising fingerprint."""
        found = [
            one.alert
            async for one in self._matching(query)
            if query.of_receivers(
                receiver_of(route, one.alert.labels, self._now) for route in one.routes
            )
            and query.of_status(one.alert.status)
        ]
        return sorted(found, key=lambda one: one.fingerprint)

    async def find_groups(self, query: AlertQuery) -> list[AlertGroup]:
        """Each alert in the groups of all receivers that are told of it."""
        groups: dict[tuple[str, str], AlertGroup] = {}
        async for shown, routes, is_breach in self._matching(query):
            if not query.of_status(shown.status):
                continue
            for route in routes:
                if not query.of_receivers([receiver_of(route, shown.labels, self._now)]):
                    continue
                group = group_of(route, shown.labels, self._now, changes_level=is_breach)
                made = AlertGroup(
                    alerts=[], labels=group.labels, receiver=ReceiverName(group.receiver)
                )
                groups.setdefault((group.key, group.receiver), made).alerts.append(shown)
        for one in groups.values():
            one.alerts.sort(key=lambda alert: alert.fingerprint)
        return sorted(
            groups.values(), key=lambda one: (sorted(one.labels.items()), one.receiver.name)
        )

    async def _matching(self, query: AlertQuery) -> AsyncIterator[_Routed]:
        """What has the labels asked for."""
        # A breach is over when it is said to be; whoever asks is used to ends that move on.
        end = instant(self._now + self._resolve_timeout)
        async for one in iterate_open(self._conn, self._workspace, self._now, query.equal):
            if not query.matches(one.labels):
                continue
            routes = match_routes(self._route, one.labels) if self._route else []
            yield _Routed(
                GettableAlert(
                    annotations=one.annotations,
                    ends_at=instant(one.ends_at) if one.ends_at else end,
                    fingerprint=one.fingerprint,
                    receivers=tuple(
                        ReceiverName(receiver_of(route, one.labels, self._now)) for route in routes
                    ),
                    starts_at=instant(one.starts_at),
                    status=self._status(one, routes),
                    updated_at=instant(one.updated_at),
                    generator_url=one.link or UNSET,
                    labels=one.labels,
                ),
                routes,
                one.is_breach,
            )

    def _status(self, one: ShownAlert, routes: Sequence[Route]) -> AlertStatus:
        silences = self._quiet.silenced_by(one.labels)
        sources = self._quiet.inhibited_by(one.fingerprint, one.labels)
        times = {name for route in routes for name in self._muted_by(route, one.labels)}
        state: AlertState = "suppressed" if silences or sources or times else "active"
        return AlertStatus(state, silences, sources, tuple(sorted(times)))

    def _muted_by(self, route: Route, labels: Mapping[str, str]) -> tuple[str, ...]:
        receiver = self._receivers.get(receiver_of(route, labels, self._now))
        own = receiver.mute_times if receiver else ()
        times = (route.active_times, (*route.mute_times, *own))
        if times not in self._times:
            self._times[times] = self._quiet.muted_by(RouteTimes(*times))
        return self._times[times]
