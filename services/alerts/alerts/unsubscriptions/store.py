"""SQL of who unsubscribed from the mail of a receiver. A departure is a row, and stays on record
when the mailbox has come back."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from alerts.quiet.store import ANY_TIME_SQL
from shared.database.pool import Conn, columns
from shared.database.rows import fetch, fetch_one


class Subscription(NamedTuple):
    """The mail of a receiver to one mailbox; `mailbox` is the address of its channel."""

    workspace: str
    receiver: str
    mailbox: str


class Unsubscription(NamedTuple):
    """One departure; it holds until `returned_at`."""

    unsubscription: int
    workspace: str
    receiver: str
    mailbox: str
    left_at: datetime
    left_by: str
    returned_at: datetime | None
    returned_by: str | None


FIELDS = ", ".join(Unsubscription._fields)
FIND = """
SELECT u.workspace, u.receiver, u.mailbox FROM alerts.unsubscriptions u
JOIN unnest($1::text[], $2::text[]) AS w(workspace, receiver) USING (workspace, receiver)
WHERE u.returned_at IS NULL
"""
GET = f"SELECT {FIELDS} FROM alerts.unsubscriptions WHERE workspace = $1 AND unsubscription = $2"
LIST = f"""
SELECT {FIELDS} FROM alerts.unsubscriptions
WHERE workspace = $1 AND unsubscription > $2 ORDER BY unsubscription LIMIT $3
"""
ADD = """
INSERT INTO alerts.unsubscriptions (workspace, receiver, mailbox, left_at, left_by)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace, receiver, mailbox) WHERE returned_at IS NULL DO NOTHING
RETURNING unsubscription
"""
END = """
UPDATE alerts.unsubscriptions SET returned_at = $4, returned_by = $5
WHERE (workspace, receiver, mailbox) = ($1, $2, $3) AND returned_at IS NULL
RETURNING unsubscription
"""
# Nothing ticks for a mailbox that hears of nothing: its groups look again when it is back.
PUT_DUE = f"""
WITH meant AS (
  SELECT g.group_id FROM alerts.groups g
  WHERE g.workspace = $1 AND g.receiver = $2 AND g.active AND {ANY_TIME_SQL}
  ORDER BY g.group_id FOR UPDATE)
UPDATE alerts.groups g SET due_at = least(g.due_at, $3) FROM meant
WHERE g.group_id = meant.group_id
"""
FORGET = """
DELETE FROM alerts.unsubscriptions WHERE unsubscription = ANY(ARRAY(
  SELECT unsubscription FROM alerts.unsubscriptions WHERE returned_at < $1
  LIMIT $2 FOR UPDATE SKIP LOCKED))
"""


async def find_left(conn: Conn, receivers: Collection[tuple[str, str]]) -> set[Subscription]:
    """What of the mail of these (workspace, receiver) nobody wants now."""
    return set(await fetch(conn, Subscription, FIND, *columns(sorted(receivers), 2)))


async def list_unsubscriptions(
    conn: Conn, workspace: str, *, after: int, limit: int
) -> list[Unsubscription]:
    """Up to `limit` with an id above `after`, those that are over as well."""
    return await fetch(conn, Unsubscription, LIST, workspace, after, limit)


async def get_unsubscription(conn: Conn, workspace: str, number: int) -> Unsubscription | None:
    return await fetch_one(conn, Unsubscription, GET, workspace, number)


async def leave(conn: Conn, one: Subscription, now: datetime, by: str) -> bool:
    """False when the mailbox had unsubscribed before."""
    return await conn.fetchval(ADD, *one, now, by) is not None


async def come_back(conn: Conn, one: Subscription, now: datetime, by: str) -> bool:
    """What is open is asked of again. False when the mailbox had not unsubscribed."""
    if await conn.fetchval(END, *one, now, by) is None:
        return False
    await conn.execute(PUT_DUE, one.workspace, one.receiver, now)
    return True


async def forget(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes departures that were over before; how many."""
    return int((await conn.execute(FORGET, before, rows_max)).split()[-1])
