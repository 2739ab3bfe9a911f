"""What a campaign's flight holds: asked before its end moves."""

from datetime import datetime

from budget.ledger.store import PANE, SCAN_TIMEOUT_S
from shared.database.pool import Conn

# A delta's period is the 5-minute pane of its time. What was taken back or moved away is nothing.
LAST_SPEND = f"""
SELECT max(period_start) FROM (
  SELECT coalesce(e.period_start, date_bin({PANE}, e.at, 'epoch')) AS period_start
  FROM budget.accounts AS a JOIN budget.entries AS e USING (account_id)
  WHERE a.workspace = $1 AND a.campaign = $2 AND a.kind = 'line'
    AND coalesce(e.period_start, date_bin({PANE}, e.at, 'epoch')) >= $3
    AND coalesce(e.period_start, date_bin({PANE}, e.at, 'epoch')) < $4
  GROUP BY a.account_id, 1 HAVING sum(e.amount) <> 0) AS spent
"""


async def last_spend(
    conn: Conn, workspace: str, campaign: str, since: datetime, until: datetime
) -> datetime | None:
    """The start of the last period in [since, until) with money on any line, or None.

    Reads every entry of the campaign; the transaction that asks has its own limit.
    """
    last: datetime | None = await conn.fetchval(
        LAST_SPEND, workspace, campaign, since, until, timeout=SCAN_TIMEOUT_S
    )
    return last
