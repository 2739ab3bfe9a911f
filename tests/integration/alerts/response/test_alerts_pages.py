"""The page of an alert: it shows and never acts, its form acts, and nobody else's does."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from alerts.pages.routes import SILENCE, add_pages
from alerts.rendering.render import Renderer
from alerts.response.links import Links
from alerts.response.rates import Rate
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import (  # noqa: F401 - fixtures
    as_role,
    client,
    world,
)
from tests.unit.alerts.builders import CONFIGURATION, at, make_history
from tests.unit.alerts.response.pages import BASE, LINKS, token_of

FIRING = ("firing", "warning", "1.3")
RESOLVED = ("resolved", "warning", "1.0")
NAME = "<script>alert(1)</script> 李娜"


class Page:
    """The page of the newest alert of a world, as a browser meets it."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:  # noqa: F811
        self.world, self.client = world, client
        transport = client._transport
        assert isinstance(transport, httpx.ASGITransport)
        assert isinstance(transport.app, FastAPI)
        self.app = transport.app
        add_pages(self.app, LINKS, Renderer(LINKS))

    async def begin(self, *, locale: str = "en", links: Links = LINKS) -> str:
        """The path of the page of an alert that everybody was told."""
        self.world.configure(CONFIGURATION.replace("zh-CN", locale))
        await self.world.tell(*make_history(FIRING))
        await self.world.flush(at(0))
        alert = await self.world.pool.fetchval("SELECT max(alert) FROM alerts.alerts")
        address = links.address("default", alert, "ops", at(0))
        return f"/respond/{token_of(address)}"

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def post(self, path: str, origin: str | None = BASE, **fields: str) -> httpx.Response:
        headers = {} if origin is None else {"Origin": origin}
        return await self.client.post(path, data=fields, headers=headers)

    async def actions(self) -> list[tuple[str, str, str]]:
        rows = await self.world.pool.fetch("SELECT * FROM alerts.actions ORDER BY action")
        return [(row["kind"], row["made_by"], row["comment"]) for row in rows]


