"""kpi-monitor's fold and evaluate steps over a real database, moved by hand."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from kpi_monitor import SCHEMA
from kpi_monitor.catalogue.store import find_campaigns_of_regions
from kpi_monitor.intake.handlers import Intake
from kpi_monitor.judging.evaluator import Evaluator
from kpi_monitor.routes import ROUTERS
from kpi_monitor.settings import KpiSettings
from shared.access.tokens import generate_keys, sign_token
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import Conn, Pool, create_pool, transaction
from shared.events import (
    BREACH_DECODER,
    ENCODER,
    REJECTED_DECODER,
    Breach,
    BudgetTotals,
    CatalogItem,
    MetricsEvent,
    SourceEvent,
)
from shared.http.app import create_app
from shared.kafka.consumer import Received
from shared.kafka.outbox import envelope
from tests.documented import documented
from tests.integration.emptying import empty

PARTITIONS = 4
TABLES = (
    "catalog, catalog_versions, series, panes, feeds, facts, deltas, reports, held, sources, "
    "source_touches, placed, moves, touches, units, dues, lines, rules, rule_versions, standings, "
    "transitions, breaches, imports, import_progress, figures, outbox, idempotency, "
    "witness, progress, offset_gaps"
)


@dataclass
class World:
    """Fold batches with `fold`, judge with `evaluate`, read what was told with `told`."""

    settings: KpiSettings
    pool: Pool
    client: httpx.AsyncClient
    handlers: Intake
    evaluator: Evaluator
    now: datetime
    log: list[Received] = field(default_factory=list, repr=False)

    async def set_now(self, now: datetime) -> None:
        self.now = now
        async with transaction(self.pool) as conn:
            await set_manual(conn, now)

    def _append(self, topic: str, value: bytes, partition: int) -> Received:
        one = Received(topic, partition, len(self.log), None, value)
        self.log.append(one)
        return one

    def metrics(self, *events: MetricsEvent | SourceEvent) -> list[Received]:
        """Records of metrics.v1: data by entity, heartbeats in every partition."""
        records = []
        for event in events:
            value = ENCODER.encode(event)
            if isinstance(event, SourceEvent):
                records += [self._append("metrics.v1", value, n) for n in range(PARTITIONS)]
            else:
                partition = len(event.source + str(event.data.line)) % PARTITIONS
                records.append(self._append("metrics.v1", value, partition))
        return records

    def totals(self, *messages: BudgetTotals) -> list[Received]:
        return [
            self._append("budget.totals.v1", self._envelope("budget.totals.v1", one), 0)
            for one in messages
        ]

    def catalog(self, *items: CatalogItem) -> list[Received]:
        return [self._append("catalog.v1", self._envelope("catalog.v1", one), 0) for one in items]

    def campaign(
        self,
        campaign: str = "double11-2025",
        *,
        version: int = 1,
        deleted: bool = False,
        **changes: Any,
    ) -> list[Received]:
        """The scenario's campaign, as catalog.v1 tells it."""
        known = {
            "campaign": campaign,
            "name": "双十一大促",
            "currency": "CNY",
            "time_zone": "Asia/Shanghai",
            "owner": "li.na",
        }
        return self.catalog(
            CatalogItem(
                kind="campaign",
                id=campaign,
                version=version,
                effective_from=None,
                deleted=deleted,
                object=known | changes,
            )
        )

    def _envelope(self, topic: str, data: Any) -> bytes:
        return envelope(
            topic,
            data,
            event_id=f"{topic}/{len(self.log)}",
            service="budget",
            workspace="default",
            time=self.now,
        )

    async def fold(self, records: Sequence[Received], handlers: Intake | None = None) -> None:
        """One poll, one transaction."""
        async with transaction(self.pool) as conn:
            await (handlers or self.handlers).on_batch(conn, records)

    async def evaluate(self) -> None:
        """Judges until nothing is touched."""
        steps = 0
        while await self.evaluator.step():
            steps += 1
            assert steps < 500, "evaluation never ends"

    async def add_rule(self, body: dict[str, Any]) -> httpx.Response:
        return await self.client.post(
            "/v1/rules", json=body, headers={"Idempotency-Key": f"{body['rule']}-{len(self.log)}"}
        )

    async def told(self) -> list[Breach]:
        """All breaches in the order they were told."""
        rows = await self.rows(
            "SELECT value FROM kpi.outbox WHERE topic = 'breaches.v1' ORDER BY id"
        )
        return [BREACH_DECODER.decode(row["value"]).data for row in rows]

    async def rejected(self) -> list[str]:
        rows = await self.rows(
            "SELECT value FROM kpi.outbox WHERE topic = 'rejected.v1' ORDER BY id"
        )
        return [REJECTED_DECODER.decode(row["value"]).data.code for row in rows]

    async def rows(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        async with self.pool.acquire() as conn:
            return list(await conn.fetch(query, *arguments))

    async def panes(self) -> list[tuple[Any, ...]]:
        return [
            tuple(row)
            for row in await self.rows(
                "SELECT line, measure, start_ms, end_ms, known_ms, amount"
                " FROM kpi.panes JOIN kpi.series USING (series) ORDER BY 1, 2, 3, 4, 5"
            )
        ]


async def empty_tables(conn: Conn) -> None:
    """An empty service, whose series begin again with number 1."""
    await empty(conn, [f"kpi.{name.strip()}" for name in TABLES.split(",")], numbered_in="kpi")


@asynccontextmanager
async def world(database_url: str, directory: Path, now: datetime) -> AsyncIterator[World]:
    """An empty kpi-monitor at `now`, with an HTTP client that may do everything."""
    private, jwks = generate_keys(directory)
    settings = KpiSettings(database_url=database_url, clock="manual", jwks=str(jwks))
    pool = await create_pool(settings)
    try:
        async with transaction(pool) as conn:
            await empty_tables(conn)
        app = make_app(settings, pool)
        token = sign_token(private, subject="tester", roles=["admin"])
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://kpi",
            headers={"Authorization": f"Bearer {token}"},
            event_hooks=documented("kpi-monitor"),
        ) as client:
            made = World(
                settings,
                pool,
                client,
                Intake(settings, ManualClock()),
                Evaluator(settings, pool, ManualClock(), partitions=lambda: PARTITIONS),
                now,
            )
            await made.set_now(now)
            yield made
    finally:
        await pool.close()


def reaching(directory: Path, *campaigns: str) -> dict[str, str]:
    """Headers of somebody who may do everything in these campaigns of a `world`."""
    key = directory / "jwt_private.pem"
    token = sign_token(key, subject="limited", roles=["admin"], campaigns=list(campaigns))
    return {"Authorization": f"Bearer {token}"}


def make_app(settings: KpiSettings, pool: Pool) -> Any:
    async def idle() -> dict[str, int]:
        return {"lag": 0, "outbox": 0, "due": 0}

    app = create_app(
        settings,
        title="kpi",
        pool=pool,
        checks={},
        idle=idle,
        campaigns_of_regions=find_campaigns_of_regions,
        schema=SCHEMA,
    )
    for router in ROUTERS:
        app.include_router(router)
    return app
