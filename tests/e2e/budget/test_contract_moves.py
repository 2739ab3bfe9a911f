"""Money moves by two people's word, from outside: transfers, draws, and what is refused."""

import pytest

from tests.e2e.contract_caller import (
    Caller,
    campaign_body,
    decision,
    line_body,
    name,
    plan_body,
    spend,
)

CONDITION = "competitor price cut"
TRANSFER = {
    "from": {"line": "L1"},
    "to": {"line": "L2"},
    "amount": "10.00",
    "reason": "sells better",
}
DRAW = {"bucket": "flexible", "line": "L2", "amount": "30.00", "condition": CONDITION}


@pytest.fixture
def campaign(caller: Caller) -> str:
    """Two lines of 100.00 and a reserve of 40.00."""
    made = name("moves")
    caller.post("/v1/campaigns", campaign_body(made), 201)
    reserve = [{"bucket": "flexible", "amount": "40.00", "draw_condition": CONDITION}]
    lines = line_body("L1", "100.00"), line_body("L2", "100.00")
    caller.approve(made, plan_body(*lines, total="240.00", reserve=reserve))
    return made


def has(caller: Caller, campaign: str, **params: str) -> list[str]:
    """What L1, L2 and the bucket have."""
    totals = caller.get(f"/v1/campaigns/{campaign}/totals", **params)
    [bucket] = totals["reserve"]
    return [*(line["allocated"] for line in totals["lines"]), bucket["left"]]


def test_nothing_moves_before_the_second_of_two_others_agrees(
    caller: Caller, campaign: str
) -> None:
    path = f"/v1/campaigns/{campaign}/transfers"
    answer = caller.send("POST", "budget", path, json=TRANSFER)
    assert answer.status_code == 201
    place = answer.headers["Location"]
    before = caller.get(f"/v1/campaigns/{campaign}/totals")["known_at"]
    author = caller.get(place)["created_by"]
    own = caller.token("approver", subject=author)
    refused = caller.post(f"{place}/decisions", decision("approver"), 403, token=own)
    assert refused["code"] == "four_eyes"
    first = caller.post(f"{place}/decisions", decision("approver"), role="approver")
    assert (first["status"], first["needs"]) == ("in_review", ["finance"])
    assert has(caller, campaign) == ["100.00", "100.00", "40.00"]
    last = caller.post(f"{place}/decisions", decision("finance"), role="finance")
    assert (last["status"], len(last["decisions"])) == ("approved", 2)
    assert last["approved_at"] is not None
    assert has(caller, campaign) == ["90.00", "110.00", "40.00"]
    assert has(caller, campaign, known_at=before) == ["100.00", "100.00", "40.00"]
    again = caller.post(f"{place}/decisions", decision("finance"), 409, role="finance")
    assert again["code"] == "already_decided"


def test_a_bucket_is_drawn_from_under_its_condition_and_never_below_nothing(
    caller: Caller, campaign: str
) -> None:
    path = f"/v1/campaigns/{campaign}/draws"
    for body, status, code in (
        (DRAW | {"condition": "we want it"}, 422, "condition_differs"),
        (DRAW | {"amount": "40.01"}, 409, "bucket_short"),
    ):
        assert caller.post(path, body, status)["code"] == code
    place = caller.send("POST", "budget", path, json=DRAW).headers["Location"]
    for role in ("approver", "finance"):
        caller.post(f"{place}/decisions", decision(role), role=role)
    assert has(caller, campaign) == ["100.00", "130.00", "10.00"]
    [bucket] = caller.get(f"/v1/campaigns/{campaign}/totals")["reserve"]
    assert (bucket["allocated"], bucket["drawn"]) == ("40.00", "30.00")
    assert caller.get("/v1/invariants")["holds"] is True


def test_what_is_spent_is_not_given_and_a_trial_changes_nothing(
    caller: Caller, campaign: str
) -> None:
    caller.events(spend(name("shop"), "95.00", data_campaign=campaign))
    caller.actual(campaign, "95.00")
    path = f"/v1/campaigns/{campaign}/transfers"
    assert caller.post(path, TRANSFER, 409)["code"] == "line_short"
    weighed = caller.post(f"{path}?dry_run=true", TRANSFER | {"amount": "5.00"})
    after = [(one["line"], one["after"]["remaining"]) for one in weighed["effect"]["lines"]]
    assert after == [("L1", "0.00"), ("L2", "105.00")]
    assert caller.get(path)["items"] == []
    assert has(caller, campaign) == ["100.00", "100.00", "40.00"]
