"""Contract, sections 1 and 2, as a client sees them: what ingest takes, refuses and remembers."""

import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.contract_caller import Caller, at, day, heartbeat, name, snapshot, spend

MEBIBYTE = 1024 * 1024
FUTURE = (datetime.now(UTC) + timedelta(days=2)).isoformat()
JSON = "application/json"


@pytest.mark.parametrize(
    ("reason", "changes", "code"),
    [
        ("money as a float", {"data_amount": 1.5}, "amount_not_decimal"),
        ("money as an integer", {"data_amount": 1}, "amount_not_decimal"),
        ("an exponent", {"data_amount": "1e3"}, "amount_not_decimal"),
        ("seven decimals", {"data_amount": "1.0000001"}, "amount_too_precise"),
        ("10^12", {"data_amount": "1000000000000"}, "amount_out_of_range"),
        ("a currency that is none", {"data_currency": "yuan"}, "currency_invalid"),
        ("an event from the future", {"time": FUTURE}, "future_time"),
        ("a time without zone", {"time": "2025-11-01T10:00:00"}, "time_without_zone"),
        ("a delta without time", {"time": None}, "time_missing"),
        ("no id", {"id": None}, "missing_field"),
        ("an id of the wrong type", {"id": 7}, "wrong_type"),
        ("data of the wrong type", {"data": []}, "wrong_type"),
        ("an unknown type", {"type": "paceline.clicks.v1"}, "unknown_type"),
        ("a misspelt field", {"data_amuont": "1"}, "unknown_field"),
        ("both ways to say where", {"data_entity": {"campaign": "9"}}, "campaign_and_entity"),
        ("no way to say where", {"data_campaign": None, "data_line": None}, "entity_missing"),
        ("another workspace", {"workspace": "other"}, "workspace_mismatch"),
        ("a snapshot without revision", {"data_mode": "snapshot", "data_report": "r",
          "data_period": day(3)}, "snapshot_incomplete"),
        ("a period that is none", {"data_mode": "snapshot", "data_report": "r",
          "data_period": "2025-13-01", "data_revision": 1}, "period_invalid"),
    ],
)  # fmt: skip
def test_a_faulty_event_is_refused_by_name_and_its_neighbour_is_accepted(
    caller: Caller, reason: str, changes: dict[str, Any], code: str
) -> None:
    good = spend(name("s"), "1.00")
    bad = {"data_amount": "1.00", **changes}
    answer = caller.events(good, spend("shop/main", bad.pop("data_amount"), **bad))

    assert answer["accepted"] == 1, reason
    (refused,) = answer["rejected"]
    assert set(refused) == {"index", "id", "code", "detail"}
    assert (refused["index"], refused["code"]) == (1, code)


