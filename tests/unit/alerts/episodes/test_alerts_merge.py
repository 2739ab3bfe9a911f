"""Transitions build episodes, whatever the order and however often they come."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from alerts.episodes.rules import Step, apply, apply_all, begin
from tests.unit.alerts.builders import at, make_signals

HISTORY = make_signals(
    ("firing", "warning", "1.3"),
    ("level_changed", "critical", "1.6"),
    ("no_data", "critical", None),
    ("firing", "critical", "1.7"),
    ("resolved", "critical", "1.1"),
    ("corrected", "critical", "1.0"),
)


def test_a_whole_history_ends_resolved_and_corrected() -> None:
    episode, applied, gaps = apply_all(begin(1, 1, HISTORY[0]), HISTORY)
    assert (episode.seq, episode.state, episode.severity) == (6, "resolved", "critical")
    assert (episode.ends_at, episode.restated_at, episode.open) == (at(40), 6, False)
    assert (len(applied), gaps) == (6, [])


def test_missing_data_is_its_own_state_and_no_resolve() -> None:
    episode, _, _ = apply_all(begin(1, 1, HISTORY[0]), HISTORY[:3])
    assert (episode.state, episode.open, episode.ends_at) == ("no_data", True, None)


def test_a_withdrawal_ends_an_episode() -> None:
    history = make_signals(("firing", "warning", "1.3"), ("withdrawn", "warning", None))
    episode, _, _ = apply_all(begin(1, 1, history[0]), history)
    assert (episode.state, episode.open, episode.restated_at) == ("withdrawn", False, 2)


def test_a_gap_stops_and_a_repeated_seq_changes_nothing() -> None:
    episode, _, _ = apply_all(begin(1, 1, HISTORY[0]), HISTORY[:2])
    assert apply(episode, HISTORY[3]) == (Step.GAP, episode)
    assert apply(episode, HISTORY[1]) == (Step.SEEN, episode)


@given(st.lists(st.sampled_from(HISTORY), max_size=20), st.randoms(use_true_random=False))
def test_duplicates_and_order_inside_a_poll_change_nothing(extra, random) -> None:
    polled = [*HISTORY, *extra]
    random.shuffle(polled)
    assert (
        apply_all(begin(1, 1, polled[0]), polled)[0]
        == apply_all(begin(1, 1, polled[0]), HISTORY)[0]
    )


@given(st.lists(st.integers(1, 6), max_size=6))
def test_splitting_the_log_into_polls_changes_nothing(cuts) -> None:
    whole, _, _ = apply_all(begin(1, 1, HISTORY[0]), HISTORY)
    episode = begin(1, 1, HISTORY[0])
    edges = [0, *sorted(cuts), len(HISTORY)]
    for start, end in itertools.pairwise(edges):
        episode, _, gaps = apply_all(episode, HISTORY[max(0, start - 1) : end])
        assert gaps == []
    assert episode == whole
