"""Where money belongs, and what restating it changes (P30, B5, I6)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.ledger.rules import (
    NO_CURRENCY,
    CampaignTerms,
    Fact,
    Outcome,
    Reason,
    Stated,
    Step,
    Subject,
    ledger_day,
    make_catalogue,
    restate,
)
from shared.entity_mapping import Mapping

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
    [Mapping("m1", "ads", (("campaign", "993"),), "c1", "L1", START + 5 * DAY)],
)


def subject(**changes: object) -> Subject:
    base = Subject("ads", "c1", "L1", (), "CNY", START + 3 * DAY, START + 4 * DAY)
    return base._replace(**changes)  # type: ignore[arg-type]


def entity(campaign: str, day: int) -> Subject:
    return Subject(
        "ads", None, None, (("campaign", campaign),), None, START + day * DAY, START + day * DAY
    )


@pytest.mark.parametrize(
    ("asked", "kind", "reason", "why"),
    [
        (subject(), "line", None, "named, approved, in the flight"),
        (subject(currency=None), "line", None, "without a currency: the campaign's"),
        (subject(currency="USD"), "suspense", Reason.CURRENCY_DIFFERS, "no rate is booked"),
        (subject(campaign="c9"), "suspense", Reason.CAMPAIGN_UNKNOWN, "not created yet"),
        (subject(line="L9"), "suspense", Reason.LINE_UNKNOWN, "not in the plan"),
        (subject(campaign="c2"), "exception", Reason.NOT_APPROVED, "a draft"),
        (
            subject(period_start=START + DAY, period_end=START + 2 * DAY),
            "exception",
            Reason.BEFORE_APPROVAL,
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
            Reason.AFTER_END,
            "begins after the end",
        ),
        (entity("993", 6), "line", None, "mapped"),
        (entity("993", 3), "suspense", Reason.UNMAPPED, "before the mapping's time"),
        (entity("994", 6), "suspense", Reason.UNMAPPED, "unknown entity"),
    ],
)
def test_money_goes_to_exactly_one_account(
    asked: Subject, kind: str, reason: Reason | None, why: str
) -> None:
    found = CATALOGUE.resolve(asked)
    assert (found.account.kind, found.reason) == (kind, reason), why


def test_an_approval_during_the_flight_leaves_the_preparation_outside() -> None:
    early = CampaignTerms(
        "c1", "CNY", "UTC", START, START + DAY, START - 9 * DAY, frozenset({"L1"})
    )
    before = subject(period_start=START - 2 * DAY, period_end=START - DAY)
    found = make_catalogue("w", 1, [early], []).resolve(before)
    assert found.reason is Reason.BEFORE_START


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (subject(), Reason.AFTER_CLOSE),
        (subject(line="L9"), Reason.AFTER_CLOSE),
        (
            subject(period_start=START + 10 * DAY, period_end=START + 11 * DAY),
            Reason.AFTER_END,
        ),
        (subject(period_start=START, period_end=START + DAY), Reason.BEFORE_APPROVAL),
        (entity("993", 6), Reason.AFTER_CLOSE),
    ],
)
def test_new_money_of_a_closed_campaign_is_an_exception(asked: Subject, reason: Reason) -> None:
    """B5: what would have been refused anyway keeps its own reason."""
    mappings = [Mapping("m1", "ads", (("campaign", "993"),), "c1", "L1", None)]
    closed = make_catalogue("default", 2, [replace(APPROVED, closed=True)], mappings)
    found = closed.resolve(asked)
    assert (found.account.kind, found.account.campaign) == ("exception", "c1")
    assert found.reason is reason


def test_suspense_without_any_currency_is_kept_apart() -> None:
    assert CATALOGUE.resolve(entity("994", 6)).account.currency == NO_CURRENCY


END = START + DAY


def stated(
    revision: int, amount: int, *, hour: int = 0, currency: str = "CNY", zone: int = 0
) -> Stated:
    """`zone`: hours by which the source's clock is behind at the time it says so."""
    at, behind = START + timedelta(hours=hour), timedelta(hours=zone)
    return Stated(revision, amount, currency, at, revision * 1000, START + behind, END + behind)


def run(statements: Sequence[Stated]) -> tuple[Fact | None, list[Step]]:
    fact: Fact | None = None
    steps = []
    for one in statements:
        fact, step = restate(fact, one)
        steps.append(step)
    return fact, steps


