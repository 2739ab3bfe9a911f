"""SQL of alerts, episodes, transitions and of joining groups: what a poll of breaches writes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from alerts.configuration.tree import ROOT
from alerts.episodes.rules import Episode, Key
from alerts.incoming.signal import Signal
from alerts.routing.grouping import GroupClock
from shared.database.locks import AdvisoryLock
from shared.database.pool import Conn, columns

BreachKey = tuple[str, str]
"""(workspace, id of its signals)"""

GROUPS_LOCK = AdvisoryLock("paceline/alerts/groups")
"""Keeps a group from being forgotten while alerts join it."""
ROUTING_LOCK = AdvisoryLock("paceline/alerts/routing")
"""Shared from before a configuration is looked at until what is routed by it is committed: who
takes it after another is in force finds all that was routed by the one before."""

EPISODES = """
SELECT e.* FROM unnest($1::text[], $2::text[]) AS u(workspace, breach)
JOIN alerts.episodes e USING (workspace, breach)
"""
ADD_ALERTS = """
INSERT INTO alerts.alerts (workspace, fingerprint, campaign, labels)
SELECT u.workspace, u.fingerprint, u.campaign, u.labels
FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])
  AS u(workspace, fingerprint, campaign, labels)
ORDER BY u.workspace, u.fingerprint
ON CONFLICT (workspace, fingerprint) DO NOTHING
"""
FIND_ALERTS = """
SELECT a.workspace, a.fingerprint, a.alert FROM unnest($1::text[], $2::text[])
  AS u(workspace, fingerprint) JOIN alerts.alerts a USING (workspace, fingerprint)
"""
LOCK_ALERTS = """
SELECT alert, episodes FROM alerts.alerts WHERE alert = ANY($1::bigint[])
ORDER BY alert FOR UPDATE
"""
COUNT_EPISODES = """
UPDATE alerts.alerts a SET episodes = u.episodes
FROM unnest($1::bigint[], $2::int[]) AS u(alert, episodes) WHERE a.alert = u.alert
"""
PUT_EPISODES = """
INSERT INTO alerts.episodes AS e (alert, episode, workspace, breach, seq, state, severity,
  restated_at, starts_at, ends_at, decided_at, routing_labels)
SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::int[], $6::text[],
  $7::text[], $8::int[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::jsonb[])
ON CONFLICT (alert, episode) DO UPDATE SET seq = excluded.seq, state = excluded.state,
  severity = excluded.severity, restated_at = excluded.restated_at, ends_at = excluded.ends_at,
  decided_at = excluded.decided_at, routing_labels = excluded.routing_labels, stripped = false
WHERE e.seq < excluded.seq
"""
ADD_TRANSITIONS = """
INSERT INTO alerts.transitions (alert, episode, seq, signal)
SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::jsonb[])
ON CONFLICT (alert, episode, seq) DO NOTHING
"""
ADD_GROUPS = """
INSERT INTO alerts.groups (workspace, group_key, receiver, labels, snapshot)
SELECT u.workspace, u.group_key, u.receiver, u.labels, u.snapshot
FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::jsonb[])
  AS u(workspace, group_key, receiver, labels, snapshot)
ORDER BY u.workspace, u.group_key, u.receiver
ON CONFLICT (workspace, group_key, receiver) DO NOTHING
RETURNING workspace, group_key, receiver, group_id
"""
FIND_GROUPS = """
SELECT g.workspace, g.group_key, g.receiver, g.group_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, group_key, receiver)
JOIN alerts.groups g USING (workspace, group_key, receiver)
"""
MEMBERSHIPS = """
SELECT m.alert, m.episode, m.group_id, g.workspace, g.group_key, g.receiver
FROM unnest($1::bigint[], $2::int[]) AS u(alert, episode)
JOIN alerts.group_members m USING (alert, episode) JOIN alerts.groups g USING (group_id)
"""
LOCK_GROUPS = """
SELECT group_id, snapshot, flushed_at, due_at, active FROM alerts.groups
WHERE group_id = ANY($1::bigint[]) ORDER BY group_id FOR UPDATE
"""
PUT_GROUPS = """
UPDATE alerts.groups g SET due_at = u.due_at, snapshot = u.snapshot, active = true
FROM unnest($1::bigint[], $2::timestamptz[], $3::jsonb[]) AS u(group_id, due_at, snapshot)
WHERE g.group_id = u.group_id
"""
ADD_MEMBERS = """
INSERT INTO alerts.group_members AS m (group_id, alert, episode)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[])
ON CONFLICT (group_id, alert, episode) DO UPDATE SET active = true
"""
WAKE_ESCALATIONS = """
UPDATE alerts.escalations x SET due_at = least(x.due_at, $3),
  answered_at = CASE WHEN $4 THEN $3 ELSE x.answered_at END
