"""What the budget service's tests need around it: its parts without a broker, events, callers."""

import datetime as dt
import itertools
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI

from budget import SCHEMA
from budget.documents.campaigns.store import find_campaigns_of_regions
from budget.documents.kinds import approvals
from budget.figures.seal import Sealer
from budget.handlers import SpendHandler
from budget.invariants.look import Invariants
from budget.routes import ROUTERS
from budget.settings import BudgetSettings
from shared.access.tokens import generate_keys, sign_token
from shared.database import clock as clocks
from shared.database.pool import Pool, create_pool, transaction
from shared.events import ENCODER
from shared.http.app import create_app
from shared.kafka.consumer import Received
from tests.documented import documented
from tests.integration.budget.spend import at, heartbeat
from tests.integration.emptying import empty

PARTITIONS = 4
SINCE = "2025-11-01T00:00:00+08:00"


class Service:
    """The budget service without a broker: records go straight to the handler."""

    def __init__(self, settings: BudgetSettings, pool: Pool, app: FastAPI, keys: Path) -> None:
        self.settings = settings
        self.pool = pool
        # Polls of tests are small: all of them go the way of the large ones, until an id is known.
        self.handler = SpendHandler(settings, clocks.make_clock("manual"), copy_rows_min=1)
        self.sealer = Sealer(settings, clocks.make_clock("manual"), lambda: PARTITIONS)
        self.invariants: Invariants = app.state.invariants
        self.app = app
        self._keys = keys
        self._offsets = itertools.count()

    async def empty(self) -> None:
        """Removes all that other tests left."""
        async with self.pool.acquire() as conn:
            tables = await conn.fetch(
                "SELECT relname FROM pg_class WHERE relnamespace = 'budget'::regnamespace "
                "AND relkind = 'r'"
            )
            await empty(conn, [f"budget.{row['relname']}" for row in tables])

    async def set_clock(self, now: dt.datetime) -> None:
        """Moves the manual clock."""
        async with transaction(self.pool) as conn:
            await clocks.set_manual(conn, now)

    def receive(self, events: Sequence[Any], *, partition: int = 0) -> list[Received]:
        """Events as they stand in Kafka; bytes are taken as they are."""
        return [
            Received(
                "spend.v1",
                partition,
                next(self._offsets),
                b"key",
                event if isinstance(event, bytes) else ENCODER.encode(event),
            )
            for event in events
        ]

    async def post(self, *events: Any) -> list[Received]:
        """One poll with these events; returns the records, to be posted again."""
        records = self.receive(events)
        await self.post_records(records)
        return records

    async def post_records(self, records: Sequence[Received]) -> None:
        """One poll, committed."""
        async with transaction(self.pool) as conn:
            await self.handler.on_spend(conn, records)

    async def beat(self, source: str, complete_through: dt.datetime, **more: Any) -> None:
        """A heartbeat in every partition."""
        event = heartbeat(source, complete_through, **more)
        records = [
            record
            for partition in range(PARTITIONS)
            for record in self.receive([event], partition=partition)
        ]
        await self.post_records(records)

    async def seal(self) -> list[dict[str, Any]]:
        """Runs the sealer as the relay's tick does; the totals messages it made."""
        async with transaction(self.pool) as conn:
            await self.sealer.seal(conn)
        return [one["data"] for one in await self.outbox("budget.totals.v1")]

    async def outbox(self, topic: str) -> list[dict[str, Any]]:
        """Takes the unsent messages of a topic."""
        async with transaction(self.pool) as conn:
            rows = await conn.fetch(
                "WITH taken AS (DELETE FROM budget.outbox WHERE topic = $1 RETURNING id, value) "
                "SELECT value FROM taken ORDER BY id",
                topic,
            )
        return [msgspec.json.decode(row["value"]) for row in rows]

    @asynccontextmanager
    async def caller(self, subject: str, *roles: str, **limits: Any) -> AsyncIterator["Caller"]:
        """Somebody with these roles and limits, over HTTP."""
        token = sign_token(self._keys, subject=subject, roles=roles, **limits)
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://budget",
            headers={"Authorization": f"Bearer {token}"},
            event_hooks=documented("budget"),
        ) as client:
            yield Caller(client)


class Caller:
    """An HTTP client that sends an Idempotency-Key with every POST."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """The answer, whatever it is."""
        headers = {"Idempotency-Key": uuid.uuid4().hex, **sent.pop("headers", {})}
        return await self._client.request(method, path, headers=headers, **sent)

    async def get(self, path: str, status: int = 200, **params: Any) -> Any:
        """The JSON answer; fails the test on another status."""
        return await self._expect(status, "GET", path, params=params)

    async def post(self, path: str, body: Any, status: int = 200, key: str | None = None) -> Any:
        """The JSON answer; fails the test on another status."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self._expect(status, "POST", path, json=body, headers=headers)

    async def change(
        self, method: str, path: str, body: Any = None, status: int = 200, match: str = '"1"'
    ) -> Any:
        """PUT or DELETE with If-Match, if there is one; the JSON answer."""
        headers = {"If-Match": match} if match else {}
        return await self._expect(status, method, path, json=body, headers=headers)

    async def _expect(self, status: int, method: str, path: str, **sent: Any) -> Any:
        answer = await self.ask(method, path, **sent)
        assert answer.status_code == status, answer.text
        return answer.json()


