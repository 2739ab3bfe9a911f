"""Which revision of a snapshot counts, and where: batching decides nothing (I5, I6)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_monitor.panes.changes import Changes
from kpi_monitor.records import revisions
from kpi_monitor.records.measures import Measures
from kpi_monitor.records.record import MetricsRecord, Period
from kpi_monitor.records.revisions import Restated
from kpi_monitor.records.walk import walk
from kpi_monitor.windows import to_ms
from shared.events import MetricsEvent, SourceEvent
from tests.unit.kpi.builders import at, heartbeat, metrics_event, received

M = 1_000_000
PLACE = ("double11-2025", "L02")
Booked = dict[Period, Measures]


def told(*events: MetricsEvent | SourceEvent) -> list[MetricsRecord]:
    batch = [(received(offset=n), event) for n, event in enumerate(events)]
    found, _, refused = walk(batch, {}, oldest=at(0) - timedelta(days=45), newest=at(48))
    assert not refused
    return found


def fold(polls: Iterable[Sequence[MetricsRecord]]) -> tuple[Booked, list[str]]:
    """What polls about one fact leave in its panes, and the codes of what is refused."""
    changes, codes = Changes(), []
    stored: Restated | None = None
    for poll in polls:
        for facts in revisions.rounds_of(poll):
            (one,) = facts.values()
            one.place = PLACE
            before = stored or revisions.first(one)
            if one.revision > before.revision:
                stored = before._replace(measures=one.measures_text, revision=one.revision)
            else:
                before = before._replace(refused=True)
            codes += [refusal.code for _, refusal in revisions.refused(one, before)]
            for period, amounts in revisions.gained(one, before):
                changes.add(("w", *PLACE, "ads/1"), period, amounts)
    sums = {period: lines["w", *PLACE, "ads/1"] for period, lines in changes.panes.items()}
    return sums, codes


def hours(start: float, end: float, known: float | None = None) -> Period:
    return to_ms(at(start)), to_ms(at(end)), 0 if known is None else to_ms(at(known))


def restated(revision: int, clicks: int, zone: int = 0) -> MetricsEvent:
    """An hour's clicks as told when the source's zone had moved by `zone` hours."""
    return metrics_event(
        10,
        revision=revision,
        measures={"clicks": clicks},
        period_start=at(10 + zone),
        period_end=at(11 + zone),
    )


def test_revisions_of_one_poll_are_written_once_and_each_keeps_its_mark() -> None:
    events = told(restated(1, 5), heartbeat(11), restated(2, 7), restated(3, 8))
    assert [list(facts.values()) for facts in revisions.rounds_of(events)] == [[events[2]]]
    assert fold([events])[0] == {
        hours(10, 11): {"clicks": 5 * M},
        hours(10, 11, 11): {"clicks": 3 * M},
    }


@pytest.mark.parametrize("money", [{"place": ("other", "L1")}, {"currency": "CNY"}])
def test_revisions_that_may_be_refused_apart_are_written_apart(money: dict[str, object]) -> None:
    """Else one that does not fit would take along what it replaced."""
    first, second = told(
        metrics_event(10, measures={"revenue": "1"}),
        metrics_event(10, revision=2, measures={"revenue": "2"}, currency=money.get("currency")),
    )
    first.place = PLACE
    second.place = money.get("place", PLACE)  # type: ignore[assignment]
    rounds = revisions.rounds_of([first, second])
    assert [list(facts.values()) for facts in rounds] == [[first], [second]]


def test_a_measure_that_is_dropped_leaves_a_zero() -> None:
    first, second = told(metrics_event(10), metrics_event(10, revision=2, measures={"clicks": 5}))
    assert fold([[first, second]])[0] == {hours(10, 11): {"clicks": 5 * M, "impressions": 0}}


def test_the_first_statement_fixes_the_period_and_marks_are_against_its_end() -> None:
    """A zone that is set later moves what the label means, and not what was told under it."""

    def events() -> list[MetricsRecord]:
        second, third = restated(2, 9, zone=8), restated(3, 10, zone=8)
        return told(restated(1, 5), heartbeat(11), second, heartbeat(20), third)

    expected = {
        hours(10, 11): {"clicks": 5 * M},
        hours(10, 11, 11): {"clicks": 4 * M},
        hours(10, 11, 20): {"clicks": 1 * M},
    }
    assert fold([events()])[0] == expected
    assert fold([one] for one in events())[0] == expected


@pytest.mark.parametrize(
    ("stored", "poll", "clicks", "refused"),
    [
        ([], [(1, 5), (1, 6)], 5, 1),
        ([(1, 6)], [(1, 5), (1, 6)], 6, 1),
        ([(1, 6)], [(1, 6), (1, 5)], 6, 1),
        ([(1, 5)], [(1, 6), (2, 7)], 7, 1),
        ([(2, 5)], [(1, 6), (1, 7)], 5, 0),
    ],
    ids=["the first wins", "what is stored", "told again", "and is gone on from", "is past"],
)
def test_an_equal_revision_with_other_values_than_stand_is_a_conflict(
    stored: list[tuple[int, int]], poll: list[tuple[int, int]], clicks: int, refused: int
) -> None:
    events = told(*(restated(*one) for one in stored + poll))
    sums, codes = fold([events[: len(stored)], events[len(stored) :]])
    assert sums == {hours(10, 11): {"clicks": clicks * M}}
    assert codes == ["revision_conflict"] * refused


def test_money_the_fact_does_not_have_is_refused_with_what_it_replaced() -> None:
    first, second = told(restated(2, 5), restated(3, 6))
    revisions.rounds_of([first, second])
    stored = Restated('{"clicks":1}', 1, True, PLACE, first.start, first.end)
    assert [code.code for _, code in revisions.refused(second, stored)] == ["currency_changed"] * 2
    assert revisions.gained(second, stored) == []


STATED = st.tuples(st.integers(1, 5), st.integers(0, 3), st.sampled_from([0, 0, 2, -8]))


@given(
    st.lists(STATED, min_size=1, max_size=6),
    st.sets(st.integers(0, 5), max_size=2),
    st.sets(st.integers(1, 5)),
)
def test_how_revisions_are_batched_decides_nothing(
    stated: list[tuple[int, int, int]], heartbeats: set[int], cuts: set[int]
) -> None:
    def events() -> list[MetricsRecord]:
        found: list[MetricsEvent | SourceEvent] = []
        for number, one in enumerate(stated):
            found += [heartbeat(10 + 2 * number)] if number in heartbeats else []
            found.append(restated(*one))
        return told(*found)

    one_by_one = fold([one] for one in events())
    batch, bounds = events(), sorted({0, *cuts, len(stated)})
    polls = [batch[a:b] for a, b in pairwise(bounds) if batch[a:b]]
    assert fold(polls) == one_by_one
