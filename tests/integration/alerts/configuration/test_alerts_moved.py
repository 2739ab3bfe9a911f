"""A channel that does not work is replaced: who now stands for the receiver hears it all, once and
in order, whatever is on its way meanwhile and whichever replica has heard of it (design.md 1.5)."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from alerts.channels.dingtalk import DingTalkSender
from alerts.channels.email import EmailSender
from alerts.channels.result import SendClass, SendResult
from alerts.configuration.configurations import Configurations
from alerts.delivery import store as store_deliveries
from alerts.delivery.courier import Courier
from alerts.delivery.store import Claimed
from alerts.delivery.verdict import Waits, judge
from alerts.rendering.render import Renderer
from alerts.telling.flush import Flusher
from cli.fakes.mail import FakeMail
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, mail_server_at, make_world
from tests.integration.alerts.delivery.test_alerts_refused import (
    BADGES,
    FIRING,
    LOWER,
    MAIL_ONLY,
    RESOLVED,
    ROBOT_ONLY,
    badges,
    forget_rate,
    reload,
    states,
    waiting,
)
from tests.unit.alerts.builders import at, make_breach

ROBOT_LINE = next(line for line in ROBOT_ONLY.splitlines(keepends=True) if "url_env" in line)
NOWHERE = "http://127.0.0.1:9/robot/send?access_token=T0"


OTHER_LINE = make_breach(
    breach="pacing-high/line:L04/1",
    group={"line": "L04"},
    labels={"campaign": "double11-2025", "line": "L04"},
)


def robots(*names: str) -> str:
    """A configuration whose receiver has these robots."""
    lines = "".join(ROBOT_LINE.replace("OPS_DINGTALK_URL", name) for name in names)
    return ROBOT_ONLY.replace(ROBOT_LINE, lines)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.environment |= {
            "A_URL": f"{found.robot.url}-gone",
            "B_URL": f"{found.robot.url}-gone-too",
            "C_URL": found.robot.url,
        }
        found.configure(robots("A_URL"))
        yield found


async def tell_the_rest(world: World) -> None:
    for step, breach in enumerate((LOWER, RESOLVED), start=1):
        await world.tell(breach)
        await world.flush(at(10 * step))
        await forget_rate(world)
        await world.deliver()


async def begin(world: World) -> None:
    await world.tell(FIRING)
    await world.flush(at(0))
    await world.deliver()


async def claim(world: World) -> Claimed:
    async with transaction(world.pool) as conn:
        claimed = await store_deliveries.claim(conn, claim_s=60, per_minute={"dingtalk": 18})
    assert claimed is not None
    return claimed


async def answer(world: World, claimed: Claimed, kind: SendClass) -> None:
    """The provider's answer to an attempt that was made before."""
    result = SendResult(kind=kind, provider_code="1", provider_message="")
    outcome = judge(claimed, result, Renderer(), Waits(300, 300, 300, 300))
    attempt = {"at": at(0), "http_status": 200, "provider_code": "1", "duration_ms": 1}
    attempt |= {"provider_message": "", "class": kind.value}
    async with transaction(world.pool) as conn:
        await store_deliveries.record(conn, claimed, outcome, attempt)


async def test_two_refused_robots_are_replaced_by_one(world: World) -> None:
    world.configure(robots("A_URL", "B_URL"))
    await begin(world)
    assert await states(world) == ["failed", "failed"]
    await reload(world, robots("C_URL"))
    await world.deliver()
    await tell_the_rest(world)
    assert badges(world.robot) == BADGES
    assert sorted(await states(world)) == ["delivered"] * 3 + ["suppressed"]
    [row] = await world.rows(state="suppressed")
    assert row["reason"] == "told over the channel that replaced this one"
    assert await waiting(world) == {}


async def test_of_two_refused_robots_one_stays(world: World) -> None:
    world.configure(robots("A_URL", "C_URL"))
    await begin(world)
    assert sorted(await states(world)) == ["delivered", "failed"]
    await reload(world, robots("C_URL"))
    await tell_the_rest(world)
    assert badges(world.robot) == BADGES
    assert await waiting(world) == {}


