"""HTTP bodies of what people answer to alerts. Times RFC 3339."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from alerts.response.commands import ActionTerms
from alerts.response.rules import ActionKind
from alerts.response.store import NewestEpisode
from shared.bodies.texts import PLAIN, PLAIN_LINES
from shared.durations import DurationError, parse_duration
from shared.errors import InvalidError, PacelineError
from shared.http.instants import Instant

ALERTS_MAX = 100
"""Of one request."""
NO_NUL = r"^[^\x00]*$"
CommentText = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=NO_NUL), PLAIN_LINES
]
Person = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL), PLAIN]
DurationText = Annotated[str, StringConstraints(max_length=20)]
AlertId = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")]


class AnswerBody(BaseModel):
    """A comment, if there is something to say."""

    model_config = ConfigDict(extra="forbid")

    comment: CommentText | None = None

    def terms(self, kind: ActionKind) -> ActionTerms:
        return ActionTerms(kind, self.comment or "")


class RemarkBody(BaseModel):
    """A comment for whoever reads of the alert next."""

    model_config = ConfigDict(extra="forbid")

    comment: CommentText


class SnoozeBody(AnswerBody):
    """Not told `until` then, or for a `duration` such as 2h."""

    until: Instant | None = None
    duration: DurationText | None = None

    @model_validator(mode="after")
    def _has_one_end(self) -> "SnoozeBody":
        check_end(self.until, self.duration)
        return self

    def terms(self, kind: ActionKind) -> ActionTerms:
        """Raises InvalidError `duration_invalid`."""
        return ActionTerms(kind, self.comment or "", self.until, duration_of(self.duration))


class AssigneeBody(AnswerBody):
    """Who looks after it."""

    assignee: Person | None

    def terms(self, kind: ActionKind) -> ActionTerms:
        return ActionTerms(kind, self.comment or "", assignee=self.assignee or "")


class ActionsBody(AnswerBody):
    """The same done to many alerts."""

    action: ActionKind
    alerts: Annotated[list[AlertId], Field(min_length=1, max_length=ALERTS_MAX)]
    until: Instant | None = None
    duration: DurationText | None = None
    assignee: Person | None = None

    @model_validator(mode="after")
    def _fits_its_action(self) -> "ActionsBody":
        if self.action == "snooze":
            check_end(self.until, self.duration)
        elif self.until is not None or self.duration is not None:
            raise PydanticCustomError("snooze_end", "only a snooze has until or duration")
        if self.action == "comment" and self.comment is None:
            raise PydanticCustomError("comment_missing", "send the comment")
        if self.action != "assign" and self.assignee is not None:
            raise PydanticCustomError("assignee_unexpected", "only assign has an assignee")
        return self

    def all_terms(self) -> ActionTerms:
        """Raises InvalidError `duration_invalid`."""
        return ActionTerms(
            self.action,
            self.comment or "",
            self.until,
            duration_of(self.duration),
            self.assignee or "",
        )


def check_end(until: datetime | None, duration: str | None) -> None:
    """Raises PydanticCustomError unless there is one end."""
    if (until is None) == (duration is None):
        raise PydanticCustomError("snooze_end", "send either until or duration")


def duration_of(text: str | None) -> timedelta | None:
    """Raises InvalidError `duration_invalid`."""
    if text is None:
        return None
    try:
        return parse_duration(text)
    except DurationError as error:
        raise InvalidError("duration_invalid", str(error)) from error


class ResponseView(BaseModel):
    """How people have answered to the newest episode of an alert. `over` is when the alert itself
    is."""

    alert: str
    episode: int
    state: Literal["open", "acknowledged", "snoozed", "closed", "over"]
    made_by: str | None
    made_at: datetime | None
    until: datetime | None
    assignee: str | None
    comment: str | None
    commented_by: str | None
    commented_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_after_s: int | None


class ActionRefusal(BaseModel):
    """Why it was not done."""

    code: str
    detail: str


class ActionResult(BaseModel):
    """What came of it for one alert: the response to it, or why it was refused."""

    alert: str
    response: ResponseView | None
    refused: ActionRefusal | None


class ActionResults(BaseModel):
    """One for each alert, in the order of the request."""

    results: list[ActionResult]


def view(subject: NewestEpisode, now: datetime) -> dict[str, Any]:
    """What holds now: a snooze that is over, or a response of another level, is none."""
    response = subject.response
    state = response.state_at(now, subject.severity) if subject.open else "over"
    holds = state != "open" and response.made_at is not None
    remark = response.remark
    return {
        "alert": str(subject.alert),
        "episode": subject.episode,
        "state": state,
        "made_by": response.made_by if holds else None,
        "made_at": response.made_at if holds else None,
        "until": response.until if state == "snoozed" else None,
        "assignee": response.assignee,
        "comment": remark and remark.text,
        "commented_by": remark and remark.made_by,
        "commented_at": remark and remark.made_at,
        "acknowledged_at": response.acknowledged_at,
        "acknowledged_after_s": response.acknowledged_after_s,
    }


def result_view(
    alert: str, outcome: NewestEpisode | PacelineError, now: datetime
) -> dict[str, Any]:
    if isinstance(outcome, PacelineError):
        refused = {"code": outcome.code, "detail": outcome.detail}
        return {"alert": alert, "response": None, "refused": refused}
    return {"alert": alert, "response": view(outcome, now), "refused": None}
