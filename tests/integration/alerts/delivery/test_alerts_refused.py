"""What a provider refuses is not lost: it waits for a correction, in its place (design.md 1.5)."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import convert, structs

from alerts.channels.dingtalk import DingTalk
from alerts.channels.message import Composed
from alerts.channels.result import SendClass, SendResult
from alerts.delivery import store as store_deliveries
from alerts.delivery import store_unsent
from alerts.delivery.verdict import Waits, judge
from cli.fakes.dingtalk import TOO_LONG, FakeDingTalk
from cli.fakes.mail import FakeMail
from cli.fakes.server import Fault
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events.notifications import Attempt
from tests.integration.alerts.alerts_world import SECRET, World, make_world
from tests.integration.waiting import until_waiting
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history

ROBOT_ONLY = CONFIGURATION[: CONFIGURATION.index("    email_configs")]
MAIL_ONLY = "".join(
    line
    for line in CONFIGURATION.splitlines(keepends=True)
    if "dingtalk" not in line and "url_env" not in line
)
FIRING, LOWER, RESOLVED = make_history(
    ("firing", "critical", "1.6"),
    ("level_changed", "warning", "1.3"),
    ("resolved", "warning", "1.1"),
)
BADGES = ["【严重】", "【降为警", "【已恢复"]


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.configure(ROBOT_ONLY)
        yield found


async def live(world: World) -> None:
    """The alert's whole life, each transition decided and its delivery tried."""
    for step, breach in enumerate((FIRING, LOWER, RESOLVED)):
        await world.tell(breach)
        await world.flush(at(10 * step))
        await world.deliver()


async def reload(world: World, text: str | None = None) -> int:
    """What POST /-/reload does; how many refused deliveries are due again."""
    if text is not None:
        world.configure(text)
    _, requeued = await world.adoption.adopt()
    return requeued


async def forget_rate(world: World) -> None:
    """As if a minute had passed for our own budget."""
    await world.pool.execute("UPDATE alerts.destinations SET sent_at = '{}', blocked_until = NULL")


def badges(robot: FakeDingTalk) -> list[str]:
    return [message.title[:4] for message in robot.messages]


async def states(world: World, channel: str = "dingtalk") -> list[str]:
    return [state for _, _, state in await world.told(channel)]


async def waiting(world: World) -> dict[tuple[str, str], int]:
    async with world.pool.acquire() as conn:
        found = await store_unsent.count_unsent(conn, world.configurations.budgets)
    return {(one.channel, one.why): one.deliveries for one in found}


async def test_after_a_correction_and_a_restart_all_is_told_once_and_in_order(
    world: World,
) -> None:
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    await live(world)
    assert await states(world) == ["failed", "pending", "pending"]
    first = (await world.rows())[0]
    assert first["next_attempt_at"] is not None, "the row says that it is tried again"
    assert len(first["attempts"]) == 1, "what is refused is not hurried"
    assert world.robot.messages == []
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    assert await world.deliver() == 0
    world.restart()
    assert await reload(world) == 1
    assert await world.deliver() == 3
    assert badges(world.robot) == BADGES
    assert await states(world) == ["delivered"] * 3
    assert await reload(world) == 0
    assert await world.deliver() == 0


async def test_a_reload_sends_to_the_address_the_channel_has_now(world: World) -> None:
    world.environment |= {"OPS_DINGTALK_SECRET": "SEC-wrong", "OTHER_SECRET": SECRET}
    await live(world)
    text = ROBOT_ONLY.replace("secret_env: OPS_DINGTALK_SECRET", "secret_env: OTHER_SECRET")
    assert await reload(world, text) == 1
    await world.deliver()
    assert badges(world.robot) == BADGES


async def test_without_its_receiver_a_message_stays_with_the_people_it_was_for(
    world: World,
) -> None:
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    await live(world)
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    elsewhere = (
        "route: {receiver: boss}\nreceivers:\n  - {name: boss, email_configs: [{to: [b@x.y]}]}\n"
    )
    assert await reload(world, elsewhere) == 1
    await world.deliver()
    assert badges(world.robot) == BADGES
    assert world.inbox.mails == []


async def test_one_wrong_channel_neither_stops_nor_hides_the_others(world: World) -> None:
    world.configure(CONFIGURATION)
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    await live(world)
    assert await states(world, "email") == ["delivered"] * 3
    assert await waiting(world) == {("dingtalk", "refused"): 3}
    async with world.pool.acquire() as conn:
        assert await store_deliveries.count_due(conn, world.configurations.budgets) == 0, (
            "the service is idle"
        )
    assert [row["state"] for row in await world.rows(state="failed")] == ["failed"]


