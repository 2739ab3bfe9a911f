"""Alerts of other senders, from POST /api/v2/alerts to what a receiver is told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alerts.episodes.rules import Episode, apply, begin
from alerts.incoming.signal import Signal
from alerts.record import sweep
from shared import metrics
from shared.database.pool import transaction
from tests.integration.alerts.alertmanager.api_world import ApiWorld, make_api_world
from tests.unit.alerts.builders import at, make_breach

NEVER = "0001-01-01T00:00:00Z"
UTF_8 = {"00": "b", "a": "a", "Σ": "c", "🙂": "dΘ"}
LABELS = {"alertname": "HighLatency", "instance": "node-1", "severity": "page"}


def alert(**changes: Any) -> dict[str, Any]:
    return {"labels": LABELS, **changes}


def iso(minutes: float) -> str:
    return at(minutes).isoformat().replace("+00:00", "Z")


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path) as found:
        yield found


async def test_what_is_posted_is_shown_as_it_was_posted(api: ApiWorld) -> None:
    answer = await api.post(
        alert(annotations={"summary": "slow"}, generatorURL="http://prometheus/graph?g0=1"),
        {
            "labels": {"00": "b", "a": "a", "Σ": "c", "🙂": "dΘ"},
            "startsAt": "0001-01-01T00:00:01.000Z",
        },
    )
    assert answer.content == b""
    first, second = await api.get("/alerts")
    assert first == {
        "labels": LABELS,
        "annotations": {"summary": "slow"},
        "startsAt": "2025-11-03T04:00:00.000Z",
        "endsAt": "2025-11-03T04:05:00.000Z",
        "updatedAt": "2025-11-03T04:00:00.000Z",
        "fingerprint": first["fingerprint"],
        "receivers": [{"name": "hook"}],
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
        "generatorURL": "http://prometheus/graph?g0=1",
    }
    assert second["fingerprint"] == "d90789cf54ff7ca7"
    assert second["startsAt"] == "0001-01-01T00:00:01.000Z"
    assert second["annotations"] == {}
    assert "generatorURL" not in second


async def test_a_bad_alert_is_400_and_the_good_ones_are_kept(api: ApiWorld) -> None:
    counted = {
        outcome: metrics.ALERT_REPORTS.labels(outcome)._value.get()
        for outcome in ("firing", "resolved", "refused")
    }
    over = {"labels": {"alertname": "Over"}, "endsAt": iso(-1)}
    answer = await api.post({"labels": {}}, alert(), over, status=400)
    for outcome, before in counted.items():
        assert metrics.ALERT_REPORTS.labels(outcome)._value.get() == before + 1
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == "at least one label pair required"
    assert [one["labels"] for one in await api.get("/alerts")] == [LABELS]


async def test_a_webhook_gets_what_was_posted_and_its_end(api: ApiWorld) -> None:
    posted = alert(
        annotations={"summary": "slow", "empty": ""}, generatorURL="http://x/", startsAt=iso(-1)
    )
    await api.post(posted)
    [told] = await api.flush(at(0))
    assert (told["status"], told["receiver"]) == ("firing", "hook")
    assert told["groupLabels"] == {"alertname": "HighLatency"}
    [one] = told["alerts"]
    fingerprint = (await api.get("/alerts"))[0]["fingerprint"]
    assert one == {
        "status": "firing",
        "labels": LABELS,
        "annotations": {"summary": "slow", "empty": ""},
        "startsAt": iso(-1),
        "endsAt": NEVER,
        "generatorURL": "http://x/",
        "fingerprint": fingerprint,
    }
    await api.move(at(2))
    await api.post({**posted, "endsAt": iso(2)})
    [told] = await api.flush(at(2))
    assert told["status"] == "resolved"
    assert told["alerts"] == [{**one, "status": "resolved", "endsAt": iso(2)}]
    assert await api.get("/alerts") == []


async def test_a_report_of_what_is_open_moves_its_end_and_its_words_and_tells_nobody(
    api: ApiWorld,
) -> None:
    await api.post(alert(annotations={"summary": "slow"}))
    await api.flush(at(0))
    for minute in range(1, 9):
        assert await api.move(at(minute)) == 0
        await api.post(alert(annotations={"summary": f"slow for {minute} m"}))
        assert await api.flush(at(minute)) == []
    [one] = await api.get("/alerts")
    assert (one["startsAt"], one["endsAt"]) == (
        "2025-11-03T04:00:00.000Z",
        "2025-11-03T04:13:00.000Z",
    )
    assert one["updatedAt"] == "2025-11-03T04:08:00.000Z"
    assert one["annotations"] == {"summary": "slow for 8 m"}
    assert await api.world.pool.fetchval("SELECT count(*) FROM alerts.transitions") == 1
    await api.post({"labels": {**LABELS, "instance": "node-2"}})
    [told] = await api.flush(at(9))
    assert {tuple(a["annotations"].items()) for a in told["alerts"]} == {
        (),
        (("summary", "slow for 8 m"),),
    }


async def test_nobody_says_more_and_it_is_over(api: ApiWorld) -> None:
    await api.post(alert())
    await api.flush(at(0))
    assert await api.move(at(4.9)) == 0
    assert await api.move(at(5)) == 1
    assert await api.get("/alerts") == []
    [told] = await api.flush(at(5))
    assert [(a["status"], a["endsAt"]) for a in told["alerts"]] == [("resolved", iso(5))]
    assert await api.move(at(50)) == 0
    rows = await api.world.rows()
    assert [row["transition"] for row in rows] == ["firing", "resolved"]


async def test_merged_reports_are_told_as_alertmanager_tells_them(api: ApiWorld) -> None:
    """The story of its own acceptance test of merged alerts, a minute for each of its seconds."""

    async def post(now: float, start: float, end: float | None, annotation: str) -> None:
        await api.move(at(now))
        said = alert(annotations={"ann": annotation}, startsAt=iso(start))
        await api.post(said if end is None else {**said, "endsAt": iso(end)})

    async def flush(now: float) -> list[tuple[str, str, str]]:
        [told] = await api.flush(at(now))
        [one] = told["alerts"]
        return [(one["annotations"]["ann"], one["startsAt"], one["endsAt"])]

    await post(1, 1.1, None, "v0")
    assert await flush(2) == [("v0", iso(1.1), NEVER)]
    await post(2.1, 2, None, "v1")
    await post(3.6, 1.5, None, "v2")
    assert await api.flush(at(4)) == []
    await post(4.6, 3, 4.5, "v2")
    await post(4.8, 2.9, 4.8, "v3")
    await post(4.8, 2.9, 4.1, "v3")
    assert await flush(5) == [("v3", iso(1.1), iso(4.8))]
    await post(5.3, 5.3, None, "v4")
    assert await flush(6) == [("v4", iso(5.3), NEVER)]


async def test_several_reports_of_one_alert_in_one_request_count_in_their_order(
    api: ApiWorld,
) -> None:
    await api.post(
        alert(), alert(endsAt=iso(0)), alert(startsAt=iso(0), annotations={"n": "3"}), alert()
    )
    assert [one["annotations"] for one in await api.get("/alerts")] == [{}]
    rows = await api.world.pool.fetch("SELECT episode, state FROM alerts.episodes ORDER BY episode")
    assert [tuple(row) for row in rows] == [(1, "resolved"), (2, "firing")]


async def test_the_statement_for_what_goes_on_does_what_the_rules_say(api: ApiWorld) -> None:
    """A stated end beats one that follows from silence, in both ways to write it."""
    await api.post(alert(startsAt=iso(0), endsAt=iso(60)))
    await api.move(at(1))
    await api.post(alert())
    assert (await api.get("/alerts"))[0]["endsAt"] == "2025-11-03T05:00:00.000Z"
    await api.post(alert(startsAt=iso(0), endsAt=iso(30)))
    assert (await api.get("/alerts"))[0]["endsAt"] == "2025-11-03T05:00:00.000Z"
    await api.post(alert(startsAt=iso(0), endsAt=iso(90)))
    assert (await api.get("/alerts"))[0]["endsAt"] == "2025-11-03T05:30:00.000Z"
    assert await api.move(at(89)) == 0
    assert await api.move(at(90)) == 1


async def test_breaches_are_shown_too_and_filters_ask_for_labels(api: ApiWorld) -> None:
    await api.world.tell(make_breach())
    await api.post(alert(), {"labels": {"alertname": "Other", "team": "search"}})
    names = {one["labels"]["alertname"] for one in await api.get("/alerts")}
    assert names == {"pacing-high", "HighLatency", "Other"}
    wanted = [
        (["alertname=HighLatency"], {"HighLatency"}),
        (['alertname="HighLatency"'], {"HighLatency"}),
        (["alertname!=HighLatency"], {"pacing-high", "Other"}),
        (["alertname=~High.*|Other"], {"HighLatency", "Other"}),
        (["alertname!~High.*"], {"pacing-high", "Other"}),
        (["severity=critical"], {"pacing-high"}),
        (["severity=critical", "kind=budget"], {"pacing-high"}),
        (["team="], {"pacing-high", "HighLatency"}),
        (["alertname=High"], set()),
        (["alertname==Other"], set()),
        (["alertname!==Other"], {"pacing-high", "HighLatency", "Other"}),
    ]
    for filters, found in wanted:
        shown = await api.get("/alerts", filter=filters)
        assert {one["labels"]["alertname"] for one in shown} == found, filters
    assert await api.get("/alerts", active="false") == []
    assert len(await api.get("/alerts", receiver="ho+k")) == 3
    assert await api.get("/alerts", receiver="hoo") == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/alerts", {"filter": "no matcher"}),
        ("/alerts", {"filter": "a=~("}),
        ("/alerts", {"filter": 'a=="b"'}),
        ("/alerts", {"receiver": "("}),
        ("/alerts/groups", {"filter": ""}),
    ],
)
async def test_a_filter_that_cannot_be_read_is_400(
    api: ApiWorld, path: str, query: dict[str, str]
) -> None:
    answer = await api.client.get(f"/api/v2{path}", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert isinstance(answer.json(), str)


async def test_groups_are_those_that_the_routes_make(api: ApiWorld) -> None:
    await api.post(
        alert(),
        {"labels": {**LABELS, "instance": "node-2"}},
        {"labels": {"alertname": "Other"}},
    )
    groups = await api.get("/alerts/groups")
    assert [(one["labels"], one["receiver"], len(one["alerts"])) for one in groups] == [
        ({"alertname": "HighLatency"}, {"name": "hook"}, 2),
        ({"alertname": "Other"}, {"name": "hook"}, 1),
    ]
    assert all(one["routeLabels"] == {} for one in groups)
    [one] = await api.get("/alerts/groups", filter=["instance=node-2"])
    assert [a["labels"]["instance"] for a in one["alerts"]] == ["node-2"]


async def test_what_begins_is_written_as_the_rules_of_episodes_say(api: ApiWorld) -> None:
    """Beginnings have a statement of their own, since thousands may come at once."""
    labels = {**LABELS, "campaign": "double11-2025", "severity": "critical"}
    await api.post({"labels": labels, "startsAt": iso(-3)}, {"labels": {"campaign": "x" * 3000}})
    rows = await api.world.pool.fetch(
        "SELECT e.*, t.signal, a.campaign, a.episodes FROM alerts.episodes e"
        " JOIN alerts.transitions t USING (alert, episode, seq) JOIN alerts.alerts a USING (alert)"
        " ORDER BY a.campaign NULLS LAST"
    )
    for row in rows:
        signal = msgspec.convert(row["signal"], Signal)
        before = begin(row["alert"], 1, signal)
        assert msgspec.convert(dict(row), Episode) == apply(before, signal)[1]
        assert row["episodes"] == 1
    assert [row["campaign"] for row in rows] == ["double11-2025", None]
    assert [row["severity"] for row in rows] == ["critical", "warning"]


async def test_of_what_is_long_over_nothing_stays_and_what_is_open_does(api: ApiWorld) -> None:
    gone, other = {"alertname": "Gone"}, {"alertname": "Other"}
    await api.world.tell(make_breach())
    await api.post({"labels": gone}, {"labels": other})
    await api.flush(at(0))
    await api.post({"labels": gone, "endsAt": iso(0)}, {"labels": other, "endsAt": iso(0)})
    await api.flush(at(1))
    await api.post({"labels": other})
    async with transaction(api.world.pool) as conn:
        await sweep.forget_notifications(conn, at(999), 1000)
        assert await sweep.strip_episodes(conn, at(999), 1000) == 2
    assert [one["labels"] for one in await api.get("/alerts", filter="kind=")] == [other]
    names = "SELECT labels->>'alertname' FROM alerts.alerts WHERE labels ? 'alertname'"
    assert [row[0] for row in await api.world.pool.fetch(names)] == ["Other"]
    counts = "SELECT count(*) FROM alerts.episodes WHERE breach LIKE '/%'"
    assert await api.world.pool.fetchval(counts) == 1
    await api.post({"labels": gone})
    assert len(await api.get("/alerts", filter="kind=")) == 2
