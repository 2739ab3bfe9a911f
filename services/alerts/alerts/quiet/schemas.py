"""HTTP bodies of silences. Times RFC 3339, matchers in Alertmanager's grammar."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from alerts.configuration.matchers import Matcher, MatcherError, parse_matchers
from alerts.quiet.commands import SilenceTerms
from alerts.quiet.silences import Silence, SilenceState
from shared.bodies.texts import PLAIN_LINES
from shared.durations import DurationError, parse_duration
from shared.errors import InvalidError
from shared.http.instants import Instant

MATCHERS_MAX = 50
MatcherText = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")
]


class SilenceBody(BaseModel):
    """Alerts that all `matchers` match are not told from `starts_at` (now) until `ends_at`, or for
    a `duration` such as 2h."""

    model_config = ConfigDict(extra="forbid")

    matchers: Annotated[list[MatcherText], Field(min_length=1, max_length=MATCHERS_MAX)]
    comment: Annotated[
        str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$"), PLAIN_LINES
    ]
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    duration: Annotated[str, StringConstraints(max_length=20)] | None = None

    @model_validator(mode="after")
    def _has_one_end(self) -> "SilenceBody":
        if (self.ends_at is None) == (self.duration is None):
            raise PydanticCustomError("silence_end", "send either ends_at or duration")
        return self

    def wanted(self, now: datetime) -> SilenceTerms:
        """Raises InvalidError `matcher_invalid`, `duration_invalid`."""
        starts_at = self.starts_at or now
        ends_at = self.ends_at or starts_at + self._duration()
        return SilenceTerms(self._matchers(), starts_at, ends_at, self.comment)

    def _duration(self) -> timedelta:
        try:
            return parse_duration(self.duration or "")
        except DurationError as error:
            raise InvalidError("duration_invalid", str(error)) from error

    def _matchers(self) -> list[Matcher]:
        found: list[Matcher] = []
        for text in self.matchers:
            try:
                found += parse_matchers(text)
            except MatcherError as error:
                raise InvalidError("matcher_invalid", str(error)) from error
        return found


class SilenceView(BaseModel):
    """`silence` is its id; `state` says whether it holds now."""

    silence: str
    state: SilenceState
    matchers: list[str]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    updated_at: datetime
    updated_by: str
    version: int


def view(one: Silence, now: datetime) -> dict[str, Any]:
    return {
        "silence": one.silence,
        "state": one.state(now),
        "matchers": [str(matcher) for matcher in one.matchers],
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "created_by": one.created_by,
        "comment": one.comment,
        "updated_at": one.updated_at,
        "updated_by": one.updated_by,
        "version": one.version,
    }
