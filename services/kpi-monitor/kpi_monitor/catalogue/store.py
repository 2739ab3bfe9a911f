"""SQL of the catalogue copy. What it holds leaves it as typed objects."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from kpi_monitor.catalogue.objects import Changed, PlanNames, mapping_of
from kpi_monitor.units.unit import UnitKey
from shared import entity_mapping
from shared.database.locks import AdvisoryLock
from shared.database.pool import Conn, columns
from shared.events import (
    CampaignObject,
    CatalogObject,
    LineObject,
    MappingObject,
    PlainObject,
    object_of,
)

MAPPINGS_LOCK = AdvisoryLock("kpi/mappings")
"""Of a workspace: who holds entities back or maps them."""
FIND_LINES = """
SELECT c.workspace, u.campaign, c.object, c.deleted FROM kpi.catalog c
JOIN unnest($1::text[], $2::text[]) AS u(workspace, campaign)
  ON c.workspace = u.workspace AND c.object->>'campaign' = u.campaign
WHERE c.kind = 'line'
"""
FIND_REMOVED_LINES = f"{FIND_LINES} AND c.deleted"
FIND_CAMPAIGNS = """
SELECT c.workspace, c.id, c.object, c.deleted FROM kpi.catalog c
JOIN unnest($1::text[], $2::text[]) AS u(workspace, id) USING (workspace, id)
WHERE c.kind = 'campaign'
"""
FIND_CAMPAIGNS_OF_REGIONS = """
SELECT id FROM kpi.catalog WHERE workspace = $1 AND kind = 'campaign' AND NOT deleted
  AND object->>'region' = ANY($2::text[])
"""
UPSERT = """
INSERT INTO kpi.catalog AS c (workspace, kind, id, version, deleted, object)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::jsonb[])
ON CONFLICT (workspace, kind, id) DO UPDATE
SET version = excluded.version, deleted = excluded.deleted, object = excluded.object
WHERE c.version < excluded.version
RETURNING workspace, kind, id, object, old.object AS before
"""
ADVANCE_VERSIONS = """
INSERT INTO kpi.catalog_versions AS v (workspace, version) SELECT u, 1 FROM unnest($1::text[]) AS u
ON CONFLICT (workspace) DO UPDATE SET version = v.version + 1
"""
FIND_VERSIONS = (
    "SELECT workspace, version FROM kpi.catalog_versions WHERE workspace = ANY($1::text[])"
)
FIND_MAPPINGS = """
SELECT id, object FROM kpi.catalog WHERE workspace = $1 AND kind = 'mapping' AND NOT deleted
"""
ASKED = """
unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u(workspace, kind, campaign, id)
"""
FIND_WATCHED = f"""
SELECT c.workspace, u.campaign, c.kind, c.id, c.object FROM {ASKED}
JOIN kpi.catalog c USING (workspace, kind)
WHERE u.id IS NULL AND NOT c.deleted AND coalesce(c.object->>'campaign', '') = u.campaign
UNION ALL
SELECT c.workspace, u.campaign, c.kind, c.id, c.object FROM {ASKED}
JOIN kpi.catalog c USING (workspace, kind, id)
WHERE NOT c.deleted AND coalesce(c.object->>'campaign', '') = u.campaign
"""
FIND_CURRENCIES = """
SELECT c.workspace, c.id, c.object->>'currency' AS currency FROM kpi.catalog c
JOIN unnest($1::text[], $2::text[]) AS u(workspace, id) USING (workspace, id)
WHERE c.kind = 'campaign'
"""

Known = TypeVar("Known")


class Campaign(NamedTuple):
    """A campaign as the catalogue has it."""

    object: CampaignObject
    deleted: bool


class WatchedObject(NamedTuple):
    """An object that rules of a unit look at."""

    unit: UnitKey
    kind: str
    id: str
    object: CatalogObject | PlainObject


async def find_campaigns_of_regions(
    conn: Conn, workspace: str, regions: Collection[str]
) -> list[str]:
    """Campaigns that were announced with one of these regions."""
    rows = await conn.fetch(FIND_CAMPAIGNS_OF_REGIONS, workspace, list(regions))
    return [row["id"] for row in rows]


async def lock_mappings(conn: Conn, workspaces: Iterable[str]) -> None:
    """Waits for whoever holds entities back or maps them, per workspace, until commit."""
    for workspace in sorted(set(workspaces)):
        await MAPPINGS_LOCK.take(conn, workspace)


async def put_items(conn: Conn, rows: Sequence[tuple[Any, ...]]) -> list[Changed]:
    """Stores (workspace, kind, id, version, deleted, object) rows; returns those that were newer.

    At most one row per (workspace, kind, id).
    """
    ordered = sorted(rows, key=lambda row: row[:3])
    return [
        Changed(
            row["workspace"],
            row["kind"],
            row["id"],
            object_of(row["kind"], row["object"]),
            None if row["before"] is None else object_of(row["kind"], row["before"]),
        )
        for row in await conn.fetch(UPSERT, *columns(ordered, 6))
    ]


async def advance_versions(conn: Conn, workspaces: Iterable[str]) -> None:
    """Tells all replicas that the mappings of these workspaces have changed."""
    await conn.execute(ADVANCE_VERSIONS, sorted(set(workspaces)))


async def find_versions(conn: Conn, workspaces: Iterable[str]) -> dict[str, int]:
    """Mapping version per workspace, 0 where there is none."""
    wanted = sorted(set(workspaces))
    rows = await conn.fetch(FIND_VERSIONS, wanted)
    return {**dict.fromkeys(wanted, 0), **{row["workspace"]: row["version"] for row in rows}}


async def find_mappings(conn: Conn, workspace: str) -> list[entity_mapping.EntityMapping]:
    """The mappings in force of a workspace."""
    rows = await conn.fetch(FIND_MAPPINGS, workspace)
    return [mapping_of(row["id"], _read(row, MappingObject)) for row in rows]


async def get_index(conn: Conn, workspace: str) -> entity_mapping.MappingIndex:
    """The mappings in force of a workspace, ready to resolve entities."""
    return entity_mapping.MappingIndex(await find_mappings(conn, workspace))


async def find_currencies(
    conn: Conn, campaigns: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The currency of each (workspace, campaign) that is known, "" where it states none."""
    rows = await conn.fetch(FIND_CURRENCIES, *columns(sorted(set(campaigns)), 2))
    return {(row["workspace"], row["id"]): row["currency"] or "" for row in rows}


