"""A channel has a name: a corrected entry of that name is the same channel, and hears all of it,
once and in order; whoever has another name is somebody else (design.md section 1.5)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import convert, structs

from alerts.channels.message import Composed
from alerts.channels.result import SendClass, SendResult
from alerts.delivery import store as store_deliveries
from alerts.delivery.store import Claimed
from alerts.delivery.verdict import Waits, judge
from cli.fakes.mail import FakeMail
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events.notifications import Attempt
from tests.integration.alerts.alerts_world import World, make_world
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
from tests.unit.alerts.builders import at

ENTRY = "{url_env: OPS_DINGTALK_URL, secret_env: OPS_DINGTALK_SECRET}"
NOWHERE = "http://127.0.0.1:9/robot/send?access_token=T0"


def robot(variable: str, name: str | None = "room") -> str:
    """A configuration with one robot."""
    named = f"name: {name}, " if name else ""
    entry = f"{{{named}url_env: {variable}, secret_env: OPS_DINGTALK_SECRET}}"
    return ROBOT_ONLY.replace(ENTRY, entry)


def named_boxes(**people: str) -> str:
    """A configuration with a mailbox of each of these people, by the channel's name."""
    line = next(one for one in MAIL_ONLY.splitlines(keepends=True) if "{to:" in one)
    lines = [
        line.replace("{to: [ops@", f"{{name: {name}, to: [{person}@")
        for name, person in people.items()
    ]
    return MAIL_ONLY.replace(line, "".join(lines))


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.environment |= {
            "WRONG_URL": f"{found.robot.url}-gone",
            "AWAY_URL": NOWHERE,
            "RIGHT_URL": found.robot.url,
        }
        yield found


async def begin(world: World) -> None:
    await world.tell(FIRING)
    await world.flush(at(0))
    await world.deliver()


async def tell_the_rest(world: World) -> None:
    for step, breach in enumerate((LOWER, RESOLVED), start=1):
        await world.tell(breach)
        await world.flush(at(10 * step))
        await forget_rate(world)
        await world.deliver()


async def answer(world: World, claimed: Claimed, kind: SendClass) -> None:
    """The provider's answer to an attempt that was made before."""
    result = SendResult(kind=kind, provider_code="1", provider_message="")
    outcome = judge(claimed, Composed("t", "x"), result, Waits(300, 300, 300, 300))
    attempt = {"at": at(0), "http_status": 200, "provider_code": "1", "duration_ms": 1}
    attempt |= {"provider_message": "", "class": kind.value}
    async with transaction(world.pool) as conn:
        row = store_deliveries.AttemptRow(claimed, outcome, convert(attempt, Attempt))
        await store_deliveries.add_attempts(conn, [row])


@pytest.mark.parametrize("wrong", ["WRONG_URL", "AWAY_URL"])
async def test_a_corrected_robot_hears_what_the_wrong_one_did_not_take(
    world: World, wrong: str
) -> None:
    world.configure(robot(wrong))
    await begin(world)
    assert badges(world.robot) == []
    await reload(world, robot("RIGHT_URL"))
    await world.due_again()
    await world.deliver()
    await tell_the_rest(world)
    assert badges(world.robot) == BADGES
    assert await states(world) == ["delivered"] * 3
    assert await waiting(world) == {}


async def test_a_name_that_was_derived_may_be_written_to_keep_it(world: World) -> None:
    world.configure(robot("WRONG_URL", None))
    await begin(world)
    await reload(world, robot("RIGHT_URL", "dingtalk:WRONG_URL"))
    await world.deliver()
    await tell_the_rest(world)
    assert badges(world.robot) == BADGES


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([robot("RIGHT_URL", None)], id="it had none"),
        pytest.param([robot("RIGHT_URL", "old"), MAIL_ONLY], id="it was away"),
        pytest.param(
            [robot("OPS_DINGTALK_URL", "old"), robot("RIGHT_URL", "old")],
            id="it was corrected before",
        ),
    ],
)
async def test_a_channel_that_is_given_a_name_is_told_nothing_again(
    world: World, before: list[str]
) -> None:
    world.configure(before[0])
    await begin(world)
    await world.tell(LOWER)
    await world.flush(at(10))
    for text in (*before[1:], robot("RIGHT_URL")):
        await reload(world, text)
        await world.flush(at(11))
        await world.deliver()
    await world.tell(RESOLVED)
    await world.flush(at(20))
    await forget_rate(world)
    await world.deliver()
    assert badges(world.robot) == BADGES
    ids = await world.pool.fetch("SELECT channel_id FROM alerts.notify_log")
    assert {row["channel_id"] for row in ids} - {"email:ops@example.com"} == {"room"}


async def test_a_name_that_is_given_to_somebody_else_leaves_who_had_it_what_they_know(
    world: World,
) -> None:
    world.configure(named_boxes(first="ann"))
    await begin(world)
    await reload(world, named_boxes(second="ann", first="bob"))
    await world.flush(at(1))
    await world.deliver()
    await world.tell(structs.replace(RESOLVED, seq=2))
    await world.flush(at(20))
    await world.deliver()
    heard = [(mail.to[0][:3], mail.subject[:4]) for mail in world.inbox.mails]
    assert sorted(heard) == sorted((who, what) for who in ("ann", "bob") for what in BADGES[::2])


