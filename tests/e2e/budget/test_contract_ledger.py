"""Contract, section 3, as a client sees it: where money goes, and what totals say of it."""

from decimal import Decimal
from typing import Any

from tests.e2e.contract_caller import (
    Caller,
    at,
    campaign_body,
    day,
    decision,
    heartbeat,
    line_body,
    name,
    plan_body,
    snapshot,
    spend,
)


def _on(campaign: str, line: str = "L1") -> dict[str, Any]:
    return {"data_campaign": campaign, "data_line": line}


def _in(**entity: str) -> dict[str, Any]:
    return {"data_campaign": None, "data_line": None, "data_entity": entity}


def test_money_waits_for_its_campaign_its_approval_and_its_line(caller: Caller) -> None:
    campaign, source = name("c"), name("s")
    caller.events(
        spend(source, "8.00", **_on(campaign)),
        spend(source, "16.00", **_on(campaign, "L2")),
        spend(source, "32.00", **_on(campaign), data_currency="USD"),
    )

    def held(count: int) -> list[str]:
        items = caller.eventually(
            lambda: caller.get("/v1/suspense", source=source)["items"],
            lambda items: len(items) == count,
        )
        return sorted(item["reason"] for item in items)

    assert held(3) == ["campaign_unknown"] * 3
    caller.post("/v1/campaigns", campaign_body(campaign), 201)
    assert held(1) == ["currency_differs"]
    exceptions = caller.get("/v1/exceptions", campaign=campaign)["items"]
    assert [item["reason"] for item in exceptions] == ["not_approved"] * 2
    totals = caller.get(f"/v1/campaigns/{campaign}/totals")
    assert (totals["plan_version"], totals["lines"]) == (None, [])
    assert totals["exceptions"] == {"count": 2, "amount": "24.00"}
    caller.approve(campaign, plan_body())
    assert held(2) == ["currency_differs", "line_unknown"]
    assert caller.actual(campaign, "8.00")["exceptions"] == {"count": 0, "amount": "0.00"}
    caller.approve(campaign, plan_body(line_body(), line_body("L2", "50.00"), total="350.00"))
    assert caller.actual(campaign, "24.00")["plan_version"] == 2
    assert held(1) == ["currency_differs"]
    (entry,) = caller.entries(campaign, "L2")
    assert (entry["kind"], entry["amount"], entry["event"]["source"]) == ("move", "16.00", source)


def test_spend_before_the_approval_is_accepted_by_two_or_stays_outside(caller: Caller) -> None:
    campaign = caller.campaign(effective_from=None)
    source = name("s")
    caller.events(spend(source, "3.00", **_on(campaign)), spend(source, "5.00", **_on(campaign)))
    caller.totals(campaign, lambda totals: totals["exceptions"]["count"] == 2)
    items = caller.get("/v1/exceptions", campaign=campaign)["items"]
    assert {item["reason"] for item in items} == {"before_approval"}
    by_amount = {item["amount"]["amount"]: f"/v1/exceptions/{item['id']}" for item in items}

    place = f"{by_amount['3.00']}/decisions"
    both = caller.token("approver", "finance", subject="zhao.min")
    for reason, role, token, status, code in (
        ("a reader", "approver", caller.token("viewer"), 403, "role_missing"),
        ("the approver", "approver", both, 200, None),
        ("the same person", "finance", both, 403, "four_eyes"),
        ("finance", "finance", caller.token("finance"), 200, None),
        ("too late", "finance", caller.token("finance"), 409, "already_decided"),
    ):
        answer = caller.post(place, decision(role), status, token=token)
        assert answer.get("code") == code, reason
    no = caller.post(f"{by_amount['5.00']}/decisions", decision("finance", "reject"), 200,
                     role="finance")  # fmt: skip
    assert no["status"] == "rejected"
    totals = caller.actual(campaign, "3.00")
    assert totals["exceptions"] == {"count": 1, "amount": "5.00"}


