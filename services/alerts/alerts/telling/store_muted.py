"""SQL of what is not told now: what is on record as muted, and who asks again when that ends."""

from collections.abc import Sequence
from typing import NamedTuple

from alerts.episodes.rules import Key
from alerts.quiet.mute import MuteReason
from alerts.telling.plan import Muted
from alerts.telling.store import LeftMember, MemberTold
from shared.database.pool import Conn, write_rows

FIND = "SELECT * FROM alerts.muted WHERE group_id = ANY($1::bigint[])"
PUT = """
INSERT INTO alerts.muted (group_id, channel_id, alert, episode, seq, reason)
SELECT u.group_id, u.channel_id, u.alert, u.episode, u.seq, u.reason
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::text[])
  AS u(group_id, channel_id, alert, episode, seq, reason)
ON CONFLICT (group_id, channel_id, alert, episode) DO UPDATE
SET seq = excluded.seq, reason = excluded.reason
"""
DELETE_TOLD = """
DELETE FROM alerts.muted m
USING unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[])
  AS u(group_id, channel_id, alert, episode)
WHERE (m.group_id, m.channel_id, m.alert, m.episode)
  = (u.group_id, u.channel_id, u.alert, u.episode)
"""
DELETE_LEFT = """
DELETE FROM alerts.muted m USING unnest($1::bigint[], $2::bigint[], $3::int[])
  AS u(group_id, alert, episode)
WHERE (m.group_id, m.alert, m.episode) = (u.group_id, u.alert, u.episode)
"""


class MemberMuted(NamedTuple):
    """Up to where it is on record for a channel of a group that a member is muted."""

    group_id: int
    channel_id: str
    alert: int
    episode: int
    seq: int
    reason: str


async def find(conn: Conn, groups: Sequence[int]) -> dict[int, dict[str, dict[Key, Muted]]]:
    """By group and channel id."""
    found: dict[int, dict[str, dict[Key, Muted]]] = {}
    for row in await conn.fetch(FIND, groups):
        members = found.setdefault(row["group_id"], {}).setdefault(row["channel_id"], {})
        muted = Muted(row["seq"], MuteReason(row["reason"]))
        members[Key(row["alert"], row["episode"])] = muted
    return found


async def put(
    conn: Conn,
    rows: Sequence[MemberMuted],
    told: Sequence[MemberTold],
    left: Sequence[LeftMember],
) -> None:
    """What is muted now; of what has been told, or is over, nothing is kept."""
    await write_rows(conn, PUT, rows)
    await write_rows(conn, DELETE_TOLD, [one[:4] for one in told])
    await write_rows(conn, DELETE_LEFT, left)