async def test_a_server_that_is_away_is_told_from_one_that_refuses(world: World) -> None:
    world.configure(MAIL_ONLY)
    with FakeMail() as probe:
        port = probe.port
    courier = world.courier_with(mail_port=port)
    await world.tell(FIRING)
    await world.flush(at(0))
    assert await waiting(world) == {("email", "queued"): 1}
    await world.deliver(courier)
    assert await waiting(world) == {("email", "unreachable"): 1}
    with FakeMail(port, refuse=lambda _: "550 no such user"):
        await world.due_again()
        await world.deliver(courier)
    assert await waiting(world) == {("email", "refused"): 1}


async def test_a_refused_mailbox_keeps_nothing_from_the_others(world: World) -> None:
    two = MAIL_ONLY.replace("[ops@example.com]", "[gone@example.com, ops@example.com]")
    world.configure(two)
    refused = {"gone@example.com": "550 no such user"}
    with FakeMail(refuse=refused.get) as inbox:
        world.courier = world.courier_with(mail_port=inbox.port)
        await live(world)
        assert [one.to for one in inbox.mails] == [("ops@example.com",)] * 3
        assert sorted(await states(world, "email")) == (
            ["delivered"] * 3 + ["failed", "pending", "pending"]
        )
        assert await waiting(world) == {("email", "refused"): 3}
        refused.clear()
        assert await reload(world, two) == 1
        await world.deliver()
        assert [one.to for one in inbox.mails[3:]] == [("gone@example.com",)] * 3
        texts = [one.text for one in inbox.mails]
        assert texts[:3] == texts[3:], "in order, and the same words"
    assert await states(world, "email") == ["delivered"] * 6


async def test_a_refused_mailbox_that_leaves_the_receiver_waits_alone(world: World) -> None:
    world.configure(MAIL_ONLY.replace("[ops@", "[gone@example.com, ops@"))
    refusals = {"gone@example.com": "550 no such user"}
    with FakeMail(refuse=refusals.get) as inbox:
        world.courier = world.courier_with(mail_port=inbox.port)
        await world.tell(FIRING)
        await world.flush(at(0))
        await world.deliver()
        await reload(world, MAIL_ONLY)
        assert await world.deliver() == 1, "a reload tries it once more"
        assert await states(world, "email") == ["failed", "delivered"]
        await world.tell(LOWER, RESOLVED)
        await world.flush(at(10))
        await world.deliver()
        assert [one.to for one in inbox.mails] == [("ops@example.com",)] * 2, "nothing twice"
        refusals.clear()
        await reload(world)
        await world.deliver()
        assert [one.to for one in inbox.mails[2:]] == [("gone@example.com",)] * 2, "and its end"


async def test_a_text_that_is_refused_goes_out_shorter_and_at_last_as_a_title(
    world: World,
) -> None:
    too_long = Fault(body=json.dumps(TOO_LONG).encode())
    world.robot.fail_next(too_long, too_long)
    breach = structs.replace(FIRING, names={"campaign": "[双十一](http://evil) *大促*"})
    await world.tell(breach)
    await world.flush(at(0))
    await world.deliver()
    [message] = world.robot.messages
    assert message.title.startswith("【严重】")
    assert "只有标题" in message.text
    assert "http" not in message.text
    assert "*" not in message.text
    [row] = await world.rows()
    assert row["body"] == {"title": message.title, "text": message.text}, "the row shows what went"
    assert [one["class"] for one in row["attempts"]] == ["permanent_content"] * 2 + ["delivered"]


async def test_a_bare_title_that_is_refused_waits_like_a_wrong_secret(world: World) -> None:
    world.robot.fail_next(*[Fault(body=json.dumps(TOO_LONG).encode())] * 3)
    await live(world)
    assert await states(world) == ["failed", "pending", "pending"]
    assert await reload(world) == 1
    await world.deliver()
    assert badges(world.robot) == BADGES


async def test_a_message_tried_for_weeks_keeps_its_first_and_newest_attempts(
    world: World,
) -> None:
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    await world.tell(FIRING)
    await world.flush(at(0))
    kept = store_deliveries.ATTEMPTS_KEPT_MAX
    for _ in range(kept + 5):
        await forget_rate(world)
        assert await world.deliver() == 1
        await reload(world)
    [row] = await world.rows()
    assert len(row["attempts"]) == kept
    claims = await world.pool.fetchval("SELECT claims FROM alerts.deliveries")
    assert claims == kept + 5


