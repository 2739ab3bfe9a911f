"""An alert that comes again says how it was before, and how that ended (E16)."""

import httpx

from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import client, world  # noqa: F401 - fixtures
from tests.integration.alerts.response.test_alerts_pages import Page, page  # noqa: F401
from tests.integration.alerts.response.test_alerts_respond_http import FIRING, RESOLVED, People
from tests.unit.alerts.builders import at, make_history


async def again(people: People, times: int) -> None:
    """It comes and goes so often, two hours apart, and then is open."""
    for number in range(2, times + 2):
        known = {"breach": f"pacing-high/line:L03/{number}", "event_time": at(number * 120)}
        steps = (FIRING,) if number == times + 1 else (FIRING, RESOLVED)
        await people.world.tell(*make_history(*steps, **known, since=at(number * 120)))
        await people.world.flush(at(number * 120))
    await people.world.deliver()


async def test_a_message_and_the_alert_say_how_it_ended_last_time(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    people = People(world, client)
    alert = await people.begin()
    assert "上一次" not in world.robot.messages[-1].text
    assert (await people.get(alert))["past"] == []
    await people.move(5)
    answer = await people.post(f"{alert}/ack", {"comment": "已下调 <出价>"})
    assert answer.status_code == 200, answer.text
    await world.tell(*make_history(FIRING, RESOLVED, reason="below_reset", event_time=at(60)))
    await world.flush(at(61))
    await again(people, 1)
    assert (
        "- 上一次：11月3日 12:00，持续 1小时：已低于恢复线；li.na 已确认，11月3日 12:05；"
        "li.na，11月3日 12:05：已下调"
    ) in world.robot.messages[-1].text
    [past] = (await people.get(alert))["past"]
    assert past == {
        "episode": 1,
        "severity": "warning",
        "starts_at": "2025-11-03T04:00:00Z",
        "ends_at": "2025-11-03T05:00:00Z",
        "reason": "below_reset",
        "acknowledged_by": "li.na",
        "closed_by": None,
        "assignee": None,
        "comment": "已下调 <出价>",
    }


async def test_the_newest_five_are_shown(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    people = People(world, client)
    path = await page.begin()
    await world.tell(*make_history(FIRING, RESOLVED))
    await again(people, 7)
    alert = str(await world.pool.fetchval("SELECT max(alert) FROM alerts.alerts"))
    past = (await people.get(alert))["past"]
    assert [one["episode"] for one in past] == [7, 6, 5, 4, 3]
    text = (await page.get(path)).text
    assert "<h2>Earlier times</h2>" in text
    assert text.count("for 0 seconds") + text.count("for 10 minutes") >= 5
