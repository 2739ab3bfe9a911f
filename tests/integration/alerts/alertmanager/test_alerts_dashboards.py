"""What Grafana sends and what karma reads, as their makers describe it."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.alerts.alertmanager.api_world import ApiWorld, make_api_world
from tests.unit.alerts.builders import START, at

NEVER = "0001-01-01T00:00:00Z"
LABELS = {
    "__alert_rule_uid__": "cdeqmlhvflz40f",
    "alertname": "High CPU",
    "grafana_folder": "Search",
    "severity": "critical",
}
ANNOTATIONS = {
    "__orgId__": "1",
    "__value_string__": "[ var='B' labels={} value=94.2 ]",
    "__values__": '{"B":94.2}',
    "summary": "CPU above 90% on node-1",
}


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path) as found:
        yield found


def webhook(state: str, ends_at: str) -> dict[str, Any]:
    """A contact point of the type webhook."""
    address = "https://grafana.example.com/alerting"
    alert = {
        "status": state,
        "labels": LABELS,
        "annotations": ANNOTATIONS,
        "startsAt": START.isoformat(),
        "endsAt": ends_at,
        "generatorURL": f"{address}/grafana/cdeqmlhvflz40f/view?orgId=1",
        "fingerprint": "c6eadffa33fcdf37",
        "silenceURL": f"{address}/silence/new?alertmanager=grafana",
        "dashboardURL": "",
        "panelURL": "",
        "values": {"B": 94.2, "C": 1},
        "valueString": ANNOTATIONS["__value_string__"],
        "orgId": 1,
    }
    return {
        "receiver": "paceline",
        "status": state,
        "state": "alerting" if state == "firing" else "ok",
        "orgId": 1,
        "alerts": [alert],
        "groupLabels": {"alertname": "High CPU"},
        "commonLabels": LABELS,
        "commonAnnotations": ANNOTATIONS,
        "externalURL": "https://grafana.example.com/",
        "version": "1",
        "groupKey": "{}:{alertname='High CPU'}",
        "truncatedAlerts": 0,
        "title": "[FIRING:1] High CPU",
        "message": "**Firing**",
    }


async def test_a_webhook_of_grafana_is_taken_and_open_until_grafana_says_its_end(
    api: ApiWorld,
) -> None:
    answer = await api.client.post("/api/v2/alerts", json=webhook("firing", NEVER))
    assert (answer.status_code, answer.content) == (200, b"")
    [opening] = await api.flush(at(0))
    await api.move(at(240))
    [alert] = await api.get("/alerts")
    assert alert["labels"] == LABELS
    answer = await api.client.post("/api/v2/alerts", json=webhook("resolved", at(241).isoformat()))
    assert answer.status_code == 200
    [ending] = await api.flush(at(242))
    assert await api.get("/alerts") == []
    assert [one["status"] for one in (opening, ending)] == ["firing", "resolved"]
    [told] = ending["alerts"]
    assert datetime.fromisoformat(told["endsAt"]) == at(241)


async def test_a_webhook_of_grafana_that_never_says_the_end_ends_after_a_day(api: ApiWorld) -> None:
    await api.client.post("/api/v2/alerts", json=webhook("firing", NEVER))
    assert await api.move(at(24 * 60 - 1)) == 0
    assert await api.move(at(24 * 60 + 1)) == 1


async def test_an_alertmanager_contact_point_of_grafana_sends_a_list(api: ApiWorld) -> None:
    [alert] = webhook("firing", NEVER)["alerts"]
    sent = {name: alert[name] for name in ("labels", "annotations", "startsAt", "endsAt")}
    await api.post({**sent, "generatorURL": alert["generatorURL"]})
    [found] = await api.get("/alerts", filter='grafana_folder="Search"')
    assert (found["labels"], found["annotations"]) == (LABELS, ANNOTATIONS)


@pytest.mark.parametrize(
    "body", [{"alerts": "none"}, {"status": "firing"}, {"alerts": [{"annotations": {}}]}, 7]
)
async def test_what_is_neither_is_refused(api: ApiWorld, body: Any) -> None:
    answer = await api.client.post("/api/v2/alerts", json=body)
    assert answer.status_code == 400
    assert answer.json().startswith("the alerts cannot be read: ")


async def test_karma_finds_all_that_it_reads(api: ApiWorld) -> None:
    """It takes each of these fields without looking whether it is there."""
    await api.post({"labels": LABELS})
    matcher = {"name": "alertname", "value": "High.*", "isRegex": True}
    silence = {
        "matchers": [matcher],
        "startsAt": at(0).isoformat(),
        "endsAt": at(60).isoformat(),
        "createdBy": "karma",
        "comment": "ACK! This alert was acknowledged using karma",
    }
    made = await api.client.post("/api/v2/silences", json=silence)
    status = await api.get("/status")
    assert status["cluster"]["peers"][0].keys() == {"name", "address"}
    assert (status["cluster"]["name"], status["versionInfo"]["version"]) == ("1", "0.34.0")
    [group] = await api.get("/alerts/groups")
    assert (group["receiver"], group["labels"]) == ({"name": "hook"}, {"alertname": "High CPU"})
    [alert] = group["alerts"]
    assert alert["status"] == {
        "state": "suppressed",
        "silencedBy": [made.json()["silenceID"]],
        "inhibitedBy": [],
        "mutedBy": [],
    }
    assert alert.keys() >= {"fingerprint", "annotations", "labels", "startsAt", "receivers"}
    [found] = await api.get("/silences")
    assert found["matchers"] == [{**matcher, "isEqual": True}]
    assert found.keys() >= {"id", "startsAt", "endsAt", "createdBy", "comment", "status"}
