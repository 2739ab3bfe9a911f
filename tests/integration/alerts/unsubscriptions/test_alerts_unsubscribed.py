"""Mail that can be left with one click (RFC 8058): who leaves is told nothing new that is not
critical, hears the end of what they were told, and comes back by the page or the API."""

# ruff: noqa: F811 - the fixtures

import httpx
import pytest

from alerts.rendering.render import Renderer
from alerts.telling.flush import Flusher
from shared.database.clock import ManualClock
from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.unsubscriptions.unsubscribed import (  # noqa: F401 - fixtures
    BOUND,
    ENGLISH,
    FILE,
    OTHER,
    RAISED,
    RESOLVED,
    WARNING,
    client,
    leave,
    link_of,
    mails,
    path_of,
    routed,
    world,
)
from tests.unit.alerts.builders import at, make_breach, make_history
from tests.unit.alerts.response.pages import BASE


async def test_a_mail_says_how_to_leave_it(world: World) -> None:
    await world.tell(WARNING)
    found = await mails(world, 0)
    mail = found["ann"]
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link_of(mail)
    assert f"Unsubscribe from such mail: {BASE}{path}" in mail.text
    assert f'<a href="{BASE}{path}"' in mail.html
    assert path != link_of(found["bob"]), "each leaves for themselves"
    longest = max(mail.content.split(b"\r\n"), key=len)
    assert len(longest) <= 998


async def test_what_is_shown_of_a_message_has_no_such_link(world: World) -> None:
    await world.tell(WARNING)
    await mails(world, 0)
    assert "unsubscribe/" not in str(await world.rows())


@pytest.mark.parametrize(
    ("file", "links", "why"),
    [
        (ENGLISH.replace(", unsubscribe: true", ""), True, "the file does not permit it"),
        (ENGLISH, False, "no address is known where people reach the service"),
    ],
)
async def test_without_permission_or_address_nothing_is_said(
    world: World, file: str, links: bool, why: str
) -> None:
    world.configure(file)
    if not links:
        renderer = Renderer()
        world.flusher = Flusher(
            world.settings, world.pool, ManualClock(), world.configurations, renderer
        )
    await world.tell(WARNING)
    mail = (await mails(world, 0))["ann"]
    assert mail.message["List-Unsubscribe"] is None, why
    assert "nsubscribe" not in mail.text + mail.html


@pytest.mark.parametrize(
    ("file", "severity", "why"),
    [
        (ENGLISH, "critical", "it is critical"),
        (routed("receiver: duty"), "warning", "on call"),
        (routed("receiver: duty, to_owner: true"), "warning", "on call for who owns it"),
        (routed("receiver: ops, escalation: chain"), "warning", "an escalation begins with it"),
    ],
)
async def test_what_somebody_has_to_hear_of_says_that_it_cannot_be_left(
    world: World, client: httpx.AsyncClient, file: str, severity: str, why: str
) -> None:
    world.configure(file)
    [firing] = make_history(("firing", severity, "1.6"))
    await world.tell(firing)
    found = await mails(world, 0)
    name, mail = next(iter(found.items()))
    assert mail.message["List-Unsubscribe"] is None, why
    assert BOUND in mail.text
    assert BOUND in mail.html
    receiver = "eve" if name == "eve" else "ops"
    await leave(client, path_of(name, receiver=receiver))
    lines = [
        make_breach(breach="x/1", severity=severity, labels={"campaign": "other", "rule": "x"})
    ]
    await world.tell(*lines)
    assert name in await mails(world, 1), why


async def test_an_escalation_still_calls_who_has_left(
    world: World, client: httpx.AsyncClient
) -> None:
    world.configure(routed("receiver: ops, escalation: chain"))
    await leave(client, path_of("eve", receiver="eve"))
    await leave(client, path_of("ann"))
    await world.tell(WARNING)
    assert set(await mails(world, 0)) == {"ann", "bob"}
    before = len(world.inbox.mails)
    await world.escalate(at(11))
    await world.deliver()
    assert [(one.to, BOUND in one.text) for one in world.inbox.mails[before:]] == [
        (("eve@example.com",), True)
    ]


