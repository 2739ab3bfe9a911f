"""When a receiver is told of alerts of other senders (alertmanager.md section 3)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.alerts.alertmanager.api_world import (
    CONFIGURATION,
    ApiWorld,
    make_api_world,
)
from tests.unit.alerts.builders import at

SLOW = CONFIGURATION.replace("group_wait: 0s", "group_wait: 2m").replace(
    "group_interval: 1s", "group_interval: 10m"
)


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path) as found:
        found.world.configure(SLOW.replace("resolve_timeout: 5m", "resolve_timeout: 1d"))
        yield found


def alert(instance: str, **changes: Any) -> dict[str, Any]:
    return {"labels": {"alertname": "Slow", "instance": instance}, **changes}


async def post(api: ApiWorld, minutes: float, *alerts: dict[str, Any]) -> None:
    await api.move(at(minutes))
    await api.post(*alerts)


async def told_at(api: ApiWorld, minutes: float) -> list[list[str]]:
    """The instances of each message that arrives at this time."""
    found = await api.flush(at(minutes))
    return [sorted(one["labels"]["instance"] for one in hook["alerts"]) for hook in found]


async def test_group_wait_counts_from_the_arrival_of_the_first(api: ApiWorld) -> None:
    await post(api, 0, alert("a", startsAt=at(-1).isoformat()))
    await post(api, 1, alert("b"))
    assert await told_at(api, 1.9) == []
    assert await told_at(api, 2) == [["a", "b"]]


async def test_what_began_long_ago_is_told_at_once_and_then_at_the_ticks(api: ApiWorld) -> None:
    await post(api, 0, alert("a"))
    await post(api, 0.5, alert("b", startsAt=at(-9).isoformat()))
    assert await told_at(api, 0.5) == [["a", "b"]]
    await post(api, 1, alert("c", startsAt=at(-9).isoformat()))
    assert await told_at(api, 10) == []
    assert await told_at(api, 10.5) == [["a", "b", "c"]]


async def test_ticks_do_not_drift_by_what_a_flush_is_late(api: ApiWorld) -> None:
    await post(api, 0, alert("a"))
    assert await told_at(api, 2.7) == [["a"]]
    log = "SELECT told_at FROM alerts.notify_log"
    assert await api.world.pool.fetchval(log) == at(2), "the tick, not the time of sending"
    await post(api, 25, alert("b"))
    assert await told_at(api, 31.9) == []
    assert await told_at(api, 32) == [["a", "b"]]
    assert await api.world.pool.fetchval(log) == at(32)


async def test_what_is_sent_with_its_end_alone_is_one_alert(api: ApiWorld) -> None:
    for minutes in (0, 10, 20):
        await post(api, minutes, alert("a", endsAt=at(minutes + 30).isoformat()))
        assert await told_at(api, minutes + 5) == ([] if minutes else [["a"]])
    [shown] = await api.get("/alerts")
    assert (shown["startsAt"][11:16], shown["endsAt"][11:16]) == (
        f"{at(30):%H:%M}",
        f"{at(50):%H:%M}",
    )
    assert await api.move(at(51)) == 1
    assert await told_at(api, 70) == [["a"]]
