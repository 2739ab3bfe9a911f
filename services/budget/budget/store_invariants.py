"""The rules of the ledger, held against each other in one pass over a workspace's entries."""

from shared.database import Conn

# The entries are read once, account by account along their index; everything else is small, and
# of the workspace alone. `posted` is kept, because two sums are taken from it.
READ = """
WITH mine AS MATERIALIZED (
  SELECT * FROM budget.accounts WHERE workspace = $1
), posted AS MATERIALIZED (
  SELECT e.account_id, e.stream_id, sum(e.amount) AS amount, count(*) AS n,
         coalesce(sum(e.amount) FILTER (WHERE e.kind IN (1, 3)), 0) AS corrections
  FROM budget.entries AS e WHERE e.account_id IN (SELECT account_id FROM mine)
  GROUP BY e.account_id, e.stream_id
), by_account AS (
  SELECT account_id, sum(amount) AS amount, sum(n) AS n, sum(corrections) AS corrections
  FROM posted GROUP BY account_id
), pending AS (
  SELECT c.account_id, sum(c.amount) AS amount FROM budget.changes AS c
  WHERE c.account_id IN (SELECT account_id FROM mine) GROUP BY c.account_id
), daily AS (
  SELECT d.account_id, sum(d.actual) AS amount FROM budget.days AS d
  WHERE d.account_id IN (SELECT account_id FROM mine) GROUP BY d.account_id
), kept AS (
  SELECT h.account_id, sum(h.amount) AS amount FROM budget.held AS h
  WHERE h.workspace = $1 GROUP BY h.account_id
), streamed AS (
  SELECT coalesce(sum(p.amount) FILTER (WHERE s.stream LIKE 'm/%'), 0) AS moves,
         coalesce(sum(p.amount) FILTER (WHERE s.stream LIKE 's/%'), 0)
         - coalesce((SELECT sum(f.amount) FROM budget.facts AS f
                     JOIN budget.streams AS t USING (stream_id) WHERE t.workspace = $1), 0) AS facts
  FROM posted AS p JOIN budget.streams AS s USING (stream_id)
)
SELECT count(*) AS accounts, coalesce(sum(p.n), 0) AS entries,
  coalesce(sum(abs(a.balance - coalesce(p.amount, 0))), 0) AS drift,
  count(*) FILTER (WHERE a.corrections <> coalesce(p.corrections, 0)
                      OR a.entries <> coalesce(p.n, 0)) AS counters,
  count(*) FILTER (WHERE a.kind = 'line' AND a.balance
    <> coalesce(d.amount, 0) + coalesce(c.amount, 0)) AS days,
  count(*) FILTER (WHERE a.kind = 'line' AND a.balance
    <> a.sealed_actual + coalesce(c.amount, 0)) AS told,
  count(*) FILTER (WHERE a.kind <> 'line' AND a.balance <> coalesce(k.amount, 0)) AS held,
  (SELECT moves FROM streamed) AS moves, (SELECT facts FROM streamed) AS facts
FROM mine AS a LEFT JOIN by_account AS p USING (account_id)
LEFT JOIN pending AS c USING (account_id) LEFT JOIN daily AS d USING (account_id)
LEFT JOIN kept AS k USING (account_id)
"""


async def read(conn: Conn, workspace: str, *, timeout_s: float) -> dict[str, int]:
    """Accounts, entries, and by how much each rule of the ledger is broken (0: it holds).

    Raises TimeoutError.
    """
    row = await conn.fetchrow(READ, workspace, timeout=timeout_s)
    assert row is not None
    return {name: int(value) for name, value in dict(row).items()}
