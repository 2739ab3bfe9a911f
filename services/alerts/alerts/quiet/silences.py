"""A silence: matchers, a time, and who asked for it and why (Alertmanager's semantics). Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from alerts.configuration.matchers import Matcher
from shared.errors import InvalidError

SilenceState = Literal["pending", "active", "expired"]


class Silence(Struct, frozen=True, kw_only=True):
    """It holds from `starts_at` until before `ends_at` for alerts that all its matchers match."""

    silence: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    updated_at: datetime
    updated_by: str
    version: int = 1

    @property
    def campaign(self) -> str | None:
        """The one that it holds for alone, if it does."""
        return campaign_of(self.matchers)

    def state(self, now: datetime) -> SilenceState:
        if now < self.starts_at:
            return "pending"
        return "active" if now < self.ends_at else "expired"

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(one.matches(labels) for one in self.matchers)


def campaign_of(matchers: Sequence[Matcher]) -> str | None:
    """The campaign that they ask for by name."""
    named = (one.value for one in matchers if (one.label, one.op) == ("campaign", "="))
    return next((value for value in named if value), None)


def check_silence(
    matchers: Sequence[Matcher],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    *,
    by_exception: bool = False,
) -> None:
    """Raises InvalidError for a silence that could hold for nothing, or for everything by mistake:
    `silence_ends_before_it_starts`, `silence_over`, `silence_matches_all`. `by_exception`: that it
    names what it does not hold for is enough."""
    if ends_at <= starts_at:
        raise InvalidError("silence_ends_before_it_starts", "a silence ends after it starts")
    if ends_at <= now:
        raise InvalidError("silence_over", "the silence would be over already: choose a later end")
    asking = [one for one in matchers if not by_exception or one.op in ("=", "=~")]
    if len(asking) == len(matchers) and all(one.matches({}) for one in asking):
        raise InvalidError(
            "silence_matches_all",
            'one matcher at least must ask for a label to be there, such as campaign="d11"',
        )


def can_change(
    before: Silence, matchers: Sequence[Matcher], starts_at: datetime, now: datetime
) -> bool:
    """Whether a change leaves it the same silence. With other matchers, or another start after it
    began, it would rewrite what was muted and why: then it is another one."""
    if before.matchers != tuple(matchers):
        return False
    match before.state(now):
        case "active":
            return starts_at == before.starts_at
        case "pending":
            return starts_at >= now
        case "expired":
            return False
