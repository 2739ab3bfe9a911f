"""The examples of the API documents, posted as they stand to running services, are accepted."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.e2e.contract_world import World, eventually, open_world
from tests.e2e.manual_installation import ManualInstallation
from tests.root import ROOT

API = ROOT / "docs" / "api"
FILES = {"ingest": "ingest", "budget": "budget", "kpi": "kpi-monitor", "alerts": "alerts"}
JSON = "application/json"
MERGE = "application/merge-patch+json"
NOW = datetime(2026, 3, 5, 4, tzinfo=UTC)
CAMPAIGN = "spring-2026"
SOURCE = "google-ads/1234567890"
POISON = 1001
"""One more than a source may send within the hour before it is in quarantine."""


def read(service: str) -> Any:
    return json.loads((API / f"{FILES[service]}.json").read_text(encoding="utf-8"))


DOCUMENTS = {service: read(service) for service in FILES}
WRITTEN = {
    (service, f"{method.upper()} {path}", kind)
    for service, document in DOCUMENTS.items()
    for path, methods in document["paths"].items()
    for method, operation in methods.items()
    for kind in operation.get("requestBody", {}).get("content", {})
}


class Stranger:
    """Reads an example in a document, posts it, and remembers which were posted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.posted: set[tuple[str, str, str]] = set()

    def send(
        self,
        service: str,
        operation: str,
        role: str = "operator",
        media: str = JSON,
        changes: dict[str, Any] | None = None,
        **places: Any,
    ) -> Any:
        """The answer, which is one of 2xx. `places` fill the path; a query stands in `query`."""
        method, template = operation.split()
        described = DOCUMENTS[service]["paths"][template][method.lower()]
        example = described["requestBody"]["content"][media]["example"]
        body = example | changes if changes else example
        text = body if isinstance(body, str) else json.dumps(body)
        query = places.pop("query", "")
        headers = {**self.world.key(), "Content-Type": media, **places.pop("headers", {})}
        path = template.format(**places) + query
        answer = self.world.http(
            method, service, path, role, content=text.encode(), headers=headers
        )
        assert answer.is_success, f"{operation}: {answer.text}"
        self.posted.add((service, operation, media))
        return answer.json()

    def events(self, *events: dict[str, Any]) -> None:
        answer = self.world.http("POST", "ingest", "/v1/events", json=list(events))
        assert answer.json()["rejected"] == [], answer.text

    def spend(self, source: str, number: int, campaign: str, **data: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": f"2026-03-04-{number:04d}",
            "source": source,
            "type": "paceline.spend.v1",
            "time": data.pop("time", "2026-03-04T12:00:00Z"),
            "data": {"campaign": campaign, "line": "search", "amount": "1.00", "currency": "CNY"}
            | data,
        }

    def held(self, path: str) -> list[int]:
        self.world.client.settle()
        items = self.world.http("GET", "budget", path, "viewer").json()["items"]
        return [item["id"] for item in items]


@pytest.fixture(scope="module")
def stranger(manual: ManualInstallation) -> Iterator[Stranger]:
    starts = NOW - timedelta(days=1)
    with open_world(manual, name="other", starts=starts, lines=["x"]) as world:
        made = Stranger(world)
        world.go_to(NOW)
        yield made


def test_every_example_is_accepted_in_an_order_that_a_stranger_would_take(
    stranger: Stranger,
) -> None:
    for service in FILES:
        stranger.send(service, "POST /internal/clock", "admin")
    set_up(stranger)
    plan_around(stranger)
    watch(stranger)
    feed(stranger)
    put_in_order(stranger)
    move_money(stranger)
    reclassify(stranger)
    decide(stranger)
    state_policy(stranger)
    bind_money(stranger)
    release(stranger)
    answer_alerts(stranger)
    campaign = {"campaign": CAMPAIGN}
    stranger.send("budget", "POST /v1/campaigns/{campaign}/close", "finance", **campaign)
    assert stranger.posted == WRITTEN


@pytest.mark.parametrize("service", FILES)
def test_a_running_service_links_to_the_pages_of_all(stranger: Stranger, service: str) -> None:
    urls = stranger.world.stack.urls
    described = httpx.get(f"{urls[service]}/openapi.json").json()["info"]["description"]
    links = [f"[{FILES[one]}]({url}/docs)" for one, url in urls.items()]
    assert [link for link in links if link not in described] == []


