"""SQL of a flush: due groups and what they know, then the messages and the log in one write."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from alerts.channels.destinations import Endpoint
from alerts.episodes.rules import Episode, Key
from alerts.incoming.campaigns import Runs
from alerts.incoming.signal import NewerFigures, PastFigures, Signal
from alerts.quiet.store import ANY_TIME_SQL
from alerts.record.rows import NotificationRow
from alerts.record.states import UNSENT_SQL
from alerts.response.past import PAST_SQL, past_of
from alerts.response.store import response_of
from alerts.routing.snapshot import Snapshot, from_json
from alerts.telling.decide import Told
from alerts.telling.moves import LogRow, MovedChannel
from alerts.telling.plan import Member
from shared.database.pool import Conn, columns, write_rows
from shared.database.rows import fetch

TRANSITIONS_MAX = 100
"""Newest transitions of an episode that a message looks at."""

TAKE_DUE = """
SELECT group_id, workspace, group_key, receiver, labels, snapshot AS kept, due_at
FROM alerts.groups WHERE due_at <= $1
ORDER BY due_at, group_id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
MEMBERS = f"""
SELECT m.group_id, e.*, a.fingerprint, a.campaign, a.labels, t.signals, f.figures,
  f.points, p.past, n.annotations, n.link, r.response, c.starts_at AS campaign_starts_at,
  c.ends_at AS campaign_ends_at
FROM alerts.group_members m
JOIN alerts.episodes e USING (alert, episode)
JOIN alerts.alerts a USING (alert)
LEFT JOIN alerts.figures f ON f.workspace = e.workspace AND f.breach = e.breach
LEFT JOIN alerts.campaigns c ON c.workspace = e.workspace AND c.campaign = a.campaign
LEFT JOIN alerts.foreign_alerts n ON n.alert = e.alert AND n.episode = e.episode
LEFT JOIN alerts.responses r ON r.alert = e.alert AND r.episode = e.episode
LEFT JOIN LATERAL ({PAST_SQL}
  WHERE p.alert = e.alert AND p.episode = e.episode - 1) AS p ON e.episode > 1
CROSS JOIN LATERAL (
  SELECT jsonb_agg(t.signal ORDER BY t.seq) AS signals FROM alerts.transitions t
  WHERE t.alert = e.alert AND t.episode = e.episode AND t.seq > e.seq - $2) AS t
WHERE m.group_id = ANY($1::bigint[]) AND m.active
ORDER BY m.group_id, e.alert, e.episode
"""
LOG = "SELECT * FROM alerts.notify_log WHERE group_id = ANY($1::bigint[]) ORDER BY channel_id"
# In two halves, each with an index: a group may remember thousands that are over.
TOLD = """
SELECT t.* FROM alerts.told t WHERE t.group_id = ANY($1::bigint[]) AND t.firing
UNION
SELECT t.* FROM alerts.group_members m JOIN alerts.told t USING (group_id, alert, episode)
WHERE m.group_id = ANY($1::bigint[]) AND m.active
"""
WAITING = f"""
SELECT DISTINCT group_id, channel_id FROM alerts.deliveries
WHERE group_id = ANY($1::bigint[]) AND state IN {UNSENT_SQL}
"""
ADD_NOTIFICATIONS = """
INSERT INTO alerts.notifications (workspace, delivery, group_id, receiver, channel_id, channel,
  alert, episode, seq, fingerprint, campaign, reason, transition, severity, state, mute, locale,
  decided_at, labels, explain)
SELECT workspace, delivery, group_id, receiver, channel_id, channel, alert, episode, seq,
  fingerprint, campaign, reason, transition, severity, state, mute, locale, decided_at, labels,
  explain
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
  $8::int[], $9::int[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
  $15::text[], $16::jsonb[], $17::text[], $18::timestamptz[], $19::jsonb[], $20::jsonb[])
  WITH ORDINALITY AS u(workspace, delivery, group_id, receiver, channel_id, channel, alert,
  episode, seq, fingerprint, campaign, reason, transition, severity, state, mute, locale,
  decided_at, labels, explain, n)
ORDER BY n RETURNING notification
"""
PUT_LOG = """
INSERT INTO alerts.notify_log AS l (group_id, channel_id, channel, told_at, reason, thread_root,
  thread_last)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::text[],
  $6::text[], $7::text[])
ON CONFLICT (group_id, channel_id) DO UPDATE SET channel = excluded.channel,
  told_at = greatest(l.told_at, excluded.told_at), reason = excluded.reason,
  thread_root = excluded.thread_root,
  thread_last = excluded.thread_last
"""
PUT_TOLD = """
INSERT INTO alerts.told AS t (group_id, channel_id, alert, episode, seq, severity, firing)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::text[],
  $7::boolean[])
ON CONFLICT (group_id, channel_id, alert, episode) DO UPDATE
SET seq = excluded.seq, severity = excluded.severity, firing = excluded.firing
"""
PUT_GROUPS = """
UPDATE alerts.groups g SET flushed_at = u.flushed_at, due_at = u.due_at, active = u.active
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::boolean[])
  AS u(group_id, flushed_at, due_at, active)
WHERE g.group_id = u.group_id
"""
PUT_DUE = "UPDATE alerts.groups SET due_at = $2 WHERE group_id = $1"
LEAVE = """
UPDATE alerts.group_members m SET active = false
FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS u(group_id, alert, episode)
WHERE m.group_id = u.group_id AND m.alert = u.alert AND m.episode = u.episode
"""
ENDED = """
UPDATE alerts.told t SET firing = false
FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS u(group_id, alert, episode)
WHERE t.group_id = u.group_id AND t.alert = u.alert AND t.episode = u.episode AND t.firing
"""
# Those that have spoken and have something open; a digest waits for its time.
PUT_ACTIVE_DUE = f"""
WITH speaking AS (
  SELECT g.group_id FROM alerts.groups g
  WHERE g.workspace = $1 AND g.group_id > $2 AND g.active AND g.flushed_at IS NOT NULL
    AND {ANY_TIME_SQL}
  ORDER BY g.group_id LIMIT $3 FOR UPDATE)
UPDATE alerts.groups g SET due_at = least(g.due_at, $4) FROM speaking
WHERE g.group_id = speaking.group_id RETURNING g.group_id
"""
# A channel that has another name is the one it was: what it knows and what waits for it go along.
# Names may be exchanged and logs become one, so that rows leave before any comes.
MOVED = "unnest($1::bigint[], $2::text[], $3::jsonb[]) AS u(group_id, name, channel)"
MOVE = (
    f"""
WITH gone AS (
  DELETE FROM alerts.notify_log l USING {MOVED}
  WHERE l.group_id = u.group_id AND l.channel_id = u.name RETURNING l.*, u.channel AS now)
INSERT INTO alerts.notify_log (group_id, channel_id, channel, told_at, reason, thread_root,
  thread_last)
SELECT DISTINCT ON (group_id, now->>'id') group_id, now->>'id', now, told_at, reason, thread_root,
  thread_last
FROM gone ORDER BY group_id, now->>'id', told_at DESC
""",
    f"""
WITH gone AS (
  DELETE FROM alerts.told t USING {MOVED}
  WHERE t.group_id = u.group_id AND t.channel_id = u.name RETURNING t.*, u.channel->>'id' AS now)
INSERT INTO alerts.told (group_id, channel_id, alert, episode, seq, severity, firing)
SELECT DISTINCT ON (group_id, now, alert, episode) group_id, now, alert, episode, seq, severity,
  firing
FROM gone ORDER BY group_id, now, alert, episode, seq DESC
""",
    f"""
WITH gone AS (
  DELETE FROM alerts.muted t USING {MOVED}
  WHERE t.group_id = u.group_id AND t.channel_id = u.name RETURNING t.*, u.channel->>'id' AS now)
INSERT INTO alerts.muted (group_id, channel_id, alert, episode, seq, reason)
SELECT DISTINCT ON (group_id, now, alert, episode) group_id, now, alert, episode, seq, reason
FROM gone ORDER BY group_id, now, alert, episode, seq DESC
ON CONFLICT (group_id, channel_id, alert, episode) DO UPDATE
SET seq = greatest(muted.seq, excluded.seq), reason = excluded.reason
""",
    f"""
UPDATE alerts.deliveries d SET channel_id = u.channel->>'id' FROM {MOVED}
WHERE d.group_id = u.group_id AND d.channel_id = u.name AND u.name <> u.channel->>'id'
  AND d.state IN {UNSENT_SQL}
""",
)
DUE = "SELECT count(*) FROM alerts.groups WHERE due_at <= $1"


