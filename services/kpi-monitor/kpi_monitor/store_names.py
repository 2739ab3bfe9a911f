"""Names and owners of campaigns and lines, as the catalogue has them."""

from collections.abc import Iterable

from kpi_monitor.breaches import Names
from kpi_monitor.store_evaluate import CAMPAIGNS
from kpi_monitor.unit import UnitKey
from shared.database.pool import Conn, columns

CATALOG_LINES = """
SELECT c.workspace, u.campaign, c.object FROM kpi.catalog c
JOIN unnest($1::text[], $2::text[]) AS u(workspace, campaign)
  ON c.workspace = u.workspace AND c.object->>'campaign' = u.campaign
WHERE c.kind = 'line'
"""


async def names(conn: Conn, campaigns: Iterable[UnitKey]) -> dict[UnitKey, Names]:
    """Names and owners from the catalogue; read only of campaigns that have something to tell."""
    found = {key: Names() for key in campaigns}
    if not found:
        return found
    keys = columns(sorted(found), 2)
    for row in await conn.fetch(CAMPAIGNS, *keys):
        known = row["object"]
        found[row["workspace"], row["id"]] = Names(
            known.get("name"), known.get("owner"), known.get("currency")
        )
    for row in await conn.fetch(CATALOG_LINES, *keys):
        known, mine = row["object"], found[row["workspace"], row["campaign"]]
        if known.get("name"):
            mine.lines[known["line"]] = known["name"]
        if known.get("owner"):
            mine.line_owners[known["line"]] = known["owner"]
    return found
