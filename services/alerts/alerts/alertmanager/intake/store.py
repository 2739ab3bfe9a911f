"""SQL of alerts of other senders: what API v2 shows of each beside its episode.

A row is moved by each report of an alert that is open, which is every minute for all of them: no
index has a column that such a report changes. When one is over is therefore looked at `check_at`,
which is its end as it was then; mostly that has moved on by now.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from alerts.alertmanager.intake.activity import ActiveRange
from alerts.alertmanager.intake.wire import AlertReport
from shared.database.locks import AdvisoryLock
from shared.database.pool import Conn, columns
from shared.database.rows import fetch

# Reports of a workspace are written one transaction after the other, so that no two wait for each
# other's rows.
REPORTS_LOCK = AdvisoryLock("paceline/alerts/reports")
STATED = "f.ends_at > u.ends_at AND NOT f.times_out"
ENDS_AT = f"CASE WHEN {STATED} THEN f.ends_at ELSE u.ends_at END"
# Each is looked up by its fingerprint: a planner that knows too little of the table reads all of it
# for each report. What `activity.change_of` says of nearly all reports: one more of what is open.
EXTEND = f"""
UPDATE alerts.foreign_alerts f SET ends_at = {ENDS_AT},
  times_out = u.times_out AND NOT ({STATED}), check_at = least(f.check_at, {ENDS_AT}),
  updated_at = $2, annotations = u.annotations, link = u.link
FROM (
  SELECT u.*, (
    SELECT n.ctid FROM alerts.foreign_alerts n
    WHERE n.workspace = $1 AND n.fingerprint = u.fingerprint AND n.newest) AS place
  FROM unnest($3::text[], $4::timestamptz[], $5::timestamptz[], $6::boolean[], $7::jsonb[],
    $8::text[]) AS u(fingerprint, starts_at, ends_at, times_out, annotations, link)
) AS u
WHERE f.ctid = u.place AND f.open AND u.ends_at > $2
  AND u.starts_at BETWEEN f.starts_at AND f.ends_at
RETURNING f.fingerprint
"""
FIND = """
SELECT f.* FROM unnest($2::text[]) AS u(fingerprint) CROSS JOIN LATERAL (
  SELECT n.alert, n.episode, n.fingerprint, n.signals, n.open AS is_open, n.starts_at, n.ends_at,
    n.times_out
  FROM alerts.foreign_alerts n
  WHERE n.workspace = $1 AND n.fingerprint = u.fingerprint AND n.newest OFFSET 0) AS f
"""
PUT = """
INSERT INTO alerts.foreign_alerts AS f (alert, episode, workspace, fingerprint, signals, newest,
  open, starts_at, ends_at, times_out, check_at, updated_at, annotations, link)
SELECT alert, episode, $1, fingerprint, signals, true, open, starts_at, ends_at, times_out,
  ends_at, $2, annotations, link
FROM unnest($3::bigint[], $4::int[], $5::text[], $6::text[], $7::boolean[], $8::timestamptz[],
  $9::timestamptz[], $10::boolean[], $11::jsonb[], $12::text[])
  AS u(alert, episode, fingerprint, signals, open, starts_at, ends_at, times_out, annotations,
  link)
ON CONFLICT (alert, episode) DO UPDATE SET open = excluded.open,
  starts_at = excluded.starts_at, ends_at = excluded.ends_at, times_out = excluded.times_out,
  check_at = excluded.check_at, updated_at = excluded.updated_at,
  annotations = excluded.annotations, link = excluded.link
"""
# What is said of it stays as it was when it was over.
SUPERSEDE = """
UPDATE alerts.foreign_alerts f SET newest = false, open = false, ends_at = u.ends_at
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[]) AS u(alert, episode, ends_at)
WHERE f.alert = u.alert AND f.episode = u.episode
"""
# Messages are about episodes; where the range of one is moved without a signal, it moves along.
MOVE_EPISODES = """
UPDATE alerts.episodes e SET starts_at = u.starts_at,
  ends_at = CASE WHEN e.ends_at IS NOT NULL THEN u.ends_at END
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[])
  AS u(alert, episode, starts_at, ends_at)
WHERE e.alert = u.alert AND e.episode = u.episode
"""
DUE_WORKSPACE = """
SELECT workspace FROM alerts.foreign_alerts WHERE open AND check_at <= $1
ORDER BY check_at LIMIT 1
"""
DUE = """
SELECT f.alert, f.episode, f.fingerprint, f.signals, f.starts_at, f.ends_at, f.times_out,
  f.annotations, f.link, a.labels