async def test_who_left_hears_the_end_of_what_they_were_told_and_nothing_new(
    world: World, client: httpx.AsyncClient
) -> None:
    await world.tell(WARNING)
    found = await mails(world, 0)
    await leave(client, link_of(found["ann"]))
    await world.tell(OTHER)
    assert set(await mails(world, 1)) == {"bob"}
    assert set(await mails(world, 150)) == {"bob"}, "nobody who left is reminded"
    await world.tell(make_history(("firing", "warning", "1.3"), ("resolved", "warning", "1.0"))[1])
    ended = make_breach(
        **{"breach": OTHER.breach, "group": {"line": "L04"}, "labels": OTHER.labels},
        seq=2,
        transition="resolved",
        severity="warning",
    )
    await world.tell(ended)
    found = await mails(world, 200)
    assert set(found) == {"ann", "bob"}
    kept = [row for row in await world.rows() if row["reason"] == "unsubscribed"]
    assert [(row["state"], row["transition"]) for row in kept] == [("muted", "firing")]
    assert await mails(world, 500) == {}


async def test_what_becomes_critical_reaches_who_left(
    world: World, client: httpx.AsyncClient
) -> None:
    await leave(client, path_of("ann"))
    await world.tell(WARNING)
    assert set(await mails(world, 0)) == {"bob"}
    await world.tell(RAISED)
    found = await mails(world, 1)
    assert set(found) == {"ann", "bob"}
    assert BOUND in found["ann"].text
    assert set(await mails(world, 130)) == {"ann", "bob"}, "and reminds"
    await world.tell(RESOLVED)
    assert set(await mails(world, 140)) == {"ann", "bob"}


async def test_reports_are_left_with_the_rest(world: World, client: httpx.AsyncClient) -> None:
    report = 'reports: [{name: day, receiver: ops, times: ["09:00"], empty: send}]'
    world.configure(ENGLISH.replace("receivers:", f"{report}\nreceivers:", 1))
    await world.adoption.adopt()
    found = await mails(world, 24 * 60)
    assert set(found) == {"ann", "bob"}
    await leave(client, link_of(found["ann"]))
    assert set(await mails(world, 48 * 60)) == {"bob"}


async def test_a_group_that_nobody_hears_of_does_not_tick(
    world: World, client: httpx.AsyncClient
) -> None:
    await world.tell(WARNING)
    await mails(world, 0)
    await leave(client, path_of("ann"))
    await leave(client, path_of("bob"))
    await world.flush(at(121))
    assert await world.pool.fetchval("SELECT max(due_at) FROM alerts.groups") is None


async def test_who_comes_back_is_told_what_is_open_then(
    world: World, client: httpx.AsyncClient
) -> None:
    await world.tell(WARNING)
    await mails(world, 0)
    await leave(client, path_of("ann"))
    await world.tell(OTHER)
    assert set(await mails(world, 1)) == {"bob"}
    await client.post(path_of("ann"), data={"action": "return"})
    assert set(await mails(world, 2)) == {"ann"}, "what she was not told"
    # Reminded of what she knows at its time: both groups look again.
    assert set(await mails(world, 121)) == {"ann", "bob"}


@pytest.mark.parametrize(
    ("locale", "words", "bound"),
    [
        ("zh-CN", "退订这类邮件：https://", "这封邮件不能退订"),
        ("zh-TW", "取消訂閱這類郵件：https://", "這封郵件無法取消訂閱"),
    ],
)
async def test_it_is_said_in_the_readers_language(
    world: World, client: httpx.AsyncClient, locale: str, words: str, bound: str
) -> None:
    world.configure(FILE.replace("LOCALE", locale))
    await world.tell(WARNING)
    mail = (await mails(world, 0))["ann"]
    assert words in mail.text
    page = await client.get(link_of(mail))
    assert f'lang="{locale}"' in page.text
    await world.tell(RAISED)
    assert bound in (await mails(world, 1))["ann"].text