class DueGroup(NamedTuple):
    group_id: int
    workspace: str
    group_key: str
    receiver: str
    labels: dict[str, str]
    kept: Any
    due_at: datetime

    @property
    def snapshot(self) -> Snapshot:
        """Read when it is asked for: one group's must not keep the others from speaking."""
        return from_json(self.kept)


class ChannelTold(NamedTuple):
    """What a channel of a group was told now, as its log keeps it."""

    group_id: int
    channel_id: str
    channel: Endpoint
    told_at: datetime
    reason: str
    thread_root: str
    thread_last: str


class MemberTold(NamedTuple):
    """Up to where a channel of a group knows a member."""

    group_id: int
    channel_id: str
    alert: int
    episode: int
    seq: int
    severity: str
    firing: bool


class FlushedGroup(NamedTuple):
    """`active`: something of it is still open."""

    group_id: int
    flushed_at: datetime
    due_at: datetime | None
    active: bool


class LeftMember(NamedTuple):
    """A member that is over."""

    group_id: int
    alert: int
    episode: int


async def take_due(conn: Conn, now: datetime, limit: int) -> list[DueGroup]:
    """Locks up to `limit` due groups that no other replica holds."""
    return await fetch(conn, DueGroup, TAKE_DUE, now, limit)


async def find_members(conn: Conn, groups: Sequence[int]) -> dict[int, list[Member]]:
    """Active members of each group with their newest transitions."""
    found: dict[int, list[Member]] = {group: [] for group in groups}
    for row in await conn.fetch(MEMBERS, groups, TRANSITIONS_MAX):
        found[row["group_id"]].append(
            Member(
                episode=msgspec.convert(dict(row), Episode),
                fingerprint=row["fingerprint"],
                campaign=row["campaign"],
                labels=row["labels"],
                transitions=_signals(row),
                figures=msgspec.convert(row["figures"], NewerFigures | None),
                response=response_of(row["response"]),
                runs=Runs.between(row["campaign_starts_at"], row["campaign_ends_at"]),
                past=past_of(row["past"]),
                points=msgspec.convert(row["points"] or (), tuple[PastFigures, ...]),
            )
        )
    return found