@pytest.mark.parametrize(
    ("second", "outcome", "amount", "kind", "why"),
    [
        (stated(2, 70, hour=30), Outcome.UPDATED, -30, "spend", "the first was of a running day"),
        (stated(2, 100), Outcome.UNCHANGED, None, "spend", "a higher revision with equal values"),
        (stated(1, 100), Outcome.UNCHANGED, None, "spend", "the same again"),
        (stated(1, 90), Outcome.REVISION_CONFLICT, None, "spend", "one revision, two values"),
        (stated(0, 90), Outcome.OUTDATED, None, "spend", "a lower revision says nothing"),
        (stated(0, 100), Outcome.UNCHANGED, None, "spend", "a lower one that says the same"),
        (stated(0, 90, currency="USD"), Outcome.OUTDATED, None, "spend", "whatever its currency"),
        (stated(1, 100, currency="USD"), Outcome.REVISION_CONFLICT, None, "spend", "two values"),
        (stated(2, 90, currency="USD"), Outcome.CURRENCY_CHANGED, None, "spend", "no mixing"),
        (stated(2, 90, currency=NO_CURRENCY), Outcome.UPDATED, -10, "spend", "unstated fits"),
    ],
)
def test_a_second_statement(
    second: Stated, outcome: Outcome, amount: int | None, kind: str, why: str
) -> None:
    _, steps = run([stated(1, 100, hour=12), second])
    assert steps[1] == Step(outcome, amount, kind, None), why  # type: ignore[arg-type]


def test_a_statement_of_a_day_that_was_over_is_corrected_by_name() -> None:
    fact, steps = run([stated(1, 100, hour=24), stated(2, 100, hour=25), stated(3, 70, hour=48)])
    assert steps[2] == Step(Outcome.UPDATED, -30, "correction", 1000)
    assert fact is not None
    assert (fact.amount, fact.entry) == (70, 3000)


STATEMENTS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(-5, 5), st.integers(0, 60)), min_size=1, max_size=12
)


@given(STATEMENTS, st.randoms())
def test_any_order_and_repetition_of_consistent_statements_ends_at_the_highest_revision(
    drawn: list[tuple[int, int, int]], random: object
) -> None:
    """One value per revision, as the contract asks; then order decides nothing."""
    by_revision = {revision: stated(revision, amount, hour=h) for revision, amount, h in drawn}
    order = [*by_revision.values(), *by_revision.values()]
    random.shuffle(order)  # type: ignore[attr-defined]
    fact, steps = run(order)
    highest = by_revision[max(by_revision)]
    assert fact is not None
    assert (fact.revision, fact.amount) == (highest.revision, highest.amount)
    assert sum(step.amount or 0 for step in steps) == highest.amount
    assert not any(step.outcome is Outcome.REVISION_CONFLICT for step in steps)


@given(STATEMENTS)
def test_entries_always_sum_to_the_fact_and_the_first_of_equal_revisions_wins(
    drawn: list[tuple[int, int, int]],
) -> None:
    statements = [stated(revision, amount, hour=hour) for revision, amount, hour in drawn]
    fact, steps = run(statements)
    assert fact is not None
    assert sum(step.amount or 0 for step in steps) == fact.amount
    highest = max(one.revision for one in statements)
    first = next(one for one in statements if one.revision == highest)
    assert (fact.revision, fact.amount) == (highest, first.amount)


@given(STATEMENTS)
def test_revisions_of_a_fact_only_rise(drawn: list[tuple[int, int, int]]) -> None:
    fact: Fact | None = None
    seen = []
    for revision, amount, hour in drawn:
        fact, _ = restate(fact, stated(revision, amount, hour=hour))
        seen.append(fact.revision)
    assert all(a <= b for a, b in pairwise(seen))


def test_the_first_statement_fixes_the_period_and_later_ones_are_judged_by_it() -> None:
    """The source's zone was set after its first data: the label is the same, its bounds are not."""
    fact, steps = run(
        [stated(1, 100, hour=26, zone=5), stated(2, 70, hour=27), stated(3, 60, hour=30)]
    )
    assert fact is not None
    assert (fact.period_start, fact.period_end) == (
        START + timedelta(hours=5),
        END + timedelta(hours=5),
    )
    assert [step.kind for step in steps] == ["spend", "spend", "spend"], "its day was running"
    _, steps = run([stated(1, 100, hour=24), stated(2, 70, hour=25, zone=5)])
    assert steps[1].kind == "correction", "the day was over when it was first stated"