async def test_two_refused_mail_channels_become_one(world: World) -> None:
    line = next(one for one in MAIL_ONLY.splitlines() if "{to:" in one)
    gone, lost = (line.replace("ops@", f"{name}@") for name in ("gone", "lost"))
    two, one = MAIL_ONLY.replace(line, f"{gone}\n{lost}"), MAIL_ONLY
    world.configure(two)
    refused = {f"{name}@example.com": "550 no such user" for name in ("gone", "lost")}
    with FakeMail(refuse=refused.get) as inbox:
        async with httpx.AsyncClient() as client:
            robot = DingTalkSender(world.environment, client, 1.0)
            sender = EmailSender(mail_server_at(inbox.port))
            world.courier = Courier(world.settings, world.pool, Renderer(), robot, sender)
            await begin(world)
            assert await states(world, "email") == ["failed", "failed"]
            await reload(world, one)
            await world.deliver()
            await tell_the_rest(world)
            assert [mail.to for mail in inbox.mails] == [("ops@example.com",)] * 3
    assert await waiting(world) == {}


async def test_what_is_on_its_way_during_the_reload_moves_as_well(world: World) -> None:
    await begin(world)
    await world.pool.execute("UPDATE alerts.deliveries SET next_attempt_at = now()")
    claimed = await claim(world)
    await reload(world, robots("C_URL"))
    await answer(world, claimed, SendClass.CONFIG)
    await world.deliver()
    await tell_the_rest(world)
    assert badges(world.robot) == BADGES
    assert await states(world) == ["delivered"] * 3


async def test_a_late_delivered_of_the_replaced_robot_counts(world: World) -> None:
    world.configure(robots("A_URL", "C_URL"))
    await begin(world)
    await world.pool.execute("UPDATE alerts.deliveries SET next_attempt_at = now()")
    claimed = await claim(world)
    await reload(world, robots("C_URL"))
    assert sorted(await states(world)) == ["delivered", "suppressed"]
    await answer(world, claimed, SendClass.CONFIG)
    assert sorted(await states(world)) == ["delivered", "suppressed"], "it is told already"
    await answer(world, claimed, SendClass.DELIVERED)
    assert await states(world) == ["delivered", "delivered"]
    assert await world.rows(state="suppressed") == []


async def test_a_robot_that_does_not_answer_is_replaced(world: World) -> None:
    world.environment["A_URL"] = NOWHERE
    await begin(world)
    assert await states(world) == ["pending"]
    await reload(world, robots("C_URL"))
    await world.deliver()
    await tell_the_rest(world)
    assert badges(world.robot) == BADGES
    assert await waiting(world) == {}


async def test_a_group_whose_turn_has_not_come_moves_with_the_others(world: World) -> None:
    """In a storm most groups have not tried the wrong robot yet when it is corrected."""
    await begin(world)
    await world.tell(OTHER_LINE)
    await world.flush(at(1))
    assert await states(world) == ["failed", "pending"]
    await reload(world, robots("C_URL"))
    await world.deliver()
    assert len(world.robot.messages) == 2


async def test_who_works_hears_the_end_though_somebody_else_stands_there_now(
    world: World,
) -> None:
    """A restart between the decision and the send is no reason to leave them without an end."""
    world.configure(robots("OPS_DINGTALK_URL"))
    await begin(world)
    world.configure(robots("C_URL"))
    await world.tell(LOWER, RESOLVED)
    await world.flush(at(10))
    world.restart()
    await reload(world)
    await world.deliver()
    assert badges(world.robot) == [BADGES[0], BADGES[2]]
    assert await waiting(world) == {}


