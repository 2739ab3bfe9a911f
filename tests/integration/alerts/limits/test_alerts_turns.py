"""Whose turn it is at a destination: campaigns take turns (alerting.md 2.9; W14)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at, make_breach

ROBOT_ALONE = """\
route: {receiver: ops, group_by: [campaign, line], group_wait: 0s, group_interval: 1s}
receivers:
  - name: ops
    locale: en
    dingtalk_configs: [{url_env: OPS_DINGTALK_URL, secret_env: OPS_DINGTALK_SECRET}]
"""


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path, flush_groups_max=1000) as found:
        found.configure(ROBOT_ALONE)
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


def breach(campaign: str, line: str, seq: int = 1, **changes: object) -> Breach:
    labels = {"campaign": campaign, "line": line, "rule": "pacing-high"}
    return make_breach(
        breach=f"pacing-high/line:{line}/1",
        seq=seq,
        group={"line": line},
        labels=labels,
        names={"campaign": campaign, "line": line},
        **changes,
    )


async def heard(world: World) -> list[str]:
    """The campaigns of the robot's messages, in order."""
    await world.deliver()
    texts = [one.text for one in world.robot.messages]
    return ["late" if "late" in text else "busy" for text in texts]


async def test_the_first_of_one_campaign_goes_before_the_tenth_of_another(world: World) -> None:
    await world.tell(*(breach("busy", f"B{number}") for number in range(10)))
    await world.flush(at(1))
    await world.tell(breach("late", "L0"))
    await world.flush(at(2))
    assert await heard(world) == ["busy", "late", *["busy"] * 9]


async def test_who_comes_with_many_again_stands_behind_what_waits_of_it(world: World) -> None:
    await world.tell(*(breach("busy", f"B{number}") for number in range(4)))
    await world.flush(at(1))
    await world.tell(*(breach("busy", f"B{number}") for number in range(4, 8)))
    await world.tell(*(breach("late", f"L{number}") for number in range(3)))
    await world.flush(at(2))
    # Message by message, until the smaller one has none left.
    assert await heard(world) == [*["busy", "late"] * 3, *["busy"] * 5]


async def test_the_end_never_overtakes_the_beginning_of_its_alert(world: World) -> None:
    await world.tell(*(breach("busy", f"B{number}") for number in range(5)))
    await world.flush(at(1))
    ended = [
        breach("busy", f"B{number}", seq=2, transition="resolved", event_time=at(2))
        for number in range(5)
    ]
    await world.tell(*reversed(ended))
    await world.flush(at(3))
    await world.deliver()
    rows = await world.pool.fetch(
        "SELECT group_id, array_agg(position ORDER BY delivered_at) AS positions "
        "FROM alerts.deliveries GROUP BY group_id"
    )
    assert len(rows) == 5
    for row in rows:
        assert row["positions"] == sorted(row["positions"])
        assert len(row["positions"]) == 2
