"""SQL of the looks at ledgers: whose turn it is, what was found. By the machine's clock."""

from typing import NamedTuple

from budget.invariants.look import Findings
from shared.database.locks import AdvisoryLock
from shared.database.pool import Conn
from shared.database.rows import fetch_one

WATCH_LOCK = AdvisoryLock("budget/ledger-watch")
"""One look at a time in the whole installation."""
# Workspaces are few and accounts are many: one step through the index for each of the former.
# A ledger that takes long rests for nine times as long, like one that people ask for.
TAKE_DUE = """
WITH RECURSIVE known AS (
  (SELECT workspace FROM budget.accounts ORDER BY workspace LIMIT 1)
  UNION ALL
  SELECT (SELECT a.workspace FROM budget.accounts AS a
          WHERE a.workspace > known.workspace ORDER BY a.workspace LIMIT 1)
  FROM known WHERE known.workspace IS NOT NULL
)
SELECT k.workspace FROM known AS k LEFT JOIN budget.ledger_checks AS c USING (workspace)
WHERE k.workspace IS NOT NULL AND (c.tried_at IS NULL
  OR c.tried_at < now() - greatest(make_interval(secs => $1), c.took_ms * interval '9 ms'))
ORDER BY c.tried_at NULLS FIRST, k.workspace LIMIT 1
"""
PUT_LOOK = """
INSERT INTO budget.ledger_checks AS t (workspace, tried_at, checked_at, took_ms, drift, holds,
                                       allocated)
VALUES ($1, now(), $2, $3, $4::text::numeric, $5, $6)
ON CONFLICT (workspace) DO UPDATE SET tried_at = excluded.tried_at,
  checked_at = excluded.checked_at, took_ms = excluded.took_ms, drift = excluded.drift,
  holds = excluded.holds, allocated = excluded.allocated
"""
PUT_TRIED = """
INSERT INTO budget.ledger_checks AS t (workspace, tried_at, took_ms) VALUES ($1, now(), $2)
ON CONFLICT (workspace) DO UPDATE SET tried_at = excluded.tried_at, took_ms = excluded.took_ms
"""
GET_STATE = """
SELECT coalesce(sum(drift), 0)::float8 AS drift, coalesce(bool_and(holds), true) AS holds,
  coalesce(bool_and(allocated), true) AS allocated,
  extract(epoch FROM coalesce(min(coalesce(checked_at, known_since)), now()))::float8 AS checked_s
FROM budget.ledger_checks
"""


class LedgerState(NamedTuple):
    """Of all workspaces: micros of drift, whether all hold, whether what was allocated adds up, and
    when the one that has waited longest was last seen (epoch seconds; now while there is none)."""

    drift: float
    holds: bool
    allocated: bool
    checked_s: float


async def take_due(conn: Conn, every_s: float) -> str | None:
    """The workspace that has waited longest; None: none is due, or another replica is looking."""
    if not await WATCH_LOCK.try_take(conn):
        return None
    workspace: str | None = await conn.fetchval(TAKE_DUE, every_s)
    return workspace


async def put_look(conn: Conn, workspace: str, found: Findings) -> None:
    values = (found.as_of, found.took_ms, str(found.drift), found.holds)
    await conn.execute(PUT_LOOK, workspace, *values, found.checks["allocations"])


async def put_tried(conn: Conn, workspace: str, took_s: float) -> None:
    """A look that did not end in time; what was found before stays."""
    await conn.execute(PUT_TRIED, workspace, int(took_s * 1000))


async def get_state(conn: Conn) -> LedgerState:
    found = await fetch_one(conn, LedgerState, GET_STATE)
    assert found is not None
    return found
