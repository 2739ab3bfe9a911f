"""Lists of rules cost the same few statements however many rules there are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx

from shared.database.pool import Pool
from tests.integration.kpi.kpi_world import World, make_app, world
from tests.unit.kpi.builders import at, rule_body


class OneConnection:
    """A pool of one connection that notes the statements sent on it."""

    def __init__(self, conn: Any) -> None:
        self.statements: list[str] = []
        self._conn = conn
        conn.add_query_logger(self.note)

    def note(self, record: Any) -> None:
        self.statements.append(record.query)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        yield self._conn


async def count_statements(kpi: World, limit: int) -> tuple[int, list[dict[str, Any]]]:
    """How many statements a list of so many rules takes, and the rules."""
    async with kpi.pool.acquire() as conn:
        pool = OneConnection(conn)
        app = make_app(kpi.settings, cast("Pool", pool))
        try:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),
                base_url="http://kpi",
                headers=dict(kpi.client.headers),
            ) as client:
                answer = await client.get("/v1/rules", params={"limit": limit})
        finally:
            conn.remove_query_logger(pool.note)
    assert answer.status_code == 200, answer.text
    return len(pool.statements), answer.json()["items"]


async def test_a_list_of_rules_takes_as_many_statements_for_forty_as_for_one(
    database_url: str, tmp_path: Path
) -> None:
    async with world(database_url, tmp_path, at(24)) as kpi:
        await kpi.set_now(at(0))
        await kpi.fold(kpi.campaign(time_zone="UTC"))
        await kpi.fold(kpi.campaign("closed", time_zone="UTC", status="closed"))
        for number in range(40):
            scope = {"campaign": ["double11-2025", "closed", "not-yet-there"][number % 3]}
            made = await kpi.add_rule(rule_body(rule=f"r{number:02d}", scope=scope))
            assert made.status_code == 201, made.text
        one, [first] = await count_statements(kpi, 1)
        forty, items = await count_statements(kpi, 100)
        assert (forty, len(items)) == (one, 40)
        assert items[0] == first
        statuses = ["active", "campaign_closed", "campaign_unknown"]
        assert [item["status"] for item in items] == [statuses[n % 3] for n in range(40)]
        found = [[finding["code"] for finding in item["findings"]] for item in items[:3]]
        assert found == [[], [], ["campaign_unknown"]]
