"""Windows judged at completeness give the same transitions however the input is cut (I6, W14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_monitor.records.record import known_at
from kpi_monitor.rules.definition import compile_rule
from kpi_monitor.rules.episodes import EpisodeState, Observation, Reason, Verdict, judge
from kpi_monitor.rules.families.window_contents import contents
from kpi_monitor.rules.rule import Rule
from kpi_monitor.rules.unit import Pane, Standing
from kpi_monitor.windows import DAY_MS, HOUR_MS, Windows, to_ms
from tests.unit.kpi.builders import at, budget_body, rule, rule_body
from tests.unit.kpi.judging.judged import judge_totals, judge_windows

BEGIN = to_ms(at(0))
M = 1_000_000


@dataclass(frozen=True)
class Tell:
    """An amount for an hour, or, with measure None, a heartbeat through that hour."""

    hour: int
    measure: str | None = None
    amount: int = 0


HOURS = st.integers(0, 7)
STREAMS = st.lists(
    st.one_of(
        st.builds(Tell, HOURS),
        st.builds(Tell, HOURS, st.sampled_from(["clicks", "impressions"]), st.integers(-50, 200)),
    ),
    max_size=40,
)


def told(verdicts: Sequence[Verdict]) -> list[object]:
    return [v.judgement.transition for v in verdicts if v.judgement.transition is not None]


def naive(the_rule: Rule, stream: Sequence[Tell]) -> list[object]:
    """Judges each window the moment a heartbeat completes it, on what was told until then."""
    sums: dict[int, dict[str, int]] = {}
    complete, judged, episode, found = 0, 0, EpisodeState(), []
    for one in stream:
        if one.measure is not None:
            hour = sums.setdefault(one.hour, {})
            hour[one.measure] = hour.get(one.measure, 0) + one.amount * M
            continue
        complete = max(complete, one.hour)
        while judged + the_rule.maturity // HOUR_MS < complete:
            seen = sums.get(judged, {})
            value = None
            if {"clicks", "impressions"} <= seen.keys() and seen["impressions"]:
                value = Fraction(seen["clicks"], seen["impressions"])
                if seen["impressions"] < 50 * M:
                    value = None
            end = BEGIN + (judged + 1) * HOUR_MS
            judgement = judge(the_rule.condition, episode, Observation(end, value))
            episode = judgement.episode
            if judgement.transition is not None:
                found.append(judgement.transition)
            judged += 1
    return found


def folded(the_rule: Rule, stream: Sequence[Tell], cuts: set[int]) -> list[object]:
    """Folds the stream into panes and judges only after the positions in `cuts`, and at the end."""
    panes: dict[tuple[str, int, int], int] = {}
    complete = 0
    standing = Standing(judged_through=BEGIN, rule_version=1)
    verdicts: list[Verdict] = []
    for position, one in enumerate(stream):
        if one.measure is None:
            complete = max(complete, BEGIN + one.hour * HOUR_MS)
        else:
            start = BEGIN + one.hour * HOUR_MS
            key = (one.measure, start, known_at(start + HOUR_MS, complete))
            panes[key] = panes.get(key, 0) + one.amount * M
        if position in cuts or position == len(stream) - 1:
            rows = [
                Pane("L02", measure, start, start + HOUR_MS, known, amount)
                for (measure, start, known), amount in panes.items()
                if start >= standing.judged_through
            ]
            standing, more = judge_windows(the_rule, standing, rows, complete)
            verdicts += more
    return told(verdicts)


@given(STREAMS, st.sets(st.integers(0, 40)), st.sampled_from(["0m", "120m"]))
@settings(max_examples=300)
def test_any_batching_gives_the_transitions_of_judging_at_once(
    stream: list[Tell], cuts: set[int], maturity: str
) -> None:
    the_rule = rule(min={"impressions": "50"}, maturity=maturity)
    assert folded(the_rule, stream, cuts) == naive(the_rule, stream)


@given(STREAMS, st.sets(st.integers(0, 40)), st.randoms())
@settings(max_examples=200)
def test_order_between_two_heartbeats_does_not_matter(
    stream: list[Tell], cuts: set[int], random: object
) -> None:
    the_rule = rule(min={"impressions": "50"})
    shuffled: list[Tell] = []
    part: list[Tell] = []
    for one in [*stream, Tell(7)]:
        if one.measure is None:
            random.shuffle(part)  # type: ignore[attr-defined]
            shuffled += [*part, one]
            part = []
        else:
            part.append(one)
    assert folded(the_rule, shuffled, cuts) == naive(the_rule, [*stream, Tell(7)])


def pane(
    hour: float, hours: float, known: int = 0, amount: int = 10, measure: str = "clicks"
) -> Pane:
    return Pane("L02", measure, to_ms(at(hour)), to_ms(at(hour + hours)), known, amount)


def test_a_period_longer_than_the_window_makes_it_too_coarse_and_changes_nothing() -> None:
    panes = [pane(0, 24, amount=M), pane(0, 24, amount=100 * M, measure="impressions")]
    open_episode = Standing(BEGIN, 1, EpisodeState(1, 1, "warning", BEGIN), BEGIN)
    standing, verdicts = judge_windows(rule(min={}), open_episode, panes, BEGIN + DAY_MS)
    assert verdicts == []
    assert standing.too_coarse
    assert standing.episode == open_episode.episode


def test_finer_periods_clear_the_state_again() -> None:
    coarse = Standing(BEGIN, 1, too_coarse=True)
    panes = [pane(1, 1, amount=M), pane(1, 1, amount=100 * M, measure="impressions")]
    standing, verdicts = judge_windows(rule(min={}), coarse, panes, BEGIN + 2 * HOUR_MS)
    assert not standing.too_coarse
    assert [v.seen and v.seen.value for v in verdicts] == [Fraction(1, 100)]


def test_hour_periods_of_another_zone_do_not_fit_half_hour_shifted_windows() -> None:
    found = contents(Windows(HOUR_MS, "Asia/Kolkata"), [pane(1, 1)], None)
    assert all(content.coarse for content in found.values())
    assert len(found) == 2


def test_a_window_waits_for_its_maturity() -> None:
    panes = [pane(0, 1, amount=M), pane(0, 1, amount=200 * M, measure="impressions")]
    the_rule = rule(min={}, maturity="2h")
    early = judge_windows(the_rule, Standing(BEGIN, 1), panes, BEGIN + 2 * HOUR_MS)
    ripe = judge_windows(the_rule, Standing(BEGIN, 1), panes, BEGIN + 3 * HOUR_MS)
    assert (early[1], len(ripe[1])) == ([], 1)


def test_an_edited_rule_judges_its_open_episode_again_and_says_so() -> None:
    panes = [pane(0, 1, amount=M), pane(0, 1, amount=100 * M, measure="impressions")]
    standing, verdicts = judge_windows(rule(min={}), Standing(BEGIN, 1), panes, BEGIN + HOUR_MS)
    assert [v.judgement.episode.severity for v in verdicts] == ["warning"]
    milder = rule_body(min={})
    milder["condition"] = {"op": "<", "levels": [{"severity": "warning", "value": "0.005"}]}
    edited = compile_rule(2, milder)
    edit = BEGIN + HOUR_MS + 196_000
    moved, [verdict] = judge_windows(edited, standing, panes, BEGIN + HOUR_MS, now=edit)
    transition = verdict.judgement.transition
    assert transition is not None
    assert (transition.change, transition.reason) == ("resolved", Reason.RULE_CHANGED)
    assert (moved.rule_version, moved.episode.open) == (2, False)
    # Open until the edit, not until the end of the window that both judged.
    assert transition.at - transition.since == 196_000


@pytest.mark.parametrize(
    ("limit", "change", "at"),
    [
        ("0.9", "resolved", 196_000),
        ("0.4", "level_changed", 196_000),
        ("0.6", None, None),
    ],
)
def test_an_alert_over_totals_was_open_until_the_edit_not_until_its_old_figures(
    limit: str, change: str | None, at: int | None
) -> None:
    """Totals of 32 s after the start, an edit after 3 min 16 s: it lasted the latter."""
    figures = {"actual": 70, "planned_to_date": 70, "allocated": 100}
    levels = [{"severity": "warning", "value": "0.5"}]
    first = budget_body(suppress=None, condition={"op": ">=", "levels": levels})
    standing, _ = judge_totals(compile_rule(1, first), TOTALS, at=0, now=0, **figures)
    severity = "critical" if limit == "0.4" else "warning"
    edited = first | {"condition": {"op": ">=", "levels": [{"severity": severity, "value": limit}]}}
    moved, [verdict] = judge_totals(
        compile_rule(2, edited), standing, at=32_000, now=196_000, **figures
    )
    transition = verdict.judgement.transition
    assert (transition and transition.change, transition and transition.at) == (change, at)
    assert moved.episode.since == (None if change == "resolved" else 0), "the start survives"


TOTALS = Standing(judged_through=0, rule_version=1)


def test_underspend_is_not_judged_while_a_source_is_late() -> None:
    low = budget_body(
        kpi="budget.pacing_ratio",
        suppress=None,
        condition={"op": "<=", "levels": [{"severity": "warning", "value": "0.7"}]},
    )
    the_rule, figures = compile_rule(1, low), {"actual": 5, "planned_to_date": 10}
    _, late = judge_totals(the_rule, TOTALS, at=1, now=1, complete=False, **figures)
    _, full = judge_totals(the_rule, TOTALS, at=1, now=1, **figures)
    assert late == []
    assert [one.judgement.reason for one in full] == [Reason.THRESHOLD_CROSSED]


@pytest.mark.parametrize(
    ("actual", "planned", "severity", "why"),
    [
        (50, 50, "info", "finishing as planned is no alarm"),
        (50, 30, "critical", "all used too early"),
        (48, 40, "info", "pacing 1.2 is still inside: bounds are inclusive"),
        (48, 39, "warning", "pacing above 1.2"),
        (40, 0, "info", "no plan to date: pacing has no value and suppresses nothing"),
        (39, 30, None, "0.78 is below the first level"),
    ],
)
def test_budget_use_is_told_by_level_and_held_down_on_plan(
    actual: int, planned: int, severity: str | None, why: str
) -> None:
    figures = {"actual": actual, "planned_to_date": planned, "allocated": 50}
    _, [verdict] = judge_totals(compile_rule(1, budget_body()), TOTALS, at=1, now=1, **figures)
    assert verdict.judgement.episode.severity == severity, why
