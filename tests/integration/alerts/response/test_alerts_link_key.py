"""The key of links is made once and the same for all replicas, unless a setting gives it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from alerts.rendering.render import Renderer
from alerts.response.link_key import load_links
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at, make_history
from tests.unit.alerts.response.pages import BASE, LINKS, token_of


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path, alerts_url=BASE) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def test_a_key_is_made_once_for_all_replicas(world: World) -> None:
    first, second = [await load_links(world.settings, world.pool) for _ in range(2)]
    assert first is not None
    assert second is not None
    token = token_of(first.address("default", 17, "ops", at(0)))
    assert second.read(token, at(0)).alert == 17


async def test_a_key_of_the_settings_is_used(world: World) -> None:
    settings = world.settings.model_copy(update={"link_key": SecretStr("k" * 32)})
    links = await load_links(settings, world.pool)
    assert links is not None
    assert LINKS.read(token_of(links.address("default", 17, "ops", at(0))), at(0)).alert == 17


async def test_without_an_address_there_are_no_links(world: World) -> None:
    settings = world.settings.model_copy(update={"alerts_url": ""})
    assert await load_links(settings, world.pool) is None


async def test_people_get_the_link_and_the_record_does_not_show_it(world: World) -> None:
    world.flusher._renderer = Renderer(LINKS)
    await world.tell(*make_history(("firing", "warning", "1.3")))
    await world.flush(at(0))
    await world.deliver()
    assert f"{BASE}/respond/W" in str(world.robot.messages[-1])
    shown = str(await world.rows())
    assert "/respond/…" in shown
    assert "/respond/W" not in shown
    sent = await world.pool.fetch("SELECT value FROM alerts.outbox")
    assert sent
    assert not any(b"/respond/W" in bytes(row["value"]) for row in sent)
