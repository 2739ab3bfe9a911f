"""What people propose and decide during the scenario, moment by moment: steps 1, 5 and 6."""

from datetime import datetime
from typing import Any

from cli.demo.scenario import (
    BEFORE,
    CAMPAIGN,
    VENUE_SOURCE,
    ZONE,
    Moment,
    PersonAct,
    clock,
    spend_delta,
)

PLACE = f"/v1/campaigns/{CAMPAIGN}"
DRAW = {
    "bucket": "flexible",
    "line": "L02",
    "amount": "30000.00",
    "condition": "competitor price cut",
}
TRANSFER = {
    "from": {"line": "L05"},
    "to": {"line": "L04"},
    "amount": "10000.00",
    "reason": "short video sells better than mail",
}
OPINIONS = {"approver": "the hall is needed", "finance": "the invoice is there"}


def october(day: int, hour: int) -> datetime:
    """An hour of October 2025 in the campaign's zone."""
    return datetime(2025, 10, day, hour, tzinfo=ZONE)


def decided() -> list[Moment]:
    """In order of time."""
    return [_early(), _approved(), _accepted(), _draw(), _transfer()]


def _approval(role: str, place: str, **more: Any) -> PersonAct:
    body = {"decision": "approve", "as": role, "opinion": "fits", **more}
    return PersonAct(role, f"{place}/decisions", body)


def _early() -> Moment:
    at = october(12, 15)
    deposit = spend_delta("L02", "venue-deposit", at, "2000.00", VENUE_SOURCE)
    title = "the plan is in review; 2,000 are spent on L02 already"
    return Moment(at, 1, title, [deposit], excepted=["not_approved"], actual={"total": "0.00"})


def _approved() -> Moment:
    acts = [_approval(role, f"{PLACE}/plans/1") for role in ("approver", "finance")]
    return Moment(
        october(13, 10),
        1,
        "the plan is approved by approver and finance",
        acts=acts,
        excepted=["before_approval"],
        actual={"total": "0.00"},
    )


def _accepted() -> Moment:
    place = "/v1/exceptions/{exception}"
    acts = [
        _approval(role, place, amount="2000.00", opinion=opinion)
        for role, opinion in OPINIONS.items()
    ]
    rules = [PersonAct("operator", "/v1/rules", rule, "kpi") for rule in BEFORE["rules"]]
    return Moment(
        october(14, 10),
        1,
        "the 2,000 are accepted by both; then the rules are set up",
        acts=[*acts, *rules],
        excepted=[],
        actual={"L02": "2000.00", "total": "2000.00"},
    )


def _draw() -> Moment:
    before = {"L02": "200000.00", "flexible": "40000.00"}
    after = {"L02": "230000.00", "flexible": "10000.00"}
    title = "a competitor cuts prices: 30,000 from the flexible reserve to L02"
    return Moment(clock(6, 9), 6, title, acts=_moved("draws", DRAW, before, after))


def _transfer() -> Moment:
    before = {"L05": "30000.00", "L04": "100000.00"}
    after = {"L05": "20000.00", "L04": "110000.00"}
    title = "10,000 from L05 to L04"
    return Moment(clock(6, 12), 6, title, acts=_moved("transfers", TRANSFER, before, after))


def _moved(
    plural: str, body: dict[str, Any], before: dict[str, str], after: dict[str, str]
) -> list[PersonAct]:
    """Proposed, approved, approved by the second: nothing changes before that."""
    place = f"{PLACE}/{plural}"
    return [
        PersonAct("operator", place, body, allocated=before),
        _approval("approver", f"{place}/1")._replace(allocated=before),
        _approval("finance", f"{place}/1")._replace(allocated=after),
    ]