def _signals(row: Any) -> tuple[Signal, ...]:
    """The transitions; what another sender says of its alert is always what it said last."""
    found = msgspec.convert(row["signals"], tuple[Signal, ...])
    if row["annotations"] is None:
        return found
    newest = replace(found[-1], annotations=row["annotations"], link=row["link"])
    return (*found[:-1], newest)


async def find_log(conn: Conn, groups: Sequence[int]) -> dict[int, dict[str, LogRow]]:
    """What each group's channels were told last, by channel id."""
    found: dict[int, dict[str, LogRow]] = {group: {} for group in groups}
    for row in await conn.fetch(LOG, groups):
        found[row["group_id"]][row["channel_id"]] = LogRow(
            msgspec.convert(row["channel"], Endpoint),
            row["told_at"],
            row["thread_root"],
            row["thread_last"],
        )
    return found


async def find_told(
    conn: Conn, groups: Sequence[int]
) -> dict[tuple[int, str], list[tuple[Key, Told, bool]]]:
    """What each (group, channel) knows of members that are active or still told as firing."""
    found: dict[tuple[int, str], list[tuple[Key, Told, bool]]] = {}
    for row in await conn.fetch(TOLD, groups):
        found.setdefault((row["group_id"], row["channel_id"]), []).append(
            (Key(row["alert"], row["episode"]), Told(row["seq"], row["severity"]), row["firing"])
        )
    return found


async def find_waiting(conn: Conn, groups: Sequence[int]) -> set[tuple[int, str]]:
    """(group, channel id) that have not yet heard something that was decided to be told."""
    rows = await conn.fetch(WAITING, groups)
    return {(row["group_id"], row["channel_id"]) for row in rows}


async def add_notifications(conn: Conn, rows: Sequence[NotificationRow]) -> list[int]:
    """One row for each transition told or withheld; their ids in the same order."""
    made = await conn.fetch(ADD_NOTIFICATIONS, *columns(rows, len(NotificationRow._fields)))
    return sorted(row["notification"] for row in made)


async def put_log(conn: Conn, rows: Sequence[ChannelTold]) -> None:
    await write_rows(conn, PUT_LOG, rows)


async def put_told(conn: Conn, rows: Sequence[MemberTold]) -> None:
    await write_rows(conn, PUT_TOLD, rows)


async def put_groups(
    conn: Conn, groups: Sequence[FlushedGroup], left: Sequence[LeftMember]
) -> None:
    """Groups that have spoken, and their members that are over."""
    await write_rows(conn, PUT_GROUPS, groups)
    await write_rows(conn, LEAVE, left)
    await write_rows(conn, ENDED, left)


async def put_channels(conn: Conn, rows: Sequence[MovedChannel]) -> None:
    """Goes on with what is known of these as of what they are now."""
    for statement in MOVE:
        await conn.execute(statement, *columns(rows, 3))


async def put_due(conn: Conn, group: int, due_at: datetime) -> None:
    """A group that could not be flushed is due again at `due_at`."""
    await conn.execute(PUT_DUE, group, due_at)


async def put_active_due(
    conn: Conn, workspace: str, *, after: int, limit: int, now: datetime
) -> list[int]:
    """Up to `limit` groups with an id above `after` that have spoken, and in which something is
    open, are due now; their ids."""
    rows = await conn.fetch(PUT_ACTIVE_DUE, workspace, after, limit, now)
    return sorted(row["group_id"] for row in rows)


async def count_due(conn: Conn, now: datetime) -> int:
    return int(await conn.fetchval(DUE, now))
