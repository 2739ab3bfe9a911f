"""Groups that speak at their times although nothing happens are there before anything does."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from alerts.configuration.tree import Configuration
from alerts.episodes import store as episodes
from alerts.episodes.store import GroupKey, NewGroup
from alerts.routing import snapshot
from alerts.routing.grouping import Intervals, due_after_reload
from alerts.routing.rules import group_of
from alerts.routing.snapshot import Snapshot
from alerts.telling.standing import store
from shared.database.pool import Conn


async def put_standing(
    conn: Conn, configurations: Mapping[str, Configuration], now: datetime
) -> None:
    """Those of all workspaces. What was to speak while nothing ran does so now, once."""
    wanted = {
        GroupKey(workspace, *key): kept
        for workspace, configuration in configurations.items()
        for key, kept in standing(configuration, now)
    }
    made = [NewGroup(key, {}, snapshot.to_json(kept)) for key, kept in wanted.items()]
    ids = await episodes.add_groups(conn, made)
    locked = await episodes.lock_groups(conn, ids.values())
    rows = [
        (
            group,
            due_after_reload(locked[group].clock, wanted[key].intervals, now),
            snapshot.to_json(wanted[key]),
        )
        for key, group in ids.items()
    ]
    await store.put_standing(conn, rows)


def standing(
    configuration: Configuration, now: datetime
) -> Iterator[tuple[tuple[str, str], Snapshot]]:
    """(key of the group, receiver) of each, and what it is made by."""
    route = configuration.route
    for one in configuration.reports.values():
        key = f"report:{one.name}"
        digest = one.digest.of(f"{one.receiver} {key}")
        intervals = Intervals(route.group_wait, route.group_interval, route.repeat_interval, digest)
        receiver = configuration.receivers[one.receiver]
        yield (key, one.receiver), Snapshot(receiver, intervals, report=one.name)
    for node in route.walk():
        if node.digest is not None and node.digest.empty == "send":
            group = group_of(node, {}, now)
            yield (group.key, group.receiver), snapshot.take(configuration, group)
