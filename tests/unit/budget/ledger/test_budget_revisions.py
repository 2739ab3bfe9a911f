"""What restating a figure changes (I6)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.ledger.revisions import Fact, FactStep, RowOutcome, Stated, restate
from budget.ledger.rules import NO_CURRENCY

START = datetime(2025, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
END = START + DAY
STATEMENTS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(-5, 5), st.integers(0, 60)), min_size=1, max_size=12
)
CURRENCIES = st.sampled_from([NO_CURRENCY, "USD", "EUR"])
IN_CURRENCIES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(-5, 5), CURRENCIES), min_size=1, max_size=12
)


def stated(
    revision: int, amount: int, *, hour: int = 0, currency: str = "CNY", zone: int = 0
) -> Stated:
    """`zone`: hours by which the source's clock is behind at the time it says so."""
    at, behind = START + timedelta(hours=hour), timedelta(hours=zone)
    return Stated(revision, amount, currency, at, revision * 1000, START + behind, END + behind)


def run(statements: Sequence[Stated]) -> tuple[Fact | None, list[FactStep]]:
    fact: Fact | None = None
    steps = []
    for one in statements:
        fact, step = restate(fact, one)
        steps.append(step)
    return fact, steps


@pytest.mark.parametrize(
    ("second", "outcome", "amount", "kind", "why"),
    [
        (
            stated(2, 70, hour=30),
            RowOutcome.UPDATED,
            -30,
            "spend",
            "the first was of a running day",
        ),
        (
            stated(2, 100),
            RowOutcome.UNCHANGED,
            None,
            "spend",
            "a higher revision with equal values",
        ),
        (stated(1, 100), RowOutcome.UNCHANGED, None, "spend", "the same again"),
        (stated(1, 90), RowOutcome.REVISION_CONFLICT, None, "spend", "one revision, two values"),
        (stated(0, 90), RowOutcome.OUTDATED, None, "spend", "a lower revision says nothing"),
        (stated(0, 100), RowOutcome.UNCHANGED, None, "spend", "a lower one that says the same"),
        (
            stated(0, 90, currency="USD"),
            RowOutcome.OUTDATED,
            None,
            "spend",
            "whatever its currency",
        ),
        (stated(1, 100, currency="USD"), RowOutcome.REVISION_CONFLICT, None, "spend", "two values"),
        (stated(2, 90, currency="USD"), RowOutcome.CURRENCY_CHANGED, None, "spend", "no mixing"),
        (stated(2, 90, currency=NO_CURRENCY), RowOutcome.UPDATED, -10, "spend", "unstated fits"),
    ],
)
def test_a_second_statement(
    second: Stated, outcome: RowOutcome, amount: int | None, kind: str, why: str
) -> None:
    _, steps = run([stated(1, 100, hour=12), second])
    assert steps[1] == FactStep(outcome, amount, kind, None), why  # type: ignore[arg-type]


def test_a_statement_of_a_day_that_was_over_is_corrected_by_name() -> None:
    fact, steps = run([stated(1, 100, hour=24), stated(2, 100, hour=25), stated(3, 70, hour=48)])
    assert steps[2] == FactStep(RowOutcome.UPDATED, -30, "correction", 1000)
    assert fact is not None
    assert (fact.amount, fact.entry) == (70, 3000)


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
    assert not any(step.outcome is RowOutcome.REVISION_CONFLICT for step in steps)


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
        RowOutcome.INSERTED: "+",
        RowOutcome.UPDATED: "~",
        RowOutcome.UNCHANGED: "=",
        RowOutcome.OUTDATED: "-",
        RowOutcome.CURRENCY_CHANGED: "!",
        RowOutcome.REVISION_CONFLICT: "!",
    }
    assert "".join(signs[step.outcome] for step in steps) == outcomes, why


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
        assert (step.outcome is RowOutcome.CURRENCY_CHANGED) == (
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
        assert step.outcome is not RowOutcome.CURRENCY_CHANGED
        assert sums == {**dict.fromkeys(sums, 0), fact.currency: fact.amount}
    highest = by_revision[max(by_revision)]
    assert fact is not None
    assert (fact.amount, fact.currency) == (highest.amount, highest.currency)
