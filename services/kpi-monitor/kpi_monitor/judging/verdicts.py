"""From panes and completeness, or from the latest totals, to transitions with numbers. Pure.

A window is judged once, when every source that feeds it is complete through its end (plus the
rule's maturity), over exactly what those sources had said until then: each pane row knows the
completeness at which it was told (`known`). So batching, restarts and replays change no
transition, although later restatements change the panes.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from kpi_monitor.rules import formula
from kpi_monitor.rules.episodes import (
    Episode,
    Judgement,
    Observation,
    Reason,
    Severity,
    because_of_edit,
    because_of_plan,
    judge,
)
from kpi_monitor.rules.rule import Rule, Suppress
from kpi_monitor.totals.plans import PlanSeen
from kpi_monitor.windows import Window, Windows

Sums = dict[str, int]
NO_EPISODE = Episode()
AWAY = -1
"""`judged_through` of a group that nobody judges: should it come back, it begins anew."""


class Pane(NamedTuple):
    """An additive row: micros of `measure` on `line` in [start, end), epoch ms.

    `known`: 0 when told before the period's end was complete, else the completeness (epoch ms) of
    its source at that moment.
    """

    line: str
    measure: str
    start: int
    end: int
    known: int
    amount: int


class Standing(NamedTuple):
    """What is remembered of one (rule, group). Windows before `judged_through` are done.

    `window_start`: the last window that had a value. `too_coarse`: the periods of the last window
    with data did not fit into it. `plan_version`: by which figures of the budget were judged last.
    """

    judged_through: int
    rule_version: int
    episode: Episode = NO_EPISODE
    window_start: int | None = None
    too_coarse: bool = False
    plan_version: int | None = None


class Verdict(NamedTuple):
    """A judgement with what it was judged on; `sums` are micros by measure or figure."""

    judgement: Judgement
    value: Fraction | None
    sums: Sums
    window: Window | None


class Content(NamedTuple):
    """What a window holds. `coarse`: a period reaches beyond it."""

    window: Window
    sums: Sums
    coarse: bool


def contents(windows: Windows, panes: Iterable[Pane], maturity: int | None) -> dict[int, Content]:
    """Sums by window start. `maturity` ms: as known when the window was judged; None: as of now."""
    sums: dict[Window, Sums] = {}
    coarse: set[Window] = set()
    for pane in panes:
        window = windows.containing(pane.start)
        touched = [window] if pane.end <= window.end else _overlapped(windows, window, pane.end)
        if maturity is not None:
            touched = [one for one in touched if pane.known < one.end + maturity]
        for one in touched:
            sums.setdefault(one, {})
        if pane.end > window.end:
            coarse.update(touched)
        elif touched:
            sums[window][pane.measure] = sums[window].get(pane.measure, 0) + pane.amount
    return {
        window.start: Content(window, found, window in coarse) for window, found in sums.items()
    }


def observe(rule: Rule, sums: Mapping[str, int], at: int) -> Observation:
    """The value of a rule's KPI over `sums`, or the reason why there is none."""
    value = formula.evaluate(rule.kpi.formula, sums)
    if value is None:
        return Observation(at, None, Reason.NO_VALUE)
    if any(sums.get(name, 0) < least for name, least in rule.minimum):
        return Observation(at, None, Reason.BELOW_MINIMUM)
    return Observation(at, value, ceiling=_ceiling(rule.suppress, sums))


def judge_windows(
    rule: Rule, windows: Windows, standing: Standing, panes: Sequence[Pane], complete_through: int
) -> tuple[Standing, list[Verdict]]:
    """Judges every window that is complete and not judged yet, in order.

    `panes` hold at least the rule's measures of the group from `standing.judged_through` on.
    Windows without a value change nothing. Returns the new standing and all verdicts with a value.
    """
    limit = windows.closed_through(complete_through - rule.maturity)
    if limit <= standing.judged_through:
        return standing, []
    found = contents(windows, panes, rule.maturity)
    verdicts: list[Verdict] = []
    episode, window_start = standing.episode, standing.window_start
    too_coarse = standing.too_coarse
    for start in sorted(found):
        content = found[start]
        if start < standing.judged_through or content.window.end > limit:
            continue
        too_coarse = content.coarse
        verdict = _judge_window(rule, episode, content)
        if verdict.value is not None:
            episode, window_start = verdict.judgement.episode, start
            verdicts.append(verdict)
    moved = standing._replace(
        judged_through=limit,
        episode=episode,
        window_start=window_start,
        too_coarse=too_coarse,
    )
    return moved, verdicts


def judge_again(
    rule: Rule,
    windows: Windows,
    standing: Standing,
    panes: Sequence[Pane],
    complete_through: int,
    *,
    now: int,
) -> tuple[Standing, Verdict | None]:
    """An edited rule's open episode, over the last window that was judged with a value.

    A new window size may reach into time that is not complete; then the next window decides.
    """
    moved = standing._replace(rule_version=rule.version)
    if not standing.episode.open or standing.window_start is None:
        return moved, None
    window = windows.containing(standing.window_start)
    content = contents(windows, panes, rule.maturity).get(window.start)
    if content is None or window.end + rule.maturity > complete_through:
        return moved, None
    verdict = _judge_window(rule, standing.episode, content)
    changed = because_of_edit(verdict.judgement, rule.version, now)
    return moved._replace(episode=changed.episode), verdict._replace(judgement=changed)


def judge_totals(
    rule: Rule,
    standing: Standing,
    sums: Mapping[str, int],
    plan: PlanSeen,
    *,
    at: int,
    complete: bool,
    now: int,
) -> tuple[Standing, Verdict]:
    """A budget rule over the latest figures (micros by name) of its group at `at` (epoch ms).

    Rules with < or <= are judged only when the figures are `complete` (design.md section 4): a
    source that is late must not look like money not spent. What would not have changed, or in
    another way, under the plan before has changed because of the plan.
    """
    seen = observe(rule, sums, at)
    if not complete and not rule.condition.upwards:
        seen = Observation(at, None, Reason.NOT_COMPLETE)
    judgement = judge(rule.condition, standing.episode, seen)
    if standing.rule_version != rule.version:
        judgement = because_of_edit(judgement, rule.version, now)
    elif judgement.transition is not None and plan.before is not None:
        before = judge(rule.condition, standing.episode, observe(rule, plan.before, at))
        if before.reason != judgement.reason:
            judgement = because_of_plan(judgement, plan.newest)
    moved = standing._replace(episode=judgement.episode, rule_version=rule.version)
    if seen.value is not None:
        moved = moved._replace(plan_version=plan.settled)
    return moved, Verdict(judgement, seen.value, dict(sums), None)


def _judge_window(rule: Rule, episode: Episode, content: Content) -> Verdict:
    seen = observe(rule, content.sums, content.window.end)
    if content.coarse:
        seen = Observation(content.window.end, None, Reason.GRAIN_TOO_COARSE)
    judgement = judge(rule.condition, episode, seen)
    return Verdict(judgement, seen.value, content.sums, content.window)


def _ceiling(suppress: Suppress | None, sums: Mapping[str, int]) -> Severity | None:
    if suppress is None or not suppress.holds(formula.evaluate(suppress.formula, sums)):
        return None
    return suppress.ceiling


def _overlapped(windows: Windows, window: Window, end: int) -> list[Window]:
    """The windows that a too long period touches; at most a day of five-minute windows."""
    touched = [window]
    while touched[-1].end < end:
        touched.append(windows.containing(touched[-1].end))
    return touched
