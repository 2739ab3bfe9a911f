"""SQL of policies: every version is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from shared.database.pool import Conn
from shared.database.rows import columns, fetch, fetch_one


class PolicyRecord(Struct, frozen=True):
    """A version of a workspace's policy; `rules` as they were stated."""

    version: int
    rules: list[dict[str, Any]]
    created_by: str | None = None
    created_at: datetime | None = None


COLUMNS = columns(PolicyRecord)
NEWEST = f"""
SELECT {COLUMNS} FROM budget.policies WHERE workspace = $1 ORDER BY version DESC LIMIT 1
"""
ADD = f"""
INSERT INTO budget.policies (workspace, version, rules, created_by, created_at)
SELECT $1, 1 + coalesce(max(version), 0), $2, $3, $4 FROM budget.policies WHERE workspace = $1
RETURNING {COLUMNS}
"""


async def get_newest(conn: Conn, workspace: str) -> PolicyRecord | None:
    """The policy of a workspace, None where nobody has stated one."""
    return await fetch_one(conn, PolicyRecord, NEWEST, workspace)


async def add_policy(conn: Conn, workspace: str, values: Sequence[Any]) -> PolicyRecord:
    """The next version; `values`: rules, by, at. The caller holds the workspace's lock."""
    [made] = await fetch(conn, PolicyRecord, ADD, workspace, *values)
    return made
