"""SQL of the catalogue copy and of the lines' totals."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from kpi_monitor.catalogue.objects import Names, SuspenseObject
from kpi_monitor.units.unit import UnitKey
from shared.database.pool import Conn, columns

CATALOG_LINES = """
SELECT c.workspace, u.campaign, c.object FROM kpi.catalog c
JOIN unnest($1::text[], $2::text[]) AS u(workspace, campaign)
  ON c.workspace = u.workspace AND c.object->>'campaign' = u.campaign
WHERE c.kind = 'line'
"""

CAMPAIGNS = """
SELECT c.workspace, c.id, c.object, c.deleted FROM kpi.catalog c
JOIN unnest($1::text[], $2::text[]) AS u(workspace, id) USING (workspace, id)
WHERE c.kind = 'campaign'
"""

CAMPAIGNS_OF_REGIONS = """
SELECT id FROM kpi.catalog WHERE workspace = $1 AND kind = 'campaign' AND NOT deleted
  AND object->>'region' = ANY($2::text[])
"""
LOCK = "SELECT pg_advisory_xact_lock(hashtext('kpi.mappings'), hashtext($1))"
UPSERT = """
INSERT INTO kpi.catalog AS c (workspace, kind, id, version, deleted, object)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::jsonb[])
ON CONFLICT (workspace, kind, id) DO UPDATE
SET version = excluded.version, deleted = excluded.deleted, object = excluded.object
WHERE c.version < excluded.version
RETURNING workspace, kind, id, object, old.object AS before
"""
BUMP = """
INSERT INTO kpi.catalog_versions AS v (workspace, version) SELECT u, 1 FROM unnest($1::text[]) AS u
ON CONFLICT (workspace) DO UPDATE SET version = v.version + 1
"""
VERSIONS = "SELECT workspace, version FROM kpi.catalog_versions WHERE workspace = ANY($1::text[])"
MAPPINGS = """
SELECT id, object FROM kpi.catalog WHERE workspace = $1 AND kind = 'mapping' AND NOT deleted
"""
FIND_SUSPENSE = """
SELECT workspace, id, object FROM kpi.catalog
WHERE workspace = ANY($1::text[]) AND kind = 'suspense'
"""
CURRENCIES = """
SELECT c.workspace, c.id, c.object->>'currency' AS currency FROM kpi.catalog c
JOIN unnest($1::text[], $2::text[]) AS u(workspace, id) USING (workspace, id)
WHERE c.kind = 'campaign'
"""


async def find_campaigns_of_regions(
    conn: Conn, workspace: str, regions: Collection[str]
) -> list[str]:
    """Campaigns that were announced with one of these regions."""
    rows = await conn.fetch(CAMPAIGNS_OF_REGIONS, workspace, list(regions))
    return [row["id"] for row in rows]


async def lock_mappings(conn: Conn, workspaces: Iterable[str]) -> None:
    """Waits for whoever holds entities back or maps them, per workspace, until commit."""
    for workspace in sorted(set(workspaces)):
        await conn.execute(LOCK, workspace)


async def upsert_items(conn: Conn, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Stores (workspace, kind, id, version, deleted, object) rows; returns those that were newer,
    with the object `before`, None of one that is new.

    At most one row per (workspace, kind, id).
    """
    ordered = sorted(rows, key=lambda row: row[:3])
    return list(await conn.fetch(UPSERT, *columns(ordered, 6)))


async def bump_versions(conn: Conn, workspaces: Iterable[str]) -> None:
    """Tells all replicas that the mappings of these workspaces have changed."""
    await conn.execute(BUMP, sorted(set(workspaces)))


async def versions(conn: Conn, workspaces: Iterable[str]) -> dict[str, int]:
    """Mapping version per workspace, 0 where there is none."""
    wanted = sorted(set(workspaces))
    rows = await conn.fetch(VERSIONS, wanted)
    return {**dict.fromkeys(wanted, 0), **{row["workspace"]: row["version"] for row in rows}}


async def mappings(conn: Conn, workspace: str) -> list[Any]:
    """Rows (id, object) of all mappings in force."""
    return list(await conn.fetch(MAPPINGS, workspace))


async def currencies(
    conn: Conn, campaigns: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The currency of each (workspace, campaign) that is known, "" where it states none."""
    rows = await conn.fetch(CURRENCIES, *columns(sorted(set(campaigns)), 2))
    return {(row["workspace"], row["id"]): row["currency"] or "" for row in rows}


async def names(conn: Conn, campaigns: Iterable[UnitKey]) -> dict[UnitKey, Names]:
    """Names and owners from the catalogue; read only of campaigns that have something to tell."""
    found = {key: Names() for key in campaigns}
    if not found:
        return found
    keys = columns(sorted(found), 2)
    for row in await conn.fetch(CAMPAIGNS, *keys):
        known = row["object"]
        found[row["workspace"], row["id"]] = Names(
            known.get("name"), known.get("owner"), known.get("currency"), known.get("region")
        )
    for row in await conn.fetch(CATALOG_LINES, *keys):
        known, mine = row["object"], found[row["workspace"], row["campaign"]]
        if known.get("name"):
            mine.lines[known["line"]] = known["name"]
        if known.get("owner"):
            mine.line_owners[known["line"]] = known["owner"]
    return found


async def find_suspense(
    conn: Conn, workspaces: Iterable[str]
) -> list[tuple[str, str, SuspenseObject]]:
    """(workspace, source, what waits in its suspense) of these workspaces."""
    rows = await conn.fetch(FIND_SUSPENSE, sorted(set(workspaces)))
    return [
        (row["workspace"], row["id"], msgspec.convert(row["object"], SuspenseObject))
        for row in rows
    ]
