"""SQL of sending: claim, budget of a destination, record. Instants are the database's own clock."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from alerts.config import Target
from shared.database import Conn

# The oldest unsent delivery of each (group, channel) only, so a resolve never overtakes its firing.
CLAIMABLE = """
SELECT d.* FROM alerts.deliveries d
LEFT JOIN alerts.destinations p ON p.destination = d.workspace || '/' || d.channel_id
WHERE d.state IN ('pending', 'sending', 'parked')
  AND CASE d.state WHEN 'sending' THEN d.claimed_until ELSE d.next_attempt_at END <= now()
  AND (p.blocked_until IS NULL OR p.blocked_until <= now())
  AND NOT EXISTS (
    SELECT 1 FROM alerts.deliveries earlier
    WHERE earlier.group_id = d.group_id AND earlier.channel_id = d.channel_id
      AND earlier.position < d.position AND earlier.state IN ('pending', 'sending', 'parked'))
ORDER BY d.next_attempt_at, d.position LIMIT 1 FOR UPDATE OF d SKIP LOCKED
"""
TAKE_SLOT = """
INSERT INTO alerts.destinations AS p (destination, sent_at) VALUES ($1, ARRAY[now()])
ON CONFLICT (destination) DO UPDATE SET sent_at = ARRAY(
    SELECT s FROM unnest(p.sent_at) AS s WHERE s > now() - interval '60 s' ORDER BY s) || now()
WHERE (SELECT count(*) FROM unnest(p.sent_at) AS s WHERE s > now() - interval '60 s') < $2
RETURNING true
"""
WAIT_FOR_SLOT = """
UPDATE alerts.destinations SET blocked_until = (
  SELECT min(s) + interval '60 s' FROM unnest(sent_at) AS s WHERE s > now() - interval '60 s')
WHERE destination = $1
"""
CLAIM = """
UPDATE alerts.deliveries SET state = 'sending', claims = claims + 1,
  claimed_until = now() + make_interval(secs => $2),
  possible_duplicate = possible_duplicate OR state = 'sending'
WHERE position = $1 RETURNING claims, possible_duplicate
"""
PARK = """
INSERT INTO alerts.destinations AS p (destination, blocked_until, sent_at)
VALUES ($1, now() + make_interval(secs => $2), '{}')
ON CONFLICT (destination) DO UPDATE
SET blocked_until = greatest(p.blocked_until, excluded.blocked_until)
"""
# A late answer of an expired claim counts only if it says delivered: somebody else is sending.
RECORD = """
UPDATE alerts.deliveries SET state = $3, attempts = attempts || jsonb_build_array($4::jsonb),
  next_attempt_at = now() + make_interval(secs => $5), claimed_until = NULL,
  delivered_at = CASE WHEN $3 = 'delivered' THEN now() END,
  possible_duplicate = possible_duplicate OR $6, shrunk = shrunk OR $7, target = $8, body = $9
WHERE position = $1 AND state <> 'delivered' AND (claims = $2 OR $3 = 'delivered')
RETURNING true
"""
NOTIFICATIONS = """
SELECT n.*, d.state AS delivery_state, d.delivered_at, d.next_attempt_at, d.possible_duplicate,
  d.attempts, d.title, d.subject, d.body, d.plain
FROM alerts.notifications n JOIN alerts.deliveries d USING (delivery)
WHERE d.position = $1 ORDER BY n.notification
"""
UNSENT_DUE = """
SELECT count(*) FROM alerts.deliveries WHERE state IN ('pending', 'sending', 'parked')
  AND next_attempt_at <= now()
"""
UNSENT = """
SELECT count(*) AS count, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age_s
FROM alerts.deliveries WHERE state IN ('pending', 'sending', 'parked')
"""


class Claimed(NamedTuple):
    """A delivery this process may send until its claim expires."""

    position: int
    claim: int
    delivery: str
    workspace: str
    receiver: str
    destination: str
    target: Target
    locale: str
    title: str
    body: str
    plain: str
    html: str
    subject: str
    thread_root: str | None
    thread_previous: str | None
    possible_duplicate: bool
    shrunk: bool


class Outcome(NamedTuple):
    """What to write after an attempt; `wait_s` until the next one."""

    state: str
    wait_s: float
    maybe_delivered: bool
    shrunk: bool
    target: Target
    body: str


async def claim(conn: Conn, *, claim_s: float, per_minute: Mapping[str, int]) -> Claimed | None:
    """Takes one due delivery, if its destination may be spoken to now.

    `per_minute` is the budget by channel kind. A full budget blocks the destination until its
    next free second; the caller simply asks again.
    """
    row = await conn.fetchrow(CLAIMABLE)
    if row is None:
        return None
    # Two workspaces may name the same environment variable; the robot is the same, but nobody
    # may slow the other down through it, so destinations are per workspace.
    destination = f"{row['workspace']}/{row['channel_id']}"
    budget = per_minute.get(row["target"]["kind"])
    if budget is not None and not await conn.fetchval(TAKE_SLOT, destination, budget):
        await conn.execute(WAIT_FOR_SLOT, destination)
        return None
    claimed = await conn.fetchrow(CLAIM, row["position"], claim_s)
    assert claimed is not None
    return Claimed(
        position=row["position"],
        claim=claimed["claims"],
        delivery=row["delivery"],
        workspace=row["workspace"],
        receiver=row["receiver"],
        destination=destination,
        target=msgspec.convert(row["target"], Target),
        locale=row["locale"],
        title=row["title"],
        body=row["body"],
        plain=row["plain"],
        html=row["html"],
        subject=row["subject"],
        thread_root=row["thread_root"],
        thread_previous=row["thread_previous"],
        possible_duplicate=claimed["possible_duplicate"],
        shrunk=row["shrunk"],
    )


async def park(conn: Conn, destination: str, wait_s: float) -> None:
    """Nothing is sent to `destination` for `wait_s` seconds."""
    await conn.execute(PARK, destination, wait_s)


async def record(
    conn: Conn, claimed: Claimed, outcome: Outcome, attempt: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Writes an attempt; the joined rows of its notifications, or [] if it came too late."""
    written = await conn.fetchval(
        RECORD,
        claimed.position,
        claimed.claim,
        outcome.state,
        attempt,
        outcome.wait_s,
        outcome.maybe_delivered,
        outcome.shrunk,
        msgspec.to_builtins(outcome.target),
        outcome.body,
    )
    if not written:
        return []
    return [dict(row) for row in await conn.fetch(NOTIFICATIONS, claimed.position)]


async def count_unsent_due(conn: Conn) -> int:
    """Deliveries that should be sent now (the real clock decides)."""
    return int(await conn.fetchval(UNSENT_DUE))


async def unsent(conn: Conn) -> tuple[int, float]:
    """How many deliveries are not sent yet, and the age of the oldest in seconds."""
    row = await conn.fetchrow(UNSENT)
    assert row is not None
    return row["count"], row["age_s"]
