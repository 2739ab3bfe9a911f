"""SQL of responses: the newest state of an episode, and everything that people did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from alerts.episodes.rules import Key, State
from alerts.quiet.store import ANY_TIME_SQL
from alerts.response.rules import NO_RESPONSE, Action, ActionKind, EpisodeResponse
from shared.database.pool import Conn, columns
from shared.database.rows import fetch

# In the order of their numbers, as a poll of breaches locks them.
LOCK = """
SELECT alert FROM alerts.alerts WHERE workspace = $1 AND alert = ANY($2::bigint[])
ORDER BY alert FOR UPDATE
"""
LOCK_GROUPS = """
SELECT g.group_id FROM alerts.groups g WHERE g.group_id IN (
  SELECT m.group_id FROM alerts.alerts a
  JOIN alerts.group_members m ON m.alert = a.alert AND m.episode = a.episodes
  WHERE a.workspace = $1 AND a.alert = ANY($2::bigint[]) AND m.active)
ORDER BY g.group_id FOR UPDATE
"""
FIND = """
SELECT a.alert, a.campaign, e.episode, e.state, e.severity, r.response
FROM alerts.alerts a
JOIN alerts.episodes e ON e.alert = a.alert AND e.episode = a.episodes
LEFT JOIN alerts.responses r ON r.alert = e.alert AND r.episode = e.episode
WHERE a.workspace = $1 AND a.alert = ANY($2::bigint[])
"""
PUT = """
INSERT INTO alerts.responses (alert, episode, response)
SELECT u.alert, u.episode, u.response FROM unnest($1::bigint[], $2::int[], $3::jsonb[])
  AS u(alert, episode, response)
ON CONFLICT (alert, episode) DO UPDATE SET response = excluded.response
"""
ADD_ACTIONS = """
INSERT INTO alerts.actions (alert, episode, kind, made_by, made_at, comment, until, assignee)
SELECT u.alert, u.episode, u.kind, u.made_by, u.made_at, u.comment, u.until, u.assignee
FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::text[],
  $7::timestamptz[], $8::text[])
  AS u(alert, episode, kind, made_by, made_at, comment, until, assignee)
"""
ACTIONS = """
SELECT episode, kind, made_by, made_at, comment, until, assignee FROM alerts.actions
WHERE alert = $1 ORDER BY action DESC LIMIT $2
"""
# At its next tick, if it has spoken: who acts does not make a group speak before its time.
PUT_DUE = f"""
UPDATE alerts.groups g SET due_at = least(g.due_at, g.flushed_at + i.interval * greatest(1, ceil(
  extract(epoch FROM $2::timestamptz - g.flushed_at) / extract(epoch FROM i.interval))))
FROM (SELECT group_id, (snapshot #>> '{{intervals,interval}}')::interval AS interval
  FROM alerts.groups WHERE group_id = ANY($1::bigint[])) AS i
WHERE g.group_id = i.group_id AND g.flushed_at IS NOT NULL AND {ANY_TIME_SQL}
"""
# By the real clock, as attempts have it, whatever clock decisions are made by.
SINCE_DELIVERED = """
SELECT n.alert, n.episode,
  greatest(0, extract(epoch FROM now() - min((t.attempt->>'at')::timestamptz)))::int AS seconds
FROM unnest($1::bigint[], $2::int[]) AS u(alert, episode)
JOIN alerts.notifications n USING (alert, episode) JOIN alerts.deliveries d USING (delivery)
CROSS JOIN LATERAL jsonb_array_elements(d.attempts) AS t(attempt)
WHERE t.attempt->>'class' IN ('delivered', 'accepted') GROUP BY n.alert, n.episode
"""


class NewestEpisode(NamedTuple):
    """The newest episode of an alert, as people answer to it."""

    alert: int
    campaign: str | None
    episode: int
    state: State
    severity: str
    response: EpisodeResponse
    changed: bool = False
    """By the answer that this is the outcome of."""

    @property
    def key(self) -> Key:
        return Key(self.alert, self.episode)

    @property
    def open(self) -> bool:
        return self.state not in ("resolved", "withdrawn")


class ActionRecord(Struct, frozen=True):
    """What somebody did about an episode."""

    episode: int
    kind: ActionKind
    made_by: str
    made_at: datetime
    comment: str
    until: datetime | None
    assignee: str | None


async def lock(conn: Conn, workspace: str, alerts: Sequence[int]) -> list[int]:
    """Nothing happens to these alerts, and no group speaks of them, until the transaction ends;
    the groups that do."""
    await conn.execute(LOCK, workspace, alerts)
    return [row["group_id"] for row in await conn.fetch(LOCK_GROUPS, workspace, alerts)]


async def find(conn: Conn, workspace: str, alerts: Sequence[int]) -> dict[int, NewestEpisode]:
    """By alert, those that there are."""
    rows = await conn.fetch(FIND, workspace, alerts)
    return {
        row["alert"]: NewestEpisode(**{**row, "response": response_of(row["response"])})
        for row in rows
    }


async def put(conn: Conn, found: Sequence[tuple[Key, EpisodeResponse]]) -> None:
    """What now is the response to these episodes."""
    rows = [(*key, response) for key, response in found]
    await conn.execute(PUT, *columns(rows, 3))


async def add_actions(conn: Conn, found: Sequence[tuple[Key, Action]]) -> None:
    rows = [
        (*key, one.kind, one.made_by, one.made_at, one.comment, one.until, one.assignee)
        for key, one in found
    ]
    await conn.execute(ADD_ACTIONS, *columns(rows, 8))


async def list_actions(conn: Conn, alert: int, limit: int) -> list[ActionRecord]:
    """The newest first."""
    return await fetch(conn, ActionRecord, ACTIONS, alert, limit)


async def put_due(conn: Conn, groups: Sequence[int], now: datetime) -> None:
    """These groups look at their next interval at what has changed."""
    await conn.execute(PUT_DUE, groups, now)


async def find_since_delivered(conn: Conn, keys: Sequence[Key]) -> dict[Key, int]:
    """How many seconds ago the first message about an episode had arrived anywhere."""
    rows = await conn.fetch(SINCE_DELIVERED, *columns(keys, 2))
    return {Key(row["alert"], row["episode"]): row["seconds"] for row in rows}


def response_of(stored: Any) -> EpisodeResponse:
    """Of an episode to which nobody has answered, none."""
    return NO_RESPONSE if stored is None else msgspec.convert(stored, EpisodeResponse)
