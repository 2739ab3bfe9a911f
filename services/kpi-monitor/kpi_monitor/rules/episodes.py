"""The state of one (rule, group): episodes with levels, hysteresis and reasons. Pure.

An episode begins with `firing`, changes level up and down, and ends with `resolved` only past the
reset bound. Comparison is exact (Fraction); text is only for display. Source: contracts.md
section 4, streaming.md section 5.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple

Severity = Literal["info", "warning", "critical"]
RANK: dict[Severity, int] = {"info": 0, "warning": 1, "critical": 2}

Operator = Literal[">=", ">", "<", "<="]
COMPARE: dict[Operator, Callable[[Fraction, Fraction], bool]] = {
    ">=": lambda value, limit: value >= limit,
    ">": lambda value, limit: value > limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}
Change = Literal["firing", "level_changed", "resolved"]


class Reason(StrEnum):
    """Why a judgement came out as it did; the text reaches the log, the metric, the message."""

    THRESHOLD_CROSSED = "threshold_crossed"
    LEVEL_UP = "level_up"
    LEVEL_DOWN = "level_down"
    SUPPRESSED = "suppressed"
    BELOW_RESET = "below_reset"
    ABOVE_RESET = "above_reset"
    RULE_CHANGED = "rule_changed"
    PLAN_CHANGED = "plan_changed"
    RULE_REMOVED = "rule_removed"
    LINE_REMOVED = "line_removed"
    CAMPAIGN_ENDED = "campaign_ended"
    CAMPAIGN_CLOSED = "campaign_closed"
    SAME_LEVEL = "same_level"
    WITHIN_LIMITS = "within_limits"
    NO_VALUE = "no_value"
    BELOW_MINIMUM = "below_minimum"
    GRAIN_TOO_COARSE = "grain_too_coarse"
    NOT_COMPLETE = "not_complete"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Level:
    """A limit and the severity it means; `text` is the limit as the rule's author wrote it."""

    severity: Severity
    limit: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Levels from the least severe to the most, and the bound that ends an episode."""

    operator: Operator
    levels: tuple[Level, ...]
    reset: Fraction
    reset_text: str

    @property
    def upwards(self) -> bool:
        """True when high values are the bad ones."""
        return self.operator in (">=", ">")


class Episode(NamedTuple):
    """`number` counts episodes of a (rule, group) for ever; `seq` the transitions within one.

    `severity` is None while nothing is open; `since` is the event time (epoch ms) of its start.
    """

    number: int = 0
    seq: int = 0
    severity: Severity | None = None
    since: int | None = None

    @property
    def open(self) -> bool:
        return self.severity is not None


class Observation(NamedTuple):
    """What is judged: the exact value at event time `at` (epoch ms).

    `without`: why there is no value to judge (then no state changes). `ceiling`: the severity that
    `suppress` allows at most just now.
    """

    at: int
    value: Fraction | None
    without: Reason = Reason.NO_VALUE
    ceiling: Severity | None = None


class Cause(NamedTuple):
    """What moved when it was not the figure: a plan or a rule, in its new version."""

    kind: Literal["plan", "rule"]
    version: int


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of an episode. `crossed`: all limits the value has passed, as written."""

    change: Change
    reason: Reason
    severity: Severity
    previous_severity: Severity | None
    crossed: tuple[str, ...]
    threshold: str | None
    at: int
    since: int
    episode: int
    seq: int
    cause: Cause | None = None


class Judgement(NamedTuple):
    episode: Episode
    transition: Transition | None
    reason: Reason


def judge(condition: Condition, episode: Episode, seen: Observation) -> Judgement:
    """The next state and, if it changed, the transition. Never two firings without a resolve."""
    if seen.value is None:
        return Judgement(episode, None, seen.without)
    compare = COMPARE[condition.operator]
    crossed = tuple(level for level in condition.levels if compare(seen.value, level.limit))
    if not episode.open:
        if not crossed:
            return Judgement(episode, None, Reason.WITHIN_LIMITS)
        return _fire(episode, crossed, seen)
    if not crossed and not compare(seen.value, condition.reset):
        reason = Reason.BELOW_RESET if condition.upwards else Reason.ABOVE_RESET
        return close(episode, seen.at, reason, threshold=condition.reset_text)
    return _move(condition, episode, crossed, seen)


