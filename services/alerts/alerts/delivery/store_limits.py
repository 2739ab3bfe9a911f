"""SQL of what a destination takes: by its provider in a minute, and by the limits of the file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from alerts.channels.contract import ChannelLimits
from alerts.configuration.limits import PERIODS, Period, SendLimits
from shared.database.pool import Conn

UNLIMITED = 1_000_000
SENT = "unnest(p.sent_at) AS s WHERE s > now() - interval '60 s'"
JUST_SENT = "FILTER (WHERE s > now() - interval '1 s')"
# Of deliveries `d`, with (workspace, channel id, key) of what shares a budget as $1 to $3.
DESTINATIONS = """
LEFT JOIN unnest($1::text[], $2::text[], $3::text[]) AS b(workspace, name, key)
  ON b.workspace = d.workspace AND b.name = d.channel_id
LEFT JOIN alerts.destinations p
  ON p.destination = d.workspace || '/' || coalesce(b.key, d.channel_id)
"""
# Looked up for each that waits before anything else is: with 5,000 that wait for one destination a
# claim of what goes to another took 42 ms, most of it to find out in what order those would go.
NOT_HELD = """(d.urgent OR (d.workspace, d.channel_id) NOT IN (
  SELECT h.workspace, h.name FROM unnest($1::text[], $2::text[], $3::text[])
    AS h(workspace, name, key)
  JOIN alerts.destinations held ON held.destination = h.workspace || '/' || h.key
  WHERE held.throttled_until > now() OR held.blocked_until > now()))"""
THROTTLES = "(p.throttled_until > now() AND NOT (p.critical_passes AND d.urgent))"
"""A limit of the file holds it back."""
TAKE_SLOT = f"""
INSERT INTO alerts.destinations AS p (destination, sent_at) VALUES ($1, ARRAY[now()])
ON CONFLICT (destination) DO UPDATE SET sent_at = ARRAY(SELECT s FROM {SENT} ORDER BY s) || now()
WHERE (SELECT count(*) < $2 AND count(*) {JUST_SENT} < $3 FROM {SENT})
RETURNING cardinality(sent_at)
"""
FREE_AT = f"""
SELECT greatest(
  CASE WHEN count(*) >= $2 THEN min(s) + interval '60 s' END,
  CASE WHEN count(*) {JUST_SENT} >= $3 THEN min(s) {JUST_SENT} + interval '1 s' END)
FROM alerts.destinations p, {SENT} AND destination = $1
"""
BLOCK = "UPDATE alerts.destinations SET blocked_until = $2 WHERE destination = $1"
PARK = """
INSERT INTO alerts.destinations AS p (destination, blocked_until, sent_at)
VALUES ($1, now() + make_interval(secs => $2), '{}')
ON CONFLICT (destination) DO UPDATE
SET blocked_until = greatest(p.blocked_until, excluded.blocked_until)
"""
# Whoever sends there waits for each other: what is left is counted once.
LOCK = """
INSERT INTO alerts.destinations (destination, sent_at) VALUES ($1, '{}')
ON CONFLICT (destination) DO UPDATE SET destination = excluded.destination
"""
SPENT = """
SELECT destination, period, began_at, messages FROM alerts.spending
WHERE destination = ANY($1::text[])
"""
THROTTLE = """
UPDATE alerts.destinations SET throttled_until = $2, critical_passes = $3 WHERE destination = $1
"""
FREE = "UPDATE alerts.destinations SET throttled_until = NULL WHERE throttled_until IS NOT NULL"
THROTTLED = """
SELECT destination, throttled_until FROM alerts.destinations
WHERE destination = ANY($1::text[]) AND throttled_until > $2
"""
SPEND = """
INSERT INTO alerts.spending AS s (destination, period, began_at, messages)
SELECT $1, u.period, u.began_at, 1 FROM unnest($2::text[], $3::timestamptz[]) AS u(period, began_at)
ON CONFLICT (destination, period) DO UPDATE SET began_at = excluded.began_at,
  messages = CASE WHEN s.began_at = excluded.began_at THEN s.messages ELSE 0 END + 1
