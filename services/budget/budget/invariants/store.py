"""The rules of the ledger, held against each other in one pass over a workspace's entries."""

from shared.database.pool import Conn
from shared.money import NO_CURRENCY

# The entries are read once and everything is added up by account, without any join of one sum with
# another: the planner knows nothing of how many accounts a new workspace has, and took the sums of
# 100,000 for those of one, compared each with each, and did not end in five minutes. What is left
# are joins by primary keys, which cost the same for each row whatever the planner believes. Changes
# wait for the sealer, of all workspaces: there are few, and each is looked up by its account.
COUNT_BROKEN = """
WITH posted AS MATERIALIZED (
  SELECT e.account_id, e.stream_id, sum(e.amount) AS amount, count(*) AS n,
         coalesce(sum(e.amount) FILTER (WHERE e.kind IN (1, 3)), 0) AS corrections
  FROM budget.entries AS e JOIN budget.accounts AS a USING (account_id)
  WHERE a.workspace = $1 GROUP BY e.account_id, e.stream_id
), stated AS (
  SELECT account_id, kind = 'line' AS is_line, balance, corrections, entries, sealed_actual,
         0 AS posted, 0 AS corrected, 0 AS n, 0 AS pending, 0 AS daily, 0 AS kept
  FROM budget.accounts WHERE workspace = $1
  UNION ALL
  SELECT account_id, NULL, 0, 0, 0, 0, amount, corrections, n, 0, 0, 0 FROM posted
  UNION ALL
  SELECT c.account_id, NULL, 0, 0, 0, 0, 0, 0, 0, c.amount, 0, 0 FROM budget.changes AS c
  WHERE (SELECT a.workspace FROM budget.accounts AS a WHERE a.account_id = c.account_id) = $1
  UNION ALL
  SELECT d.account_id, NULL, 0, 0, 0, 0, 0, 0, 0, 0, d.actual, 0
  FROM budget.days AS d JOIN budget.accounts AS a USING (account_id) WHERE a.workspace = $1
  UNION ALL
  SELECT h.account_id, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, h.amount
  FROM budget.held AS h WHERE h.workspace = $1
), summed AS (
  SELECT bool_or(is_line) AS is_line, sum(balance) AS balance, sum(corrections) AS corrections,
         sum(entries) AS entries, sum(sealed_actual) AS told, sum(posted) AS posted,
         sum(corrected) AS corrected, sum(n) AS n, sum(pending) AS pending, sum(daily) AS daily,
         sum(kept) AS kept
  FROM stated GROUP BY account_id
), streamed AS (
  SELECT coalesce(sum(p.amount) FILTER (WHERE s.kind = 'm'), 0) AS moves,
         coalesce(sum(p.amount) FILTER (WHERE s.kind = 's'), 0)
         - coalesce((SELECT sum(f.amount) FROM budget.facts AS f
                     JOIN budget.streams AS t USING (stream_id) WHERE t.workspace = $1), 0) AS facts
  FROM posted AS p JOIN budget.streams AS s USING (stream_id)
)
SELECT count(*) AS accounts, coalesce(sum(n), 0) AS entries,
  coalesce(sum(abs(balance - posted)), 0) AS drift,
  count(*) FILTER (WHERE corrections <> corrected OR entries <> n) AS counters,
  count(*) FILTER (WHERE is_line AND balance <> daily + pending) AS days,
  count(*) FILTER (WHERE is_line AND balance <> told + pending) AS told,
  count(*) FILTER (WHERE NOT is_line AND balance <> kept) AS held,
  (SELECT moves FROM streamed) AS moves, (SELECT facts FROM streamed) AS facts
FROM summed
"""
# Money never crosses currencies: the halves of a move cancel out within one, and what is known of
# the money on an account is of the account's. Accounts without a currency hold what named none.
CURRENCIES = f"""
WITH moved AS (
  SELECT sum(e.amount) AS amount,
         count(DISTINCT a.currency) FILTER (WHERE a.currency <> '{NO_CURRENCY}') AS currencies
  FROM budget.streams AS s JOIN budget.entries AS e USING (stream_id)
  JOIN budget.accounts AS a USING (account_id)
  WHERE s.workspace = $1 AND s.kind = 'm'
  GROUP BY e.stream_id, e.item_stream, e.item_key
)
SELECT (SELECT count(*) FROM moved WHERE amount <> 0 OR currencies > 1)
  + (SELECT count(*) FROM budget.streams AS s JOIN budget.facts AS f USING (stream_id)
     JOIN budget.accounts AS a USING (account_id)
     WHERE s.workspace = $1 AND f.currency <> a.currency AND a.currency <> '{NO_CURRENCY}')
  + (SELECT count(*) FROM budget.held AS h JOIN budget.accounts AS a USING (account_id)
     WHERE h.workspace = $1 AND h.currency <> a.currency AND a.currency <> '{NO_CURRENCY}')
"""