def test_the_most_specific_mapping_wins_and_moves_what_was_held(caller: Caller) -> None:
    campaign = caller.campaign(line_body("L1", "100.00"), line_body("L2", "200.00"))
    source = name("g")
    caller.events(
        spend(source, "1.00", **_in(account="1", campaign="9")),
        spend(source, "2.00", **_in(account="1", campaign="9", ad_group="7")),
        snapshot(source, "4.00", 1, **_in(account="1", campaign="8")),
    )
    caller.eventually(
        lambda: caller.get("/v1/suspense", source=source)["items"], lambda items: len(items) == 3
    )

    def map_to(line: str, status: int = 201, **match: str) -> Any:
        body = {"source": source, "match": match, "campaign": campaign, "line": line,
                "effective_from": None}  # fmt: skip
        return caller.post("/v1/mappings", body, status)

    made = map_to("L1", campaign="9")
    assert made["moved"] == {"entries": 2, "amount": {"amount": "3.00", "currency": "CNY"}}
    assert map_to("L2", 409, campaign="9")["code"] == "mapping_overlaps"
    assert map_to("L2", account="1")["moved"]["entries"] == 1
    # What a lesser mapping has brought to a line goes with a more specific one.
    taken = map_to("L2", ad_group="7")["moved"]
    assert taken == {"entries": 1, "amount": {"amount": "2.00", "currency": "CNY"}}
    assert caller.get(f"/v1/mappings/{made['mapping']}")["line"] == "L1"
    caller.events(
        spend(source, "0.10", **_in(account="1", campaign="9")),
        spend(source, "0.20", **_in(account="1", campaign="9", ad_group="7", ad="5")),
        snapshot(source, "4.50", 2, **_in(account="1", campaign="8")),
    )
    totals = caller.actual(campaign, "7.80")
    assert [line["actual"] for line in totals["lines"]] == ["1.10", "6.70"]
    assert totals["lines"][1]["corrections"] == "0.50"


def test_a_restatement_is_spend_while_the_day_runs_and_a_correction_after(caller: Caller) -> None:
    campaign, source = caller.campaign(), name("s")
    for revision, amount, stated, expected in (
        (1, "10.00", at(3, 12), "10.00"),
        (2, "12.00", at(4, 0), "12.00"),
        (1, "99.00", at(4, 1), "12.00"),
        (3, "12.00", at(4, 1), "12.00"),
        (4, "11.50", at(6, 0), "11.50"),
    ):
        caller.events(snapshot(source, amount, revision, time=stated, **_on(campaign)))
        caller.actual(campaign, expected)
    entries = caller.entries(campaign)
    assert [(entry["kind"], entry["amount"]) for entry in entries] == [
        ("spend", "10.00"), ("spend", "2.00"), ("correction", "-0.50")]  # fmt: skip
    assert entries[2]["corrects"] == entries[1]["entry"]
    assert {entry["period"] for entry in entries} == {day(3)}
    before = caller.get(f"/v1/campaigns/{campaign}/totals", known_at=entries[1]["recorded_at"])
    assert (before["total"]["actual"], before["total"]["corrections"]) == ("12.00", "0.00")
    totals = caller.get(f"/v1/campaigns/{campaign}/totals")
    assert totals["total"]["corrections"] == "-0.50"
    assert totals["days"] == [{"date": day(3), "line": "L1", "actual": "11.50"}]


def test_figures_are_taken_at_the_anchor_and_complete_through_follows_the_data(
    caller: Caller,
) -> None:
    campaign = caller.campaign(line_body("L1", "300.00"), line_body("L2", "0.00"))
    source = name("s")
    events = [spend(source, "0.10", time=at(n), **_on(campaign)) for n in range(1, 11)]
    refund = spend(source, "-0.000001", time=at(2), **_on(campaign))
    caller.events(*events, events[0], refund, heartbeat(source, at(11, 0)))
    totals = caller.totals(campaign, lambda told: told["lines"][0]["complete_through"])

    first, second = totals["lines"]
    assert (first["actual"], first["remaining"]) == ("0.999999", "299.000001")
    assert (first["planned_to_date"], first["pacing_ratio"]) == ("100.00", "0.010000")
    assert (first["forecast_end"], first["used_ratio"]) == ("2.999997", "0.003333")
    assert first["anchor"] == first["complete_through"] == at(11, 0).replace("+00:00", "Z")
    assert (first["complete_through_basis"], first["freshness"]) == ("source", "silent")
    assert (second["complete_through_basis"], second["freshness"]) == ("manual", "manual")
    for nothing in (
        "used_ratio",
        "pacing_ratio",
        "forecast_end",
        "exhausted_on",
        "complete_through",
    ):
        assert second[nothing] is None, nothing
    assert sum(Decimal(one["actual"]) for one in totals["days"]) == Decimal("0.999999")
    assert sum(Decimal(one["amount"]) for one in caller.entries(campaign)) == Decimal("0.999999")
    early = caller.get(f"/v1/campaigns/{campaign}/totals", through=at(3, 0))
    assert early["total"]["actual"] == "0.199999"
    assert len(early["days"]) == 2


def test_after_all_of_this_every_total_is_the_sum_of_its_entries(caller: Caller) -> None:
    answer = caller.get("/v1/invariants")
    assert (answer["holds"], answer["drift"]) == (True, "0"), answer
    assert min(answer["accounts"], answer["entries"]) > 0
