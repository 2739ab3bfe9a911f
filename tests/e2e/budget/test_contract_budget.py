"""Contract, section 3, as a client sees it: campaigns, plans, approval, and who may do what."""

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.contract_caller import (
    ENDS,
    STARTS,
    Caller,
    campaign_body,
    decision,
    line_body,
    name,
    plan_body,
)

CURVE = {
    "kind": "curve",
    "points": [
        {"at": STARTS.isoformat(), "amount": "0"},
        {"at": ENDS.isoformat(), "amount": "300.00"},
    ],
}


def test_a_create_answers_with_its_place_and_a_repeated_key_with_the_stored_reply(
    caller: Caller,
) -> None:
    campaign = name("c")
    body = campaign_body(campaign)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(
                lambda _: caller.send("POST", "budget", "/v1/campaigns", json=body, key=campaign),
                range(4),
            )
        )
    made = answers[0]
    assert {answer.status_code for answer in answers} == {201}
    assert [answer.headers.get("idempotency-hit") for answer in answers].count("true") == 3
    assert made.headers["location"] == f"/v1/campaigns/{campaign}"
    assert made.headers["etag"] == '"1"'
    shown = made.json()
    assert (shown["status"], shown["version"], shown["created_by"]) == ("draft", 1, "li.na")
    assert shown["targets"][0]["value"] == "12000000"
    assert all(answer.json() == shown for answer in answers)
    assert caller.get(made.headers["location"]) == shown

    other = campaign_body(campaign, owner="wang")
    for reason, headers, status, code in (
        ("same key, other body", {"Idempotency-Key": campaign}, 422, "idempotency_key_reused"),
        ("no key", {"Idempotency-Key": ""}, 400, "idempotency_key_missing"),
        ("the id is taken", {}, 409, "campaign_exists"),
    ):
        answer = caller.send("POST", "budget", "/v1/campaigns", json=other, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), reason


def _set(path: str, value: Any) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in way:
            body = body[part]
        body[last] = value

    return change


@pytest.mark.parametrize(
    ("reason", "change", "code", "place"),
    [
        ("a cent too much", _set("total.amount", "300.01"), "plan_sum_differs", None),
        ("the reserve counts", _set("reserve", [{"bucket": "flexible", "amount": "0.01"}]),
         "plan_sum_differs", None),
        ("the others exceed the total", _set("lines", [line_body("L1", "301.00"),
         line_body("L2", None, remainder=True)]), "plan_sum_differs", None),
        ("a cap below", _set("lines.0.cap", "299.99"), "cap_below_allocated", "lines.0.cap"),
        ("the curve ends elsewhere", _set("lines.0.phasing.points.1.amount", "299.99"),
         "curve_end_differs", "lines.0.phasing"),
        ("money as a number", _set("lines.0.allocated", 300), "amount_not_decimal",
         "lines.0.allocated"),
        ("money as a float", _set("total.amount", 300.5), "amount_not_decimal", "total.amount"),
        ("an unknown bucket", _set("reserve", [{"bucket": "spare", "amount": "1"}]),
         "literal_error", "reserve.0.bucket"),
        ("a misspelt field", _set("lines.0.alocated", "1"), "extra_forbidden", "lines.0.alocated"),
        ("a target the campaign does not have", _set("lines.0.targets", ["reach"]),
         "target_unknown", "lines.0.targets"),
    ],
)  # fmt: skip
def test_an_unsound_plan_is_refused_by_name_and_place(
    caller: Caller, reason: str, change: Callable[[Any], None], code: str, place: str | None
) -> None:
    campaign = name("c")
    caller.post("/v1/campaigns", campaign_body(campaign), 201)
    body = copy.deepcopy(plan_body(line_body(phasing=CURVE)))
    change(body)
    refused = caller.post(f"/v1/campaigns/{campaign}/plans", body, 422)

    if place is None:
        assert refused["code"] == code, reason
    else:
        assert (refused["errors"][0]["loc"], refused["errors"][0]["code"]) == (place, code), reason


