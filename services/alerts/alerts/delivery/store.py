"""SQL of sending: claim, budget of a destination, record. Instants are the database's own clock.

Locks are taken in one order, the delivery before its destination: a claim and a late answer of the
same delivery that took them in two would wait for each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from alerts.channels.contract import ChannelLimits
from alerts.channels.message import Message
from alerts.channels.result import ARRIVED
from alerts.configuration.limits import SendLimits
from alerts.delivery.store_limits import (
    DESTINATIONS,
    NOT_HELD,
    PARK,
    THROTTLES,
    Slot,
    SlotWanted,
    free_all,
    give_back,
    is_paced,
    take_slot,
)
from alerts.record.rows import NotificationRecord
from alerts.record.states import ARRIVED_SQL, DELIVERED, UNSENT_SQL
from shared.database.pool import Conn, columns
from shared.events.notifications import Attempt

ATTEMPTS_KEPT_MAX = 50
"""Of one delivery: the first and the newest; what is refused for weeks is tried each hour."""

# Something earlier for the same destination is unsent: a resolve never overtakes its firing.
EARLIER = f"""FROM alerts.deliveries earlier
    WHERE earlier.group_id = d.group_id AND earlier.channel_id = d.channel_id
      AND earlier.position < d.position AND earlier.state IN {UNSENT_SQL}"""
BEHIND = f"EXISTS (SELECT 1 {EARLIER})"
# Two workspaces may name the same robot, but nobody may slow the other down through it, so
# destinations are per workspace. In one, two names of a robot share what it takes.
CLAIMABLE = f"""
SELECT d.*, d.workspace || '/' || coalesce(b.key, d.channel_id) AS destination, now() AS now
FROM alerts.deliveries d {DESTINATIONS}
WHERE d.state IN {UNSENT_SQL}
  AND CASE d.state WHEN 'sending' THEN d.claimed_until ELSE d.next_attempt_at END <= now()
  AND {NOT_HELD}
  AND (p.blocked_until IS NULL OR p.blocked_until <= now())
  AND {THROTTLES} IS NOT TRUE
  AND NOT {BEHIND}
ORDER BY d.turn_at, d.position LIMIT $4 FOR UPDATE OF d SKIP LOCKED
"""
# What waits is nothing or thousands: a plan that was made for nothing read the whole table for each
# that waited, and 1,300 messages went at 4 a second until the table was analysed.
PLAN_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"
CLAIM = """
UPDATE alerts.deliveries d SET state = 'sending', claims = claims + 1,
  claimed_until = now() + make_interval(secs => $2),
  possible_duplicate = possible_duplicate OR state = 'sending'
WHERE position = ANY($1::bigint[]) RETURNING position, claims, possible_duplicate, ARRAY(
  SELECT l.channel->>'address' FROM alerts.notify_log l
  WHERE l.group_id = d.group_id AND l.channel_id <> d.channel_id) AS others,
  coalesce(d.thread_id, (
    SELECT p.thread_id FROM alerts.deliveries p WHERE p.delivery = d.thread_previous)) AS thread_id
"""
REFUSED_TEXT = "permanent_content"
# Others for the same channel that are due as well and were never refused for what they say. What
# is left of one that goes in parts, or was shortened, goes alone.
BESIDE = f"""
SELECT d.*, $5::text AS destination FROM alerts.deliveries d
WHERE d.workspace = $1 AND d.receiver = $2 AND d.channel_id = $3 AND d.locale = $4
  AND d.state IN ('pending', 'parked') AND d.next_attempt_at <= now() AND d.shrunk = 0
  AND d.message @> '{{"written": "", "told": [], "part_size": 0}}'
  AND NOT d.attempts @> '[{{"class": "{REFUSED_TEXT}"}}]' AND NOT {BEHIND}
  AND d.target = $7
ORDER BY d.turn_at, d.position LIMIT $6 FOR UPDATE OF d SKIP LOCKED
"""
# A late answer of an expired claim counts only if it has arrived: somebody else is sending.
# If the configuration was corrected meanwhile (another time is due), it is tried at once.
RECORD = f"""
UPDATE alerts.deliveries d SET state = u.state,
  attempts = CASE WHEN jsonb_array_length(d.attempts) < {ATTEMPTS_KEPT_MAX} THEN d.attempts
    ELSE d.attempts - 1 END || jsonb_build_array(u.attempt),
  next_attempt_at = CASE WHEN d.next_attempt_at <> u.due_at THEN now()
    ELSE now() + make_interval(secs => u.wait_s) END,
  turn_at = greatest(d.turn_at, now() + make_interval(secs => u.wait_s)),
  claimed_until = NULL, delivered_at = CASE WHEN u.state = '{DELIVERED}' THEN now() END,
  possible_duplicate = d.possible_duplicate OR u.maybe, shrunk = u.shrunk, title = u.title,
  body = u.body, message_id = coalesce(d.message_id, u.message_id),
  thread_id = coalesce(u.thread_id, d.thread_id),
  message = CASE WHEN u.state NOT IN {ARRIVED_SQL} THEN coalesce(u.message, d.message) END
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::jsonb[], $5::text[], $6::float8[],
  $7::boolean[], $8::int[], $9::text[], $10::text[], $11::jsonb[], $12::text[], $13::text[])
  AS u(position, claim, due_at, attempt, state, wait_s, maybe, shrunk, title, body, message,
  message_id, thread_id)