@pytest.mark.parametrize(
    ("told", "outcomes", "currency", "amount", "why"),
    [
        (((1, "", 5), (2, "USD", 7), (3, "EUR", 9)), "+~!", "USD", 7, "the first that is stated"),
        (((1, "", 5), (2, "USD", 5), (3, "EUR", 9)), "+=!", "USD", 5, "also when nothing changes"),
        (((1, "", 5), (3, "EUR", 9), (2, "USD", 7)), "+~-", "EUR", 9, "of those that win"),
        (
            ((2, "", 5), (1, "USD", 7), (3, "EUR", 9)),
            "+-~",
            "EUR",
            9,
            "a lower one changes nothing",
        ),
        (((1, "USD", 5), (2, "", 7), (3, "EUR", 9)), "+~!", "USD", 7, "unstated fits any"),
        (((1, "", 5), (2, "", 7), (3, "EUR", 9)), "+~~", "EUR", 9, "none was stated before"),
        (((1, "", 5), (1, "USD", 7), (2, "EUR", 9)), "+!~", "EUR", 9, "a conflict states nothing"),
    ],
)
def test_a_fact_takes_over_the_first_currency_that_is_stated(
    told: Sequence[tuple[int, str, int]], outcomes: str, currency: str, amount: int, why: str
) -> None:
    fact, steps = run([stated(n, sum_, currency=c or NO_CURRENCY) for n, c, sum_ in told])
    assert fact is not None
    assert (fact.currency, fact.amount) == (currency, amount), why
    signs = {
        Outcome.INSERTED: "+",
        Outcome.UPDATED: "~",
        Outcome.UNCHANGED: "=",
        Outcome.OUTDATED: "-",
        Outcome.CURRENCY_CHANGED: "!",
        Outcome.REVISION_CONFLICT: "!",
    }
    assert "".join(signs[step.outcome] for step in steps) == outcomes, why


CURRENCIES = st.sampled_from([NO_CURRENCY, "USD", "EUR"])
IN_CURRENCIES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(-5, 5), CURRENCIES), min_size=1, max_size=12
)


@given(IN_CURRENCIES)
def test_no_fact_on_a_line_ever_sums_two_currencies(drawn: list[tuple[int, int, str]]) -> None:
    """In any order: another currency is refused, unless the fact is 0 and leaves the line."""
    fact: Fact | None = None
    for revision, amount, currency in drawn:
        before = fact
        fact, step = restate(fact, stated(revision, amount, currency=currency))
        if before is None:
            continue
        differs = NO_CURRENCY not in (before.currency, currency) and before.currency != currency
        higher = revision > before.revision
        assert (step.outcome is Outcome.CURRENCY_CHANGED) == (
            differs and higher and before.amount != 0
        )
        assert (step.leaves == "whole") == (differs and higher and before.amount == 0)
        kept = 0 if step.leaves == "whole" else before.amount
        assert kept + (step.amount or 0) == fact.amount


@given(IN_CURRENCIES, st.randoms())
def test_as_long_as_a_fact_is_on_no_line_the_highest_revision_alone_says_what_it_is(
    drawn: list[tuple[int, int, str]], random: object
) -> None:
    by_revision = {one[0]: stated(one[0], one[1], currency=one[2]) for one in drawn}
    order = [*by_revision.values(), *by_revision.values()]
    random.shuffle(order)  # type: ignore[attr-defined]
    fact: Fact | None = None
    sums = dict.fromkeys((NO_CURRENCY, "USD", "EUR"), 0)
    for one in order:
        before = fact
        fact, step = restate(fact, one, on_line=False)
        if step.leaves is not None:
            assert before is not None
            assert before.currency != fact.currency
            sums[before.currency] -= before.amount
            sums[fact.currency] += before.amount if step.leaves == "moved" else 0
        sums[fact.currency] += step.amount or 0
        assert step.outcome is not Outcome.CURRENCY_CHANGED
        assert sums == {**dict.fromkeys(sums, 0), fact.currency: fact.amount}
    highest = by_revision[max(by_revision)]
    assert fact is not None
    assert (fact.amount, fact.currency) == (highest.amount, highest.currency)


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