"""
GIVE_BACK = """
UPDATE alerts.spending SET messages = messages - 1
WHERE destination = $1 AND began_at <= $2 AND messages > 0
"""


class SlotWanted(NamedTuple):
    """Who wants to send to a destination at `now`: `pace` is its provider's, `limits` are the
    file's; it `passes` these if they let what is critical pass."""

    destination: str
    pace: ChannelLimits | None
    limits: SendLimits | None
    now: datetime
    passes: bool = False


class Slot(NamedTuple):
    """Whether it may, and how many more the destination takes then; None for any number."""

    granted: bool
    room: int | None = None
    limits: SendLimits | None = None


class Usage(NamedTuple):
    """How many messages went in each period that is now, and until when nothing more does."""

    used: Mapping[Period, int]
    throttled_until: datetime | None = None


def is_paced(pace: ChannelLimits | None) -> bool:
    """Whether a provider takes so many in a minute or in a second."""
    return pace is not None and bool(pace.sends_per_minute or pace.sends_per_second)


async def take_slot(conn: Conn, wanted: SlotWanted) -> Slot:
    """Counts one more that is on its way, if it may go; until more may go nobody else asks."""
    destination, pace, limits, now, _ = wanted
    minute = (pace and pace.sends_per_minute) or UNLIMITED
    second = (pace and pace.sends_per_second) or UNLIMITED
    passes = limits is not None and limits.critical_passes and wanted.passes
    left = None
    if limits is not None:
        await conn.execute(LOCK, destination)
        used = (await find_usage(conn, {destination: limits}, now))[destination].used
        left = limits.left(used)
        if left == 0 and not passes:
            free_at = limits.free_at(used, now)
            await conn.execute(THROTTLE, destination, free_at, limits.critical_passes)
            return Slot(False)
        if not passes:
            minute = min(minute, limits.minute or UNLIMITED)
    sent = await conn.fetchval(TAKE_SLOT, destination, minute, second)
    if sent is None:
        free_at = await conn.fetchval(FREE_AT, destination, minute, second)
        if limits is None or passes:
            await conn.execute(BLOCK, destination, free_at)
        else:
            await conn.execute(THROTTLE, destination, free_at, limits.critical_passes)
        return Slot(False)
    if limits is not None:
        await _spend(conn, destination, limits, now)
    rooms = [] if minute == UNLIMITED else [minute - sent]
    if left is not None:
        rooms.append(max(0, left - 1))
    return Slot(True, min(rooms, default=None), limits)


async def free_all(conn: Conn) -> None:
    """Limits may be others now: who asks next looks at them anew."""
    await conn.execute(FREE)


async def _spend(conn: Conn, destination: str, limits: SendLimits, now: datetime) -> None:
    """One more is on its way."""
    began = [limits.span(period, now)[0] for period in PERIODS]
    await conn.execute(SPEND, destination, PERIODS, began)


async def give_back(conn: Conn, destination: str, sent_at: datetime) -> None:
    """What was on its way at that time has not arrived."""
    await conn.execute(GIVE_BACK, destination, sent_at)


async def find_usage(
    conn: Conn, limits: Mapping[str, SendLimits], now: datetime
) -> dict[str, Usage]:
    """By destination, of those with limits."""
    rows: Sequence[Any] = await conn.fetch(SPENT, list(limits))
    throttled = {
        row["destination"]: row["throttled_until"]
        for row in await conn.fetch(THROTTLED, list(limits), now)
    }
    used: dict[str, dict[Period, int]] = {one: dict.fromkeys(PERIODS, 0) for one in limits}
    for row in rows:
        destination, period = row["destination"], row["period"]
        if limits[destination].span(period, now)[0] == row["began_at"]:
            used[destination][period] = row["messages"]
    return {one: Usage(used[one], throttled.get(one)) for one in limits}