WHERE d.position = u.position AND d.state NOT IN {ARRIVED_SQL}
  AND (u.state IN {ARRIVED_SQL} OR (d.claims = u.claim AND d.state IN {UNSENT_SQL}))
RETURNING d.position, EXISTS (
  SELECT FROM alerts.deliveries later
  WHERE later.group_id = d.group_id AND later.channel_id = d.channel_id
    AND later.position > d.position AND later.state IN {UNSENT_SQL}) AS holds_up
"""
# What is refused or on its way may go now although its address is the same: its secret may be new.
DUE_AGAIN = """
WITH again AS (
  SELECT position FROM alerts.deliveries WHERE state IN ('failed', 'sending')
  ORDER BY position FOR UPDATE)
UPDATE alerts.deliveries d SET next_attempt_at = now(), turn_at = least(turn_at, now()) FROM again
WHERE d.position = again.position RETURNING d.state
"""

NOTIFICATIONS = """
SELECT d.position, n.*, d.state AS delivery_state, d.delivered_at, d.next_attempt_at,
  d.possible_duplicate, d.attempts, d.title, d.body
FROM alerts.notifications n JOIN alerts.deliveries d USING (delivery)
WHERE d.position = ANY($1::bigint[]) ORDER BY n.notification
"""
UNSENT_DUE = f"""
SELECT count(*) FROM alerts.deliveries d {DESTINATIONS}
WHERE d.state IN {UNSENT_SQL} AND d.next_attempt_at <= now() AND {THROTTLES} IS NOT TRUE
  AND NOT {BEHIND}
"""


class Claimed(NamedTuple):
    """A delivery this process may send until its claim expires."""

    position: int
    claim: int
    delivery: str
    workspace: str
    receiver: str
    destination: str
    channel_id: str
    target: Mapping[str, Any]
    message: Any
    title: str
    body: str
    thread_root: str | None
    thread_previous: str | None
    possible_duplicate: bool
    shrunk: int
    due_at: datetime
    refused: bool
    """It was refused before: this is one of the slow further attempts."""
    others: Sequence[str] = ()
    """Where the other channels lead that the group has told something."""
    thread_id: str | None = None
    """Of its thread as the message before it had it: that may have begun another."""
    locale: str = ""
    alone: bool = False
    """It was refused for what it says, maybe together with others."""
    room: int | None = None
    """How many more its destination takes now, where that is limited."""
    limits: SendLimits | None = None
    """That the file gives its destination, and this one counts against."""


class AttemptOutcome(NamedTuple):
    """What to write after an attempt; `wait_s` until the next one. Title and body are as they were
    composed for it; `message` is what is left to tell, None where that has not changed. The ids
    are the provider's own, None where it gives none."""

    state: str
    wait_s: float
    maybe_delivered: bool
    shrunk: int
    title: str
    body: str
    message: Message | None = None
    message_id: str | None = None
    thread_id: str | None = None


class AttemptRow(NamedTuple):
    """An attempt and what to write of it. With `park_s` nothing is sent to its destination for so
    many seconds, even if it came late."""

    claimed: Claimed
    outcome: AttemptOutcome
    attempt: Attempt
    park_s: float | None = None

    @property
    def is_lost(self) -> bool:
        """Nobody has it, for sure."""
        return self.attempt.class_ not in ARRIVED and not self.outcome.maybe_delivered


class WrittenAttempt(NamedTuple):
    """Its notifications, none if it came too late; whether later messages of its group and channel
    wait."""

    attempt: AttemptRow
    notifications: list[NotificationRecord]
    holds_up: bool


