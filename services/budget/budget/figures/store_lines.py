"""Lines as they stand: plan, account, sources. Read by the sealer and by GET totals alike."""

from collections.abc import Sequence

from budget.figures.lines import AccountedLine
from budget.figures.pacing import SourceState
from shared.database.pool import Conn
from shared.database.rows import fetch
from shared.events import SPEND_TOPIC

SOURCES = """
WITH fed AS (
  SELECT f.account_id, f.source, a.workspace FROM budget.line_sources AS f
  JOIN budget.accounts AS a USING (account_id) WHERE f.account_id = ANY($1::int[])
), told AS (
  SELECT p.workspace, p.source, min(p.complete_through) AS complete_through, count(*) AS n,
         max(p.expected_interval_s) AS expected_interval_s, max(p.set_aside) AS set_aside,
         min(coalesce(p.settled_through, p.complete_through)) AS settled_through
  FROM budget.progress AS p
  WHERE p.topic = $2 AND (p.workspace, p.source) IN (SELECT workspace, source FROM fed)
  GROUP BY p.workspace, p.source
)
SELECT fed.account_id, fed.source,
       CASE WHEN told.n >= $3 THEN told.complete_through END AS complete_through,
       told.expected_interval_s, coalesce(told.set_aside, 0) AS set_aside,
       CASE WHEN told.n >= $3 THEN told.settled_through END AS settled_through
FROM fed LEFT JOIN told USING (workspace, source) ORDER BY fed.account_id, fed.source
"""
LINES = """
SELECT a.account_id, a.workspace, a.campaign, a.line, a.currency, a.balance, a.corrections,
       a.latest_at, a.seq, a.sealed_at, a.sealed_through, a.sealed_actual, a.sealed_corrections,
       a.sealed_set_aside,
       l.name, l.owner, l.channel, l.allocated, l.curve, l.allocated_before, l.curve_before,
       c.name AS campaign_name, c.owner AS campaign_owner, c.time_zone, c.starts_at, c.ends_at,
       c.plan_version, l.allocation, l.allocated_by, l.committed
FROM budget.accounts AS a
JOIN budget.lines AS l USING (workspace, campaign, line)
JOIN budget.campaigns AS c USING (workspace, campaign)
WHERE a.kind = 'line' AND c.plan_version IS NOT NULL
"""
LINES_BY_ID = f"{LINES} AND a.account_id = ANY($1::int[]) ORDER BY a.account_id"
LOCKED_LINES = f"{LINES_BY_ID} FOR NO KEY UPDATE OF a"
CAMPAIGN_LINES = f"{LINES} AND a.workspace = $1 AND a.campaign = $2 ORDER BY a.line"


async def find_sources(
    conn: Conn, account_ids: Sequence[int], partitions: int
) -> dict[int, list[SourceState]]:
    """Per line account, how far each source that feeds it is complete.

    The least over the partitions Kafka names; one without a heartbeat freezes the source.
    """
    found: dict[int, list[SourceState]] = {}
    for row in await conn.fetch(SOURCES, account_ids, SPEND_TOPIC, partitions):
        source = SourceState(
            source=row["source"],
            complete_through=row["complete_through"],
            expected_interval_s=row["expected_interval_s"],
            set_aside=row["set_aside"],
            settled_through=row["settled_through"],
        )
        found.setdefault(row["account_id"], []).append(source)
    return found


async def lock_lines(conn: Conn, account_ids: Sequence[int]) -> list[AccountedLine]:
    """Planned lines by account id, locked in order of it until the end of the transaction."""
    return await fetch(conn, AccountedLine, LOCKED_LINES, account_ids)


async def find_lines(conn: Conn, workspace: str, campaign: str) -> list[AccountedLine]:
    """The planned lines of a campaign, with what is posted on them."""
    return await fetch(conn, AccountedLine, CAMPAIGN_LINES, workspace, campaign)