def answer_alerts(stranger: Stranger) -> None:
    """A silence, and what one does about an alert that another system has sent."""
    made = stranger.send("alerts", "POST /v1/silences")
    edit = {"silence": made["silence"], "headers": {"If-Match": "*"}}
    stranger.send("alerts", "PUT /v1/silences/{silence}", **edit)
    token = stranger.world.client.token("operator", "operator")
    sent = httpx.post(
        f"{stranger.world.stack.urls['alerts']}/api/v2/alerts",
        json=[{"labels": {"alertname": "Of another system"}}],
        headers={"Authorization": f"Bearer {token}"},
    )
    assert sent.status_code == 200, sent.text
    items = stranger.world.http("GET", "alerts", "/v1/alerts?open=true", "viewer").json()["items"]
    alert = items[-1]["alert"]
    stranger.send("alerts", "POST /v1/message_templates/preview", changes={"alert": alert})
    for action in ("ack", "comment", "assign", "unack", "snooze", "unsnooze", "resolve"):
        stranger.send("alerts", f"POST /v1/alerts/{{alert}}/{action}", alert=alert)
    stranger.send("alerts", "POST /v1/alerts/actions", changes={"alerts": [alert]})


def set_up(stranger: Stranger) -> None:
    """Source, key, campaign, plan, mapping."""
    place = "/v1/sources/{source}"
    stranger.send("ingest", f"PUT {place}", source=SOURCE)
    stranger.send("ingest", "POST /v1/keys", "admin")
    stranger.send("budget", "POST /v1/campaigns")
    plans = "/v1/campaigns/{campaign}/plans"
    stranger.send("budget", f"POST {plans}", campaign=CAMPAIGN)
    version = {"campaign": CAMPAIGN, "version": 1}
    stranger.send("budget", f"POST {plans}/{{version}}/submit", **version)
    decisions = f"POST {plans}/{{version}}/decisions"
    stranger.send("budget", decisions, "approver", **version)
    told = stranger.send("budget", decisions, "finance", changes={"as": "finance"}, **version)
    assert told["status"] == "approved"
    sheet = stranger.send("budget", f"POST {plans}/import", media="text/csv", campaign=CAMPAIGN)
    assert sheet["plan_version"] == 2
    stranger.send("budget", "POST /v1/mappings")
    for kind in (JSON, MERGE):
        stranger.send("budget", "PATCH /v1/campaigns/{campaign}", media=kind, campaign=CAMPAIGN)


def plan_around(stranger: Stranger) -> None:
    """A milestone, and its next version."""
    stranger.send("budget", "POST /v1/objects/{kind}", kind="milestone")
    one: dict[str, Any] = {"kind": "milestone", "name": "live-room", "headers": {"If-Match": '"1"'}}
    stranger.send("budget", "PUT /v1/objects/{kind}/{name}", **one)


def watch(stranger: Stranger) -> None:
    """A rule, edited whole and in part, and one that is only tried."""
    stranger.world.client.settle()
    stranger.send("kpi", "POST /v1/rules")
    rule = {"rule": "ctr-low"}
    stranger.send("kpi", "PUT /v1/rules/{rule}", headers={"If-Match": '"1"'}, **rule)
    for kind in (JSON, MERGE):
        stranger.send("kpi", "PATCH /v1/rules/{rule}", media=kind, **rule)
    stranger.send("kpi", "POST /v1/rules/test")


def feed(stranger: Stranger) -> None:
    """Events and reports; all of them reach a line."""
    for kind, accepted in (
        (JSON, 2),
        ("application/cloudevents-batch+json", 1),
        ("application/cloudevents+json", 1),
    ):
        told = stranger.send("ingest", "POST /v1/events", media=kind)
        assert told == {"accepted": accepted, "rejected": []}
    for kind in (JSON, "text/csv"):
        told = stranger.send(
            "ingest",
            "POST /v1/reports/{platform}",
            media=kind,
            platform="google-ads",
            query="?as_of=2026-03-05T04:00:00Z",
        )
        assert (told["accepted"], told["rejected"]) == (1, [])
    place = "/v1/sources/{source}"
    for kind in (JSON, MERGE):
        stranger.send("ingest", f"PATCH {place}", media=kind, source=SOURCE)
    stranger.send("ingest", f"POST {place}/confirm", source=SOURCE)
    assert stranger.held("/v1/suspense") == []
    totals = stranger.world.http("GET", "budget", f"/v1/campaigns/{CAMPAIGN}/totals").json()
    assert totals["total"]["actual"] == "932.25"