async def take(
    conn: Conn,
    count: int = 1,
    *,
    claim_s: float,
    limits: Mapping[str, ChannelLimits],
    budgets: Sequence[tuple[str, str, str]] = (),
    own: Mapping[str, SendLimits] = {},
) -> list[Claimed]:
    """Takes up to `count` due deliveries whose destinations may be spoken to now.

    `limits` by channel kind have the budget. Channels share one that have one key in `budgets`,
    (workspace, channel id, key); `own` has the limits that the file gives a destination. A full
    budget blocks it until there is room again; the caller simply asks again. Of destinations with
    a budget one is taken at once.
    """
    await conn.execute(PLAN_ANEW)
    taken: list[Any] = []
    paced: tuple[int, Slot] | None = None
    for row in await conn.fetch(CLAIMABLE, *columns(budgets, 3), count):
        pace, of_file = limits.get(row["target"]["kind"]), own.get(row["destination"])
        if not is_paced(pace) and of_file is None:
            taken.append(row)
        elif paced is None:
            wanted = SlotWanted(row["destination"], pace, of_file, row["now"], row["urgent"])
            slot = await take_slot(conn, wanted)
            paced = row["position"], slot
            if slot.granted:
                taken.append(row)
    return [
        one._replace(room=paced[1].room, limits=paced[1].limits)
        if paced and one.position == paced[0]
        else one
        for one in await _claim(conn, taken, claim_s)
    ]


async def find_beside(conn: Conn, claimed: Claimed, limit: int) -> list[Any]:
    """Up to `limit` other deliveries that could go with this one, locked."""
    place = (claimed.workspace, claimed.receiver, claimed.channel_id, claimed.locale)
    return list(await conn.fetch(BESIDE, *place, claimed.destination, limit, dict(claimed.target)))


async def take_beside(conn: Conn, rows: Sequence[Any], claim_s: float) -> list[Claimed]:
    """Takes those that go with another; they need no slot of their own."""
    return await _claim(conn, rows, claim_s)


async def _claim(conn: Conn, rows: Sequence[Any], claim_s: float) -> list[Claimed]:
    if not rows:
        return []
    made = await conn.fetch(CLAIM, [row["position"] for row in rows], claim_s)
    claims = {one["position"]: one for one in made}
    return [_claimed(row, claims[row["position"]]) for row in rows]


def _claimed(row: Any, claimed: Any) -> Claimed:
    return Claimed(
        position=row["position"],
        claim=claimed["claims"],
        delivery=row["delivery"],
        workspace=row["workspace"],
        receiver=row["receiver"],
        destination=row["destination"],
        channel_id=row["channel_id"],
        target=row["target"],
        message=row["message"],
        title=row["title"],
        body=row["body"],
        thread_root=row["thread_root"],
        thread_previous=row["thread_previous"],
        possible_duplicate=claimed["possible_duplicate"],
        shrunk=row["shrunk"],
        due_at=row["next_attempt_at"],
        refused=row["state"] == "failed",
        others=claimed["others"],
        thread_id=claimed["thread_id"],
        locale=row["locale"],
        alone=any(one["class"] == REFUSED_TEXT for one in row["attempts"]),
    )


async def add_attempts(conn: Conn, found: Sequence[AttemptRow]) -> list[WrittenAttempt]:
    """Writes attempts."""
    written: list[WrittenAttempt] = []
    while found:
        # A late answer may come with the one that followed it: one after the other.
        first = {one.claimed.position: one for one in reversed(found)}
        found = [one for one in found if one is not first[one.claimed.position]]
        written += await _record(conn, [first[position] for position in sorted(first)])
    return written


async def _record(conn: Conn, found: Sequence[AttemptRow]) -> list[WrittenAttempt]:
    rows = [
        (one.claimed.position, one.claimed.claim, one.claimed.due_at, one.attempt, *one.outcome)
        for one in found
    ]
    made = await conn.fetch(RECORD, *columns(rows, 13))
    holding = {row["position"]: row["holds_up"] for row in made}
    for one in found:
        if one.park_s is not None:
            await conn.execute(PARK, one.claimed.destination, one.park_s)
        if one.claimed.limits and one.is_lost:
            await give_back(conn, one.claimed.destination, one.attempt.at)
    notifications: dict[int, list[NotificationRecord]] = {}
    for row in await conn.fetch(NOTIFICATIONS, list(holding)):
        record = msgspec.convert(dict(row), NotificationRecord)
        notifications.setdefault(row["position"], []).append(record)
    return [
        WrittenAttempt(one, notifications.get(position, []), holding.get(position, False))
        for position, one in ((one.claimed.position, one) for one in found)
    ]


async def put_due_again(conn: Conn) -> int:
    """What is refused is due now, and what is on its way if it is refused; how many were. Limits
    are looked at anew."""
    await free_all(conn)
    return sum(row["state"] == "failed" for row in await conn.fetch(DUE_AGAIN))


async def count_due(conn: Conn, budgets: Sequence[tuple[str, str, str]]) -> int:
    """Deliveries that should be sent now (the real clock decides); those that wait behind an
    earlier one of their channel, or for a limit of the file, are not counted."""
    return int(await conn.fetchval(UNSENT_DUE, *columns(budgets, 3)))
