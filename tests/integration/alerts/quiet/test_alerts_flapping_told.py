"""What opens and ends again and again, on a whole service (W14; alerting.md 2.4 and 3)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.record.alert import read_alert
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.http.reach import Reach
from tests.integration.alerts.alerts_world import TABLES, World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach

FLAPPING = CONFIGURATION + "global:\n  flapping: {times: 3, within: 1h, settled_after: 30m}\n"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        found.configure(FLAPPING)
        await turn(found, 0)
        yield found


async def turn(world: World, minute: float) -> None:
    async with transaction(world.pool) as conn:
        await set_manual(conn, at(minute))


class Alert:
    """One alert that opens and ends at minutes."""

    def __init__(self, world: World) -> None:
        self.world, self.number, self.is_open = world, 0, False

    async def opens(self, minute: float, severity: str = "warning") -> None:
        self.number, self.is_open = self.number + 1, True
        await self.happens(minute, 1, "firing", severity, since=at(minute))
        self.since = at(minute)

    async def ends(self, minute: float) -> None:
        self.is_open = False
        await self.happens(minute, 2, "resolved", "warning", since=self.since)

    async def happens(
        self, minute: float, seq: int, transition: str, severity: str, **changes: Any
    ) -> None:
        await turn(self.world, minute)
        breach = make_breach(
            breach=f"pacing-high/line:L03/{self.number}",
            seq=seq,
            transition=transition,
            severity=severity,
            event_time=at(minute),
            **changes,
        )
        await self.world.tell(breach)
        await self.world.flush(at(minute + 0.5))


async def told(world: World) -> list[tuple[str, str]]:
    """(transition, state) at the robot."""
    rows = await world.rows()
    return [(row["transition"], row["state"]) for row in rows if row["channel"] == "dingtalk"]


async def flap(alert: Alert, *minutes: float) -> None:
    """Opens at each and ends five minutes later."""
    for minute in minutes:
        await alert.opens(minute)
        await alert.ends(minute + 5)


async def test_it_is_told_once_that_an_alert_flaps_and_then_how_it_stands(world: World) -> None:
    alert = Alert(world)
    await flap(alert, 0, 10, 20, 30, 40)
    await world.deliver()
    sent = ("firing", "delivered"), ("resolved", "delivered")
    quiet = ("firing", "muted"), ("resolved", "suppressed")
    assert await told(world) == [*sent, *sent, *sent, *quiet, *quiet]
    texts = [one.text for one in world.robot.messages]
    assert ["反复触发" in text for text in texts] == [False, False, False, False, True, True]
    assert "已触发 3 次" in texts[4]
    # It opens once more and stays open: told once it has not opened again for half an hour.
    await alert.opens(50)
    await world.flush(at(79))
    assert (await told(world))[-1] == ("firing", "muted")
    await world.flush(at(81))
    await world.deliver()
    assert (await told(world))[-1] == ("firing", "delivered")
    assert "反复触发" not in world.robot.messages[-1].text
    await alert.ends(100)
    await world.deliver()
    assert (await told(world))[-1] == ("resolved", "delivered")


async def test_a_higher_level_of_what_flaps_is_told_at_once(world: World) -> None:
    alert = Alert(world)
    await flap(alert, 0, 10, 20)
    await alert.opens(30)
    assert (await told(world))[-1] == ("firing", "muted")
    await alert.happens(31, 2, "level_changed", "critical", since=at(30))
    assert (await told(world))[-2:] == [("firing", "pending"), ("level_changed", "pending")]


async def test_who_asks_sees_that_it_flaps_and_what_keeps_it_back(world: World) -> None:
    alert = Alert(world)
    await flap(alert, 0, 10, 20)
    await alert.opens(30)
    known = await world.pool.fetchval("SELECT alert FROM alerts.alerts")
    async with world.pool.acquire() as conn:
        configuration = world.configurations.get("default")
        found = await read_alert(conn, Reach("default"), configuration, known, at(31))
    assert found["flapping"] == {"since": at(0), "openings": 4, "until": at(60)}
    (mute,) = found["mutes"]
    assert (mute["reason"], mute["until"]) == ("flapping", at(60))
    rows = [row for row in await world.rows() if row["state"] == "muted"]
    assert {row["reason"] for row in rows} == {"flapping"}


async def test_without_the_setting_each_opening_is_told(world: World) -> None:
    world.configure(CONFIGURATION)
    await flap(Alert(world), 0, 10, 20, 30)
    assert {state for _, state in await told(world)} == {"pending"}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 25), min_size=4, max_size=14))
async def test_whoever_was_told_a_beginning_is_told_its_end(world: World, gaps: list[int]) -> None:
    await world.pool.execute(f"TRUNCATE {', '.join(f'alerts.{t}' for t in TABLES.split(', '))}")
    alert, minute = Alert(world), 0.0
    for gap in gaps:
        minute += gap
        await (alert.ends if alert.is_open else alert.opens)(minute)
    if alert.is_open:
        # Whatever was held back is told once it is settled.
        await world.flush(at(minute + 61))
        assert (await told(world))[-1] == ("firing", "pending")
        await alert.ends(minute + 70)
    rows = await world.rows()
    sent = [row for row in rows if row["state"] == "pending" and row["channel"] == "dingtalk"]
    begun = [row["explain"]["breach"] for row in sent if row["transition"] == "firing"]
    ended = [row["explain"]["breach"] for row in sent if row["transition"] == "resolved"]
    assert begun == ended
    assert len(set(begun)) == len(begun)