FROM alerts.foreign_alerts f JOIN alerts.alerts a USING (alert)
WHERE f.workspace = $1 AND f.open AND f.check_at <= $2 ORDER BY f.check_at LIMIT $3
"""
CHECK_AGAIN = """
UPDATE alerts.foreign_alerts f SET check_at = f.ends_at
FROM unnest($1::bigint[], $2::int[]) AS u(alert, episode)
WHERE f.alert = u.alert AND f.episode = u.episode
"""
END = """
UPDATE alerts.foreign_alerts f SET open = false
FROM unnest($1::bigint[], $2::int[]) AS u(alert, episode)
WHERE f.alert = u.alert AND f.episode = u.episode
"""
COUNT_DUE = """
SELECT count(*) FROM alerts.foreign_alerts WHERE open AND check_at <= $1 AND ends_at <= $1
"""


class KnownAlert(Struct, frozen=True):
    """The newest episode of an alert; `signals` is the id of what was signalled of it."""

    alert: int
    episode: int
    fingerprint: str
    signals: str
    is_open: bool
    starts_at: datetime
    ends_at: datetime
    times_out: bool

    @property
    def activity(self) -> ActiveRange:
        return ActiveRange(self.starts_at, self.ends_at, self.times_out)


class EndingAlert(Struct, frozen=True):
    """One that is open and may be over."""

    alert: int
    episode: int
    fingerprint: str
    signals: str
    starts_at: datetime
    ends_at: datetime
    times_out: bool
    annotations: dict[str, str]
    link: str
    labels: dict[str, str]

    @property
    def activity(self) -> ActiveRange:
        return ActiveRange(self.starts_at, self.ends_at, self.times_out)


class ForeignAlertRow(NamedTuple):
    """The newest episode of an alert as it is now."""

    alert: int
    episode: int
    fingerprint: str
    signals: str
    open: bool
    starts_at: datetime
    ends_at: datetime
    times_out: bool
    annotations: dict[str, str]
    link: str


async def lock(conn: Conn, workspace: str) -> None:
    """Until the end of the transaction nobody else writes reports of the workspace."""
    await REPORTS_LOCK.take(conn, workspace)


async def extend(
    conn: Conn, workspace: str, reports: Sequence[AlertReport], now: datetime
) -> set[str]:
    """Moves the ends of what is open and goes on, each fingerprint at most once; which did."""
    rows = [
        (
            one.fingerprint,
            *one.activity,
            one.annotations,
            one.link,
        )
        for one in reports
    ]
    found = await conn.fetch(EXTEND, workspace, now, *columns(rows, 6))
    return {row["fingerprint"] for row in found}


async def find(conn: Conn, workspace: str, fingerprints: Sequence[str]) -> dict[str, KnownAlert]:
    """The newest episodes by fingerprint."""
    rows = await fetch(conn, KnownAlert, FIND, workspace, fingerprints)
    return {row.fingerprint: row for row in rows}


async def put(conn: Conn, workspace: str, rows: Sequence[ForeignAlertRow], now: datetime) -> None:
    """Writes the newest episodes."""
    await conn.execute(PUT, workspace, now, *columns(rows, len(ForeignAlertRow._fields)))


async def move_episodes(conn: Conn, rows: Sequence[ForeignAlertRow]) -> None:
    """The ranges of episodes that were there before."""
    ranges = [(one.alert, one.episode, one.starts_at, one.ends_at) for one in rows]
    await conn.execute(MOVE_EPISODES, *columns(ranges, 4))


async def supersede(conn: Conn, former: Sequence[tuple[int, int, datetime]]) -> None:
    """(alert, episode, end) of which another episode begins."""
    await conn.execute(SUPERSEDE, *columns(former, 3))


async def get_due_workspace(conn: Conn, now: datetime) -> str | None:
    """A workspace in which something may be over."""
    found: str | None = await conn.fetchval(DUE_WORKSPACE, now)
    return found


async def find_due(conn: Conn, workspace: str, now: datetime, limit: int) -> list[EndingAlert]:
    """Up to `limit` that are to be looked at, the longest due first."""
    return await fetch(conn, EndingAlert, DUE, workspace, now, limit)


async def check_again(conn: Conn, alerts: Sequence[EndingAlert]) -> None:
    """They go on: they are looked at again at their ends."""
    await conn.execute(CHECK_AGAIN, *columns([(one.alert, one.episode) for one in alerts], 2))


async def end(conn: Conn, alerts: Sequence[EndingAlert]) -> None:
    """They are over."""
    await conn.execute(END, *columns([(one.alert, one.episode) for one in alerts], 2))


async def count_due(conn: Conn, now: datetime) -> int:
    """Alerts that are over, and nobody has noticed yet."""
    return int(await conn.fetchval(COUNT_DUE, now))