async def test_a_correction_during_an_attempt_is_not_forgotten(world: World) -> None:
    """The attempt was made with the wrong secret; its answer comes after the reload."""
    world.environment |= {"OPS_DINGTALK_SECRET": "SEC-wrong", "OTHER_SECRET": SECRET}
    await world.tell(FIRING)
    await world.flush(at(0))
    async with transaction(world.pool) as conn:
        [claimed] = await store_deliveries.take(
            conn, claim_s=60, limits={"dingtalk": DingTalk.limits}
        )
    text = ROBOT_ONLY.replace("secret_env: OPS_DINGTALK_SECRET", "secret_env: OTHER_SECRET")
    assert await reload(world, text) == 0
    answer = SendResult(kind=SendClass.CONFIG, provider_code="310000", provider_message="sign")
    outcome = judge(claimed, Composed("t", "x"), answer, Waits(1, 1, 60, 60))
    attempt = {"at": at(0), "http_status": 200, "provider_code": "310000", "duration_ms": 1}
    attempt |= {"provider_message": "sign", "class": "permanent_config"}
    async with transaction(world.pool) as conn:
        row = store_deliveries.AttemptRow(claimed, outcome, convert(attempt, Attempt))
        await store_deliveries.add_attempts(conn, [row])
    assert await states(world) == ["failed"]
    assert await world.deliver() == 1
    assert badges(world.robot) == BADGES[:1]


async def test_a_late_answer_locks_the_delivery_before_its_destination(world: World) -> None:
    """A claim does the same; in two orders the two would wait for each other."""
    await world.tell(FIRING)
    await world.flush(at(0))
    async with transaction(world.pool) as conn:
        [claimed] = await store_deliveries.take(
            conn, claim_s=60, limits={"dingtalk": DingTalk.limits}
        )
    answer = SendResult(
        kind=SendClass.RATE_LIMITED, provider_code="130101", provider_message="too fast"
    )
    outcome = judge(claimed, Composed("t", "x"), answer, Waits(1, 1, 1, 1))
    attempt = Attempt(
        at=at(0),
        http_status=200,
        provider_code="130101",
        provider_message="too fast",
        class_="rate_limited",
        duration_ms=1,
    )

    async def answer_late() -> None:
        async with transaction(world.pool) as conn:
            row = store_deliveries.AttemptRow(claimed, outcome, attempt, outcome.wait_s)
            await store_deliveries.add_attempts(conn, [row])

    async with world.pool.acquire() as holder, world.pool.acquire() as looker:
        async with holder.transaction():
            await holder.execute("SELECT 1 FROM alerts.destinations FOR UPDATE")
            late = asyncio.create_task(answer_late())
            await until_waiting(world.pool)
            free = await looker.fetch("SELECT 1 FROM alerts.deliveries FOR UPDATE SKIP LOCKED")
        await late
    assert free == [], "the late answer holds the delivery while it waits for the destination"


async def test_reminders_do_not_queue_up_behind_a_refused_message(world: World) -> None:
    world.configure(ROBOT_ONLY.replace("repeat_interval: 30d", "repeat_interval: 4h"))
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    await world.tell(FIRING)
    for hour in range(0, 50, 5):
        await world.flush(at(60 * hour))
        await world.deliver()
    assert await states(world) == ["failed"] + ["suppressed"] * 9
    rows = await world.rows(state="suppressed")
    assert {row["reason"] for row in rows} == {"an earlier message has not arrived yet"}
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    await reload(world)
    await world.deliver()
    await world.flush(at(60 * 55))
    await world.deliver()
    assert [message.title[:4] for message in world.robot.messages] == ["【严重】", "【严重 "]


async def test_many_alerts_are_corrected_together(world: World) -> None:
    world.configure(ROBOT_ONLY.replace("[campaign, line]", "[campaign, line, rule]"))
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    for number in range(12):
        name = f"rule-{number}"
        labels = {"campaign": "double11-2025", "line": "L03", "rule": name}
        await world.tell(make_breach(breach=f"{name}/line:L03/1", rule=name, labels=labels))
    await world.flush(at(0))
    await world.deliver()
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    await forget_rate(world)
    assert await reload(world) == 12
    await world.deliver()
    assert len(world.robot.messages) == 12
