"""Silences as Alertmanager's clients write and read them (alertmanager.md section 2). Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from alerts.alertmanager.gettable import instant
from alerts.alertmanager.intake.wire import NUL_DETAIL, WireError
from alerts.configuration.matchers import Matcher, MatcherError, Operator, make_matcher
from alerts.quiet.commands import SilenceTerms
from alerts.quiet.silences import Silence
from shared.events import has_nul

OPERATORS: dict[tuple[bool, bool], Operator] = {
    (True, False): "=",
    (False, False): "!=",
    (True, True): "=~",
    (False, True): "!~",
}
"""By `isEqual` and `isRegex`."""
FORMS = {operator: form for form, operator in OPERATORS.items()}
STATES = ("active", "pending", "expired")


class PostableMatcher(Struct, frozen=True, rename="camel"):
    """`isEqual` may be absent, as it was before there was another."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


class PostableSilence(Struct, frozen=True, rename="camel", kw_only=True):
    """With the `id` of one that is there it is a change of that."""

    id: str | None = None
    matchers: tuple[PostableMatcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str


def read_silence(body: bytes) -> PostableSilence:
    """Raises WireError."""
    if has_nul(body):
        raise WireError(f"a text {NUL_DETAIL}")
    try:
        found = msgspec.json.decode(body, type=PostableSilence)
        return msgspec.structs.replace(
            found, starts_at=_utc(found.starts_at), ends_at=_utc(found.ends_at)
        )
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
        raise WireError(f"the silence cannot be read: {error}") from error


def terms_of(posted: PostableSilence, before: Silence | None) -> SilenceTerms:
    """What is asked for. A start is compared to the second, as it was shown to the millisecond.
    Raises WireError."""
    if not posted.matchers:
        raise WireError("at least one matcher required")
    try:
        matchers = tuple(
            make_matcher(one.name, OPERATORS[one.is_equal, one.is_regex], one.value)
            for one in posted.matchers
        )
    except MatcherError as error:
        raise WireError(f"invalid label matcher: {error}") from error
    starts_at = posted.starts_at
    if before is not None and int(before.starts_at.timestamp()) == int(starts_at.timestamp()):
        starts_at = before.starts_at
    return SilenceTerms(matchers, starts_at, posted.ends_at, posted.comment, by_exception=True)


def shown(silence: Silence, now: datetime) -> dict[str, Any]:
    """As `GET /silences` has it."""
    return {
        "id": silence.silence,
        "status": {"state": silence.state(now)},
        "updatedAt": instant(silence.updated_at),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "startsAt": instant(silence.starts_at),
        "endsAt": instant(silence.ends_at),
        "matchers": [_matcher(one) for one in silence.matchers],
    }


def in_order(silences: Sequence[Silence], now: datetime) -> list[Silence]:
    """Active ones, the next to end first, then pending ones, the next to start first, then those
    that are over, the last to end first."""

    def place(one: Silence) -> tuple[int, float, str]:
        state = one.state(now)
        at = one.starts_at if state == "pending" else one.ends_at
        seconds = at.timestamp()
        return STATES.index(state), -seconds if state == "expired" else seconds, one.silence

    return sorted(silences, key=place)


def has_all(silence: Silence, wanted: Sequence[Matcher]) -> bool:
    """Whether each filter is one of its matchers."""
    return all(one in silence.matchers for one in wanted)


def _matcher(matcher: Matcher) -> dict[str, Any]:
    is_equal, is_regex = FORMS[matcher.op]
    return {
        "isEqual": is_equal,
        "isRegex": is_regex,
        "name": matcher.label,
        "value": matcher.value,
    }


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