@pytest.mark.parametrize(
    ("reason", "body", "headers", "status", "code"),
    [
        ("not JSON", b"{not json", {}, 400, "unparseable"),
        ("an empty body", b"", {}, 400, "unparseable"),
        ("brackets without end", b"[" * 100_000, {}, 400, "unparseable"),
        ("a batch that is none", b"{}", {"Content-Type": "application/cloudevents-batch+json"},
         400, "unparseable"),
        ("6 MiB", b"[" + b" " * 6 * MEBIBYTE + b"]", {}, 413, "too_large"),
        ("a gzip bomb", gzip.compress(b" " * 64 * MEBIBYTE, 1), {"Content-Encoding": "gzip"},
         413, "too_large"),
        ("no gzip", b"[]", {"Content-Encoding": "gzip"}, 400, "unparseable"),
        ("another encoding", b"[]", {"Content-Encoding": "br"}, 415, "unsupported_encoding"),
        ("another media type", b"<a/>", {"Content-Type": "text/xml"}, 415,
         "unsupported_media_type"),
        ("too many events", b"[" + b",".join([b"{}"] * 10_001) + b"]", {}, 413, "too_large"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_taken_is_a_named_problem(  # noqa: PLR0917 - a table
    caller: Caller, reason: str, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    headers = {"Content-Type": JSON, **headers}
    answer = caller.send("POST", "ingest", "/v1/events", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code), reason
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail", "errors"} == set(answer.json())


@pytest.mark.parametrize(
    ("media_type", "many"),
    [
        (JSON, False),
        (JSON, True),
        ("application/cloudevents+json; charset=utf-8", False),
        ("application/cloudevents-batch+json", True),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_cloudevents_come_alone_or_as_a_batch_and_packed_or_not(
    caller: Caller, media_type: str, many: bool, packed: bool
) -> None:
    event = spend(name("s"), "1.00")
    body = json.dumps([event] if many else event).encode()
    headers = {"Content-Type": media_type, **({"Content-Encoding": "gzip"} if packed else {})}
    content = gzip.compress(body) if packed else body
    answer = caller.send("POST", "ingest", "/v1/events", content=content, headers=headers)

    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "rejected": []})


def test_when_no_event_is_accepted_the_same_body_comes_with_422(caller: Caller) -> None:
    odd = [None, [], 7, [1, None, "x"], "text"]
    refused = caller.events(*odd, status=422)

    assert (refused["accepted"], len(refused["rejected"])) == (0, len(odd))
    # Whatever was refused, the service goes on: the next event is taken.
    assert caller.events(spend(name("s"), "1.00"))["accepted"] == 1
    kept = caller.eventually(
        lambda: caller.get("/v1/rejections", service="ingest", code="wrong_type")["items"],
        lambda items: any(item["event"] == [1, None, "x"] for item in items),
    )
    assert None in [item["event"] for item in kept]


def test_credentials_that_do_not_serve_are_named(caller: Caller) -> None:
    made = caller.send("POST", "ingest", "/v1/keys", role="admin",
                       json={"sources": ["google-ads/*"], "name": "google"})  # fmt: skip
    soon = (datetime.now(UTC) + timedelta(seconds=0.3)).isoformat()
    short = caller.send("POST", "ingest", "/v1/keys", role="admin",
                        json={"sources": ["*"], "name": "short", "expires_at": soon})  # fmt: skip
    time.sleep(0.4)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    place, key = made.headers["location"], made.json()["key"]
    assert key not in caller.send("GET", "ingest", place, role="admin").text

    event = spend("google-ads/1", "1.00")
    for reason, credential, status, code in (
        ("not a bearer", "Basic abc", 401, "credential_missing"),
        ("no token", "Bearer abc", 401, "token_invalid"),
        ("no such key", "Bearer plk_abc", 401, "key_unknown"),
        ("an expired key", f"Bearer {short.json()['key']}", 401, "key_expired"),
        ("a reader", f"Bearer {caller.token('viewer')}", 403, "role_missing"),
        ("an approver", f"Bearer {caller.token('approver')}", 403, "role_missing"),
    ):
        answer = caller.send("POST", "ingest", "/v1/events", json=[event],
                             headers={"Authorization": credential})  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (status, code), reason

    events = [event, spend("bing/1", "1.00")]
    answer = caller.send("POST", "ingest", "/v1/events", json=events, token=key)
    assert answer.json()["accepted"] == 1
    assert answer.json()["rejected"][0]["code"] == "source_not_allowed"
    caller.send("DELETE", "ingest", place, role="admin")
    gone = caller.send("POST", "ingest", "/v1/events", json=events, token=key)
    assert (gone.status_code, gone.json()["code"]) == (401, "key_unknown")


def test_a_key_beyond_its_rate_is_told_when_to_come_again(caller: Caller) -> None:
    body = {"sources": ["*"], "name": "slow", "rate_per_s": 1}
    key = caller.send("POST", "ingest", "/v1/keys", role="admin", json=body).json()["key"]
    events = [spend(name("s"), "1.00") for _ in range(200)]
    answers = [
        caller.send("POST", "ingest", "/v1/events", json=events, token=key) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [202, 429]
    assert answers[1].json()["code"] == "rate_exceeded"
    assert int(answers[1].headers["retry-after"]) > 0


def test_what_only_the_ledger_can_know_is_in_the_rejections_after_the_202(caller: Caller) -> None:
    """One id with two bodies, one revision with two values, a second mode, a second grain."""
    source, line = name("s"), {"data_campaign": caller.campaign()}
    caller.events(
        spend(source, "1.00", id="twice"),
        spend(source, "1.00", id="twice"),
        spend(source, "1.01", id="twice"),
        snapshot(source, "5.00", 1, id="first", **line),
        snapshot(source, "6.00", 1, id="second-value", **line),
        snapshot(source, "6.00", 2, id="other-currency", data_currency="USD", **line),
        # Of one subject, so that all arrive in this order: the first of a report fixes its mode.
        spend(source, "1.00", id="delta", data_report="daily", **line),
        snapshot(source, "1.00", 3, id="hour", data_period=f"{day(3)}T10", **line),
    )
    found = caller.rejections(source, 5)

    assert {(item["id"], item["code"]) for item in found} == {
        ("twice", "id_reused"),
        ("second-value", "revision_conflict"),
        ("other-currency", "currency_changed"),
        ("delta", "mode_conflict"),
        ("hour", "granularity_conflict"),
    }
    for item in found:
        assert item["topic"] == "spend.v1"
        assert None not in (item["partition"], item["offset"], item["detail"])
        assert item["event"]["data"]["amount"]


def test_settings_and_freshness_of_a_source(caller: Caller) -> None:
    source = f"google-ads/{name('a')}"
    path = f"/v1/sources/{source}"
    body = {"time_zone": "Asia/Shanghai", "currency": "CNY", "expected_interval": "1h",
            "money_report": "daily"}  # fmt: skip
    made = caller.send("PUT", "ingest", path, json=body)
    assert (made.status_code, made.headers["etag"], made.headers["location"]) == (201, '"1"', path)
    assert (made.json()["expected_interval"], made.json()["state"]) == (3600, "silent")
    stale = caller.send("PUT", "ingest", path, json=body, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_changed")
    assert caller.send("PUT", "ingest", path, json=body).status_code == 200
    assert caller.send("PUT", "ingest", path, json=body, role="viewer").status_code == 403

    refused = caller.events(heartbeat(source, FUTURE), status=422)
    assert refused["rejected"][0]["code"] == "future_time"
    hourly = snapshot(source, "1.00", 1, data_report="hourly")
    refused = caller.events(hourly, status=422)
    assert refused["rejected"][0]["code"] == "not_money_report"
    for hours, state in ((5, "silent"), (3, "late"), (1, "live")):
        through = datetime.now(UTC) - timedelta(hours=hours)
        caller.events(heartbeat(source, through.isoformat()))
        told = caller.eventually(
            lambda: caller.get(path, service="ingest"),
            lambda told, through=through: told["complete_through"] == _utc(through),
        )
        assert told["state"] == state


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


HEAD = "customer_id,date,id,cost_micros,clicks,impressions,device,ad_network_type"


def test_a_report_is_counted_and_loaded_again_it_changes_nothing(caller: Caller) -> None:
    source, place = name("g"), "/v1/reports/google-ads"
    rows = [f"1,{day(n)},9,{n}500000,{n},10,MOBILE,SEARCH" for n in (1, 2, 3)]

    def load(lines: list[str], as_of: str) -> Any:
        query = {"source": source, "as_of": as_of, "currency": "CNY"}
        sent = caller.send("POST", "ingest", place, params=query, content="\n".join([HEAD, *lines]),
                           headers={"Content-Type": "text/csv"})  # fmt: skip
        assert sent.status_code == 202, sent.text
        told = sent.json()
        assert (told["rows"], told["accepted"]) == (len(lines), len(lines))
        counted = caller.eventually(
            lambda: caller.send("GET", "budget", f"/v1/imports/{told['import']}").json(),
            lambda answer: answer.get("rows") == len(lines),
        )
        return [counted[key] for key in ("inserted", "updated", "unchanged", "rejected", "amount")]

    all_money = {"amount": "7.50", "currency": "CNY"}
    assert load(rows, at(4)) == [3, 0, 0, 0, all_money]
    assert load(rows[::-1], at(5)) == [0, 0, 3, 0, all_money]
    assert load(rows, at(5)) == [0, 0, 3, 0, all_money]
    less = [rows[0].replace("1500000", "1400000"), *rows[1:]]
    assert load(less, at(5))[:4] == [0, 0, 2, 1]
    assert caller.rejections(source, 1)[0]["code"] == "revision_conflict"
    assert load(less, at(6)) == [0, 1, 2, 0, {"amount": "7.40", "currency": "CNY"}]


@pytest.mark.parametrize(
    ("reason", "platform", "body", "media_type", "status", "code"),
    [
        ("an unknown platform", "nope-ads", "[]", JSON, 404, "platform_unknown"),
        ("not JSON", "google-ads", "{not", JSON, 422, "json_malformed"),
        ("another table", "google-ads", "a,b\n1,2", "text/csv", 422, "layout_unknown"),
        ("6 MiB", "google-ads", "x" * 6 * MEBIBYTE, "text/csv", 413, "too_large"),
        ("a picture", "google-ads", "x", "image/png", 415, "unsupported_media_type"),
    ],
)
def test_a_report_that_cannot_be_understood_is_refused_whole(  # noqa: PLR0917 - a table
    caller: Caller, reason: str, platform: str, body: str, media_type: str, status: int, code: str
) -> None:
    answer = caller.send("POST", "ingest", f"/v1/reports/{platform}", content=body,
                         headers={"Content-Type": media_type})  # fmt: skip

    assert (answer.status_code, answer.json()["code"]) == (status, code), reason
    if status == 422:
        assert answer.json()["errors"][0]["loc"] == "line.1"


@pytest.mark.parametrize("path", ["/v1/sources", "/v1/rejections", "/v1/keys"])
def test_another_workspace_sees_none_of_it(caller: Caller, stranger: Caller, path: str) -> None:
    caller.events(spend("shop/main", "1.00"))
    assert stranger.get(path, service="ingest", role="admin") == {"items": [], "next": None}
    unknown = stranger.send("GET", "ingest", "/v1/sources/shop/main")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "source_unknown")