@asynccontextmanager
async def running_service(database_url: str, directory: Path) -> AsyncIterator[Service]:
    """The service on a migrated database, with the manual clock."""
    private, jwks = generate_keys(directory / "keys")
    settings = BudgetSettings(
        database_url=database_url, clock="manual", jwks=str(jwks), partitions=PARTITIONS
    )
    pool = await create_pool(settings)

    async def idle() -> dict[str, int]:
        return {}

    app = create_app(
        settings,
        title="budget",
        pool=pool,
        checks={},
        idle=idle,
        campaigns_of_regions=find_campaigns_of_regions,
        schema=SCHEMA,
    )
    app.state.partitions = lambda: PARTITIONS
    app.state.invariants = Invariants(pool, timeout_s=60)
    app.state.approvals = approvals(settings.approval_due_hours, app.state.partitions)
    for router in ROUTERS:
        app.include_router(router)
    try:
        yield Service(settings, pool, app, private)
    finally:
        await pool.close()


def campaign_body(name: str = "c1", **changes: Any) -> dict[str, Any]:
    """A campaign over 1–11 November, with one target."""
    return {
        "campaign": name,
        "name": "双十一大促",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "starts_at": "2025-11-01T00:00:00+08:00",
        "ends_at": "2025-11-12T00:00:00+08:00",
        "owner": "li.na",
        "targets": [
            {
                "target": "sales",
                "measure": "revenue",
                "form": "absolute",
                "value": "12000000",
                "unit": "CNY",
                "deadline": "2025-11-12T00:00:00+08:00",
                "relevance": "annual growth plan",
                "primary": True,
                "parent": None,
            }
        ],
        **changes,
    }


def line_body(line: str = "L1", allocated: str = "150000.00", **changes: Any) -> dict[str, Any]:
    """A line with the curve of contracts.md for 150,000, else even."""
    planned = {"01": "0", "10": "108000", "11": "126000", "12": "150000"}
    points = [
        {"at": f"2025-11-{day}T00:00:00+08:00", "amount": amount} for day, amount in planned.items()
    ]
    curve = {"kind": "curve", "points": points}
    return {
        "line": line,
        "name": "search ads",
        "category": "advertising",
        "channel": "search",
        "allocated": allocated,
        "targets": ["sales"],
        "phasing": curve if allocated == "150000.00" else {"kind": "even"},
        **changes,
    }


def plan_body(*lines: dict[str, Any], total: str | None = None) -> dict[str, Any]:
    """A plan of these lines (L1 if none is given) that sums up."""
    given = list(lines) or [line_body()]
    amount = total or str(sum(int(line["allocated"].split(".")[0]) for line in given))
    return {"total": {"amount": amount, "currency": "CNY"}, "lines": given, "reserve": []}


async def approve(
    service: Service,
    name: str = "c1",
    plan: dict[str, Any] | None = None,
    *,
    effective_from: str | None = None,
) -> int:
    """Plans, submits and approves by three people; the plan's version."""
    async with (
        service.caller("wang.lei", "operator") as operator,
        service.caller("zhao.min", "approver") as approver,
        service.caller("chen.yu", "finance") as finance,
    ):
        place = f"/v1/campaigns/{name}/plans"
        made = await operator.post(place, plan or plan_body(), 201)
        place = f"{place}/{made['plan_version']}"
        await operator.post(f"{place}/submit", {"effective_from": effective_from})
        yes = {"decision": "approve", "opinion": "fits"}
        await approver.post(f"{place}/decisions", {**yes, "as": "approver"})
        answer = await finance.post(f"{place}/decisions", {**yes, "as": "finance"})
        assert answer["status"] == "approved"
    return int(made["plan_version"])


async def create_campaign(service: Service, name: str = "c1", **changes: Any) -> None:
    """A draft campaign by li.na."""
    async with service.caller("li.na", "operator") as operator:
        await operator.post("/v1/campaigns", campaign_body(name, **changes), 201)


@asynccontextmanager
async def running_campaign(
    database_url: str, directory: Path, now: str, *lines: dict[str, Any]
) -> AsyncIterator[Service]:
    """The service with nothing but `c1`, approved since its start with these lines, or L1."""
    async with running_service(database_url, directory) as made:
        await made.empty()
        await made.set_clock(at(now))
        await create_campaign(made)
        await approve(made, plan=plan_body(*lines), effective_from=SINCE)
        yield made