def close(episode: Episode, at: int, reason: Reason, *, threshold: str | None = None) -> Judgement:
    """Ends an open episode for `reason`; the next one gets the next number.

    A resolve is never earlier than the episode's start, whatever clock `at` comes from.
    """
    assert episode.severity is not None, "no episode is open"
    assert episode.since is not None, "an open episode has a start"
    transition = Transition(
        change="resolved",
        reason=reason,
        severity=episode.severity,
        previous_severity=episode.severity,
        crossed=(),
        threshold=threshold,
        at=max(at, episode.since),
        since=episode.since,
        episode=episode.number,
        seq=episode.seq + 1,
    )
    closed = Episode(number=episode.number, seq=episode.seq + 1)
    return Judgement(closed, transition, reason)


def because_of_edit(judgement: Judgement, version: int, now: int) -> Judgement:
    """The same judgement, said to come from a new version of the rule, not from new numbers.

    What was open was so until the edit, `now`, however old the figures are that it is judged on.
    """
    changed = _because(judgement, Reason.RULE_CHANGED, Cause("rule", version))
    transition = changed.transition
    if transition is None or transition.change == "firing":
        return changed
    return changed._replace(transition=replace(transition, at=max(transition.at, now)))


def because_of_plan(judgement: Judgement, version: int) -> Judgement:
    """The same judgement, said to come from a new version of the plan: no money has moved."""
    return _because(judgement, Reason.PLAN_CHANGED, Cause("plan", version))


def _because(judgement: Judgement, reason: Reason, cause: Cause) -> Judgement:
    if judgement.transition is None:
        return judgement
    transition = replace(judgement.transition, reason=reason, cause=cause)
    return Judgement(judgement.episode, transition, reason)


def _fire(episode: Episode, crossed: tuple[Level, ...], seen: Observation) -> Judgement:
    severity = _capped(crossed[-1].severity, seen.ceiling)
    opened = Episode(episode.number + 1, 1, severity, seen.at)
    transition = Transition(
        change="firing",
        reason=Reason.THRESHOLD_CROSSED,
        severity=severity,
        previous_severity=None,
        crossed=tuple(level.text for level in crossed),
        threshold=crossed[-1].text,
        at=seen.at,
        since=seen.at,
        episode=opened.number,
        seq=1,
    )
    return Judgement(opened, transition, transition.reason)


def _move(
    condition: Condition, episode: Episode, crossed: tuple[Level, ...], seen: Observation
) -> Judgement:
    """Between the first limit and the reset an open episode stays, at its least level."""
    assert episode.severity is not None, "no episode is open"
    assert episode.since is not None, "an open episode has a start"
    level = crossed[-1] if crossed else condition.levels[0]
    severity = _capped(level.severity, seen.ceiling)
    if severity == episode.severity:
        return Judgement(episode, None, Reason.SAME_LEVEL)
    if RANK[severity] > RANK[episode.severity]:
        reason = Reason.LEVEL_UP
    else:
        reason = Reason.SUPPRESSED if severity != level.severity else Reason.LEVEL_DOWN
    transition = Transition(
        change="level_changed",
        reason=reason,
        severity=severity,
        previous_severity=episode.severity,
        crossed=tuple(passed.text for passed in crossed),
        threshold=level.text,
        at=seen.at,
        since=episode.since,
        episode=episode.number,
        seq=episode.seq + 1,
    )
    moved = episode._replace(seq=episode.seq + 1, severity=severity)
    return Judgement(moved, transition, reason)


def _capped(severity: Severity, ceiling: Severity | None) -> Severity:
    if ceiling is None or RANK[severity] <= RANK[ceiling]:
        return severity
    return ceiling
