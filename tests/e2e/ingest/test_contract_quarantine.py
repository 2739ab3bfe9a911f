"""Contract, sections 1 and 2: what a quarantined source says is complete reaches no total."""

from typing import Any

from tests.e2e.contract_caller import Caller, at, heartbeat, name, spend

TOO_MANY = 1001
"""The default limit is 1,000 within the hour."""


def test_poison_freezes_completeness_and_no_money_until_a_person_releases_the_source(
    caller: Caller,
) -> None:
    campaign, source = caller.campaign(total="300.00"), name("s")

    def events(amount: str) -> list[dict[str, Any]]:
        return [
            spend(source, amount, id=f"{source}-{number:04d}", data_campaign=campaign)
            for number in range(TOO_MANY)
        ]

    def complete_through(totals: Any) -> Any:
        return totals["lines"][0]["complete_through"]

    caller.events(*events("0.10"), heartbeat(source, at(4)))
    caller.totals(campaign, lambda totals: complete_through(totals) is not None)
    before = complete_through(caller.actual(campaign, "100.10"))
    # One id with two bodies: accepted, for only the ledger can know, and set aside there.
    caller.events(*events("0.20"))
    place = f"/v1/sources/{source}"
    caller.eventually(
        lambda: caller.send("GET", "ingest", place).json(),
        lambda shown: shown.get("state") == "quarantined",
    )
    caller.eventually(
        lambda: caller.send("POST", "ingest", "/v1/events", json=heartbeat(source, at(4))),
        lambda answer: answer.status_code == 422,
    )
    more = spend(source, "1.00", data_campaign=campaign)
    answer = caller.events(more, heartbeat(source, at(6)))

    assert [one["code"] for one in answer["rejected"]] == ["source_quarantined"]
    assert complete_through(caller.actual(campaign, "101.10")) == before
    released = caller.send("POST", "ingest", f"{place}/release", json={"reason": "repaired"})
    assert (released.status_code, released.json()["state"]) == (200, "silent")
    caller.events(heartbeat(source, at(6)))
    moved = caller.totals(campaign, lambda totals: complete_through(totals) != before)
    assert moved["total"]["actual"] == "101.10"