# The total is preserved at every instant: what a document gives one place it takes from another at
# once, what lines hold is the sum of their steps, the plan in force has given out just what people
# agreed to, and no line and no bucket ever holds less than nothing.
ALLOCATIONS = """
SELECT (SELECT count(*) FROM (
    SELECT FROM budget.allocations WHERE workspace = $1
    GROUP BY campaign, document, effective_from HAVING sum(amount) <> 0) AS uneven)
  + (SELECT count(*) FROM (
    SELECT FROM (
      SELECT campaign, line AS name, allocated AS amount FROM budget.lines WHERE workspace = $1
      UNION ALL
      SELECT campaign, name, -amount FROM budget.allocations
      WHERE workspace = $1 AND place = 'line') AS stated
    GROUP BY campaign, name HAVING sum(amount) <> 0) AS uneven)
  + (SELECT count(*) FROM (
    SELECT FROM (
      SELECT p.campaign, p.total AS amount FROM budget.campaigns AS c
      JOIN budget.plans AS p USING (workspace, campaign, plan_version) WHERE c.workspace = $1
      UNION ALL
      SELECT campaign, amount FROM budget.allocations
      WHERE workspace = $1 AND place = 'total') AS stated
    GROUP BY campaign HAVING sum(amount) <> 0) AS uneven)
  + (SELECT count(*) FROM (
    SELECT sum(sum(amount)) OVER (
      PARTITION BY campaign, place, name ORDER BY effective_from) AS amount
    FROM budget.allocations WHERE workspace = $1 AND place IN ('line', 'bucket')
    GROUP BY campaign, place, name, effective_from) AS held WHERE amount < 0)
"""

# What a line is bound to is the sum of the steps on it; those of a commitment sum to what it still
# binds, and at no moment to less than nothing.
COMMITMENTS = """
SELECT (SELECT count(*) FROM (
    SELECT FROM (
      SELECT campaign, line, committed AS amount FROM budget.lines WHERE workspace = $1
      UNION ALL
      SELECT campaign, line, -amount FROM budget.commitment_steps WHERE workspace = $1) AS stated
    GROUP BY campaign, line HAVING sum(amount) <> 0) AS uneven)
  + (SELECT count(*) FROM (
    SELECT FROM (
      SELECT campaign, commitment,
             CASE WHEN ended IS NULL THEN greatest(amount - invoiced, 0) ELSE 0 END AS amount
      FROM budget.commitments WHERE workspace = $1
      UNION ALL
      SELECT campaign, commitment, -amount FROM budget.commitment_steps
      WHERE workspace = $1) AS stated
    GROUP BY campaign, commitment HAVING sum(amount) <> 0) AS uneven)
  + (SELECT count(*) FROM (
    SELECT sum(amount) OVER (PARTITION BY campaign, commitment ORDER BY step) AS amount
    FROM budget.commitment_steps WHERE workspace = $1) AS bound WHERE amount < 0)
"""


async def count_unbound(conn: Conn, workspace: str, *, timeout_s: float) -> int:
    """Lines and commitments that are bound to something else than their steps say, and steps below
    nothing. Raises TimeoutError."""
    found: int = await conn.fetchval(COMMITMENTS, workspace, timeout=timeout_s)
    return found


async def count_unallocated(conn: Conn, workspace: str, *, timeout_s: float) -> int:
    """Documents, lines and plans whose allocations do not add up, and lines and buckets below zero.

    Raises TimeoutError."""
    found: int = await conn.fetchval(ALLOCATIONS, workspace, timeout=timeout_s)
    return found


async def count_crossings(conn: Conn, workspace: str, *, timeout_s: float) -> int:
    """Moves, facts and held items that are in two currencies at once. Raises TimeoutError."""
    found: int = await conn.fetchval(CURRENCIES, workspace, timeout=timeout_s)
    return found


async def count_broken(conn: Conn, workspace: str, *, timeout_s: float) -> dict[str, int]:
    """Accounts, entries, and by how much each rule of the ledger is broken (0: it holds).

    Raises TimeoutError.
    """
    row = await conn.fetchrow(COUNT_BROKEN, workspace, timeout=timeout_s)
    assert row is not None
    return {name: int(value) for name, value in dict(row).items()}