async def test_two_replicas_reloaded_one_after_the_other(world: World) -> None:
    """The second flushed to the wrong robot again after the first had corrected it."""
    old = Configurations(world.directory, world.environment)
    second = Flusher(world.settings, world.pool, ManualClock(), old, Renderer())
    await begin(world)
    await reload(world, robots("C_URL"))
    await world.deliver()
    await world.tell(LOWER)
    async with transaction(world.pool) as conn:
        await set_manual(conn, at(10))
        await second.flush(conn)
    await world.deliver()
    assert "failed" in await states(world)
    await reload(world)
    assert await waiting(world) == {}, "what the new robot was told is not told again"
    await world.tell(RESOLVED)
    await world.flush(at(20))
    await world.deliver()
    assert badges(world.robot) == BADGES
    assert await waiting(world) == {}


async def test_one_group_that_cannot_be_read_keeps_the_others_from_nothing(world: World) -> None:
    await begin(world)
    await world.tell(OTHER_LINE)
    await world.flush(at(1))
    await world.pool.execute(
        "UPDATE alerts.deliveries SET target = '{\"kind\": \"pigeon\"}' WHERE state = 'failed'"
    )
    await world.pool.execute('UPDATE alerts.deliveries SET attempts = \'[{"class": "x"}]\'')
    await reload(world, robots("C_URL"))
    moved = await world.pool.fetch("SELECT channel_id FROM alerts.deliveries ORDER BY position")
    assert [row["channel_id"] for row in moved] == ["dingtalk:A_URL", "dingtalk:C_URL"]


async def test_one_alert_that_cannot_be_routed_keeps_the_service_from_nothing(
    world: World,
) -> None:
    (world.directory / "default.yml").rename(world.directory / "later.txt")
    (world.directory / "agency.yml").write_text(robots("C_URL"), encoding="utf-8")
    world.read_files()
    await world.tell(FIRING)
    await world.tell(FIRING, workspace="second")
    await world.pool.execute(
        "UPDATE alerts.transitions SET breach = '{}' WHERE alert IN "
        "(SELECT alert FROM alerts.alerts WHERE workspace = 'default')"
    )
    (world.directory / "second.yml").write_text(robots("C_URL"), encoding="utf-8")
    (world.directory / "later.txt").rename(world.directory / "default.yml")
    world.read_files()
    routed, _ = await world.adoption.adopt()
    assert routed == 1


MAILBOXES = MAIL_ONLY.replace("[ops@example.com]", "[full@example.com, ops@example.com]")


async def test_a_full_mailbox_hears_in_order_and_holds_up_nobody_else(world: World) -> None:
    world.configure(MAILBOXES)
    refused = {"full@example.com": "452 mailbox full"}
    with FakeMail(refuse=refused.get) as inbox:
        async with httpx.AsyncClient() as client:
            robot = DingTalkSender(world.environment, client, 1.0)
            sender = EmailSender(mail_server_at(inbox.port))
            world.courier = Courier(world.settings, world.pool, Renderer(), robot, sender)
            await begin(world)
            refused.clear()
            await tell_the_rest(world)
            assert [mail.to for mail in inbox.mails] == [("ops@example.com",)] * 3
            assert await waiting(world) == {("email", "unreachable"): 1, ("email", "queued"): 2}
            assert await world.deliver() == 0, "the first is not due yet"
            await world.pool.execute("UPDATE alerts.deliveries SET next_attempt_at = now()")
            assert await world.deliver() == 3
            texts = [mail.text for mail in inbox.mails]
            assert texts[3:] == texts[:3]
    assert await states(world, "email") == ["delivered"] * 6


async def test_a_mail_corrected_while_it_is_on_its_way_goes_on_as_corrected(world: World) -> None:
    world.configure(MAIL_ONLY)
    await world.tell(FIRING)
    await world.flush(at(0))
    claimed = await claim(world)
    await reload(world, MAIL_ONLY.replace("from: Paceline", "from: Corrected"))
    await answer(world, claimed, SendClass.RETRYABLE)
    target = await world.pool.fetchval("SELECT target FROM alerts.deliveries")
    assert target["to"] == "ops@example.com"
    assert target["sender"] == "Corrected <paceline@example.com>"
