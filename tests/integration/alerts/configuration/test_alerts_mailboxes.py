"""One delivery is one mailbox: who else joins or leaves a receiver changes nothing for the others,
and whoever joins is told what is open, with a reason that says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history

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


def mails_to(*names: str) -> str:
    addresses = ", ".join(f"{name}@example.com" for name in names)
    return MAIL_ONLY.replace("[ops@example.com]", f"[{addresses}]")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.configure(mails_to("ann", "bob"))
        yield found


async def hear(world: World, minute: int) -> list[str]:
    """Who gets a mail at this minute, by name."""
    before = len(world.inbox.mails)
    await world.flush(at(minute))
    await world.deliver()
    return sorted(mail.to[0].partition("@")[0] for mail in world.inbox.mails[before:])


async def join(world: World, *names: str) -> None:
    world.configure(mails_to(*names))
    await world.adoption.adopt()


async def reasons(world: World, transition: str) -> list[tuple[str, str]]:
    rows = [row for row in await world.rows() if row["transition"] == transition]
    return [(row["reason"], row["state"]) for row in rows]


async def test_each_mailbox_is_a_delivery_of_its_own(world: World) -> None:
    await world.tell(FIRING)
    assert await hear(world, 0) == ["ann", "bob"]
    deliveries = {row["delivery"] for row in await world.rows()}
    assert len(deliveries) == 2
    assert {mail.message["Message-ID"] for mail in world.inbox.mails} == {
        f"<{one}@example.com>" for one in deliveries
    }


async def test_a_recipient_more_is_told_alone_and_at_once_what_is_open(world: World) -> None:
    await world.tell(FIRING)
    await hear(world, 0)
    await join(world, "ann", "bob", "eve")
    assert await hear(world, 1) == ["eve"]
    assert (await reasons(world, "firing"))[-1] == ("joined later", "delivered")
    await join(world, "ann", "bob", "eve")
    assert await hear(world, 2) == [], "a reload tells nobody again"
    await world.tell(LOWER)
    assert await hear(world, 10) == ["ann", "bob", "eve"]
    await world.tell(RESOLVED)
    assert await hear(world, 20) == ["ann", "bob", "eve"], "one end each"


async def test_a_recipient_less_hears_the_end_and_nothing_new(world: World) -> None:
    await world.tell(FIRING)
    await hear(world, 0)
    await join(world, "ann")
    assert await hear(world, 1) == []
    other = make_breach(
        breach="budget-used/line:L03/1",
        rule="budget-used",
        labels={"campaign": "double11-2025", "line": "L03", "rule": "budget-used"},
    )
    await world.tell(other)
    assert await hear(world, 2) == ["ann"]
    await world.tell(LOWER, RESOLVED)
    assert await hear(world, 20) == ["ann", "bob"]


async def test_the_letters_of_an_address_make_no_other_mailbox(world: World) -> None:
    await world.tell(FIRING)
    await hear(world, 0)
    await join(world, "Ann", "BOB")
    assert await hear(world, 1) == []
    await world.tell(LOWER, RESOLVED)
    assert await hear(world, 20) == ["Ann", "BOB"], "as they are written now"


async def test_what_was_over_before_somebody_joined_is_on_record_with_that_reason(
    world: World,
) -> None:
    await world.tell(FIRING)
    await hear(world, 0)
    world.configure(mails_to("ann", "bob", "eve"))
    await world.tell(LOWER, RESOLVED)
    assert await hear(world, 20) == ["ann", "bob"]
    assert (await reasons(world, "resolved"))[-1] == ("joined later", "suppressed")


async def test_what_came_and_went_before_anybody_knew_says_so(world: World) -> None:
    await world.tell(FIRING, LOWER, RESOLVED)
    assert await hear(world, 20) == []
    assert set(await reasons(world, "firing")) == {("over before it was told", "suppressed")}


async def test_who_wants_no_resolves_is_on_record_with_that_reason(world: World) -> None:
    quiet = mails_to("ann").replace(
        "    locale: zh-CN", "    locale: zh-CN\n    send_resolved: false"
    )
    world.configure(quiet.replace("[campaign, line]", "[campaign]"))
    other = make_breach(
        breach="pacing-high/line:L04/1",
        group={"line": "L04"},
        labels={"campaign": "double11-2025", "line": "L04", "rule": "pacing-high"},
    )
    await world.tell(FIRING, other)
    assert await hear(world, 0) == ["ann"]
    await world.tell(LOWER)
    await hear(world, 10)
    await world.tell(RESOLVED)
    assert await hear(world, 20) == []
    assert await reasons(world, "resolved") == [("resolves are not wanted", "suppressed")]


async def test_a_receiver_that_gets_its_first_channel_is_told_what_is_open(world: World) -> None:
    world.configure(MAIL_ONLY[: MAIL_ONLY.index("    email_configs")])
    await world.tell(FIRING)
    assert await hear(world, 0) == []
    await join(world, "ann")
    assert await hear(world, 1) == ["ann"]
    assert (await reasons(world, "firing"))[-1] == ("first notification", "delivered")


async def test_a_full_mailbox_keeps_nothing_from_the_others(world: World) -> None:
    """Its own mails wait in order; it is judged by its own answer alone."""
    await world.tell(FIRING)
    world.inbox.fail_next("452 mailbox full")
    assert len(await hear(world, 0)) == 1
    await world.tell(LOWER)
    await world.flush(at(10))
    await world.due_again()
    await world.deliver()
    heard = [mail.to[0] for mail in world.inbox.mails]
    assert sorted(heard) == ["ann@example.com"] * 2 + ["bob@example.com"] * 2
    states = {state for _, _, state in await world.told("email")}
    assert states == {"delivered"}


async def test_an_entry_that_wants_no_ends_gets_none_and_another_of_its_receiver_does(
    world: World,
) -> None:
    secret = "secret_env: OPS_DINGTALK_SECRET}"
    assert secret in CONFIGURATION
    world.configure(CONFIGURATION.replace(secret, secret[:-1] + ", send_resolved: false}"))
    firing, resolved = make_history(("firing", "critical", "1.6"), ("resolved", "critical", "1.0"))
    await world.tell(firing)
    await world.flush(at(1))
    await world.tell(resolved)
    await world.flush(at(11))
    await world.deliver()
    assert await world.told("email") == [
        ("firing", "critical", "delivered"),
        ("resolved", "critical", "delivered"),
    ]
    assert await world.told("dingtalk") == [
        ("firing", "critical", "delivered"),
        ("resolved", "critical", "suppressed"),
    ]
