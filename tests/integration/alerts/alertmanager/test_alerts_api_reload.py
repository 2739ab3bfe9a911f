"""What is open goes to who is to be told of it now, when a file is new: nobody hears it twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.alerts.alertmanager.api_world import (
    CONFIGURATION,
    ApiWorld,
    make_api_world,
)
from tests.unit.alerts.builders import at

ALERT = {"labels": {"alertname": "Slow", "team": "search"}}
ROUTE = """\
  routes: [{matchers: [team=search], receiver: search, continue: true}, {receiver: hook}]
receivers:
  - {name: search, webhook_configs: [{name: search, url_env: HOOK_URL, allow_private: true}]}
"""


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path) as found:
        await found.post(ALERT)
        assert len(await found.flush(at(0))) == 1
        yield found


async def adopt(api: ApiWorld, text: str) -> int:
    api.world.configure(text)
    routed, _ = await api.world.adoption.adopt()
    return routed


async def test_who_is_new_hears_of_what_is_open_and_of_its_end(api: ApiWorld) -> None:
    assert await adopt(api, CONFIGURATION.replace("receivers:\n", ROUTE)) == 1
    [told] = await api.flush(at(1))
    assert (told["receiver"], told["status"]) == ("search", "firing")
    assert await adopt(api, CONFIGURATION.replace("receivers:\n", ROUTE)) == 0
    assert await api.flush(at(2)) == []
    await api.post({**ALERT, "endsAt": at(2).isoformat()})
    told = await api.flush(at(3))
    assert {(one["receiver"], one["status"]) for one in told} == {
        ("search", "resolved"),
        ("hook", "resolved"),
    }


async def test_another_grouping_tells_nobody_again(api: ApiWorld) -> None:
    assert await adopt(api, CONFIGURATION.replace("[alertname]", "[team]")) == 0
    assert await api.flush(at(1)) == []


async def test_all_groups_look_once_and_their_intervals_begin_there(api: ApiWorld) -> None:
    clock = "SELECT flushed_at FROM alerts.groups"
    await api.move(at(3))
    assert await adopt(api, CONFIGURATION) == 0
    assert await api.flush(at(3)) == []
    assert await api.world.pool.fetchval(clock) == at(3)