def put_in_order(stranger: Stranger) -> None:
    """What is on no line: assigned, written off, taken back, accepted; a mapping corrected."""
    place = "/v1/suspense"
    stranger.events(*(stranger.spend("shop/main", n, "sprng-2026") for n in range(101, 104)))
    one, two, _ = stranger.held(place)
    stranger.send("budget", f"POST {place}/{{held}}/assign", held=one)
    stranger.send("budget", f"POST {place}/{{held}}/write-off", "finance", held=two)
    written_off = stranger.held(f"{place}?state=written_off")
    stranger.send("budget", f"POST {place}/{{held}}/restore", "finance", held=written_off[0])
    assert stranger.send("budget", f"POST {place}/assign")["entries"] == 2
    stranger.events(stranger.spend("shop/main", 104, "nobody"))
    assert len(stranger.held(place)) == 1
    assert stranger.send("budget", f"POST {place}/write-off", "finance")["entries"] == 1

    before = stranger.spend("shop/main", 105, CAMPAIGN, time="2026-02-20T12:00:00Z")
    stranger.events(before)
    [exception] = stranger.held("/v1/exceptions")
    decisions = "POST /v1/exceptions/{held}/decisions"
    told = stranger.send("budget", decisions, "approver", held=exception)
    assert told["needs"] == ["finance"]
    stranger.send("budget", "PUT /v1/mappings/{mapping}", mapping="m1", headers={"If-Match": '"1"'})


def move_money(stranger: Stranger) -> None:
    """From line to line, from the reserve to a line and back, and beyond what a line has; each is
    decided on, or withdrawn."""
    for plural in ("transfers", "draws", "returns", "overcommitments"):
        place = f"/v1/campaigns/{{campaign}}/{plural}"
        for _ in range(2):
            stranger.send("budget", f"POST {place}", campaign=CAMPAIGN)
        one = {"campaign": CAMPAIGN, "number": 1}
        decisions = f"POST {place}/{{number}}/decisions"
        stranger.send("budget", decisions, "approver", **one)
        told = stranger.send("budget", decisions, "finance", changes={"as": "finance"}, **one)
        assert told["status"] == "approved"
        path = f"/v1/campaigns/{CAMPAIGN}/{plural}/2/withdraw"
        answer = stranger.world.http(
            "POST", "budget", path, "operator", headers=stranger.world.key()
        )
        assert answer.json()["status"] == "withdrawn"


def reclassify(stranger: Stranger) -> None:
    """What was booked on a wrong line goes to another one; the number of an entry is whatever it
    is."""
    lines = f"/v1/campaigns/{CAMPAIGN}/lines/search/entries"
    [entry, *_] = stranger.world.http("GET", "budget", lines, "viewer").json()["items"]
    place = "/v1/campaigns/{campaign}/reclassifications"
    changes = {"entry": entry["entry"]}
    for _ in range(2):
        stranger.send("budget", f"POST {place}", changes=changes, campaign=CAMPAIGN)
    one = {"campaign": CAMPAIGN, "number": 1}
    stranger.send("budget", f"POST {place}/{{number}}/decisions", "approver", **one)


def decide(stranger: Stranger) -> None:
    """What waits is decided on by the number of its request, whatever it is."""
    path = "/v1/approvals?needs=me&state=in_review"
    *_, waiting = stranger.world.http("GET", "budget", path, "approver").json()["items"]
    told = stranger.send(
        "budget", "POST /v1/approvals/{request}/decisions", "approver", request=waiting["request"]
    )
    assert told["needs"] == ["finance"]


def state_policy(stranger: Stranger) -> None:
    """Who decides on what, instead of the house's own."""
    told = stranger.send("budget", "PUT /v1/policy", "admin", headers={"If-Match": '"0"'})
    assert told["version"] == 1


def bind_money(stranger: Stranger) -> None:
    """What is ordered is invoiced in part, and settled; the hall that is too dear is cancelled."""
    place = "POST /v1/campaigns/{campaign}/commitments"
    stranger.send("budget", place, campaign=CAMPAIGN, changes={"line": "display"})
    for name, end in (("venue-1", "invoiced"), ("venue-1", "settle"), ("venue-2", "cancel")):
        one = {"campaign": CAMPAIGN, "commitment": name}
        told = stranger.send("budget", f"{place}/{{commitment}}/{end}", **one)
    assert told["left"] == "0.00"
    place = "POST /v1/campaigns/{campaign}/invoices"
    told = stranger.send("budget", place, campaign=CAMPAIGN)
    assert told["version"] == 1


def release(stranger: Stranger) -> None:
    """A source in quarantine: one id with two bodies is set aside, time and again."""
    source = "shop/broken"
    for amount in ("0.10", "0.20"):
        stranger.events(
            *(stranger.spend(source, n, CAMPAIGN, amount=amount) for n in range(POISON))
        )
    path = f"/v1/sources/{source}"

    def quarantined() -> bool:
        shown = stranger.world.http("GET", "ingest", path, "viewer").json()
        return shown.get("state") == "quarantined"

    assert eventually(quarantined)
    told = stranger.send("ingest", "POST /v1/sources/{source}/release", source=source)
    assert told["quarantine"] is None
