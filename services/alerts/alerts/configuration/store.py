"""SQL of configurations: rows that never change; the newest of a workspace is in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.database.locks import AdvisoryLock
from shared.database.pool import Conn, columns
from shared.database.rows import fetch

VERSIONS_KEPT_MAX = 100
"""Of one workspace: who changed what is read back for months, not for ever."""

# Versions are numbered under it, so that a revision that is seen has none before it to come.
VERSIONS_LOCK = AdvisoryLock("paceline/alerts/configurations")
NEWEST_REVISION = "SELECT max(revision) FROM alerts.configurations"
NEWEST = """
SELECT DISTINCT ON (workspace) revision, workspace, version, text, sha256, made_by, made_at
FROM alerts.configurations ORDER BY workspace, version DESC
"""
ADD = """
INSERT INTO alerts.configurations (workspace, version, text, sha256, made_by)
SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[])
"""
FORGET = f"""
DELETE FROM alerts.configurations c
USING (SELECT workspace, max(version) AS newest FROM alerts.configurations GROUP BY workspace) n
WHERE c.workspace = n.workspace AND c.version <= n.newest - {VERSIONS_KEPT_MAX}
"""


class Version(NamedTuple):
    """One workspace's configuration as it was made; without `text` the workspace has none."""

    revision: int
    workspace: str
    version: int
    text: str | None
    sha256: str
    made_by: str
    made_at: datetime


class NewVersion(NamedTuple):
    workspace: str
    version: int
    text: str | None
    sha256: str
    made_by: str


async def lock(conn: Conn) -> None:
    """Until the end of the transaction nobody else makes a version."""
    await VERSIONS_LOCK.take(conn)


async def get_revision(conn: Conn) -> int:
    """The newest revision of all workspaces; 0 when there is none."""
    return await conn.fetchval(NEWEST_REVISION) or 0


async def find_newest(conn: Conn) -> dict[str, Version]:
    """The newest version of each workspace."""
    return {row.workspace: row for row in await fetch(conn, Version, NEWEST)}


async def add(conn: Conn, rows: Sequence[NewVersion]) -> None:
    """Makes these versions and forgets the oldest ones."""
    await conn.execute(ADD, *columns(rows, len(NewVersion._fields)))
    await conn.execute(FORGET)
