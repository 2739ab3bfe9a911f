"""From breaches to messages that arrived: real PostgreSQL, robot and SMTP server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


PACING = make_history(
    ("firing", "critical", "1.600000"),
    ("level_changed", "warning", "1.388889"),
    ("resolved", "warning", "1.100000"),
)


async def test_each_transition_is_told_exactly_once_by_both_channels(world: World) -> None:
    for step, breach in enumerate(PACING):
        await world.tell(breach)
        await world.flush(at(10 * step))
        await world.tell(breach)  # the same record again, after a crash before the commit
        await world.flush(at(10 * step + 5))
        await world.deliver()
    expected = [
        ("firing", "critical", "delivered"),
        ("level_changed", "warning", "delivered"),
        ("resolved", "warning", "delivered"),
    ]
    assert await world.told("dingtalk") == expected
    assert await world.told("email") == expected
    assert [message.title for message in world.robot.messages] == [
        "【严重】双十一大促 / 搜索广告（L03）：花费过快，实际是计划的 160%",
        "【降为警告】双十一大促 / 搜索广告（L03）：花费过快，实际是计划的 138.89%",
        "【已恢复】双十一大促 / 搜索广告（L03）：实际花费现为计划的 110%，已低于预警线",
    ]
    assert len(world.inbox.mails) == 3


async def test_an_item_says_what_was_told_to_whom_and_why(world: World) -> None:
    await world.tell(PACING[0])
    await world.flush(at(0))
    await world.deliver()
    row = next(row for row in await world.rows() if row["channel"] == "dingtalk")
    assert row["receiver"] == "ops"
    assert row["reason"] == "first notification"
    assert row["labels"] == {"campaign": "double11-2025", "line": "L03", "rule": "pacing-high"}
    assert row["explain"]["value"] == "1.600000"
    assert row["explain"]["numbers"]["forecast_end"] == "240000.00"
    attempt = row["attempts"][0]
    assert (attempt["class"], attempt["provider_code"]) == ("delivered", "0")
    assert "access_token" not in str(row)


async def test_mails_of_an_episode_are_a_thread_and_each_subject_says_its_own_state(
    world: World,
) -> None:
    for step, breach in enumerate(PACING):
        await world.tell(breach)
        await world.flush(at(10 * step))
        await world.deliver()
    first, second, third = world.inbox.mails
    assert [one.subject for one in (first, second, third)] == [
        "【严重】双十一大促 / 搜索广告（L03）：花费过快，实际是计划的 160%",
        "【降为警告】双十一大促 / 搜索广告（L03）：花费过快，实际是计划的 138.89%",
        "【已恢复】双十一大促 / 搜索广告（L03）：实际花费现为计划的 110%，已低于预警线",
    ]
    root = first.message["Message-ID"]
    assert first.message["In-Reply-To"] is None
    assert second.message["In-Reply-To"] == third.message["In-Reply-To"] == root
    assert third.message["References"] == f"{root} {second.message['Message-ID']}"
    assert "花费过快，实际是计划的 138.89%" in second.text
    assert "花费过快，实际是计划的 138.89%" in second.html


async def test_a_new_episode_begins_a_new_thread(world: World) -> None:
    await world.tell(*PACING[:1])
    await world.flush(at(0))
    await world.tell(*PACING[1:])
    await world.flush(at(20))
    await world.tell(make_breach(breach="pacing-high/line:L03/2", event_time=at(60)))
    await world.flush(at(60))
    await world.deliver()
    assert [row["episode"] for row in await world.rows() if row["channel"] == "email"] == [
        1,
        1,
        1,
        2,
    ]
    assert world.inbox.mails[-1].message["In-Reply-To"] is None


async def test_transitions_of_one_interval_are_all_on_record_in_one_message(world: World) -> None:
    await world.tell(PACING[0])
    await world.flush(at(0))
    await world.tell(PACING[1], PACING[2])
    await world.flush(at(30))
    await world.deliver()
    assert [one[:2] for one in await world.told()] == [
        ("firing", "critical"),
        ("level_changed", "warning"),
        ("resolved", "warning"),
    ]
    assert len(world.robot.messages) == 2
    assert "期间变化：" in world.robot.messages[1].text


async def test_what_came_and_went_before_anyone_knew_disturbs_nobody(world: World) -> None:
    await world.tell(*PACING)
    await world.flush(at(30))
    assert await world.deliver() == 0
    assert {state for _, _, state in await world.told()} == {"suppressed"}


async def test_two_alerts_of_a_line_share_a_message_and_each_is_on_record(world: World) -> None:
    used = make_breach(
        breach="budget-used/line:L03/1",
        rule="budget-used",
        kpi="budget.used_ratio",
        severity="info",
        value="0.800000",
        threshold="0.80",
        labels={"campaign": "double11-2025", "line": "L03", "rule": "budget-used"},
    )
    await world.tell(PACING[0], used)
    await world.flush(at(0))
    await world.deliver()
    assert len(world.robot.messages) == 1
    rows = [row for row in await world.rows() if row["channel"] == "dingtalk"]
    assert {row["explain"]["rule"] for row in rows} == {"pacing-high", "budget-used"}
    assert len({row["delivery"] for row in rows}) == 1


async def test_any_order_and_batching_of_the_log_gives_the_same_state(world: World) -> None:
    await world.tell(PACING[2], PACING[0], PACING[1])
    await world.tell(PACING[0])
    async with world.pool.acquire() as conn:
        rows = await conn.fetch("SELECT seq, state FROM alerts.episodes")
        transitions = await conn.fetchval("SELECT count(*) FROM alerts.transitions")
    assert [tuple(row) for row in rows] == [(3, "resolved")]
    assert transitions == 3


async def test_episodes_of_one_poll_are_numbered_as_they_came(world: World) -> None:
    """As text, episode 10 comes before episode 9: found by the chaos run."""
    resolved = {"transition": "resolved", "seq": 2}
    for number in range(1, 9):
        name = f"pacing-high/line:L03/{number}"
        await world.tell(make_breach(breach=name), make_breach(breach=name, **resolved))
    ninth = "pacing-high/line:L03/9"
    await world.tell(
        make_breach(breach=ninth),
        make_breach(breach=ninth, **resolved),
        make_breach(breach="pacing-high/line:L03/10"),
    )
    async with world.pool.acquire() as conn:
        rows = await conn.fetch("SELECT breach, episode FROM alerts.episodes")
    assert {row["breach"].rsplit("/")[-1]: row["episode"] for row in rows} == {
        str(number): number for number in range(1, 11)
    }


async def test_a_gap_in_seq_stops_the_breach_loudly(world: World) -> None:
    await world.tell(PACING[0])
    await world.tell(PACING[2])
    async with world.pool.acquire() as conn:
        seq = await conn.fetchval("SELECT seq FROM alerts.episodes")
        rejected = await conn.fetchval(
            "SELECT value FROM alerts.outbox WHERE topic = 'rejected.v1'"
        )
    assert seq == 1
    assert b"seq_gap" in rejected


async def test_a_breach_of_a_workspace_without_a_file_waits_for_its_configuration(
    world: World,
) -> None:
    await world.tell(PACING[0], workspace="agency")
    assert await world.flush(at(0)) == 0
    world.configure(CONFIGURATION, workspace="agency")
    async with transaction(world.pool) as conn:
        assert await world.handlers.joining.reroute(conn, "agency", at(0)) == (1, None)
        assert await world.handlers.joining.reroute(conn, "agency", at(0)) == (0, None)
    await world.flush(at(1))
    assert len(await world.rows(workspace="agency")) == 2


async def test_an_unparseable_record_is_set_aside_and_the_rest_goes_on(world: World) -> None:
    from shared.kafka.consumer import Received
    from tests.unit.alerts.builders import encode

    batch = [
        Received("breaches.v1", 0, 1, b"k", b"not json"),
        Received("breaches.v1", 0, 2, b"k", encode(PACING[0])),
    ]
    async with transaction(world.pool) as conn:
        set_aside = await world.handlers.on_breaches(conn, batch)
    await world.flush(at(0))
    assert len(await world.rows()) == 2
    # The brake on dead letters counts it.
    assert [(one.received.offset, one.code) for one in set_aside] == [(1, "unparseable")]


async def test_a_breach_that_no_database_would_store_stops_nothing(world: World) -> None:
    bad = make_breach(breach="pacing-high/line:L09/1", owner="li\0na", labels={"\0": "x"})
    half = world.poll(make_breach(breach="pacing-high/line:L08/1", owner="HALF"))
    await world.tell(bad, PACING[0])
    async with transaction(world.pool) as conn:
        value = half[0].value.replace(b"HALF", b"\\ud800")
        await world.handlers.on_breaches(conn, [replace(half[0], value=value)])
    await world.flush(at(0))
    assert len(await world.rows()) == 2
    async with world.pool.acquire() as conn:
        rejected = await conn.fetch(
            "SELECT value FROM alerts.outbox WHERE topic = 'rejected.v1' ORDER BY id"
        )
    assert [b"unparseable" in row["value"] for row in rejected] == [True, True]


async def test_several_replicas_flush_a_group_once(world: World) -> None:
    breaches = []
    for number in range(20):
        line = f"L{number:02d}"
        labels = {"campaign": "double11-2025", "line": line, "rule": "pacing-high"}
        name = f"pacing-high/line:{line}/1"
        breaches.append(make_breach(breach=name, group={"line": line}, labels=labels))

    async def flush_once() -> int:
        async with transaction(world.pool) as conn:
            return await world.flusher.flush(conn)

    await world.tell(*breaches)
    counts = await asyncio.gather(*(flush_once() for _ in range(4)))
    assert sum(counts) == 20
    assert len(await world.rows()) == 40


async def test_polls_of_a_zombie_and_its_successor_apply_once(world: World) -> None:
    await asyncio.gather(*(world.tell(*PACING) for _ in range(4)))
    async with world.pool.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM alerts.episodes") == 1
        assert await conn.fetchval("SELECT count(*) FROM alerts.transitions") == 3
        assert await conn.fetchval("SELECT episodes FROM alerts.alerts") == 1
