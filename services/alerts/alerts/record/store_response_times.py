"""SQL of how people answered to what they were told in a period."""

from datetime import datetime
from typing import NamedTuple

from shared.database.pool import Conn
from shared.database.rows import fetch
from shared.http.reach import Reach

GROUPS_MAX = 1000
# An episode counts in the period in which it was told first, once for each of its receivers; with
# a label once. In vain were steps after which nobody acknowledged, closed or snoozed it. Who
# was told after somebody had it already has no part in how fast that was.
RESPONSE_TIMES = """
WITH told AS (
  SELECT n.alert, n.episode, {of} AS who, min(n.decided_at) AS told_at
  FROM alerts.notifications n
  WHERE n.workspace = $1 AND n.decided_at >= $2 AND n.decided_at < $3 AND n.delivery IS NOT NULL
    AND n.transition = 'firing' AND ($4::text[] IS NULL OR n.campaign = ANY($4))
    AND NOT EXISTS (
      SELECT FROM alerts.notifications before
      WHERE before.alert = n.alert AND before.episode = n.episode AND before.decided_at < $2
        AND before.delivery IS NOT NULL)
  GROUP BY 1, 2, 3),
known AS (
  SELECT t.who, e.state IN ('resolved', 'withdrawn') AS over,
    CASE WHEN (r.response->>'acknowledged_at')::timestamptz >= t.told_at
      THEN (r.response->>'acknowledged_after_s')::float8 END AS after_s,
    EXISTS (SELECT FROM alerts.actions a WHERE a.alert = t.alert AND a.episode = t.episode
      AND a.kind = 'ack' AND a.made_at >= t.told_at) AS acknowledged,
    (SELECT min(c.called_at) FROM alerts.escalation_calls c WHERE c.alert = t.alert
      AND c.episode = t.episode AND c.kind IN ('step', 'handover')) AS called_at,
    (SELECT max(a.made_at) FROM alerts.actions a WHERE a.alert = t.alert
      AND a.episode = t.episode AND a.kind IN ('ack', 'resolve', 'snooze')) AS answered_at
  FROM told t JOIN alerts.episodes e USING (alert, episode)
  LEFT JOIN alerts.responses r USING (alert, episode))
SELECT coalesce(who, '') AS who, count(*) AS told,
  count(*) FILTER (WHERE acknowledged) AS acknowledged,
  count(*) FILTER (WHERE answered_at IS NULL) AS unanswered,
  count(*) FILTER (WHERE answered_at IS NULL AND NOT over) AS unanswered_open,
  count(*) FILTER (WHERE called_at IS NOT NULL) AS escalated,
  count(*) FILTER (WHERE called_at IS NOT NULL AND (answered_at IS NULL OR answered_at < called_at))
    AS escalated_in_vain,
  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY after_s))::int AS p50_s,
  round(percentile_cont(0.9) WITHIN GROUP (ORDER BY after_s))::int AS p90_s,
  max(after_s)::int AS max_s
FROM known GROUP BY who ORDER BY told DESC, who LIMIT {limit}
"""


class ResponseTimes(NamedTuple):
    """Of one receiver, or one value of a label: how many episodes were told, how many of them
    people acknowledged and in how many seconds, and how many nobody answered."""

    who: str
    told: int
    acknowledged: int
    unanswered: int
    unanswered_open: int
    escalated: int
    escalated_in_vain: int
    p50_s: int | None
    p90_s: int | None
    max_s: int | None


async def find(
    conn: Conn, reach: Reach, begin: datetime, end: datetime, label: str | None
) -> list[ResponseTimes]:
    """By receiver, or by the values of a label; those with the most first."""
    of = "n.receiver" if label is None else "n.labels->>$5"
    statement = RESPONSE_TIMES.format(of=of, limit=GROUPS_MAX)
    values = [reach.workspace, begin, end, reach.listed, *([] if label is None else [label])]
    return await fetch(conn, ResponseTimes, statement, *values)