def test_a_plan_is_worked_out_reviewed_by_two_and_then_in_force(caller: Caller) -> None:
    campaign = name("c")
    caller.post("/v1/campaigns", campaign_body(campaign), 201)
    plans = f"/v1/campaigns/{campaign}/plans"
    lines = [line_body("L1", None, percent="33.33"), line_body("L2", None, remainder=True),
             line_body("L3", "10.00", targets=[])]  # fmt: skip
    reserve = [{"bucket": "flexible", "amount": "20.00", "draw_condition": "price cut"}]
    made = caller.post(plans, plan_body(*lines, reserve=reserve), 201)
    assert (made["plan_version"], made["status"]) == (1, "draft")
    (finding,) = made["findings"]
    assert (finding["code"], finding["line"]) == ("line_without_target", "L3")

    place = f"{plans}/1/decisions"
    people = {"four_eyes": caller.token("approver", subject="li.na"),
              "twice": caller.token("finance", "approver", subject="zhao.min")}  # fmt: skip
    caller.post(place, decision("approver"), 409, role="approver")  # not_in_review
    submitted = caller.post(f"{plans}/1/submit", {"comment": "please", "effective_from": None})
    assert submitted["status"] == "in_review"
    assert submitted["needs"] == ["approver", "finance"]
    assert submitted["due_at"]
    for reason, role, token, status, code in (
        ("the author", "approver", people["four_eyes"], 403, "four_eyes"),
        ("another role", "finance", caller.token("approver"), 403, "role_missing"),
        ("a reader", "approver", caller.token("viewer"), 403, "role_missing"),
        ("an admin without the role", "approver", caller.token("admin"), 403, "role_missing"),
        ("the approver", "approver", caller.token("approver"), 200, None),
        ("the approver again", "approver", caller.token("approver"), 409, "already_decided"),
        ("the same person in two roles", "finance", people["twice"], 403, "four_eyes"),
        ("finance", "finance", caller.token("finance"), 200, None),
        ("too late", "finance", caller.token("finance"), 409, "already_decided"),
    ):
        answer = caller.post(place, decision(role), status, token=token)
        assert answer.get("code") == code, reason

    approved = caller.get(f"{plans}/1")
    assert [one["allocated"] for one in approved["lines"]] == ["99.99", "170.01", "10.00"]
    assert [(one["as"], one["by"]) for one in approved["decisions"]] == [
        ("approver", "zhao.min"), ("finance", "qian.wei")]  # fmt: skip
    told = caller.get(f"/v1/campaigns/{campaign}")
    assert (told["status"], told["plan_version"]) == ("approved", 1)
    assert told["effective_from"] == approved["approved_at"]
    assert caller.get(f"/v1/campaigns/{campaign}/totals")["reserve"] == [
        {"bucket": "flexible", "allocated": "20.00", "drawn": "0.00", "left": "20.00"}]  # fmt: skip


def test_a_rejected_plan_stays_rejected_and_a_campaign_without_target_is_not_submitted(
    caller: Caller,
) -> None:
    campaign = name("c")
    caller.post("/v1/campaigns", campaign_body(campaign), 201)
    plans = f"/v1/campaigns/{campaign}/plans"
    caller.post(plans, plan_body(), 201)
    caller.post(f"{plans}/1/submit", {})
    answer = caller.post(f"{plans}/1/decisions", decision("finance", "reject"), role="finance")
    assert (answer["status"], answer["needs"]) == ("rejected", [])
    late = caller.post(f"{plans}/1/decisions", decision("approver"), 409, role="approver")
    assert late["code"] == "not_in_review"

    bare = name("c")
    caller.post("/v1/campaigns", campaign_body(bare, targets=[]), 201)
    caller.post(f"/v1/campaigns/{bare}/plans", plan_body(line_body(targets=[])), 201)
    refused = caller.post(f"/v1/campaigns/{bare}/plans/1/submit", {}, 422)
    assert refused["code"] == "target_missing"


def test_who_may_not_write_is_refused_and_another_workspace_sees_nothing(
    caller: Caller, stranger: Caller
) -> None:
    campaign = caller.campaign()
    base = f"/v1/campaigns/{campaign}"
    mapping = {"source": name("s"), "match": {"campaign": "1"}, "campaign": campaign, "line": "L1"}
    for path, body in (
        ("/v1/campaigns", campaign_body(name("c"))),
        (f"{base}/plans", plan_body()),
        (f"{base}/plans/1/submit", {}),
        (f"{base}/plans/1/decisions", decision("finance")),
        ("/v1/mappings", mapping),
        ("/v1/exceptions/1/decisions", decision("finance")),
        (f"{base}/close", {"reason": "settled"}),
    ):
        for role in ("viewer", "auditor"):
            refused = caller.post(path, body, 403, role=role)
            assert refused["code"] == "role_missing", (path, role)
        answer = caller.send("POST", "budget", path, json=body, headers={"Authorization": "x"})
        assert (answer.status_code, answer.json()["code"]) == (401, "credential_missing"), path

    empty = stranger.get("/v1/invariants")
    assert (empty["holds"], empty["accounts"], empty["entries"]) == (True, 0, 0)
    for path in (base, f"{base}/totals", f"{base}/plans", f"{base}/plans/1",
                 f"{base}/lines/L1/entries", "/v1/imports/x"):  # fmt: skip
        assert stranger.send("GET", "budget", path).status_code == 404, path
    for path in ("/v1/campaigns", "/v1/suspense", "/v1/exceptions", "/v1/mappings"):
        assert stranger.get(path) == {"items": [], "next": None}, path
    for place, body, role in (
        (f"{base}/plans", plan_body(), "operator"),
        (f"{base}/close", {"reason": "mine"}, "finance"),
    ):
        assert stranger.post(place, body, 404, role=role)["code"] == "campaign_unknown", place
