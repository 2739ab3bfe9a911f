"""What a batch of metrics or totals changes, decided without a database (I5, I6)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from kpi_monitor.records import deltas, shapes
from kpi_monitor.records.measures import Refusal, parse_measures
from kpi_monitor.records.record import MetricsRecord, known_at
from kpi_monitor.records.walk import walk
from kpi_monitor.totals import figures as lines
from kpi_monitor.windows import (
    HOUR_MS,
    LONGEST_DAY_MS,
    MATURITY_MAX_MS,
    MINUTE_MS,
    PANE_MS,
    to_ms,
)
from shared.events import BudgetTotals, MetricsEvent, SourceEvent
from tests.unit.kpi.builders import at, change, heartbeat, metrics_event, received, totals

M = 1_000_000
OLDEST, NEWEST = at(0) - timedelta(days=45), at(24)


def told(*events: MetricsEvent | SourceEvent, complete: float | None = None) -> list[MetricsRecord]:
    before = {} if complete is None else {("default", "ads/1", 0): to_ms(at(complete))}
    batch = [(received(offset=n), event) for n, event in enumerate(events)]
    found, _, refused = walk(batch, before, oldest=OLDEST, newest=NEWEST)
    assert not refused
    return found


@pytest.mark.parametrize(
    ("measures", "code"),
    [
        ({"spend": "1"}, "measure_reserved"),
        ({"clicks": "1e3"}, "measure_not_decimal"),
        ({"clicks": "1.0000001"}, "measure_not_decimal"),
        ({"clicks": 10**12}, "measure_not_decimal"),
        ({"clicks": "NaN"}, "measure_not_decimal"),
    ],
)
def test_measures_that_cannot_be_summed_exactly_are_refused(
    measures: dict[str, int | str], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        parse_measures(measures)
    assert refused.value.code == code


def test_integers_and_decimal_strings_are_the_same_quantity() -> None:
    assert parse_measures({"a": 3, "b": "3.5"}) == {"a": 3 * M, "b": 3_500_000}


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (metrics_event(mode="delta", time=OLDEST - timedelta(seconds=1)), "too_old"),
        (metrics_event(report=None), "snapshot_incomplete"),
        (metrics_event(campaign=None, line=None), "subject_missing"),
        (metrics_event(period_end=at(10)), "period_empty"),
        (heartbeat(25), "future_time"),
    ],
)
def test_an_event_that_cannot_be_folded_is_named(
    event: MetricsEvent | SourceEvent, code: str
) -> None:
    _, heartbeats, refused = walk([(received(), event)], {}, oldest=OLDEST, newest=NEWEST)
    assert [refusal.code for _, refusal in refused] == [code]
    assert not heartbeats


def test_a_period_told_after_its_heartbeat_is_marked_with_that_completeness() -> None:
    before, after = told(metrics_event(10), heartbeat(11), metrics_event(10, revision=2))
    assert (before.known, after.known) == (0, to_ms(at(11)))
    (later,) = told(metrics_event(10), complete=13)
    assert later.known == to_ms(at(13))


@given(st.integers(1, 10**6), st.integers(0, (LONGEST_DAY_MS + MATURITY_MAX_MS) // MINUTE_MS))
def test_the_mark_shows_a_period_to_exactly_the_windows_that_closed_after_it(
    end: int, later: int
) -> None:
    """A maturity of three minutes is one: a mark by panes took what came after it for known."""
    end *= PANE_MS
    cutoff = end + later * MINUTE_MS
    for complete in (cutoff - 1, cutoff, cutoff + 1, cutoff + 100 * LONGEST_DAY_MS):
        seen = complete < max(cutoff, end)
        assert (known_at(end, complete) < cutoff) is seen


def test_of_one_id_with_two_bodies_the_other_one_than_is_stored_is_refused() -> None:
    bodies = [1, 2, 1]
    events = told(*(metrics_event(10, mode="delta", measures={"clicks": n}) for n in bodies))
    first, repeats = deltas.distinct_deltas(events)
    assert [one.measures for mine in first.values() for one in mine.values()] == [{"clicks": M}]
    assert deltas.reused(first, repeats, {}) == [events[1]], "the first is new, or stored already"
    stored = {(0, events[1].event.id): bytes.fromhex(events[1].event.bodyhash)}
    assert deltas.reused(first, repeats, stored) == [events[0], events[2]]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (metrics_event(10, mode="delta"), "mode_conflict"),
        (metrics_event(10, period="2025-11-04"), "granularity_conflict"),
    ],
)
def test_a_report_keeps_its_mode_and_grain(event: MetricsEvent, code: str) -> None:
    (one,) = told(event)
    fixed = shapes.ReportShape("snapshot", "hour", 1)
    shape = shapes.shape_of(one)
    assert shape != fixed[:2]
    assert shapes.other_shape(shape, fixed).code == code


def apply(*messages: BudgetTotals, state: lines.LineState | None = None) -> lines.LineState:
    return lines.fold(state or lines.LineState(), messages)[0]


def test_totals_apply_only_the_next_seq() -> None:
    state = apply(totals(1), totals(2, actual="31000.00"))
    assert state.seq == 2
    assert apply(totals(1), totals(2), state=state) == state, "a replay changes nothing"


def test_a_gap_stops_the_line_until_the_missing_message_comes() -> None:
    state = apply(totals(1), totals(3, actual="99.00"), totals(4))
    assert (state.seq, state.gap) == (1, 4)
    assert state.totals is not None
    assert lines.read(state.totals).actual == "30000.00"
    healed = apply(totals(2), totals(3), totals(4), state=state)
    assert (healed.seq, healed.gap) == (4, None)


@given(st.lists(st.integers(1, 12), max_size=40))
def test_spend_is_counted_once_in_any_redelivery(order: list[int]) -> None:
    """Whatever arrives, and however often, the applied part is a prefix, each change once."""
    state, spent = lines.LineState(), []
    for seq in order:
        state, more = lines.fold(state, [totals(seq, changes=[change(seq, str(seq))])])
        spent += more
    assert sum(one.amount for one in spent) == sum(range(1, state.seq + 1)) * M


def test_what_does_not_say_when_it_was_told_is_known_at_the_message_before() -> None:
    first = totals(1, complete_through=at(2), changes=[change(1, "5")])
    late = totals(2, complete_through=at(3), changes=[change(1, "-2"), change(2, "7")])
    _, spent = lines.fold(lines.LineState(), [first, late])
    assert [one.known for one in spent] == [0, to_ms(at(2)), 0]


@pytest.mark.parametrize(
    ("known_through", "mark", "reason"),
    [
        (None, 0, "told in time, however late the ledger sealed it"),
        (at(2), to_ms(at(2)), "the source had said that the period was complete"),
        (at(1), 0, "the source had not got so far"),
        (UNSET, to_ms(at(3)), "moved by a person: the line was judged without it"),
    ],
)
def test_spend_is_known_when_its_source_told_it_not_when_it_was_sealed(
    known_through: Any, mark: int, reason: str
) -> None:
    told = msgspec.structs.replace(change(1, "-2"), known_through=known_through)
    messages = [totals(1, complete_through=at(3)), totals(2, changes=[told])]
    _, (spent,) = lines.fold(lines.LineState(), messages)
    assert spent.known == mark, reason


def test_completeness_never_goes_back() -> None:
    state = apply(totals(1, complete_through=at(5)), totals(2, complete_through=at(3)))
    assert state.complete == to_ms(at(5))
    assert apply(totals(3, complete_through=None), state=state).complete == to_ms(at(5))


def test_stored_totals_leave_out_the_changes() -> None:
    state = apply(totals(1, changes=[change(1, "5")]))
    assert state.totals is not None
    assert lines.read(state.totals) == msgspec.structs.replace(totals(1), changes=[])


def test_states_compare_equal_when_nothing_was_applied() -> None:
    state = lines.LineState(seq=4, complete=HOUR_MS)
    assert lines.fold(state, [totals(4)]) == (replace(state), [])
