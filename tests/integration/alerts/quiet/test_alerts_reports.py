"""One summary a period, at its local time, whatever happens to the services meanwhile; and digests
that are sent although there is nothing to tell (W14, E29)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.record.sweep import sweeps
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history

WEEKLY = CONFIGURATION.replace(
    "receivers:",
    """\
reports:
  - {name: week, receiver: boss, times: ["09:00"], weekdays: [monday], location: Europe/Berlin}
receivers:
  - name: boss
    locale: en
    email_configs: [{to: [boss@example.com]}]
    dingtalk_configs: [{url_env: OPS_DINGTALK_URL, secret_env: OPS_DINGTALK_SECRET}]
""",
    1,
)
EMPTY = CONFIGURATION.replace("group_by: [campaign, line]", "group_by: []").replace(
    "  group_wait: 0s", '  digest: {times: ["09:00"], empty: send}\n  group_wait: 0s'
)
# The clocks of Berlin go back in the night to the 26th of October: Mondays at nine are an hour
# later from then on.
MONDAY = datetime(2025, 10, 27, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
LATE = timedelta(minutes=3)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        yield found


async def start(world: World, now: datetime, text: str) -> None:
    """A process that starts at `now`, with this file."""
    async with transaction(world.pool) as conn:
        await set_manual(conn, now)
    world.configure(text)
    world.restart()
    await world.adoption.adopt()


def mails(world: World) -> list[str]:
    """What the boss read, by subject."""
    return [one.subject for one in world.inbox.mails if one.to == ("boss@example.com",)]


async def test_one_summary_a_week_at_the_local_time_by_mail_and_chat(world: World) -> None:
    await start(world, MONDAY - WEEK, WEEKLY)
    firing = make_breach(event_time=MONDAY - timedelta(days=2), since=MONDAY - timedelta(days=2))
    await world.tell(firing)
    await world.flush(MONDAY - timedelta(days=2))
    await world.deliver()
    assert await world.flush(MONDAY - timedelta(seconds=1)) == 0
    assert await world.flush(MONDAY + LATE) == 1
    assert await world.flush(MONDAY + LATE) == 0
    await world.deliver()
    assert mails(world) == ["Summary of alerts: 1 open, 1 began, 0 ended"]
    said = world.robot.messages[-1].text
    assert "From Oct 20, 09:00 to Oct 27, 09:00, Europe/Berlin" in said
    assert "double11-2025: 1 open, 1 began, 0 ended" in said
    assert "Alerts told for the first time: 1, acknowledged: 0" in said
    assert "open since" in said
    # It is on the record of no alert.
    assert {row["receiver"] for row in await world.rows()} == {"ops"}


async def test_what_was_missed_is_said_once_after_the_start_about_its_own_week(
    world: World,
) -> None:
    await start(world, MONDAY - WEEK, WEEKLY)
    tuesday = MONDAY + WEEK + timedelta(days=1)
    steps = ("firing", "critical", "1.6"), ("resolved", "critical", "1.0")
    await world.tell(*make_history(*steps, since=tuesday, event_time=tuesday + timedelta(hours=1)))
    await start(world, MONDAY + 2 * WEEK + timedelta(days=1), WEEKLY)
    assert await world.flush(MONDAY + 2 * WEEK + timedelta(days=1)) >= 1
    await world.flush(MONDAY + 2 * WEEK + timedelta(days=1))
    await world.deliver()
    # Two were missed: the newest is said, the week to the 10th of November.
    assert mails(world) == ["Summary of alerts: 0 open, 1 began, 1 ended"]
    await world.flush(MONDAY + 3 * WEEK + LATE)
    await world.deliver()
    # Nothing was in the week after it, and nobody asked to hear of that.
    assert len(mails(world)) == 1


async def test_of_several_replicas_one_speaks_and_a_restart_repeats_nothing(world: World) -> None:
    text = WEEKLY.replace("weekdays: [monday]", "weekdays: [monday], empty: send")
    await start(world, MONDAY - WEEK, text)
    async with transaction(world.pool) as conn:
        await set_manual(conn, MONDAY + LATE)

    async def flush() -> int:
        async with transaction(world.pool) as conn:
            return await world.flusher.flush(conn)

    assert sum(await asyncio.gather(*(flush() for _ in range(4)))) == 1
    await start(world, MONDAY + LATE, text)
    assert await world.flush(MONDAY + 2 * LATE) == 0
    await world.deliver()
    assert mails(world) == ["Summary of alerts: 0 open, 0 began, 0 ended"]


async def test_one_that_the_file_has_no_more_is_silent(world: World) -> None:
    await start(world, MONDAY - WEEK, WEEKLY.replace("monday]", "monday], empty: send"))
    await start(world, MONDAY - timedelta(days=1), CONFIGURATION)
    assert await world.flush(MONDAY + LATE) == 0


async def test_a_digest_is_sent_empty_where_the_file_says_so_and_not_otherwise(
    world: World,
) -> None:
    await start(world, at(0), EMPTY)
    nine = datetime(2025, 11, 3, 9, tzinfo=UTC)
    assert await world.flush(nine + LATE) == 1
    await world.deliver()
    (message,) = world.robot.messages
    assert "目前没有未结束的告警" in message.text
    # With something to tell it is the digest alone.
    await world.tell(*make_history(("firing", "warning", "1.3")))
    assert await world.flush(nine + timedelta(days=1) + LATE) == 1
    await world.deliver()
    assert [one.title for one in world.robot.messages[1:]] == ["告警汇总：1 条未结束，0 条已结束"]
    await start(world, nine + timedelta(days=2), EMPTY.replace("empty: send", "empty: skip"))
    await world.tell(*make_history(("firing", "warning", "1.3"), ("resolved", "warning", "1"))[1:])
    assert await world.flush(nine + timedelta(days=2) + LATE) == 1
    assert await world.flush(nine + timedelta(days=3) + LATE) == 0


async def test_a_digest_whose_alerts_are_all_muted_does_not_say_that_nothing_is_open(
    world: World,
) -> None:
    always = "time_intervals: [{name: always, time_intervals: [{}]}]\nreceivers:"
    muted = "name: ops\n    mute_time_intervals: [always]"
    text = EMPTY.replace("receivers:", always).replace("name: ops", muted)
    await start(world, at(0), text)
    await world.tell(*make_history(("firing", "warning", "1.3")))
    assert await world.flush(datetime(2025, 11, 3, 9, 3, tzinfo=UTC)) == 1
    await world.deliver()
    (message,) = world.robot.messages
    assert "未结束但因静默或免打扰而未发送的告警：1 条" in message.text


async def test_old_reports_are_forgotten_once_they_have_arrived(world: World) -> None:
    await start(world, MONDAY - WEEK, WEEKLY.replace("monday]", "monday], empty: send"))
    await world.flush(MONDAY + LATE)
    forget = sweeps(timedelta(days=1))["reports"].run
    ever = datetime.now(UTC) + timedelta(days=1)
    async with transaction(world.pool) as conn:
        assert await forget(conn, ever, 100) == 0
    await world.deliver()
    async with transaction(world.pool) as conn:
        assert await forget(conn, ever, 100) == 2
