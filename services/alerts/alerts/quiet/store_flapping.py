"""SQL of alerts that open again and again: when they opened, and what each group was told of."""

from collections.abc import Sequence

from alerts.configuration.flapping import OPENINGS_MAX, Opening
from shared.database.pool import Conn

OPENINGS = """
SELECT e.alert, e.episode, e.starts_at FROM unnest($1::bigint[]) AS u(alert)
CROSS JOIN LATERAL (
  SELECT e.alert, e.episode, e.starts_at FROM alerts.episodes e
  WHERE e.alert = u.alert ORDER BY e.episode DESC LIMIT $2) AS e
ORDER BY e.alert, e.episode
"""
TOLD = """
SELECT DISTINCT t.group_id, t.alert, t.episode, t.severity FROM alerts.told t
JOIN unnest($2::bigint[], $3::int[]) AS u(alert, first) USING (alert)
WHERE t.group_id = ANY($1::bigint[]) AND t.episode >= u.first
"""


async def find_openings(conn: Conn, alerts: Sequence[int]) -> dict[int, list[Opening]]:
    """The newest of each alert, by rising episode."""
    found: dict[int, list[Opening]] = {}
    for row in await conn.fetch(OPENINGS, alerts, OPENINGS_MAX):
        found.setdefault(row["alert"], []).append(Opening(row["episode"], row["starts_at"]))
    return found


async def find_told(
    conn: Conn, groups: Sequence[int], first: dict[int, int]
) -> dict[tuple[int, int], dict[int, str]]:
    """By group and alert, the episodes from the `first` on that were told, and how severe."""
    found: dict[tuple[int, int], dict[int, str]] = {}
    for row in await conn.fetch(TOLD, groups, list(first), list(first.values())):
        episodes = found.setdefault((row["group_id"], row["alert"]), {})
        episodes[row["episode"]] = row["severity"]
    return found
