"""SQL of forgetting: what was told longer ago than the horizon and nobody waits for any more.

Kept whatever its age: what belongs to an open episode, a message that has not arrived, and a group
that may still speak. Of an episode that is over its row stays, without all that hung on it: a
replay of breaches.v1 from the beginning finds it and tells nobody again.
"""

from datetime import datetime, timedelta

from alerts.episodes import store_figures
from alerts.episodes.store import GROUPS_LOCK
from alerts.quiet import store as store_silences
from alerts.record.states import ARRIVED_SQL, UNSENT_SQL
from alerts.unsubscriptions import store as store_unsubscriptions
from shared.database.pool import Conn, columns
from shared.database.sweep import Sweep, deleted_rows

FORGET_NOTIFICATIONS = f"""
DELETE FROM alerts.notifications WHERE notification = ANY(ARRAY(
  SELECT n.notification FROM alerts.notifications n
  WHERE n.decided_at < $1
    AND NOT EXISTS (SELECT 1 FROM alerts.episodes e WHERE e.alert = n.alert
      AND e.episode = n.episode AND e.state NOT IN ('resolved', 'withdrawn'))
    AND NOT EXISTS (SELECT 1 FROM alerts.deliveries d WHERE d.delivery = n.delivery
      AND d.state IN {UNSENT_SQL})
  ORDER BY n.decided_at LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING delivery
"""
# One message may carry many alerts: it goes with the last of its notifications.
FORGET_DELIVERIES = """
DELETE FROM alerts.deliveries d WHERE d.delivery = ANY($1::text[])
  AND NOT EXISTS (SELECT 1 FROM alerts.notifications n WHERE n.delivery = d.delivery)
"""
# Reports and such, which tell no alert by itself.
FORGET_WRITTEN = f"""
DELETE FROM alerts.deliveries WHERE position = ANY(ARRAY(
  SELECT position FROM alerts.deliveries
  WHERE campaigns = '{{}}'::jsonb AND created_at < $1 AND state IN {ARRIVED_SQL}
  ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
STRIP_EPISODES = """
UPDATE alerts.episodes e SET stripped = true
FROM (
  SELECT alert, episode FROM alerts.episodes o
  WHERE o.state IN ('resolved', 'withdrawn') AND NOT o.stripped AND o.decided_at < $1
    AND NOT EXISTS (SELECT 1 FROM alerts.notifications n
      WHERE n.alert = o.alert AND n.episode = o.episode)
    AND NOT EXISTS (SELECT 1 FROM alerts.group_members m
      WHERE m.alert = o.alert AND m.episode = o.episode AND m.active)
    AND NOT EXISTS (SELECT 1 FROM alerts.told t
      WHERE t.alert = o.alert AND t.episode = o.episode AND t.firing)
  ORDER BY o.decided_at LIMIT $2 FOR UPDATE SKIP LOCKED
) AS old WHERE e.alert = old.alert AND e.episode = old.episode
RETURNING e.alert, e.episode
"""
FORGET_OF_EPISODES = """
DELETE FROM alerts.{table} x USING unnest($1::bigint[], $2::int[]) AS u(alert, episode)
WHERE x.alert = u.alert AND x.episode = u.episode
"""
OF_EPISODES = (
    "transitions",
    "group_members",
    "told",
    "muted",
    "foreign_alerts",
    "responses",
    "actions",
    "escalations",
    "escalation_calls",
)
"""Tables of what hangs on an episode."""
# Nobody replays what other systems sent, and their alerts have new labels with each restart of what
# they are about: nothing of them stays. A report that begins another episode meanwhile counts it.
FORGET_FOREIGN = (
    """
    DELETE FROM alerts.episodes e USING unnest($1::bigint[], $2::int[]) AS u(alert, episode)
    WHERE e.alert = u.alert AND e.episode = u.episode AND e.breach LIKE '/%'
    """,
    """
    DELETE FROM alerts.alerts a USING unnest($1::bigint[], $2::int[]) AS u(alert, episode)
    WHERE a.alert = u.alert AND a.episodes = u.episode
      AND NOT EXISTS (SELECT 1 FROM alerts.episodes e WHERE e.alert = a.alert)
    """,
)
FORGET_GROUPS = f"""
DELETE FROM alerts.groups WHERE group_id = ANY(ARRAY(
  SELECT g.group_id FROM alerts.groups g
  WHERE g.due_at IS NULL AND NOT g.active AND g.flushed_at < $1
    AND NOT EXISTS (SELECT 1 FROM alerts.group_members m WHERE m.group_id = g.group_id)
    AND NOT EXISTS (SELECT 1 FROM alerts.told t WHERE t.group_id = g.group_id AND t.firing)
    AND NOT EXISTS (SELECT 1 FROM alerts.deliveries d WHERE d.group_id = g.group_id
      AND d.state IN {UNSENT_SQL})
  ORDER BY g.flushed_at LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING group_id
"""
FORGET_OF_GROUPS = "DELETE FROM alerts.{table} WHERE group_id = ANY($1::bigint[])"
FIGURES_KEEP = timedelta(days=7)
"""Of a breach that is over, or has not come at all: as long as its topic keeps them."""


def sweeps(keep: timedelta) -> dict[str, Sweep]:
    return {
        "notifications": Sweep(keep, forget_notifications),
        "reports": Sweep(keep, forget_written),
        "episodes": Sweep(keep, strip_episodes),
        "groups": Sweep(keep, forget_groups),
        "figures": Sweep(FIGURES_KEEP, store_figures.forget),
        "silences": Sweep(keep, store_silences.forget),
        "unsubscriptions": Sweep(keep, store_unsubscriptions.forget),
    }


async def forget_notifications(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes notifications and the messages that carried them; how many notifications."""
    rows = await conn.fetch(FORGET_NOTIFICATIONS, before, rows_max)
    carried = sorted({row["delivery"] for row in rows if row["delivery"]})
    await conn.execute(FORGET_DELIVERIES, carried)
    return len(rows)


async def forget_written(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes messages that told no alert by itself; how many."""
    return deleted_rows(await conn.execute(FORGET_WRITTEN, before, rows_max))


async def strip_episodes(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes transitions, memberships and what was told of episodes whose notifications are
    gone; how many episodes."""
    rows = await conn.fetch(STRIP_EPISODES, before, rows_max)
    keys = columns([(row["alert"], row["episode"]) for row in rows], 2)
    for table in OF_EPISODES:
        await conn.execute(FORGET_OF_EPISODES.format(table=table), *keys)
    for statement in FORGET_FOREIGN:
        await conn.execute(statement, *keys)
    return len(rows)


async def forget_groups(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes groups that nothing belongs to any more; how many.

    A poll that is finding groups for its alerts holds the same lock: then it is left for later.
    """
    if not await GROUPS_LOCK.try_take(conn):
        return 0
    rows = await conn.fetch(FORGET_GROUPS, before, rows_max)
    ids = [row["group_id"] for row in rows]
    for table in ("notify_log", "told", "muted"):
        await conn.execute(FORGET_OF_GROUPS.format(table=table), ids)
    return len(rows)
