"""How people answer to an episode of an alert, one state at a time (alerting.md 2.8; W13). Pure.

A response is of the level it was given at. An acknowledgement, or a closing by hand, holds while
the alert is at that level; a snooze until its end, unless the alert becomes worse. Nothing of it
ends the alert: that is its own affair, and the end of what was told is told.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from alerts.quiet.mute import Mute, MuteReason

ActionKind = Literal["ack", "unack", "snooze", "unsnooze", "comment", "assign", "resolve"]
ResponseState = Literal["open", "acknowledged", "snoozed", "closed"]
LEVELS = ("info", "warning", "critical")


class Remark(Struct, frozen=True):
    """The newest comment, whatever it came with."""

    text: str
    made_by: str
    made_at: datetime


class EpisodeResponse(Struct, frozen=True, kw_only=True):
    """What was answered to one episode: `made_by` whom, when and at which level; `until` the end of
    a snooze; `ended` what it made open again. `acknowledged_at` is the first time,
    `acknowledged_after_s` how long after the first message about it had arrived."""

    state: ResponseState = "open"
    severity: str = ""
    made_by: str = ""
    made_at: datetime | None = None
    until: datetime | None = None
    assignee: str | None = None
    remark: Remark | None = None
    ended: Literal["", "acknowledged", "snoozed", "closed"] = ""
    acknowledged_at: datetime | None = None
    acknowledged_after_s: int | None = None

    def state_at(self, now: datetime, severity: str) -> ResponseState:
        """What holds while the alert is at that level."""
        match self.state:
            case "acknowledged" | "closed":
                return self.state if severity == self.severity else "open"
            case "snoozed":
                ends = self.until is None or self.until <= now
                return "open" if ends or is_worse(severity, self.severity) else "snoozed"
            case "open":
                return "open"

    def answered_at(self, now: datetime, severity: str) -> datetime | None:
        """Since when somebody has taken it, so that nobody is reminded; None when nobody has."""
        taken = self.state_at(now, severity) in ("acknowledged", "closed")
        return self.made_at if taken else None

    def snooze_ended_at(self, now: datetime, severity: str) -> datetime | None:
        """When a snooze was over that nothing had ended before; None without one."""
        if self.state != "snoozed" or is_worse(severity, self.severity):
            return None
        return self.until if self.until is not None and self.until <= now else None

    def mute(self, now: datetime, severity: str) -> Mute | None:
        """The snooze that holds, as what keeps the alert from being told."""
        if self.state_at(now, severity) != "snoozed":
            return None
        return Mute(MuteReason.SNOOZED, (self.made_by,), self.until)


BY_LINK = "by link: "
"""Before the name of who followed the link of a message: nobody has checked it."""
BY_ESCALATION = "escalation: "
"""Before the name of one that has freed an alert, for nobody said that they still had it."""
NO_RESPONSE = EpisodeResponse()


class Action(Struct, frozen=True, kw_only=True):
    """What one person does about one episode. `assignee` "" is nobody."""

    kind: ActionKind
    made_by: str
    made_at: datetime
    comment: str = ""
    until: datetime | None = None
    assignee: str | None = None


def respond(before: EpisodeResponse, action: Action, severity: str) -> EpisodeResponse:
    """The response after an action; the same one where it changes nothing, so that it may be
    repeated: who acknowledged first stays who did."""
    after = _respond(before, action, severity)
    if action.comment:
        after = replace(after, remark=Remark(action.comment, action.made_by, action.made_at))
    return after


def is_worse(severity: str, than: str) -> bool:
    return LEVELS.index(severity) > LEVELS.index(than)


def _respond(before: EpisodeResponse, action: Action, severity: str) -> EpisodeResponse:
    now = before.state_at(action.made_at, severity)
    match action.kind:
        case "ack" if now != "acknowledged":
            first = before.acknowledged_at or action.made_at
            return replace(_put(before, action, "acknowledged", severity), acknowledged_at=first)
        case "resolve" if now != "closed":
            return _put(before, action, "closed", severity)
        case "snooze" if now != "snoozed" or before.until != action.until:
            return _put(before, action, "snoozed", severity)
        case "unack" if now in ("acknowledged", "closed"):
            return _put(before, action, "open", severity)
        case "unsnooze" if now == "snoozed":
            return _put(before, action, "open", severity)
        case "assign":
            return replace(before, assignee=action.assignee or None)
        case _:
            return before


def _put(
    before: EpisodeResponse, action: Action, state: ResponseState, severity: str
) -> EpisodeResponse:
    return replace(
        before,
        state=state,
        severity=severity,
        made_by=action.made_by,
        made_at=action.made_at,
        until=action.until if state == "snoozed" else None,
        ended=before.state if state == "open" and before.state != "open" else "",
    )