@pytest.mark.parametrize(
    "after",
    [
        pytest.param({"first": "bob", "second": "ann"}, id="they changed names"),
        pytest.param({"second": "ann", "third": "bob"}, id="names moved on by one"),
        pytest.param({"second": "ann"}, id="one has the name of who left"),
        pytest.param({}, id="both left"),
    ],
)
async def test_whatever_they_are_called_each_hears_the_beginning_and_the_end_once(
    world: World, after: dict[str, str]
) -> None:
    world.configure(named_boxes(first="ann", second="bob"))
    await world.tell(FIRING)
    await world.flush(at(0))
    # As of old, when a name was kept in the log beside the one that took its place.
    await world.pool.execute(
        "INSERT INTO alerts.notify_log SELECT group_id, 'old', channel, told_at, reason, "
        "thread_root, thread_last FROM alerts.notify_log WHERE channel_id = 'first'"
    )
    await world.pool.execute(
        "INSERT INTO alerts.told SELECT group_id, 'old', alert, episode, seq, severity, firing "
        "FROM alerts.told WHERE channel_id = 'first'"
    )
    await reload(world, named_boxes(**after) if after else ROBOT_ONLY)
    await world.deliver()
    await world.flush(at(1))
    await world.deliver()
    await world.tell(structs.replace(RESOLVED, seq=2))
    await world.flush(at(20))
    await world.deliver()
    heard = [(mail.to[0][:3], mail.subject[:4]) for mail in world.inbox.mails]
    assert sorted(heard) == sorted((who, what) for who in ("ann", "bob") for what in BADGES[::2])


async def test_another_name_is_another_channel_and_the_former_hears_the_end(world: World) -> None:
    world.configure(named_boxes(first="ann"))
    await begin(world)
    await reload(world, named_boxes(second="bob"))
    await world.flush(at(1))
    await world.deliver()
    await world.tell(structs.replace(RESOLVED, seq=2))
    await world.flush(at(20))
    await world.deliver()
    heard = [(mail.to[0][:3], mail.subject[:4]) for mail in world.inbox.mails]
    assert sorted(heard) == [
        ("ann", BADGES[0]),
        ("ann", BADGES[2]),
        ("bob", BADGES[0]),
        ("bob", BADGES[2]),
    ]


async def test_a_channel_may_become_one_of_another_kind(world: World) -> None:
    """Its message is data, and is composed for what the name stands for now."""
    world.configure(robot("WRONG_URL"))
    await begin(world)
    mail = MAIL_ONLY.replace("{to: [ops@", "{name: room, to: [ops@")
    await reload(world, mail)
    await world.deliver()
    [arrived] = world.inbox.mails
    assert "<h2" in arrived.html
    assert "**" not in arrived.text
    [row] = await world.rows()
    assert row["body"]["text"].split() == arrived.text.split()


async def test_what_is_on_its_way_during_the_reload_goes_on_as_corrected(world: World) -> None:
    world.configure(robot("WRONG_URL"))
    await begin(world)
    await world.due_again()
    async with transaction(world.pool) as conn:
        [claimed] = await store_deliveries.take(conn, claim_s=60, limits={})
    await reload(world, robot("RIGHT_URL"))
    await answer(world, claimed, SendClass.CONFIG)
    await world.deliver()
    await tell_the_rest(world)
    assert badges(world.robot) == BADGES
    assert await states(world) == ["delivered"] * 3


async def test_who_works_hears_the_end_though_somebody_else_stands_there_now(
    world: World,
) -> None:
    """A restart between the decision and the send is no reason to leave them without an end."""
    world.configure(robot("OPS_DINGTALK_URL", "old"))
    await begin(world)
    world.configure(robot("WRONG_URL", "new"))
    await world.tell(LOWER, RESOLVED)
    await world.flush(at(10))
    world.restart()
    await reload(world)
    await world.deliver()
    assert badges(world.robot) == [BADGES[0], BADGES[2]]
    assert await waiting(world) == {}


async def test_a_reload_writes_only_what_it_changes(world: World) -> None:
    written = "SELECT state, xmin::text FROM alerts.deliveries ORDER BY position"
    world.configure(robot("WRONG_URL"))
    await begin(world)
    await world.tell(LOWER)
    await world.flush(at(10))
    before = await world.pool.fetch(written)
    assert await reload(world) == 1
    after = await world.pool.fetch(written)
    assert [row["state"] for row in after] == ["failed", "pending"]
    assert after[0] != before[0], "it is due again"
    assert after[1] == before[1]


async def test_one_alert_that_cannot_be_routed_keeps_the_service_from_nothing(
    world: World,
) -> None:
    (world.directory / "default.yml").rename(world.directory / "later.txt")
    (world.directory / "agency.yml").write_text(robot("RIGHT_URL"), encoding="utf-8")
    world.read_files()
    await world.tell(FIRING)
    await world.tell(FIRING, workspace="second")
    await world.pool.execute(
        "UPDATE alerts.transitions SET signal = '{}' WHERE alert IN "
        "(SELECT alert FROM alerts.alerts WHERE workspace = 'default')"
    )
    (world.directory / "second.yml").write_text(robot("RIGHT_URL"), encoding="utf-8")
    (world.directory / "later.txt").rename(world.directory / "default.yml")
    world.read_files()
    routed, _ = await world.adoption.adopt()
    assert routed == 1


async def test_a_full_mailbox_hears_in_order_and_holds_up_nobody_else(world: World) -> None:
    world.configure(MAIL_ONLY.replace("[ops@example.com]", "[full@example.com, ops@example.com]"))
    refused = {"full@example.com": "452 mailbox full"}
    with FakeMail(refuse=refused.get) as inbox:
        world.courier = world.courier_with(mail_port=inbox.port)
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
