"""Where money belongs, and what restating it changes (P30, B5, I6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from budget.ledger.rules import (
    NO_CURRENCY,
    CampaignTerms,
    HeldReason,
    SpendSubject,
    ledger_day,
    make_catalogue,
)
from shared.entity_mapping import EntityMapping

START = datetime(2025, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
APPROVED = CampaignTerms(
    campaign="c1",
    currency="CNY",
    time_zone="Asia/Shanghai",
    starts_at=START,
    ends_at=START + 10 * DAY,
    effective_from=START + 2 * DAY,
    lines=frozenset({"L1"}),
)
DRAFT = CampaignTerms("c2", "CNY", "UTC", START, START + DAY, None, frozenset())
CATALOGUE = make_catalogue(
    "default",
    1,
    [APPROVED, DRAFT],
    [EntityMapping("m1", "ads", (("campaign", "993"),), "c1", "L1", START + 5 * DAY)],
)


def subject(**changes: object) -> SpendSubject:
    base = SpendSubject("ads", "c1", "L1", (), "CNY", START + 3 * DAY, START + 4 * DAY)
    return base._replace(**changes)  # type: ignore[arg-type]


def entity(campaign: str, day: int) -> SpendSubject:
    return SpendSubject(
        "ads", None, None, (("campaign", campaign),), None, START + day * DAY, START + day * DAY
    )


@pytest.mark.parametrize(
    ("asked", "kind", "reason", "why"),
    [
        (subject(), "line", None, "named, approved, in the flight"),
        (subject(currency=None), "line", None, "without a currency: the campaign's"),
        (subject(currency="USD"), "suspense", HeldReason.CURRENCY_DIFFERS, "no rate is booked"),
        (subject(campaign="c9"), "suspense", HeldReason.CAMPAIGN_UNKNOWN, "not created yet"),
        (subject(line="L9"), "suspense", HeldReason.LINE_UNKNOWN, "not in the plan"),
        (subject(campaign="c2"), "exception", HeldReason.NOT_APPROVED, "a draft"),
        (
            subject(period_start=START + DAY, period_end=START + 2 * DAY),
            "exception",
            HeldReason.BEFORE_APPROVAL,
            "over when the plan began",
        ),
        (
            subject(period_start=START + 1.5 * DAY, period_end=START + 2.5 * DAY),
            "line",
            None,
            "the day of the approval overlaps",
        ),
        (
            subject(period_start=START + 9.5 * DAY, period_end=START + 10.5 * DAY),
            "line",
            None,
            "the last day overlaps the flight",
        ),
        (
            subject(period_start=START + 10 * DAY, period_end=START + 11 * DAY),
            "exception",
            HeldReason.AFTER_END,
            "begins after the end",
        ),
        (entity("993", 6), "line", None, "mapped"),
        (entity("993", 3), "suspense", HeldReason.UNMAPPED, "before the mapping's time"),
        (entity("994", 6), "suspense", HeldReason.UNMAPPED, "unknown entity"),
    ],
)
def test_money_goes_to_exactly_one_account(
    asked: SpendSubject, kind: str, reason: HeldReason | None, why: str
) -> None:
    found = CATALOGUE.resolve(asked)
    assert (found.account.kind, found.reason) == (kind, reason), why


def test_an_approval_during_the_flight_leaves_the_preparation_outside() -> None:
    early = CampaignTerms(
        "c1", "CNY", "UTC", START, START + DAY, START - 9 * DAY, frozenset({"L1"})
    )
    before = subject(period_start=START - 2 * DAY, period_end=START - DAY)
    found = make_catalogue("w", 1, [early], []).resolve(before)
    assert found.reason is HeldReason.BEFORE_START


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (subject(), HeldReason.AFTER_CLOSE),
        (subject(line="L9"), HeldReason.AFTER_CLOSE),
        (
            subject(period_start=START + 10 * DAY, period_end=START + 11 * DAY),
            HeldReason.AFTER_END,
        ),
        (subject(period_start=START, period_end=START + DAY), HeldReason.BEFORE_APPROVAL),
        (entity("993", 6), HeldReason.AFTER_CLOSE),
    ],
)
def test_new_money_of_a_closed_campaign_is_an_exception(
    asked: SpendSubject, reason: HeldReason
) -> None:
    """B5: what would have been refused anyway keeps its own reason."""
    mappings = [EntityMapping("m1", "ads", (("campaign", "993"),), "c1", "L1", None)]
    closed = make_catalogue("default", 2, [replace(APPROVED, closed=True)], mappings)
    found = closed.resolve(asked)
    assert (found.account.kind, found.account.campaign) == ("exception", "c1")
    assert found.reason is reason


def test_suspense_without_any_currency_is_kept_apart() -> None:
    assert CATALOGUE.resolve(entity("994", 6)).account.currency == NO_CURRENCY


@pytest.mark.parametrize(
    ("label", "zone", "day"),
    [
        ("2025-11-03", "Asia/Shanghai", "2025-11-03"),
        ("2025-11-03T10", "Asia/Shanghai", "2025-11-03"),
        (None, "Asia/Shanghai", "2025-11-02"),
        (None, "UTC", "2025-11-01"),
    ],
)
def test_money_is_booked_on_the_day_as_stated_or_the_local_one(
    label: str | None, zone: str, day: str
) -> None:
    assert ledger_day(label, START + timedelta(hours=20), zone).isoformat() == day


@pytest.mark.parametrize("label", ["", "2025", "today", "2025-13-01"])
def test_a_label_without_a_date_is_no_day(label: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month"):
        ledger_day(label, START, "UTC")