FROM unnest($1::bigint[], $2::int[]) AS u(alert, episode)
WHERE x.alert = u.alert AND x.episode = u.episode
"""
LIST_OPEN = """
SELECT alert, episode FROM alerts.episodes
WHERE state NOT IN ('resolved', 'withdrawn') AND workspace = $1 AND (alert, episode) > ($2, $3)
ORDER BY alert, episode LIMIT $4
"""
FIND_OPEN = """
SELECT e.alert, e.episode, t.signal FROM unnest($1::bigint[], $2::int[]) AS u(alert, episode)
JOIN alerts.episodes e USING (alert, episode)
JOIN alerts.transitions t USING (alert, episode, seq)
WHERE e.state NOT IN ('resolved', 'withdrawn') ORDER BY e.alert, e.episode
"""


# The newest of each level: nothing else that routing sees changes in an episode's life.
FORMER = """
SELECT DISTINCT ON (t.alert, t.episode, t.signal->>'severity') t.alert, t.episode, t.signal
FROM unnest($1::bigint[], $2::int[]) AS u(alert, episode)
JOIN alerts.episodes e USING (alert, episode) JOIN alerts.transitions t USING (alert, episode)
WHERE t.seq < e.seq ORDER BY t.alert, t.episode, t.signal->>'severity', t.seq DESC
"""


class NewAlert(NamedTuple):
    workspace: str
    fingerprint: str
    campaign: str | None
    labels: dict[str, str]


class GroupKey(NamedTuple):
    workspace: str
    group_key: str
    receiver: str

    def is_of(self, route: str) -> bool:
        """Whether it is a group of the route with this key."""
        return self.group_key.startswith(f"{route}:{{")


class NewGroup(NamedTuple):
    """`route`: the key of its route, with which the keys of all its groups begin."""

    key: GroupKey
    labels: dict[str, str]
    snapshot: Any
    route: str = ""

    def replaces(self, other: GroupKey, routes: Iterable[str]) -> bool:
        """Whether the other is of the same receiver and route, maybe by another grouping, or of a
        route that is none of `routes`, the keys of those that there are."""
        if self.key.receiver != other.receiver:
            return False
        of_a_route = other.group_key.startswith((f"{ROOT.key}:{{", f"{ROOT.key}/{{"))
        is_left = of_a_route and not any(map(other.is_of, routes))
        return is_left or other.is_of(self.route)


class LockedGroup(NamedTuple):
    snapshot: Any
    clock: GroupClock


async def find_episodes(conn: Conn, keys: Sequence[BreachKey]) -> dict[BreachKey, Episode]:
    """Known episodes by (workspace, id)."""
    rows = await conn.fetch(EPISODES, *columns(keys, 2))
    return {
        (row["workspace"], row["breach"]): msgspec.convert(dict(row), Episode, strict=False)
        for row in rows
    }


async def add_alerts(conn: Conn, found: Sequence[NewAlert]) -> dict[tuple[str, str], int]:
    """Makes the alerts that are new; ids of all by (workspace, fingerprint)."""
    unique = list({(one.workspace, one.fingerprint): one for one in found}.values())
    await conn.execute(ADD_ALERTS, *columns(unique, 4))
    rows = await conn.fetch(
        FIND_ALERTS, [one.workspace for one in unique], [one.fingerprint for one in unique]
    )
    return {(row["workspace"], row["fingerprint"]): row["alert"] for row in rows}


async def lock_alerts(conn: Conn, alerts: Iterable[int]) -> dict[int, int]:
    """Locks in id order; how many episodes each alert has had."""
    rows = await conn.fetch(LOCK_ALERTS, sorted(set(alerts)))
    return {row["alert"]: row["episodes"] for row in rows}


async def put_episodes(
    conn: Conn, found: Sequence[tuple[str, Episode]], counts: dict[int, int]
) -> None:
    """Writes episodes (workspace, episode) and how many their alerts have had."""
    rows = [
        (
            one.alert,
            one.episode,
            workspace,
            one.breach,
            one.seq,
            one.state,
            one.severity,
            one.restated_at,
            one.starts_at,
            one.ends_at,
            one.decided_at,
            one.routing_labels,
        )
        for workspace, one in found
    ]
    await conn.execute(PUT_EPISODES, *columns(rows, 12))
    await conn.execute(COUNT_EPISODES, list(counts), list(counts.values()))


async def add_transitions(conn: Conn, found: Sequence[tuple[Key, Signal]]) -> None:
    """Keeps each transition as it came: messages and the audit are built from them."""
    rows = [(key.alert, key.episode, signal.seq, signal) for key, signal in found]
    await conn.execute(ADD_TRANSITIONS, *columns(rows, 4))


async def add_groups(conn: Conn, found: Sequence[NewGroup]) -> dict[GroupKey, int]:
    """Makes the groups that are new; ids of all by key. None of them is forgotten until the
    transaction ends."""
    await GROUPS_LOCK.share(conn)
    unique = {one.key: one for one in found}
    ids = await _find_groups(conn, list(unique))
    if missing := [one for key, one in unique.items() if key not in ids]:
        values = [(*one.key, one.labels, one.snapshot) for one in missing]
        ids |= _group_ids(await conn.fetch(ADD_GROUPS, *columns(values, 5)))
    # Those that somebody else made at the same moment:
    if late := [key for key in unique if key not in ids]:
        ids |= await _find_groups(conn, late)
    return ids


async def _find_groups(conn: Conn, keys: Sequence[GroupKey]) -> dict[GroupKey, int]:
    return _group_ids(await conn.fetch(FIND_GROUPS, *columns(keys, 3)))


def _group_ids(rows: Iterable[Any]) -> dict[GroupKey, int]:
    return {
        GroupKey(row["workspace"], row["group_key"], row["receiver"]): row["group_id"]
        for row in rows
    }


async def find_memberships(conn: Conn, keys: Sequence[Key]) -> dict[Key, dict[GroupKey, int]]:
    """Groups that hold or held each episode."""
    found: dict[Key, dict[GroupKey, int]] = {}
    if not keys:
        return found
    for row in await conn.fetch(MEMBERSHIPS, *columns(keys, 2)):
        group = GroupKey(row["workspace"], row["group_key"], row["receiver"])
        found.setdefault(Key(row["alert"], row["episode"]), {})[group] = row["group_id"]
    return found


async def lock_groups(conn: Conn, ids: Iterable[int]) -> dict[int, LockedGroup]:
    """Locks in id order; snapshot and clock of each."""
    rows = await conn.fetch(LOCK_GROUPS, sorted(set(ids)))
    return {
        row["group_id"]: LockedGroup(
            row["snapshot"], GroupClock(row["flushed_at"], row["due_at"], row["active"])
        )
        for row in rows
    }


async def put_groups(conn: Conn, found: Sequence[tuple[int, datetime | None, Any]]) -> None:
    """Sets (group, due, snapshot)."""
    await conn.execute(PUT_GROUPS, *columns(found, 3))


async def add_members(conn: Conn, found: Iterable[tuple[int, Key]]) -> None:
    """Episodes become (or are again) members of groups."""
    rows = sorted((group, key.alert, key.episode) for group, key in found)
    await conn.execute(ADD_MEMBERS, *columns(rows, 3))


async def list_open(conn: Conn, workspace: str, after: Key, limit: int) -> list[Key]:
    """Up to `limit` open episodes of a workspace after this one."""
    rows = await conn.fetch(LIST_OPEN, workspace, *after, limit)
    return [Key(row["alert"], row["episode"]) for row in rows]


async def find_open(conn: Conn, keys: Sequence[Key]) -> dict[Key, Signal]:
    """Those that are open, with their newest signals."""
    return {
        Key(row["alert"], row["episode"]): msgspec.convert(row["signal"], Signal)
        for row in await conn.fetch(FIND_OPEN, *columns(keys, 2))
    }


async def find_former(conn: Conn, keys: Iterable[Key]) -> list[tuple[Key, Signal]]:
    """What was said of episodes before their newest signals, once for each level."""
    return [
        (Key(row["alert"], row["episode"]), msgspec.convert(row["signal"], Signal))
        for row in await conn.fetch(FORMER, *columns(list(keys), 2))
    ]


async def wake_escalations(
    conn: Conn, keys: Sequence[Key], now: datetime, *, answered: bool = False
) -> None:
    """Escalations look at once at what has changed in these episodes; `answered` by somebody."""
    if keys:
        await conn.execute(WAKE_ESCALATIONS, *columns(keys, 2), now, answered)
