"""The mappings in force of a workspace."""

from kpi_monitor.catalogue import store as store_catalog
from kpi_monitor.catalogue.objects import read_mapping
from shared import entity_mapping as mappings
from shared.database.pool import Conn


async def load_index(conn: Conn, workspace: str) -> mappings.MappingIndex:
    """The mappings of a workspace, from its table."""
    return mappings.MappingIndex(await load_mappings(conn, workspace))


async def load_mappings(conn: Conn, workspace: str) -> list[mappings.Mapping]:
    """The mappings in force of a workspace."""
    rows = await store_catalog.mappings(conn, workspace)
    return [read_mapping(row["id"], row["object"]) for row in rows]
