"""The state of a rule: levels, hysteresis, episodes and reasons (W1, W2, W14)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_monitor.rules.episodes import (
    COMPARE,
    RANK,
    Condition,
    EpisodeState,
    Limit,
    Observation,
    Reason,
    Transition,
    close,
    judge,
)

PACING = Condition(
    ">=",
    (
        Limit("warning", Fraction("1.2"), "1.2"),
        Limit("critical", Fraction("1.5"), "1.5"),
    ),
    Fraction("1.2"),
    "1.2",
)
CTR = Condition(
    "<",
    (
        Limit("warning", Fraction("0.015"), "0.015"),
        Limit("critical", Fraction("0.010"), "0.010"),
    ),
    Fraction("0.015"),
    "0.015",
)
STICKY = Condition(">", (Limit("warning", Fraction(10), "10"),), Fraction(5), "5")


def run(condition: Condition, *values: str | None, ceiling: str | None = None) -> list[str]:
    """The transitions of values seen one after the other, as short text."""
    episode, told = EpisodeState(), []
    for at, text in enumerate(values):
        value = None if text is None else Fraction(text)
        judgement = judge(condition, episode, Observation(at, value, ceiling=ceiling))  # type: ignore[arg-type]
        episode = judgement.episode
        if judgement.transition is not None:
            one = judgement.transition
            told.append(f"{one.change} {one.severity} {one.reason.value}")
    return told


@pytest.mark.parametrize(
    ("condition", "values", "expected", "why"),
    [
        (
            PACING,
            ["1.166667", "1.6", "1.388889", "1.208333", "1.1"],
            [
                "firing critical threshold_crossed",
                "level_changed warning level_down",
                "resolved warning below_reset",
            ],
            "L03 of the scenario: 1.208333 is still a warning and says nothing",
        ),
        (
            CTR,
            ["0.008", "0.017"],
            ["firing critical threshold_crossed", "resolved critical above_reset"],
            "ctr-low of the scenario",
        ),
        (PACING, ["1.2"], ["firing warning threshold_crossed"], ">= fires on the limit"),
        (STICKY, ["10"], [], "> does not fire on the limit"),
        (CTR, ["0.015"], [], "< does not fire on the limit"),
        (
            STICKY,
            ["11", "7", "5.000001", "12", "5"],
            ["firing warning threshold_crossed", "resolved warning below_reset"],
            "between the limit and the reset an episode stays open and quiet",
        ),
        (
            PACING,
            ["1.3", None, "1.3", "1.6"],
            ["firing warning threshold_crossed", "level_changed critical level_up"],
            "no value changes nothing: null is not 0",
        ),
        (
            PACING,
            ["1.3", "1.0", "1.3"],
            [
                "firing warning threshold_crossed",
                "resolved warning below_reset",
                "firing warning threshold_crossed",
            ],
            "a new breach is a new episode",
        ),
    ],
)
def test_transitions_of_a_course_of_values(
    condition: Condition, values: list[str | None], expected: list[str], why: str
) -> None:
    assert run(condition, *values) == expected, why


def test_a_jump_over_levels_lists_all_crossed() -> None:
    judgement = judge(PACING, EpisodeState(), Observation(0, Fraction("1.6")))
    assert judgement.transition is not None
    assert judgement.transition.crossed == ("1.2", "1.5")
    assert judgement.transition.threshold == "1.5"


def test_comparison_is_exact_where_six_decimals_would_round_to_the_limit() -> None:
    nearly = Fraction(1_199_999_999_999, 10**12)
    assert judge(PACING, EpisodeState(), Observation(0, nearly)).reason is Reason.WITHIN_LIMITS


def test_suppress_caps_the_severity_and_its_end_raises_it() -> None:
    fired = judge(PACING, EpisodeState(), Observation(0, Fraction(2), ceiling="info"))
    assert fired.transition is not None
    assert fired.transition.severity == "info"
    raised = judge(PACING, fired.episode, Observation(1, Fraction(2)))
    assert (raised.reason, raised.episode.severity) == (Reason.LEVEL_UP, "critical")
    capped = judge(PACING, raised.episode, Observation(2, Fraction(2), ceiling="info"))
    assert (capped.reason, capped.episode.severity) == (Reason.SUPPRESSED, "info")


CONDITIONS = st.sampled_from([PACING, CTR, STICKY])
OBSERVATIONS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.fractions(min_value=0, max_value=20, max_denominator=1000)),
        st.sampled_from([None, "info", "warning"]),
    ),
    max_size=60,
)


@given(CONDITIONS, OBSERVATIONS)
def test_episodes_are_well_formed_whatever_is_seen(
    condition: Condition, seen: list[tuple[Fraction | None, str | None]]
) -> None:
    episode = EpisodeState()
    told: list[tuple[Transition, Fraction]] = []
    for at, (value, ceiling) in enumerate(seen):
        judgement = judge(condition, episode, Observation(at, value, ceiling=ceiling))  # type: ignore[arg-type]
        if judgement.transition is not None:
            assert value is not None, "a transition needs a value"
            told.append((judgement.transition, value))
        else:
            assert judgement.episode == episode, "no transition, no new state"
        episode = judgement.episode
    compare = COMPARE[condition.operator]
    open_in = 0
    severity: str | None = None
    seq = 0
    for one, value in told:
        if one.change == "firing":
            assert severity is None, "two firings without a resolve"
            assert (one.episode, one.seq) == (open_in + 1, 1)
            assert one.since == one.at
            assert one.crossed
            open_in, seq = one.episode, 1
        else:
            assert severity is not None
            assert (one.episode, one.seq) == (open_in, seq + 1), "seq is contiguous"
            assert one.previous_severity == severity
            seq = one.seq
        if one.change == "resolved":
            assert not compare(value, condition.reset), "resolved only past the reset"
            severity = None
        else:
            assert one.severity != severity
            assert one.severity in RANK
            severity = one.severity
    assert episode.severity == severity


def test_closing_is_never_earlier_than_the_episode_began() -> None:
    closed = close(EpisodeState(3, 1, "warning", since=500), 100, Reason.RULE_REMOVED)
    assert closed.transition is not None
    assert (closed.transition.at, closed.episode.open, closed.episode.number) == (500, False, 3)
