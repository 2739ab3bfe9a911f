"""What a poll does: transitions become episodes of alerts, episodes join groups.

Everything is idempotent: a breach's `seq` applies once, memberships are unique, and a group's due
time only moves forward by what is new. Nothing is sent here.
"""

import time
from collections.abc import Sequence
from datetime import datetime

from alerts import SCHEMA
from alerts.campaigns import store as store_campaigns
from alerts.configuration.configurations import Configurations
from alerts.episodes import store, store_figures
from alerts.episodes.rules import Episode, Key, apply_all, begin
from alerts.episodes.seldom import Seldom
from alerts.incoming.breaches import read_breach, read_figures
from alerts.incoming.campaigns import read_campaign
from alerts.incoming.reading import read_all
from alerts.incoming.signal import Signal
from alerts.routing import rules, snapshot
from alerts.routing.grouping import due_after_change
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.events import BREACHES_TOPIC, CATALOG_TOPIC, FIGURES_TOPIC
from shared.kafka import rejections
from shared.kafka.brake import SetAside
from shared.kafka.consumer import Received
from shared.logs import get_logger

log = get_logger(__name__)

SERVICE = "alerts"
REROUTE_MAX = 1000


class Handlers:
    """`on_batch` is the consumer's handler; configuration and clock are read at each poll."""

    def __init__(self, configurations: Configurations, clock: Clock) -> None:
        self._configurations = configurations
        self._clock = clock
        self._unrouted = Seldom(time.monotonic)

    async def on_batch(self, conn: Conn, batch: Sequence[Received]) -> list[SetAside]:
        """The consumer's handler: a poll of all topics, in one transaction."""
        poison: list[SetAside] = []
        for topic, on_topic in (
            (CATALOG_TOPIC, self.on_catalog),
            (BREACHES_TOPIC, self.on_breaches),
            (FIGURES_TOPIC, self.on_figures),
        ):
            if received := [one for one in batch if one.topic == topic]:
                poison += await on_topic(conn, received)
        return poison

    async def on_catalog(self, conn: Conn, batch: Sequence[Received]) -> list[SetAside]:
        """Keeps in which region each campaign is. Returns the poison, which is set aside."""
        found, poison = read_all(batch, read_campaign)
        await store_campaigns.put(conn, [campaign for _, campaign in found if campaign is not None])
        await rejections.add(conn, SCHEMA, SERVICE, poison, await self._clock.now(conn))
        return poison

    async def on_figures(self, conn: Conn, batch: Sequence[Received]) -> list[SetAside]:
        """Keeps the newest figures of each breach for the next message about it; nobody is told of
        them by themselves. Returns the poison, which is set aside."""
        found, poison = read_all(batch, read_figures)
        await store_figures.put(conn, [figures for _, figures in found])
        await rejections.add(conn, SCHEMA, SERVICE, poison, await self._clock.now(conn))
        return poison

    async def on_breaches(self, conn: Conn, batch: Sequence[Received]) -> list[SetAside]:
        """Merges a poll of breaches.v1 in the caller's transaction; returns the poison, which is
        set aside. A transition that is missing (`seq_gap`) is no poison."""
        now = await self._clock.now(conn)
        found, poison = read_all(batch, read_breach)
        wanted: dict[tuple[str, str], list[tuple[Received, Signal]]] = {}
        for received, (workspace, signal) in found:
            wanted.setdefault((workspace, signal.id), []).append((received, signal))
        touched, gaps = await _merge(conn, wanted)
        await rejections.add(conn, SCHEMA, SERVICE, [*poison, *gaps], now)
        await self._route(conn, touched, now)
        return poison

    async def reroute(self, conn: Conn, workspace: str) -> int:
        """Puts up to REROUTE_MAX open episodes of a workspace that are in no group into one,
        after its configuration arrived; how many."""
        found = await store.find_unrouted(conn, workspace, REROUTE_MAX)
        await self._route(conn, [(*one, True) for one in found], await self._clock.now(conn))
        return len(found)

    async def _route(
        self, conn: Conn, touched: Sequence[tuple[str, Key, Signal, bool]], now: datetime
    ) -> None:
        """Membership: the groups an episode is in stay for its whole life, so that who was told
        its beginning hears its end; an open episode also joins where it is routed now."""
        if not touched:
            return
        memberships = await store.find_memberships(conn, [one[1] for one in touched])
        wanted: list[tuple[Key, store.NewGroup]] = []
        decided: dict[Key, datetime] = {}
        for workspace, key, signal, is_open in touched:
            decided[key] = signal.decided_at
            if is_open or key not in memberships:
                wanted += [(key, group) for group in self._groups(workspace, signal)]
        ids = await store.add_groups(conn, [group for _, group in wanted])
        fresh = {ids[group.key]: group.snapshot for _, group in wanted}
        joins = {(ids[group.key], key) for key, group in wanted}
        joins |= {(group_id, key) for key, held in memberships.items() for group_id in held}
        locked = await store.lock_groups(conn, {group_id for group_id, _ in joins})
        first: dict[int, datetime] = {}
        for group_id, key in joins:
            first[group_id] = min(decided[key], first.get(group_id, decided[key]))
        waking = []
        for group_id, group in locked.items():
            kept = fresh.get(group_id, group.snapshot)
            intervals = snapshot.from_json(kept).intervals
            due = due_after_change(group.clock, intervals, first[group_id], now)
            waking.append((group_id, due, kept))
        await store.put_groups(conn, waking)
        await store.add_members(conn, joins)

    def _groups(self, workspace: str, signal: Signal) -> list[store.NewGroup]:
        configuration = self._configurations.get(workspace)
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
        labels = rules.routing_labels(signal)
        found = []
        for route in rules.match_routes(configuration.route, labels):
            group = rules.group_of(route, labels)
            key = store.GroupKey(workspace, group.key, group.receiver)
            kept = snapshot.to_json(snapshot.take(configuration, route))
            found.append(store.NewGroup(key, group.labels, kept))
        return found


