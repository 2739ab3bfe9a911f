"""A mail channel used to be a list of recipients. What such channels were told and had not got yet
is that of their mailboxes after the upgrade: nobody hears twice, and everybody the end."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
import sqlalchemy as sa
from msgspec import structs

from cli.helpers import run_coroutine
from cli.migrations.migrate import migrate, migrate_down
from shared.database.pool import create_pool
from shared.events import Breach
from shared.settings import CommonSettings
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach

BEFORE = "0005_alerts"
LIST = ["a@example.com", "B@example.com"]
LIST_ID = "email:B@example.com,a@example.com"
SENDER = "Paceline <paceline@example.com>"
MAIL_ONLY = "".join(
    line
    for line in CONFIGURATION.splitlines(keepends=True)
    if "dingtalk" not in line and "url_env" not in line
)
TWO = MAIL_ONLY.replace("[ops@example.com]", "[B@example.com, a@example.com]")
THREE = MAIL_ONLY.replace("[ops@example.com]", "[a@example.com, b@example.com, c@example.com]")


def list_channel(*to: str) -> dict[str, Any]:
    """As it was stored: an id and a target that name all recipients."""
    target = {"kind": "email", "to": sorted(to), "sender": SENDER}
    return {"id": f"email:{','.join(sorted(to))}", "kind": "email", "target": target}


def breach_of(line: str, **changes: Any) -> Breach:
    labels = {"campaign": "double11-2025", "line": line, "rule": "pacing-high"}
    return make_breach(
        breach=f"pacing-high/line:{line}/1", group={"line": line}, labels=labels, **changes
    )


class Filled:
    """Writes rows as the version before the migration wrote them."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn = conn

    async def alert(self, number: int, line: str) -> None:
        """An open alert whose opening was told to the list, in a group of its own."""
        breach = breach_of(line)
        labels = {**breach.labels}
        await self._conn.execute(
            "INSERT INTO alerts.alerts (alert, workspace, fingerprint, campaign, episodes, labels) "
            "OVERRIDING SYSTEM VALUE VALUES ($1, 'default', $2, 'double11-2025', 1, $3)",
            number,
            f"f{number}",
            labels,
        )
        await self._conn.execute(
            "INSERT INTO alerts.episodes (alert, episode, workspace, breach, seq, state, severity, "
            "restated_at, starts_at, decided_at) "
            "VALUES ($1, 1, 'default', $2, 1, 'firing', 'critical', 0, $3, $3)",
            number,
            breach.breach,
            at(0),
        )
        await self._conn.execute(
            "INSERT INTO alerts.transitions (alert, episode, seq, breach) VALUES ($1, 1, 1, $2)",
            number,
            msgspec.to_builtins(breach),
        )
        receiver = {
            "name": "ops",
            "locale": "zh-CN",
            "send_resolved": True,
            "channels": [list_channel(*LIST), list_channel(LIST[0], "z@example.com")],
        }
        intervals = {"wait": "PT0S", "interval": "PT1S", "repeat": "P30D"}
        await self._conn.execute(
            "INSERT INTO alerts.groups (group_id, workspace, group_key, receiver, labels, "
            "snapshot, flushed_at, active) OVERRIDING SYSTEM VALUE "
            "VALUES ($1, 'default', $2, 'ops', '{}', $3, $4, true)",
            number,
            f"{{}}:{number}",
            {"receiver": receiver, "intervals": intervals},
            at(0),
        )
        await self._conn.execute(
            "INSERT INTO alerts.group_members (group_id, alert, episode) VALUES ($1, $1, 1)", number
        )

    async def told(self, group: int, channel: dict[str, Any], root: str, seq: int = 1) -> None:
        await self._conn.execute(
            "INSERT INTO alerts.notify_log (group_id, channel_id, channel, told_at, reason, "
            "subject, thread_root, thread_last) "
            "VALUES ($1, $2, $3, $4, 'first notification', 's', $5, $5)",
            group,
            channel["id"],
            channel,
            at(0),
            root,
        )
        await self._conn.execute(
            "INSERT INTO alerts.told (group_id, channel_id, alert, episode, seq, severity, firing) "
            "VALUES ($1, $2, $1, 1, $3, 'critical', true)",
            group,
            channel["id"],
            seq,
        )

    async def message(
        self,
        group: int,
        delivery: str,
        state: str,
        *,
        left: list[str] | None = None,
        root: str | None = None,
    ) -> None:
        """A mail to the list; `left` are those who have not taken it, if some have."""
        channel = list_channel(*LIST)
        target = {**channel["target"], "to": left or channel["target"]["to"]}
        await self._conn.execute(
            "INSERT INTO alerts.deliveries (delivery, workspace, group_id, receiver, channel_id, "
            "target, locale, title, body, plain, html, subject, thread_root, thread_previous, "
            "state, partly) VALUES ($1, 'default', $2, 'ops', $3, $4, 'zh-CN', $1, $1, $1, "
            "'<h2>x</h2>', $1, $5, $5, $6, $7)",
            delivery,
            group,
            channel["id"],
            target,
            root,
            state,
            left is not None,
        )
        await self._conn.execute(
            "INSERT INTO alerts.notifications (workspace, delivery, group_id, receiver, "
            "channel_id, channel, alert, episode, seq, fingerprint, reason, transition, "
            "severity, locale, decided_at, labels, explain) VALUES ('default', $1, $2, 'ops', $3, "
            "'email', $2, 1, 1, "
            "'f', 'first notification', 'firing', 'critical', 'zh-CN', $4, '{}', $5)",
            delivery,
            group,
            channel["id"],
            at(0),
            {
                "rule": "pacing-high",
                "rule_version": 1,
                "kpi": "budget.pacing_ratio",
                "window": None,
                "value": None,
                "threshold": None,
                "op": ">=",
                "crossed": [],
                "numbers": {},
                "plan_version": None,
                "complete_through": None,
                "breach": f"b{group}",
                "event_time": "2025-11-03T04:00:00Z",
            },
        )


