"""The state of one (rule, group): episodes with levels, hysteresis and reasons. Pure.

An episode begins with `firing`, changes level up and down, and ends with `resolved` only past the
reset bound. Comparison is exact (Fraction); text is only for display. Source: contracts.md
section 4, streaming.md section 5.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple

from kpi_monitor.windows import Window

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
NO_SUMS: Mapping[str, int] = MappingProxyType({})


class Reason(StrEnum):
    """Why a judgement came out as it did; the text reaches the log, the metric, the message."""

    THRESHOLD_CROSSED = "threshold_crossed"
    LEVEL_UP = "level_up"
    LEVEL_DOWN = "level_down"
    SUPPRESSED = "suppressed"
    BELOW_RESET = "below_reset"
    ABOVE_RESET = "above_reset"
    RECOVERED = "recovered"
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
class Limit:
    """A limit and the severity it means; `text` is the limit as the rule's author wrote it."""

    severity: Severity
    limit: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Levels from the least severe to the most, and the bound that ends an episode, for `ended`."""

    operator: Operator
    levels: tuple[Limit, ...]
    reset: Fraction
    reset_text: str
    ended: Reason | None = None

    @property
    def upwards(self) -> bool:
        """True when high values are the bad ones."""
        return self.operator in (">=", ">")


class EpisodeState(NamedTuple):
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


class Cause(NamedTuple):
    """What moved when it was not the figure: a plan or a rule, in its new version."""

    kind: Literal["plan", "rule"]
    version: int


REASON_OF_CAUSE = {"plan": Reason.PLAN_CHANGED, "rule": Reason.RULE_CHANGED}


NO_EPISODE = EpisodeState()


class Observation(NamedTuple):
    """What a family saw of a group: the exact value at event time `at` (epoch ms).

    `without`: why there is no value to judge (then no state changes). `ceiling`: the severity that
    `suppress` allows at most just now. `sums`: what the value was computed from, micros by measure
    or figure; `window`: over which. `limits`: those it is held against, if not the rule's own.
    `since`: when that what is seen began, if before. `because`: what moved besides the figures;
    `otherwise`: what would have been seen had that not moved.
    """

    at: int
    value: Fraction | None
    without: Reason = Reason.NO_VALUE
    ceiling: Severity | None = None
    sums: Mapping[str, int] = NO_SUMS
    window: Window | None = None
    limits: Condition | None = None
    since: int | None = None
    because: Cause | None = None
    otherwise: "Observation | None" = None


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
    episode: EpisodeState
    transition: Transition | None
    reason: Reason


class Verdict(NamedTuple):
    """A judgement with what was seen; None when an episode ends for a reason that is no number."""

    judgement: Judgement
    seen: Observation | None = None


def follow(
    condition: Condition, episode: EpisodeState, seen: Iterable[Observation], now: int
) -> tuple[EpisodeState, list[Verdict]]:
    """The state after these observations, in their order, and a verdict of each that has a value.

    A transition that would not have been, or would have been another, had only the figures moved
    has what else moved as its cause.
    """
    verdicts: list[Verdict] = []
    for one in seen:
        if one.value is None:
            continue
        limits = one.limits or condition
        judgement = judge(limits, episode, one)
        if one.because is not None and judgement.transition is not None:
            other = None if one.otherwise is None else judge(limits, episode, one.otherwise)
            if other is None or other.reason != judgement.reason:
                judgement = _because(judgement.transition, judgement.episode, one.because, now)
        episode = judgement.episode
        verdicts.append(Verdict(judgement, one))
    return episode, verdicts


def judge(condition: Condition, episode: EpisodeState, seen: Observation) -> Judgement:
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
        past = Reason.BELOW_RESET if condition.upwards else Reason.ABOVE_RESET
        return close(episode, seen.at, condition.ended or past, threshold=condition.reset_text)
    return _move(condition, episode, crossed, seen)


def close(
    episode: EpisodeState, at: int, reason: Reason, *, threshold: str | None = None
) -> Judgement:
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
    closed = EpisodeState(number=episode.number, seq=episode.seq + 1)
    return Judgement(closed, transition, reason)


def _because(transition: Transition, episode: EpisodeState, cause: Cause, now: int) -> Judgement:
    """The same judgement, said to come from a new version of the rule or plan.

    What was open was so until the edit of a rule, `now`, however old the figures are that it is
    judged on.
    """
    reason = REASON_OF_CAUSE[cause.kind]
    edited = cause.kind == "rule" and transition.change != "firing"
    at = max(transition.at, now) if edited else transition.at
    return Judgement(episode, replace(transition, reason=reason, cause=cause, at=at), reason)


def _fire(episode: EpisodeState, crossed: tuple[Limit, ...], seen: Observation) -> Judgement:
    severity = _capped(crossed[-1].severity, seen.ceiling)
    since = seen.at if seen.since is None else seen.since
    opened = EpisodeState(episode.number + 1, 1, severity, since)
    transition = Transition(
        change="firing",
        reason=Reason.THRESHOLD_CROSSED,
        severity=severity,
        previous_severity=None,
        crossed=tuple(level.text for level in crossed),
        threshold=crossed[-1].text,
        at=seen.at,
        since=since,
        episode=opened.number,
        seq=1,
    )
    return Judgement(opened, transition, transition.reason)


def _move(
    condition: Condition, episode: EpisodeState, crossed: tuple[Limit, ...], seen: Observation
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
