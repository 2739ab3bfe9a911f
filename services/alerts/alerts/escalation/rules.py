"""What an escalation does next about one episode (alerting.md 2.8). Pure.

Steps count from when the alert was told. Somebody who takes it stops them; when it is free again,
or worse, they begin anew as the next turn. What is muted is called when that ends, and then the
steps keep their distance, so that an outage or a snooze makes no two of them at once.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from alerts.configuration.oncall.escalations import Escalation
from alerts.quiet.mute import Mute, MuteReason
from alerts.response.rules import LEVELS, EpisodeResponse, is_worse

EscalationState = Literal["running", "answered", "unanswered", "over"]
CallKind = Literal["step", "reminder", "unacknowledged", "handover"]
ASK_AGAIN = timedelta(minutes=5)
"""Of what is muted by anything but a snooze."""


class EscalationProgress(Struct, frozen=True):
    """Where an escalation stands: `step` (from 0) of `round` (from 0) of `turn` (from 1) is due at
    `next_at`. `severity` is the worst level of the turn, `reminded_at` when who has the alert was
    asked about it, `handed_at` up to when it was seen who takes over on call."""

    next_at: datetime
    severity: str
    turn: int = 1
    round: int = 0
    step: int = 0
    state: EscalationState = "running"
    reminded_at: datetime | None = None
    handed_at: datetime | None = None


class EpisodeStanding(Struct, frozen=True):
    """An episode as it is now; `answered_at` is when somebody last did anything about it. Somebody
    who was told or called has `handed_over`; the next time that may be so is `handover_at`."""

    open: bool
    severity: str
    response: EpisodeResponse
    answered_at: datetime | None = None
    mute: Mute | None = None
    handed_over: bool = False
    handover_at: datetime | None = None


class Advance(NamedTuple):
    """What to do now, if anything, and when to look again (None: when something happens)."""

    progress: EscalationProgress
    call: CallKind | None
    due_at: datetime | None


def begin(
    escalation: Escalation, severity: str, now: datetime, turn: int = 1
) -> EscalationProgress:
    """The first step of a turn that begins now is still to come."""
    return EscalationProgress(now + escalation.steps[0].after, severity, turn, handed_at=now)


def advance(
    escalation: Escalation, progress: EscalationProgress, standing: EpisodeStanding, now: datetime
) -> Advance:
    """One look at it: at most one step, reminder, release or call of who takes over."""
    after, call, due_at = _advance(escalation, progress, standing, now)
    if after.state not in ("running", "unanswered"):
        return Advance(after, call, due_at)
    wanted = [due_at, standing.handover_at]
    # A new turn has called nobody yet.
    if standing.handed_over and call is None and after.turn == progress.turn:
        if standing.mute is None:
            call = "handover"
        else:
            wanted.append(_end_of(standing.mute, now))
    if call is not None:
        after = replace(after, handed_at=now)
    return Advance(after, call, min((at for at in wanted if at is not None), default=None))


def _advance(
    escalation: Escalation, progress: EscalationProgress, standing: EpisodeStanding, now: datetime
) -> Advance:
    if not standing.open:
        return Advance(replace(progress, state="over"), None, None)
    state = standing.response.state_at(now, standing.severity)
    if state == "closed":
        return Advance(replace(progress, state="answered", reminded_at=None), None, None)
    if state == "acknowledged":
        return _answered(escalation, progress, standing, now)
    if progress.state in ("answered", "over") or is_worse(standing.severity, progress.severity):
        progress = begin(escalation, standing.severity, now, progress.turn + 1)
    if progress.state == "unanswered":
        return Advance(progress, None, None)
    if now < progress.next_at:
        return Advance(progress, None, progress.next_at)
    if standing.mute is not None:
        return Advance(progress, None, _end_of(standing.mute, now))
    if progress.round > escalation.repeat:
        return Advance(replace(progress, state="unanswered"), None, None)
    wanted = escalation.steps[progress.step].severity
    called = wanted is None or LEVELS.index(standing.severity) >= LEVELS.index(wanted)
    after = _after_step(escalation, progress, now)
    return Advance(after, "step" if called else None, after.next_at)


def _after_step(
    escalation: Escalation, progress: EscalationProgress, now: datetime
) -> EscalationProgress:
    """The next step, or the first of the next round: as long after this one as the file says."""
    steps, place = escalation.steps, progress.step + 1
    if place < len(steps):
        apart = steps[place].after - steps[place - 1].after
        return replace(progress, step=place, next_at=now + apart)
    return replace(progress, step=0, round=progress.round + 1, next_at=now + steps[0].after)


def _answered(
    escalation: Escalation, progress: EscalationProgress, standing: EpisodeStanding, now: datetime
) -> Advance:
    """Somebody has it: asked whether they still do, and free again if nobody says so."""
    if progress.state != "answered":
        progress = replace(progress, state="answered", reminded_at=None)
    if escalation.remind_after is None:
        return Advance(progress, None, None)
    heard = [at for at in (standing.response.made_at, standing.answered_at) if at is not None]
    since = max(heard, default=now)
    reminded = progress.reminded_at
    if reminded is not None and reminded >= since:
        free_after = escalation.unacknowledge_after
        if free_after is not None and now >= reminded + free_after:
            anew = begin(escalation, standing.severity, now, progress.turn + 1)
            return Advance(anew, "unacknowledged", anew.next_at)
        if free_after is not None:
            return Advance(progress, None, reminded + free_after)
        since = reminded
    due_at = since + escalation.remind_after
    if now < due_at:
        return Advance(progress, None, due_at)
    if standing.mute is not None:
        return Advance(progress, None, _end_of(standing.mute, now))
    wait = escalation.unacknowledge_after or escalation.remind_after
    return Advance(replace(progress, reminded_at=now), "reminder", now + wait)


def _end_of(mute: Mute, now: datetime) -> datetime:
    """When to look again. A snooze that is taken back is an answer, which wakes; a silence may end,
    or the file change, without a word."""
    until = mute.until if mute.until is not None and mute.until > now else now + ASK_AGAIN
    return until if mute.reason is MuteReason.SNOOZED else min(until, now + ASK_AGAIN)
