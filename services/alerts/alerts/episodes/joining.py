"""Episodes join groups: the same for whatever made them. Nothing is sent here.

Memberships are unique, and a group's due time only moves forward by what is new.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from alerts.configuration.configurations import Configurations
from alerts.configuration.tree import Configuration
from alerts.episodes import store
from alerts.episodes.merge import Touched
from alerts.episodes.rules import Key
from alerts.episodes.seldom import Seldom
from alerts.incoming.signal import Signal
from alerts.quiet.inhibitor import freed_by
from alerts.quiet.store import find_inhibited
from alerts.routing import rules, snapshot
from alerts.routing.grouping import due_after_change, due_after_reload
from shared import metrics
from shared.database.pool import Conn
from shared.logs import get_logger

log = get_logger(__name__)

REROUTE_MAX = 1000
FIRST = Key(0, 0)
Wanted = list[tuple[Key, store.NewGroup]]
Memberships = Mapping[Key, Mapping[store.GroupKey, int]]


class _Routing:
    """By one version of each file, at one instant."""

    def __init__(
        self, in_use: Mapping[str, Configuration], now: datetime, unrouted: Seldom
    ) -> None:
        self.in_use = in_use
        self.now = now
        self._unrouted = unrouted
        self._made: dict[store.GroupKey, store.NewGroup] = {}
        """Those of other signals, of which thousands may be in one group."""

    def groups(self, workspace: str, signal: Signal) -> list[store.NewGroup]:
        """Where a signal leads."""
        configuration = self.in_use.get(workspace)
        if configuration is None:
            metrics.ALERTS_UNROUTED.inc()
            if (breaches := self._unrouted.again(workspace)) is not None:
                log.error(
                    "alerts_unrouted",
                    workspace=workspace,
                    breaches=breaches,
                    first=signal.id,
                    remedy=f"add {workspace}.yml and reload",
                )
            return []
        labels = signal.routing_labels
        found = []
        for route in rules.match_routes(configuration.route, labels):
            group = rules.group_of(route, labels, self.now, changes_level=not signal.is_foreign)
            key = store.GroupKey(workspace, group.key, group.receiver)
            if key not in self._made:
                kept = snapshot.to_json(snapshot.take(configuration, group))
                self._made[key] = store.NewGroup(key, group.labels, kept, route.key)
            found.append(self._made[key])
        return found


class Joining:
    """By the configurations as they are at each call."""

    def __init__(self, configurations: Configurations) -> None:
        self._configurations = configurations
        self._unrouted = Seldom(time.monotonic)

    async def join(self, conn: Conn, touched: Sequence[Touched], now: datetime) -> None:
        """Membership: the groups an episode is in stay for its whole life, so that who was told
        its beginning hears its end; an open episode also joins where it is routed now, unless its
        receiver has it already and no change of level leads it to one more of its routes."""
        if not touched:
            return
        await store.ROUTING_LOCK.share(conn)
        routing = self._routing(now)
        known = [one.key for one in touched if not one.begins]
        memberships = await store.find_memberships(conn, known)
        wanted = [
            (key, group)
            for workspace, key, signal, is_open, _ in touched
            if is_open or key not in memberships
            for group in routing.groups(workspace, signal)
        ]
        again = {
            (key, group.key)
            for key, group in wanted
            if _has_it_elsewhere(group.key, memberships.get(key, {}))
        }
        again -= await _one_more(conn, routing, again)
        wanted = [(key, group) for key, group in wanted if (key, group.key) not in again]
        await self._enter(conn, routing, touched, wanted, memberships)

    async def _enter(
        self,
        conn: Conn,
        routing: _Routing,
        touched: Sequence[Touched],
        wanted: Wanted,
        memberships: Memberships,
        *,
        renewed: Mapping[int, Any] = {},
    ) -> None:
        """Adds them to the groups that are wanted; these and those they are in are due. Other
        groups are given `renewed` snapshots."""
        now = routing.now
        decided = {one.key: one.signal.decided_at for one in touched}
        # It says itself since when it is; a breach is decided at once.
        began = {
            one.key: one.signal.since for one in touched if one.signal.is_foreign and one.is_open
        }
        ids = await store.add_groups(conn, [group for _, group in wanted])
        fresh = {ids[group.key]: group.snapshot for _, group in wanted}
        joins = {(ids[group.key], key) for key, group in wanted}
        joins |= {
            (group_id, key) for key, held in memberships.items() for group_id in held.values()
        }
        freed = await _freed(conn, routing, touched)
        wanted_ids = {group_id for group_id, _ in joins} | {*renewed} | freed
        locked = await store.lock_groups(conn, wanted_ids)
        first = _earliest(joins, decided)
        since = _earliest(joins, began)
        waking: list[tuple[int, datetime | None, Any]] = []
        for group_id, group in locked.items():
            kept = fresh.get(group_id, renewed.get(group_id, group.snapshot))
            if group_id in first:
                due: datetime | None = due_after_change(
                    group.clock,
                    snapshot.from_json(kept).intervals,
                    first[group_id],
                    now,
                    began_at=since.get(group_id),
                )
            elif group_id in freed:
                # Not before group_wait: what it stood for is often over with it.
                soon = now + snapshot.from_json(kept).intervals.wait
                due = min(group.clock.due_at or soon, soon)
            elif snapshot.is_same(kept, group.snapshot):
                continue
            else:
                due = due_after_reload(group.clock, snapshot.from_json(kept).intervals, now)
            waking.append((group_id, due, kept))
        await store.put_groups(conn, waking)
        await store.add_members(conn, joins)
        known = [one.key for one in touched if not one.begins]
        await store.wake_escalations(conn, known, now)

    async def reroute(
        self, conn: Conn, workspace: str, now: datetime, after: Key = FIRST
    ) -> tuple[int, Key | None]:
        """Up to REROUTE_MAX open episodes of a workspace join the groups of those who would be told
        of them now and were not before: how many, and the last one looked at if there may be more.

        Who has them in another group, by another grouping, hears nothing twice. Groups whose route
        is still there take its intervals and times, and those of a route that is not take those of
        the one that leads there now: what muted them must not do so for ever.
        """
        page = await store.list_open(conn, workspace, after, REROUTE_MAX)
        # Whoever ends one of them waits for its new groups, or is waited for: it is read again.
        await store.lock_alerts(conn, [key.alert for key in page])
        found = await store.find_open(conn, page)
        memberships = await store.find_memberships(conn, list(found))
        routing = self._routing(now)
        configuration = routing.in_use.get(workspace)
        routes = [one.key for one in configuration.route.walk()] if configuration else []
        touched: list[Touched] = []
        wanted: Wanted = []
        renewed: dict[int, Any] = {}
        for key, signal in found.items():
            held = memberships.get(key, {})
            had = {group.receiver for group in held}
            groups = routing.groups(workspace, signal)
            renewed |= {
                group_id: group.snapshot
                for group in groups
                for one, group_id in held.items()
                if group.replaces(one, routes)
            }
            if fresh := [(key, group) for group in groups if group.key.receiver not in had]:
                touched.append(Touched(workspace, key, signal, True))
                wanted += fresh
        if touched or renewed:
            await self._enter(conn, routing, touched, wanted, {}, renewed=renewed)
        return len(touched), page[-1] if len(page) == REROUTE_MAX else None

    def _routing(self, now: datetime) -> _Routing:
        return _Routing(self._configurations.in_use, now, self._unrouted)


async def _one_more(
    conn: Conn, routing: _Routing, found: Iterable[tuple[Key, store.GroupKey]]
) -> set[tuple[Key, store.GroupKey]]:
    """Those of these groups to which a change of level led who was led to another by the level
    before. By the file as it is now: where that led to the group too, it is another grouping; where
    it led its receiver nowhere, an edit has taken away the route by which they have it."""
    workspaces = {key: group.workspace for key, group in found}
    before: dict[Key, set[store.GroupKey]] = {key: set() for key in workspaces}
    for key, signal in await store.find_former(conn, workspaces) if workspaces else ():
        before[key] |= {group.key for group in routing.groups(workspaces[key], signal)}
    return {
        (key, group)
        for key, group in found
        if group not in before[key] and any(one.receiver == group.receiver for one in before[key])
    }


async def _freed(conn: Conn, routing: _Routing, touched: Sequence[Touched]) -> set[int]:
    """Groups that kept something back for what stands for it no more."""
    wanted: dict[str, list[Mapping[str, str]]] = {}
    for workspace, _, signal, is_open, _ in touched:
        configuration = routing.in_use.get(workspace)
        if configuration is None or not configuration.inhibit_rules:
            continue
        labels = signal.routing_labels
        before = labels
        if is_open and signal.previous_severity is not None:
            before = {**labels, "severity": signal.previous_severity}
        found = freed_by(configuration.inhibit_rules, before, labels if is_open else None)
        wanted.setdefault(workspace, []).extend(found)
    return {
        group
        for workspace, labels in wanted.items()
        if labels
        for group in await find_inhibited(conn, workspace, labels)
    }


def _has_it_elsewhere(group: store.GroupKey, held: Mapping[store.GroupKey, int]) -> bool:
    return group not in held and any(one.receiver == group.receiver for one in held)


def _earliest(joins: Iterable[tuple[int, Key]], at: Mapping[Key, datetime]) -> dict[int, datetime]:
    """Of those that have an instant, the first by group."""
    found: dict[int, datetime] = {}
    for group_id, key in joins:
        if key in at:
            found[group_id] = min(at[key], found.get(group_id, at[key]))
    return found