@pytest.fixture
def page(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> Page:
    client.event_hooks = {"request": [], "response": []}
    return Page(world, client)


async def test_to_look_at_the_page_does_nothing(page: Page) -> None:
    path = await page.begin()
    answer = await page.get(path)
    assert answer.status_code == 200
    text = answer.text
    assert "Spending too fast: 130% of plan" in text
    assert "Nobody has this alert yet." in text
    assert "Remind me tomorrow at 9:00 (Asia/Shanghai)" in text
    assert re.findall(r'name="action" value="(\w+)"', text) == [
        "ack",
        "snooze_hour",
        "snooze_tomorrow",
        "say",
        "assign",
        "resolve",
        "silence",
    ]
    assert "ops (dingtalk): on its way" in text
    assert "Nov 3, 12:00: opened · warning · 130%" in text
    assert await page.actions() == []


async def test_the_page_is_safe_small_and_works_without_a_script(page: Page) -> None:
    answer = await page.get(await page.begin())
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert "width=device-width" in answer.text
    assert len(answer.content) < 15_000
    HTMLParser().feed(answer.text)


async def test_the_form_acknowledges_as_who_it_names(page: Page) -> None:
    path = await page.begin()
    done = await page.post(path, name=NAME, comment="I lower\r\nthe bids", action="ack")
    assert (done.status_code, done.headers["Location"]) == (303, "?done=1")
    assert await page.actions() == [("ack", f"by link: {NAME}", "I lower\nthe bids")]
    shown = await page.get(f"{path}?done=1")
    assert "Recorded, thank you." in shown.text
    assert "<script>" not in shown.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 李娜 (by link) has had this" in shown.text
    assert re.findall(r'name="action" value="(\w+)"', shown.text)[:2] == ["ack", "unack"]
    # Sent again, as by a second press, it changes nothing.
    await page.post(path, name="somebody else", action="ack")
    assert len(await page.actions()) == 1


@pytest.mark.parametrize(
    ("action", "until"),
    # 9:00 of the next day in Shanghai.
    [("snooze_hour", at(60)), ("snooze_tomorrow", at(21 * 60))],
)
async def test_the_form_snoozes(page: Page, action: str, until: object) -> None:
    path = await page.begin()
    assert (await page.post(path, name="Li Na", action=action)).status_code == 303
    assert await page.world.pool.fetchval("SELECT until FROM alerts.actions") == until
    shown = (await page.get(path)).text
    assert "Li Na (by link) has snoozed this alert until Nov" in shown
    assert 'value="unsnooze"' in shown
    assert "Li Na (by link) snoozed it until Nov" in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"action": "ack"}, "Write your name"),
        ({"name": "  ", "action": "ack"}, "Write your name"),
        ({"name": "a\nb", "action": "ack"}, "Write your name"),
        ({"name": "x" * 81, "action": "ack"}, "Write your name"),
        ({"name": "x", "action": "say"}, "Write the comment."),
        ({"name": "x", "action": "say", "comment": "y" * 1001}, "at most 1,000 characters"),
        ({"name": "x", "action": "delete"}, "Press one of the buttons."),
        ({"name": "x", "action": "assign"}, "Write who shall look after it"),
        ({"name": "x", "action": "assign", "assignee": "a\nb"}, "Write who shall look after it"),
        ({"name": "x", "action": "silence"}, "Write the comment."),
        ({"name": "x"}, "Press one of the buttons."),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_stays(
    page: Page, fields: dict[str, str], sentence: str
) -> None:
    answer = await page.post(await page.begin(), **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await page.actions() == []


async def test_a_form_of_another_page_does_nothing(page: Page) -> None:
    path = await page.begin()
    for origin in (None, "null", "https://evil.example", f"{BASE}.evil.example"):
        answer = await page.post(path, origin, name="x", action="ack")
        assert answer.status_code == 403
        assert "Press the buttons on the page itself." in answer.text
    assert await page.actions() == []


async def test_who_has_no_link_of_ours_sees_nothing_and_does_nothing(page: Page) -> None:
    path = await page.begin()
    changed = path[:-1] + ("A" if path[-1] != "A" else "Q")
    for answer in (
        await page.get(changed),
        await page.get("/respond/none"),
        await page.post(changed, name="x", action="ack"),
    ):
        assert answer.status_code == 403
        assert "This is no link of ours." in answer.text
        assert "Spending" not in answer.text
    async with transaction(page.world.pool) as conn:
        await set_manual(conn, at(8 * 24 * 60))
    late = await page.get(path)
    assert late.status_code == 403
    assert "链接已过期" in late.text
    alert = await page.world.pool.fetchval("SELECT max(alert) FROM alerts.alerts")
    assert f"./paceline ack {alert}" in late.text
    assert (await page.post(path, name="x", action="ack")).status_code == 403
    assert await page.actions() == []


async def test_a_link_of_one_workspace_is_none_of_another(page: Page) -> None:
    await page.begin()
    alert = await page.world.pool.fetchval("SELECT max(alert) FROM alerts.alerts")
    other = LINKS.address("other", alert, "ops", at(0))
    answer = await page.get(f"/respond/{token_of(other)}")
    assert answer.status_code == 404
    assert "There is no such alert any more." in answer.text


async def test_of_an_alert_that_is_over_only_a_comment_is_taken(page: Page) -> None:
    path = await page.begin()
    await page.world.tell(*make_history(FIRING, RESOLVED)[1:])
    shown = (await page.get(path)).text
    assert "This alert is over" in shown
    assert re.findall(r'name="action" value="(\w+)"', shown) == ["say"]
    late = await page.post(path, name="x", action="ack")
    assert late.status_code == 409
    assert "The alert has ended meanwhile" in late.text
    assert (await page.post(path, name="x", action="say", comment="sale")).status_code == 303
    assert await page.actions() == [("comment", "by link: x", "sale")]


@pytest.mark.parametrize(
    ("locale", "sentences"),
    [
        ("zh-CN", ["这条告警还没有人认领。", "明天 9:00 提醒我（Asia/Shanghai）", "通知了谁"]),
        ("zh-TW", ["這則警示尚無人認領。", "明天 9:00 提醒我（Asia/Shanghai）", "處理人員"]),
    ],
)
async def test_the_page_speaks_the_language_of_its_receiver(
    page: Page, locale: str, sentences: list[str]
) -> None:
    path = await page.begin(locale=locale)
    await page.post(path, name="李娜", action="assign", assignee="王磊")
    shown = (await page.get(path)).text
    assert f'lang="{locale}"' in shown
    for sentence in sentences:
        assert sentence in shown
    assert "王磊" in shown


@pytest.mark.parametrize(
    ("action", "more", "status", "entry"),
    [
        (
            "resolve",
            {"comment": "paused"},
            "closed this alert by hand",
            "closed it by hand “paused”",
        ),
        ("assign", {"assignee": "wang.lei"}, "Assigned to wang.lei.", "assigned it to wang.lei"),
    ],
)
async def test_the_form_closes_and_assigns(
    page: Page, action: str, more: dict[str, str], status: str, entry: str
) -> None:
    path = await page.begin()
    assert (await page.post(path, name="x", action=action, **more)).status_code == 303
    shown = (await page.get(path)).text
    assert status in shown
    assert f"x (by link) {entry}" in shown


async def test_an_answer_can_be_taken_back_on_the_page(page: Page) -> None:
    path = await page.begin()
    for action in ("ack", "unack", "snooze_hour", "unsnooze"):
        assert (await page.post(path, name="x", action=action)).status_code == 303
    assert [one[0] for one in await page.actions()] == ["ack", "unack", "snooze", "unsnooze"]
    assert "Nobody has this alert yet." in (await page.get(path)).text


async def test_who_has_it_keeps_it_and_who_comes_late_reads_that_it_is_taken(page: Page) -> None:
    path = await page.begin()
    await page.post(path, name="Ann Lee", action="ack")
    shown = (await page.get(path)).text
    assert 'value="ack" class="first">I still have it</button>' in shown
    assert 'value="unack">Give it back: I no longer have it</button>' in shown
    late = await page.post(path, name="Bob", action="ack")
    assert late.headers["Location"] == "?same=1"
    shown = (await page.get(f"{path}?same=1")).text
    assert "It stays as it is: there was nothing new to record." in shown
    assert "Ann Lee (by link) has had this alert since Nov 3, 12:0" in shown
    assert "Recorded" not in shown
    assert await page.actions() == [("ack", "by link: Ann Lee", "")]


async def test_an_end_that_is_no_recovery_is_none_in_the_history_either(page: Page) -> None:
    path = await page.begin()
    (over,) = make_history(FIRING, RESOLVED)[1:]
    await page.world.tell(msgspec.structs.replace(over, reason="rule_removed"))
    shown = (await page.get(path)).text
    assert ": ended · warning" in shown
    assert "resolved · warning" not in shown


async def test_the_page_says_what_to_spend_a_day_as_the_message_does(page: Page) -> None:
    path = await page.begin()
    assert "To land on budget" not in (await page.get(path)).text
    runs = {"starts_at": "2025-11-01T00:00:00+08:00", "ends_at": "2025-11-12T00:00:00+08:00"}
    await page.world.announce("double11-2025", None, 1, **runs)
    said = "To land on budget</dt><dd>CNY"
    assert said in (await page.get(path)).text


async def test_the_form_silences_this_alert_and_the_page_says_who_wanted_that(page: Page) -> None:
    path = await page.begin()
    done = await page.post(path, name="Li Na", comment="the shop is moved", action="silence")
    assert done.status_code == 303
    row = await page.world.pool.fetchrow("SELECT * FROM alerts.silences")
    assert row["created_by"] == "by link: Li Na"
    assert row["ends_at"] - row["starts_at"] == SILENCE
    assert row["campaign"] == "double11-2025"
    shown = (await page.get(path)).text
    assert "ops: silenced · until Nov 3, 14:00 · Li Na (by link) “the shop is moved”" in shown


async def test_what_was_kept_back_is_shown_with_why(page: Page) -> None:
    path = await page.begin()
    await page.post(path, name="x", action="snooze_hour")
    await page.world.tell(*make_history(FIRING, ("corrected", "warning", "1.25"))[1:])
    await page.world.flush(at(1))
    assert "ops (dingtalk): kept back: snoozed" in (await page.get(path)).text


async def test_who_asks_too_often_is_told_when_to_ask_again(page: Page) -> None:
    path = await page.begin()
    page.app.state.link_rate = still(3)
    page.app.state.address_rate = still(6)
    for _ in range(3):
        assert (await page.get(path)).status_code == 200
    refused = await page.post(path, name="x", action="ack")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "20")
    assert "Wait 20 seconds" in refused.text
    assert await page.actions() == []
    # Another link is not held up, until all that come from one address are very many.
    for number in range(2):
        assert (await page.get(f"/respond/{number}")).status_code == 403
    assert (await page.get("/respond/other")).headers["Retry-After"] == "10"


def still(per_minute: int) -> Rate:
    """In a minute that does not pass."""
    return Rate(per_minute, "link_too_often", "wait", lambda: 0.0)


async def test_a_form_that_is_too_long_is_refused(page: Page) -> None:
    path = await page.begin()
    assert (await page.post(path, name="x", action="ack", more="y" * 20_000)).status_code == 413
    many = {f"f{number}": "x" for number in range(20)}
    assert (await page.post(path, **many)).status_code == 413
    assert await page.actions() == []