async def _fill(url: str) -> None:
    """Four groups: the opening has arrived; one mailbox has it, the other waits for it and both for
    what came after; nobody has it; a longer list took over from a shorter one."""
    pool = await create_pool(CommonSettings(database_url=url, service="test"))
    async with pool.acquire() as conn, conn.transaction():
        filled = Filled(conn)
        for number, line in enumerate(("L01", "L02", "L03", "L04"), start=1):
            await filled.alert(number, line)
        both = list_channel(*LIST)
        await filled.told(1, both, "d1")
        await filled.message(1, "d1", "delivered")
        await filled.told(2, both, "d2")
        await filled.message(2, "d2", "failed", left=["a@example.com"])
        await filled.message(2, "d2-later", "pending", root="d2")
        await filled.told(3, both, "d3")
        await filled.message(3, "d3", "pending")
        await filled.told(4, list_channel("a@example.com"), "d4-alone")
        await filled.told(4, both, "d4")
        await filled.message(4, "d4", "delivered")
    await pool.close()


@pytest.fixture
def filled_url(postgres: str) -> Iterator[str]:
    name = f"lists_{uuid.uuid4().hex[:12]}"
    run_coroutine(_execute(postgres, f"CREATE DATABASE {name}"))
    url = sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)
    migrate(url, BEFORE)
    run_coroutine(_fill(url))
    migrate(url)
    yield url
    run_coroutine(_execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url)
    await conn.execute(statement)
    await conn.close()


@pytest.fixture
async def world(filled_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(filled_url, tmp_path, filled=True) as found:
        found.configure(TWO)
        yield found


async def hear(world: World, minute: int) -> list[tuple[str, str]]:
    """(mailbox, subject) of the mails of one flush and all that is due."""
    before = len(world.inbox.mails)
    await world.flush(at(minute))
    await world.adoption.adopt()
    await world.due_again()
    await world.deliver()
    return [(mail.to[0], mail.subject) for mail in world.inbox.mails[before:]]


async def test_each_mailbox_gets_what_it_had_not_got_and_no_opening_twice(world: World) -> None:
    heard = await hear(world, 1)
    assert sorted(heard) == [
        ("B@example.com", "d2-later"),
        ("B@example.com", "d3"),
        ("a@example.com", "d2"),
        ("a@example.com", "d2-later"),
        ("a@example.com", "d3"),
    ]
    mine = [subject for mailbox, subject in heard if mailbox == "a@example.com"]
    assert mine.index("d2") < mine.index("d2-later"), "each mailbox hears in order"
    assert await hear(world, 2) == []


async def test_the_end_of_each_alert_reaches_each_mailbox_once(world: World) -> None:
    await hear(world, 1)
    for line in ("L01", "L02", "L03", "L04"):
        await world.tell(structs.replace(breach_of(line), seq=2, transition="resolved"))
    heard = await hear(world, 10)
    assert sorted(mailbox for mailbox, _ in heard) == ["B@example.com"] * 4 + ["a@example.com"] * 4
    assert await hear(world, 20) == []


async def test_the_mails_of_each_mailbox_stay_one_thread(world: World) -> None:
    await hear(world, 1)
    await world.tell(structs.replace(breach_of("L03"), seq=2, transition="resolved"))
    await hear(world, 10)
    for mailbox in ("a@example.com", "B@example.com"):
        opening, end = [
            mail.message
            for mail in world.inbox.mails
            if mail.to == (mailbox,) and (mail.subject == "d3" or "恢复" in mail.subject)
        ]
        assert end["In-Reply-To"] == opening["Message-ID"]


async def test_one_recipient_more_after_the_upgrade_tells_nobody_else_again(world: World) -> None:
    await hear(world, 1)
    world.configure(THREE)
    await world.adoption.adopt()
    heard = await hear(world, 10)
    assert [mailbox for mailbox, _ in heard] == ["c@example.com"] * 4
    rows = [row for row in await world.rows() if row["reason"] == "joined later"]
    assert len(rows) == 4


async def test_what_groups_keep_of_their_receivers_names_each_mailbox_once(world: World) -> None:
    snapshot = await world.pool.fetchval("SELECT snapshot FROM alerts.groups LIMIT 1")
    assert [one["id"] for one in snapshot["receiver"]["channels"]] == [
        "email:a@example.com",
        "email:b@example.com",
        "email:z@example.com",
    ]
    assert {one["target"]["to"] for one in snapshot["receiver"]["channels"]} == {
        *LIST,
        "z@example.com",
    }


def test_the_way_back_makes_lists_of_one(filled_url: str) -> None:
    migrate_down(filled_url, BEFORE)

    async def read() -> list[Any]:
        conn = await asyncpg.connect(filled_url)
        rows = await conn.fetch(
            "SELECT DISTINCT jsonb_typeof(target->'to') FROM alerts.deliveries "
            "UNION SELECT jsonb_typeof(channel#>'{target,to}') FROM alerts.notify_log "
            "UNION SELECT jsonb_typeof(jsonb_array_elements(snapshot#>'{receiver,channels}')"
            "#>'{target,to}') FROM alerts.groups"
        )
        await conn.close()
        return [row[0] for row in rows]

    assert run_coroutine(read()) == ["array"]
    migrate(filled_url)
