"""A stored plan is read back as it was proposed, with every amount worked out (P33, P18)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.phasing import read_curve
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.plans.document import (
    line_rows,
    local_flight,
    plan_document,
    read_lines,
    read_reserve,
    reserve_of,
)
from budget.documents.plans.rules import Terms, check
from budget.documents.plans.schemas import PlanBody
from budget.documents.plans.store import PlanRecord
from shared.money import format_micros

START = datetime(2025, 11, 1, tzinfo=UTC)
END = START + timedelta(days=10)
CAMPAIGN = CampaignRecord(
    campaign="c",
    name="Campaign",
    status="draft",
    version=1,
    currency="CNY",
    time_zone="UTC",
    starts_at=START,
    ends_at=END,
    created_by="wang.lei",
    created_at=START,
    body={},
)
cents = st.integers(0, 10**12).map(lambda count: count * 10_000)


def proposed(amounts: list[int], reserve: int, *, curved: bool) -> PlanBody:
    """A plan of lines with these amounts, the last of which is the remainder."""
    lines = []
    for number, amount in enumerate(amounts):
        line = {"line": f"L{number}", "name": "A line", "category": "media"}
        if curved:
            points = [
                {"at": (START + timedelta(days=4)).isoformat(), "amount": "0.00"},
                {"at": END.isoformat(), "amount": format_micros(amount)},
            ]
            line["phasing"] = {"kind": "curve", "points": points}  # type: ignore[assignment]
        is_last = number == len(amounts) - 1
        how = {"remainder": True} if is_last else {"allocated": format_micros(amount)}
        lines.append({**line, **how})
    return PlanBody.model_validate(
        {
            "total": {"amount": format_micros(sum(amounts) + reserve), "currency": "CNY"},
            "lines": lines,
            "reserve": [{"bucket": "crisis_pr", "amount": format_micros(reserve)}],
        }
    )


@given(st.lists(cents, min_size=1, max_size=5), cents, st.booleans())
def test_lines_and_reserve_are_read_back_and_curves_end_at_what_is_allocated(
    amounts: list[int], reserve: int, curved: bool
) -> None:
    body = proposed(amounts, reserve, curved=curved)
    terms = Terms("CNY", local_flight(CAMPAIGN), frozenset())
    checked = check(terms, body.total.amount, "CNY", read_lines(body), read_reserve(body))
    plan = PlanRecord(
        workspace="w",
        campaign="c",
        plan_version=1,
        total=body.total.amount,
        body=plan_document(body, checked),
        status="draft",
        findings=[],
        created_by="wang.lei",
        created_at=START,
    )
    rows = line_rows(CAMPAIGN, plan)
    assert [(row.line, row.allocated) for row in rows] == [
        (f"L{number}", amount) for number, amount in enumerate(amounts)
    ]
    assert [read_curve(row.curve).end for row in rows] == amounts
    assert [(one.bucket, one.amount) for one in reserve_of(plan)] == [("crisis_pr", reserve)]