async def find_campaigns(conn: Conn, keys: Iterable[UnitKey]) -> dict[UnitKey, Campaign]:
    """Those of the campaigns that the catalogue has."""
    rows = await conn.fetch(FIND_CAMPAIGNS, *columns(sorted(keys), 2))
    return {
        (row["workspace"], row["id"]): Campaign(_read(row, CampaignObject), row["deleted"])
        for row in rows
    }


async def find_removed_lines(conn: Conn, keys: Iterable[UnitKey]) -> list[tuple[UnitKey, str]]:
    """Lines of these campaigns that were in the plan and are not any more."""
    rows = await conn.fetch(FIND_REMOVED_LINES, *columns(sorted(keys), 2))
    return [((row["workspace"], row["campaign"]), _read(row, LineObject).line) for row in rows]


async def find_names(conn: Conn, keys: Iterable[UnitKey]) -> dict[UnitKey, PlanNames]:
    """Names and owners from the catalogue; read only of campaigns that have something to tell."""
    found = {key: PlanNames() for key in keys}
    if not found:
        return found
    for key, (known, _) in (await find_campaigns(conn, found)).items():
        found[key] = PlanNames(known.name, known.owner, known.currency, known.region)
    for row in await conn.fetch(FIND_LINES, *columns(sorted(found), 2)):
        line, mine = _read(row, LineObject), found[row["workspace"], row["campaign"]]
        if line.name:
            mine.lines[line.line] = line.name
        if line.owner:
            mine.line_owners[line.line] = line.owner
    return found


async def find_watched(
    conn: Conn, asked: Sequence[tuple[str, str, str, str | None]]
) -> list[WatchedObject]:
    """The objects that are these (workspace, kind, campaign or WORKSPACE, id); id None is all."""
    rows = await conn.fetch(FIND_WATCHED, *columns(asked, 4)) if asked else []
    return [
        WatchedObject(
            unit=(row["workspace"], row["campaign"]),
            kind=row["kind"],
            id=row["id"],
            object=object_of(row["kind"], row["object"]),
        )
        for row in rows
    ]


def _read(row: Any, kind: type[Known]) -> Known:
    """The stored object of a row; it was valid when it came."""
    return msgspec.convert({**row["object"], "kind": _tag(kind)}, kind)


def _tag(kind: type[Any]) -> str:
    return str(kind.__struct_config__.tag)
