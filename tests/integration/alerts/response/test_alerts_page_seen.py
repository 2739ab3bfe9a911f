"""The page of an alert in a browser: on a phone and a desk, by day and by night."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn

from alerts.pages.routes import add_pages
from alerts.rendering.render import Renderer
from alerts.response.links import Links
from cli.processes import free_port
from tests.integration.alerts.alerts_client import app_of
from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import world  # noqa: F401 - fixture
from tests.integration.alerts.response.chromium import Browser, chromium
from tests.unit.alerts.builders import CONFIGURATION, at, make_history

SHOWN = "getComputedStyle(document.querySelector('main'))"
LIGHTNESS = f"{SHOWN}.backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => +a + +b, 0)"
CONTRAST = """
(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255)
      .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const below = (node) => {
    const color = getComputedStyle(node).backgroundColor;
    return color === 'rgba(0, 0, 0, 0)' ? below(node.parentElement) : color;
  };
  const ratio = (node) => {
    const colors = [getComputedStyle(node).color, below(node)];
    const [dark, bright] = colors.map(light).sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const told = [...document.querySelectorAll('h1,h2,p,dt,dd,label,li,button,summary,input')];
  return Math.min(...told.map(ratio));
})()
"""
"""The least of all texts with what is below them (WCAG 2.2, 1.4.3)."""


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:  # noqa: F811
    """The page of an open alert, served on loopback."""
    port = free_port()
    links = Links(f"http://127.0.0.1:{port}", b"k" * 32, timedelta(days=7))
    app = app_of(world)
    add_pages(app, links, Renderer(links))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    await world.until(lambda: server.started)
    world.configure(CONFIGURATION.replace("zh-CN", "zh-TW"))
    await world.tell(*make_history(("firing", "critical", "1.6")))
    await world.flush(at(0))
    alert = await world.pool.fetchval("SELECT max(alert) FROM alerts.alerts")
    yield links.address("default", alert, "ops", at(0))
    server.should_exit = True
    await serving


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with chromium(tmp_path / "profile") as found:
        yield found


async def test_it_can_be_read_on_a_phone_and_a_desk_by_day_and_by_night(
    browser: Browser, address: str
) -> None:
    for width in (320, 1280):
        for scheme in ("light", "dark"):
            await browser.open(address, width=width, scheme=scheme)
            assert await browser.evaluate("innerWidth") == width
            assert await browser.evaluate("document.documentElement.scrollWidth") <= width
            await browser.evaluate("document.querySelector('details').open = true")
            assert await browser.evaluate(CONTRAST) >= 4.5, (width, scheme)
            least = "Math.min(...[...document.querySelectorAll('button')].map(b => b.offsetHeight))"
            assert await browser.evaluate(least) >= 44
            dark = await browser.evaluate(LIGHTNESS) < 300
            assert dark is (scheme == "dark")


async def test_a_person_acknowledges_and_sees_that_it_is_recorded(
    browser: Browser,
    address: str,
    world: World,  # noqa: F811
) -> None:
    await browser.open(address, width=320)
    assert await world.pool.fetchval("SELECT count(*) FROM alerts.actions") == 0
    await browser.evaluate("document.querySelector('[name=name]').value = '李娜'")
    await browser.evaluate("document.querySelector('[name=comment]').value = '調低出價'")
    await browser.press("button[value=ack]")
    text = await browser.evaluate("document.body.innerText")
    assert "已記錄，謝謝。" in text
    assert "李娜（透過連結） 正在處理這則警示，始於 11月3日" in text
    assert "李娜（透過連結） 已確認 「調低出價」" in text
    row = await world.pool.fetchrow("SELECT kind, made_by, comment FROM alerts.actions")
    assert tuple(row) == ("ack", "by link: 李娜", "調低出價")


async def test_without_a_name_the_browser_itself_asks_for_it(
    browser: Browser,
    address: str,
    world: World,  # noqa: F811
) -> None:
    await browser.open(address, width=320)
    await browser.evaluate("document.querySelector('button[value=ack]').click()")
    assert not await browser.evaluate("document.querySelector('form').checkValidity()")
    assert await world.pool.fetchval("SELECT count(*) FROM alerts.actions") == 0


async def test_a_link_that_is_none_says_so_in_three_languages(
    browser: Browser, address: str
) -> None:
    await browser.open(address[:-2], width=320)
    languages = "[...document.querySelectorAll('p')].map(one => one.lang).join()"
    assert await browser.evaluate(languages) == "en,zh-CN,zh-TW"
    async with httpx.AsyncClient() as client:
        assert (await client.get(address[:-2])).status_code == 403
