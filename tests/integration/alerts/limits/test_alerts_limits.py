"""Limits of destinations on a whole service (W14; alerting.md 2.9)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.channels.result import SendClass
from alerts.delivery import gauges, store, store_unsent
from alerts.delivery.store_limits import find_usage
from shared import metrics
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import SECRET, World, make_world
from tests.unit.alerts.builders import at, make_breach

ROBOT = """\
route: {receiver: ops, group_by: [line], group_wait: 0s, group_interval: 1s}
receivers:
  - name: ops
    locale: en
    dingtalk_configs:
      - {name: room, url_env: OPS_DINGTALK_URL, secret_env: OPS_DINGTALK_SECRET}
"""
MAILBOX = """\
route: {receiver: ops, group_by: [line], group_wait: 0s, group_interval: 1s}
receivers:
  - name: ops
    locale: en
    email_configs: [{name: room, to: [ops@example.com]}]
"""


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


def limit(world: World, text: str, file: str = ROBOT) -> None:
    world.configure(f"{file}limits: [{{channels: [room], {text}}}]\n")


def breach(number: int, severity: str = "warning", **changes: Any) -> Breach:
    line = f"L{number:02}"
    return make_breach(
        breach=f"pacing-high/line:{line}/1",
        group={"line": line},
        labels={"campaign": "d11", "line": line, "rule": "pacing-high"},
        names={"line": line},
        severity=severity,
        **changes,
    )


async def tell(world: World, *breaches: Breach) -> int:
    """Told and sent; how many messages that were."""
    await world.tell(*breaches)
    await world.flush(at(1 + world.offset))
    return await world.deliver()


async def used(world: World) -> list[int]:
    """How many went in this hour, day and month."""
    async with world.pool.acquire() as conn:
        found = await find_usage(conn, world.configurations.limits, datetime.now(UTC))
    return [one for usage in found.values() for one in usage.used.values()]


async def begin_next(world: World) -> None:
    """As if the hour, the day and the month were over."""
    await world.due_again()
    await world.pool.execute("UPDATE alerts.spending SET began_at = began_at - interval '40 days'")


@pytest.mark.parametrize("period", ["minute", "hour", "day", "month"])
async def test_what_is_over_a_limit_waits_and_goes_as_one_message(
    world: World, period: str
) -> None:
    limit(world, f"{period}: 3")
    assert await tell(world, *map(breach, range(2))) == 2
    # There is room for one more, and there are five: one that says all of it.
    assert await tell(world, *map(breach, range(2, 7))) == 1
    assert all(f"L0{number}" in world.robot.messages[-1].text for number in range(2, 7))
    assert await tell(world, *map(breach, range(7, 9))) == 0
    await begin_next(world)
    assert await world.deliver() == 2
    assert {row["state"] for row in await world.rows()} == {"delivered"}


async def test_mail_has_limits_as_well_and_goes_as_one(world: World) -> None:
    limit(world, "hour: 2", MAILBOX)
    assert await tell(world, *map(breach, range(6))) == 2 - 1
    assert await tell(world, breach(6), breach(7)) == 1
    assert await tell(world, breach(8)) == 0
    assert await used(world) == [2, 2, 2]


async def test_what_is_critical_passes_if_the_file_says_so(world: World) -> None:
    limit(world, "hour: 1, critical_passes: true")
    assert await tell(world, breach(0)) == 1
    assert await tell(world, breach(1), breach(2)) == 0
    # It takes along what waits: the limit spares people messages, not news.
    assert await tell(world, breach(3, "critical")) == 1
    assert all(f"L0{number}" in world.robot.messages[-1].text for number in (1, 2, 3))
    assert await used(world) == [2, 2, 2]


async def test_what_is_critical_passes_with_what_its_group_said_before(world: World) -> None:
    limit(world, "hour: 1, critical_passes: true")
    assert await tell(world, breach(0)) == 1
    assert await tell(world, breach(1)) == 0
    worse = breach(1, "critical", seq=2, transition="level_changed", event_time=at(1))
    assert await tell(world, worse) >= 1
    assert {row["state"] for row in await world.rows()} == {"delivered"}


async def test_without_that_it_waits_like_all_others(world: World) -> None:
    limit(world, "hour: 1")
    assert await tell(world, breach(0), breach(1, "critical")) == 1
    assert await tell(world, breach(2, "critical")) == 0


async def test_what_did_not_arrive_does_not_count(world: World) -> None:
    limit(world, "hour: 5")
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-another"
    assert await tell(world, breach(0)) == 1
    assert await used(world) == [0, 0, 0]
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    await world.due_again()
    assert await world.deliver() == 1
    assert await used(world) == [1, 1, 1]


async def test_a_higher_limit_holds_from_the_reload_on(world: World) -> None:
    limit(world, "day: 1")
    assert await tell(world, breach(0)) == 1
    assert await tell(world, breach(1)) == 0
    limit(world, "day: 9")
    await world.adoption.adopt()
    assert await world.deliver() == 1


async def test_a_test_message_counts_and_is_not_sent_over_a_limit(world: World) -> None:
    limit(world, "hour: 1")
    (first,) = await world.trials.send("default", "ops", "li.na")
    assert first.result.kind is SendClass.DELIVERED
    (second,) = await world.trials.send("default", "ops", "li.na")
    assert (second.result.kind, second.result.provider_code) == (SendClass.RATE_LIMITED, "no_room")
    assert len(world.robot.messages) == 1
    assert await tell(world, breach(0)) == 0


async def test_metrics_say_how_much_is_used(world: World) -> None:
    limit(world, "hour: 4, month: 2")
    await tell(world, breach(0))
    await tell(world, breach(1))
    await tell(world, breach(2))
    await gauges.refresh(world.pool, world.configurations)
    assert metrics.LIMITS_USED.labels("hour")._value.get() == 0.5
    assert metrics.LIMITS_USED.labels("month")._value.get() == 1.0
    assert metrics.DESTINATIONS_THROTTLED._value.get() == 1


async def test_what_a_limit_holds_back_is_not_due_and_the_gauges_say_so(world: World) -> None:
    limit(world, "day: 1, critical_passes: true")
    for number in range(3):
        await tell(world, breach(number))
    budgets = world.configurations.budgets
    async with world.pool.acquire() as conn:
        assert await store.count_due(conn, budgets) == 0, "the service is idle"
        (waiting,) = await store_unsent.count_unsent(conn, budgets)
    assert (waiting.channel, waiting.why, waiting.deliveries) == ("dingtalk", "throttled", 2)
    await gauges.refresh(world.pool, world.configurations)
    assert metrics.DELIVERIES_PENDING.labels("dingtalk", "throttled")._value.get() == 2
    # What passes is due as ever.
    await world.tell(breach(3, "critical"))
    await world.flush(at(60))
    async with world.pool.acquire() as conn:
        assert await store.count_due(conn, budgets) == 1
