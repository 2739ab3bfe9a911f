"""What tests of escalations share: a chain of three people, and an alert that begins it."""

import asyncio
from datetime import datetime
from typing import Any

import httpx

from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World
from tests.unit.alerts.builders import at, make_history

TEXT = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 30d
  escalation: search
receivers:
  - {name: ops, locale: en, email_configs: [{to: [ops@example.com]}]}
people:
  - {name: li.na, locale: en, email_configs: [{to: [li.na@example.com]}]}
  - {name: bo, locale: en, email_configs: [{to: [bo@example.com]}]}
  - {name: boss, locale: en, email_configs: [{to: [boss@example.com]}]}
schedules:
  - name: oncall-search
    location: Asia/Shanghai
    rotations: [{people: [li.na, bo], every: 1d, handoff: "2025-11-03T09:00"}]
escalations:
  - name: search
    steps:
      - {after: 15m, to: [oncall-search]}
      - {after: 30m, to: [boss], severity: critical}
    repeat: 1
    remind_acknowledged_after: 4h
    unacknowledge_after: 15m
"""
"""`at(0)` is noon of the first day in Shanghai."""
BREACH = make_history(
    ("firing", "critical", "1.6"), ("resolved", "info", "1.0"), labels={"campaign": "d11"}
)


async def clock(world: World, now: datetime) -> None:
    async with transaction(world.pool) as conn:
        await set_manual(conn, now)


async def begin(world: World) -> str:
    """One critical alert that ops was told at `at(0)`; its id."""
    await world.tell(BREACH[0])
    await world.flush(at(0))
    return str(await world.pool.fetchval("SELECT alert FROM alerts.alerts"))


async def told(world: World) -> list[tuple[str, str, str]]:
    return [(row["receiver"], row["transition"], row["reason"]) for row in await world.rows()]


async def answer(client: httpx.AsyncClient, alert: str, verb: str, **body: Any) -> None:
    headers = {"Idempotency-Key": f"{verb}-{id(body)}-{asyncio.get_running_loop().time()}"}
    done = await client.post(f"/v1/alerts/{alert}/{verb}", json=body, headers=headers)
    assert done.status_code == 200, done.text


OPS = ("ops", "firing", "first notification")
LI_NA = ("li.na", "firing", "escalated")
BOSS = ("boss", "firing", "escalated")