async def _merge(
    conn: Conn,
    wanted: dict[tuple[str, str], list[tuple[Received, Signal]]],
) -> tuple[list[tuple[str, Key, Signal, bool]], list[SetAside]]:
    """Applies transitions; returns (workspace, episode, its newest transition, is open), and those
    that follow a gap."""
    if not wanted:
        return [], []
    keys = sorted(wanted)
    known = await store.find_episodes(conn, keys)
    new = {key: _alert_of(key[0], wanted[key][0][1]) for key in keys if key not in known}
    ids = await store.add_alerts(conn, list(new.values()))
    alert_of = {key: ids[one.workspace, one.fingerprint] for key, one in new.items()}
    alert_of |= {key: episode.alert for key, episode in known.items()}
    counts = await store.lock_alerts(conn, alert_of.values())
    # Read again under the lock: a zombie of this group may have been here in between.
    known = await store.find_episodes(conn, keys)
    saved: list[tuple[str, Episode]] = []
    missing: list[SetAside] = []
    steps: list[tuple[Key, Signal]] = []
    touched: list[tuple[str, Key, Signal, bool]] = []
    # In the order of arrival: by name, episode 10 of an alert would be numbered before its 9th.
    for key, mine in wanted.items():
        signals = [signal for _, signal in mine]
        alert = alert_of[key]
        first = min(signals, key=lambda one: one.seq)
        before = known.get(key) or begin(alert, counts[alert] + 1, first)
        after, applied, gaps = apply_all(before, signals)
        missing += [_gap(received, before, gaps) for received, signal in mine if signal in gaps]
        if not applied:
            continue
        counts[alert] = max(counts[alert], after.episode)
        member = Key(alert, after.episode)
        saved.append((key[0], after))
        steps += [(member, signal) for signal in applied]
        touched.append((key[0], member, applied[-1], after.open))
    await store.put_episodes(conn, saved, counts)
    await store.add_transitions(conn, steps)
    return touched, missing


def _alert_of(workspace: str, signal: Signal) -> store.NewAlert:
    labels = signal.labels
    return store.NewAlert(workspace, rules.fingerprint(labels), labels.get("campaign"), labels)


def _gap(received: Received, before: Episode, gaps: Sequence[Signal]) -> SetAside:
    """A transition is missing: this breach stops, loudly, rather than tell half of it."""
    metrics.BREACH_GAPS.inc()
    first = min(signal.seq for signal in gaps)
    detail = f"{before.breach}: seq {before.seq} is followed by {first}"
    log.error("breach_gap", breach=before.breach, last=before.seq, got=first)
    return SetAside(received, "seq_gap", detail)
