"""Silences through API v2: statuses, ids, order, and what they do to alerts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.alerts.alertmanager.api_world import ApiWorld, make_api_world
from tests.unit.alerts.builders import at

UNKNOWN = "8f2c6f2e-0f2e-4a3e-9b7d-2f1f5f0e6d11"
MATCHERS = [{"name": "alertname", "value": "Slow", "isRegex": False}]


def iso(minutes: float) -> str:
    return at(minutes).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def silence(**changes: Any) -> dict[str, Any]:
    return {
        "matchers": MATCHERS,
        "startsAt": iso(0),
        "endsAt": iso(60),
        "createdBy": "li.na",
        "comment": "maintenance",
        **changes,
    }


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path) as found:
        yield found


async def post(api: ApiWorld, status: int = 200, **changes: Any) -> str:
    answer = await api.client.post("/api/v2/silences", json=silence(**changes))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert isinstance(found, dict if status == 200 else str)
    return str(found["silenceID"] if status == 200 else found)


async def test_a_silence_is_shown_as_it_was_made(api: ApiWorld) -> None:
    name = await post(api, startsAt=iso(-5))
    [shown] = await api.get("/silences")
    assert shown == {
        "id": name,
        "status": {"state": "active"},
        "updatedAt": iso(0),
        "comment": "maintenance",
        "createdBy": "li.na",
        "startsAt": iso(0),
        "endsAt": iso(60),
        "matchers": [{**MATCHERS[0], "isEqual": True}],
    }
    assert await api.get(f"/silence/{name}") == shown


@pytest.mark.parametrize(
    ("changes", "status", "why"),
    [
        ({"startsAt": iso(60)}, 400, "it ends when it starts"),
        ({"startsAt": iso(-9), "endsAt": iso(-1)}, 400, "it is over"),
        ({"matchers": []}, 400, "it matches everything"),
        ({"matchers": [{"name": "a", "value": "", "isRegex": False}]}, 400, "so does this"),
        ({"matchers": [{"name": "a", "value": ".*", "isRegex": True}]}, 400, "and this"),
        ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, 400, "no expression"),
        ({"matchers": [{"name": "", "value": "b", "isRegex": False}]}, 400, "no label"),
        ({"comment": "\0"}, 400, "no text that can be kept"),
        ({"startsAt": "soon"}, 400, "no instant"),
        ({"id": UNKNOWN}, 404, "there is none"),
    ],
)
async def test_what_is_no_silence_is_refused(
    api: ApiWorld, changes: dict[str, Any], status: int, why: str
) -> None:
    await post(api, status, **changes)
    assert await api.get("/silences") == [], why


async def test_a_silence_may_name_what_it_does_not_hold_for(api: ApiWorld) -> None:
    """As in Alertmanager; the API of the house asks for a label that has to be there."""
    but = [{"name": "team", "value": "search", "isRegex": False, "isEqual": False}]
    await api.post({"labels": {"team": "search"}}, {"labels": {"team": "shop"}})
    await post(api, matchers=but)
    muted = await api.get("/alerts", active=False)
    assert [one["labels"] for one in muted] == [{"team": "shop"}]


async def test_another_end_is_the_same_one_and_other_matchers_are_another(api: ApiWorld) -> None:
    first = await post(api)
    await api.move(at(1))
    assert await post(api, id=first, endsAt=iso(90)) == first
    assert (await api.get(f"/silence/{first}"))["endsAt"] == iso(90)
    other = [{"name": "alertname", "value": "Other", "isRegex": False}]
    second = await post(api, id=first, matchers=other)
    assert second != first
    states = {one["id"]: one["status"]["state"] for one in await api.get("/silences")}
    assert states == {first: "expired", second: "active"}
    assert await post(api, id=first) not in (first, second)


async def test_what_is_deleted_is_over_and_stays(api: ApiWorld) -> None:
    name = await post(api)
    answer = await api.client.delete(f"/api/v2/silence/{name}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await api.get(f"/silence/{name}"))["status"] == {"state": "expired"}
    for path in (UNKNOWN, "no-uuid"):
        for method in ("GET", "DELETE"):
            answer = await api.client.request(method, f"/api/v2/silence/{path}")
            assert answer.status_code == 404


async def test_silences_are_in_the_order_in_which_they_matter(api: ApiWorld) -> None:
    over = [await post(api, endsAt=iso(end)) for end in (1, 2)]
    pending = [await post(api, startsAt=iso(start)) for start in (30, 20)]
    active = [await post(api, endsAt=iso(end)) for end in (50, 40)]
    await api.move(at(5))
    found = [one["id"] for one in await api.get("/silences")]
    assert found == [*reversed(active), *reversed(pending), *reversed(over)]


async def test_a_filter_is_one_of_the_matchers_of_a_silence(api: ApiWorld) -> None:
    name = await post(api, matchers=[*MATCHERS, {"name": "n", "value": "1.*", "isRegex": True}])
    await post(api, matchers=[{"name": "alertname", "value": "Slower", "isRegex": False}])
    for filters, found in (
        (["alertname=Slow"], [name]),
        (['alertname="Slow"', "n=~1.*"], [name]),
        (["n=1.*"], []),
        (["alertname!=Slow"], []),
    ):
        shown = await api.get("/silences", filter=filters)
        assert [one["id"] for one in shown] == found, filters


async def test_a_silenced_alert_is_suppressed_until_it_is_not(api: ApiWorld) -> None:
    name = await post(api)
    await api.post({"labels": {"alertname": "Slow"}}, {"labels": {"alertname": "Other"}})
    states = {
        one["labels"]["alertname"]: (one["status"]["state"], one["status"]["silencedBy"])
        for one in await api.get("/alerts")
    }
    assert states == {"Slow": ("suppressed", [name]), "Other": ("active", [])}
    assert len(await api.get("/alerts", silenced="false")) == 1
    assert len(await api.get("/alerts", active="false")) == 1
    told = await api.flush(at(0))
    assert [one["labels"]["alertname"] for hook in told for one in hook["alerts"]] == ["Other"]
    await api.client.delete(f"/api/v2/silence/{name}")
    told = await api.flush(at(2))
    assert [one["labels"]["alertname"] for hook in told for one in hook["alerts"]] == ["Slow"]
