"""What of the alerts, or of the silences, a client asks for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from starlette.datastructures import QueryParams

from alerts.alertmanager.gettable import AlertStatus
from alerts.configuration.matchers import Matcher, MatcherError, expression, parse_matcher

TRUE = frozenset({"true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"})
TEXT_CHARACTERS_MAX = 1000
"""Of a filter, which may be a regular expression."""


class FilterError(ValueError):
    """A parameter cannot be read; the message says which and why."""


class AlertQuery(Struct, frozen=True, kw_only=True):
    """`active` and the like ask for alerts that are so, too; all must match `matchers`, and one of
    their receivers `receiver`."""

    matchers: tuple[Matcher, ...] = ()
    receiver: Any = None
    """A compiled expression."""
    active: bool = True
    silenced: bool = True
    inhibited: bool = True
    muted: bool = True

    @property
    def equal(self) -> dict[str, str]:
        """Labels that every alert asked for has."""
        return {one.label: one.value for one in self.matchers if one.op == "=" and one.value}

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(one.matches(labels) for one in self.matchers)

    def of_receivers(self, names: Iterable[str]) -> bool:
        """Whether one of these is asked for."""
        return self.receiver is None or any(map(self.receiver.fullmatch, names))

    def of_status(self, status: AlertStatus) -> bool:
        if status.state == "active":
            return self.active
        return (
            (self.silenced or not status.silenced_by)
            and (self.inhibited or not status.inhibited_by)
            and (self.muted or not status.muted_by)
        )


def read_query(query: QueryParams) -> AlertQuery:
    """Of `GET /alerts` and `/alerts/groups`. Raises FilterError."""
    flags = {
        name: query[name].lower() in TRUE
        for name in ("active", "silenced", "inhibited", "muted")
        if name in query
    }
    return AlertQuery(
        matchers=read_matchers(query.getlist("filter")),
        receiver=_receiver(query.get("receiver")),
        **flags,
    )


def read_matchers(texts: Sequence[str]) -> tuple[Matcher, ...]:
    """One matcher of each text. Raises FilterError."""
    try:
        return tuple(parse_matcher(_bounded(text), lenient=True) for text in texts)
    except ValueError as error:
        raise FilterError(f"bad matcher format: {error}") from error


def _receiver(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return expression(_bounded(text))
    except MatcherError as error:
        raise FilterError(f"failed to parse receiver param: {error}") from error


def _bounded(text: str) -> str:
    if "\0" in text:
        raise FilterError("a filter has no character U+0000")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise FilterError(f"a filter has at most {TEXT_CHARACTERS_MAX} characters")
    return text
