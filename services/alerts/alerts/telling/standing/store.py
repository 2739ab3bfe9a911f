"""SQL of a report: what was open, began and ended in its period, and how people answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from alerts.configuration.digest import Digest
from alerts.episodes.rules import Key
from alerts.incoming.signal import Signal
from alerts.record import store_response_times
from alerts.record.states import MUTED
from alerts.rendering.summary import CampaignCounts, Summary
from alerts.rendering.view import AlertView
from shared.database.pool import Conn, columns
from shared.database.rows import fetch
from shared.http.reach import Reach

LONGEST_MAX = 5
OVER = "('resolved', 'withdrawn')"
# In two halves, each with an index; what is over was decided to be so after it ended.
CAMPAIGNS = f"""
WITH known AS (
  SELECT alert, starts_at, ends_at, severity FROM alerts.episodes
  WHERE workspace = $1 AND state NOT IN {OVER}
  UNION ALL
  SELECT alert, starts_at, ends_at, severity FROM alerts.episodes
  WHERE workspace = $1 AND state IN {OVER} AND NOT stripped AND decided_at >= $2)
SELECT coalesce(campaign, '') AS campaign,
  count(*) FILTER (WHERE ends_at IS NULL OR ends_at >= $3) AS open,
  count(*) FILTER (WHERE severity = 'critical' AND (ends_at IS NULL OR ends_at >= $3)) AS critical,
  count(*) FILTER (WHERE starts_at >= $2) AS began,
  count(*) FILTER (WHERE ends_at >= $2 AND ends_at < $3) AS ended
FROM known JOIN alerts.alerts USING (alert)
WHERE starts_at < $3 AND (ends_at IS NULL OR ends_at >= $2)
GROUP BY 1 ORDER BY open DESC, began DESC, 1
"""
LONGEST = f"""
SELECT e.alert, e.episode, e.starts_at, a.fingerprint, a.labels, t.signal
FROM alerts.episodes e JOIN alerts.alerts a USING (alert)
JOIN alerts.transitions t USING (alert, episode, seq)
WHERE e.workspace = $1 AND e.state NOT IN {OVER} AND e.starts_at < $2
ORDER BY e.starts_at, e.alert LIMIT {LONGEST_MAX}
"""
COUNT_MUTED = f"""
SELECT count(DISTINCT (alert, episode)) FROM alerts.notifications
WHERE workspace = $1 AND state = '{MUTED}' AND decided_at >= $2 AND decided_at < $3
"""

PUT_STANDING = """
UPDATE alerts.groups g SET due_at = u.due_at, snapshot = u.snapshot
FROM unnest($1::bigint[], $2::timestamptz[], $3::jsonb[]) AS u(group_id, due_at, snapshot)
WHERE g.group_id = u.group_id
"""
# Of a route that is gone goes on what is open in it, and is then no digest any more.
END_STANDING = """
UPDATE alerts.groups SET due_at = NULL
WHERE due_at IS NOT NULL AND NOT active AND group_id <> ALL($1::bigint[])
  AND (snapshot->>'report' IS NOT NULL OR snapshot->'intervals'->'digest'->>'empty' = 'send')
"""


async def put_standing(conn: Conn, found: Sequence[tuple[int, datetime | None, Any]]) -> None:
    """Groups (id, due, snapshot) that speak although nothing happens; no other does any more."""
    await conn.execute(PUT_STANDING, *columns(found, 3))
    await conn.execute(END_STANDING, [group for group, _, _ in found])


async def summarize(conn: Conn, workspace: str, digest: Digest, now: datetime) -> Summary:
    """What was between the newest two of its times. The answers are those of
    `GET /v1/response-times`, for all receivers together."""
    begin, end = digest.period_before(now)
    campaigns = await fetch(conn, CampaignCounts, CAMPAIGNS, workspace, begin, end)
    longest = await conn.fetch(LONGEST, workspace, end)
    answers = await store_response_times.find(conn, Reach(workspace), begin, end, label="")
    return Summary(
        begin=begin,
        end=end,
        location=digest.location,
        campaigns=tuple(campaigns),
        longest=tuple(map(_view, longest)),
        answers=next(iter(answers), None),
        muted=await conn.fetchval(COUNT_MUTED, workspace, begin, end),
    )


def _view(row: Any) -> AlertView:
    signal = msgspec.convert(row["signal"], Signal)
    return AlertView(
        key=Key(row["alert"], row["episode"]),
        told="unchanged",
        signal=signal,
        starts_at=row["starts_at"],
        ends_at=None,
        previous_severity=None,
        history=(),
        fingerprint=row["fingerprint"],
        labels=row["labels"],
    )
