"""How many messages a destination is sent at most, by the clock of a place. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from alerts.configuration import intervals
from alerts.configuration.document import Document
from alerts.configuration.yaml_reader import PlaceError, at_place

Period = Literal["hour", "day", "month"]
PERIODS: tuple[Period, ...] = ("hour", "day", "month")


class SendLimits(Struct, frozen=True, kw_only=True):
    """`minute` is any 60 seconds; hour, day and month are those of the clock and calendar of the
    `location`. With `critical_passes` what is critical goes although they are reached."""

    channel: str
    minute: int | None = None
    hour: int | None = None
    day: int | None = None
    month: int | None = None
    location: str = "UTC"
    critical_passes: bool = False

    def of(self, period: Period) -> int | None:
        """At most so many in it."""
        found: int | None = getattr(self, period)
        return found

    def span(self, period: Period, now: datetime) -> tuple[datetime, datetime]:
        """From when until when the one lasts that is now."""
        zone = ZoneInfo(self.location)
        local = now.astimezone(zone)
        if period == "hour":
            passed = timedelta(
                minutes=local.minute, seconds=local.second, microseconds=local.microsecond
            )
            return now - passed, now - passed + timedelta(hours=1)
        first = local.date() if period == "day" else local.date().replace(day=1)
        after = first + timedelta(days=1 if period == "day" else 32)
        if period == "month":
            after = after.replace(day=1)
        began, ends = (datetime.combine(day, time(), zone) for day in (first, after))
        return began.astimezone(UTC), ends.astimezone(UTC)

    def left(self, used: Mapping[Period, int]) -> int | None:
        """How many more may go in all its periods; None for any number."""
        rooms = [limit - used.get(one, 0) for one in PERIODS if (limit := self.of(one)) is not None]
        return max(0, min(rooms)) if rooms else None

    def free_at(self, used: Mapping[Period, int], now: datetime) -> datetime:
        """When it may be sent something again that has reached one of its limits."""
        reached = [
            one
            for one in PERIODS
            if (limit := self.of(one)) is not None and used.get(one, 0) >= limit
        ]
        return max((self.span(one, now)[1] for one in reached), default=now)


def read_limits(document: Document, budgets: Mapping[str, str]) -> dict[str, SendLimits]:
    """Limits by the budget of the channel (`Endpoint.budget`). Raises PlaceError."""
    found: dict[str, SendLimits] = {}
    for place, one in enumerate(document.limits):
        path = f".limits[{place}]"
        at_place(intervals.read_location, one.location, f"{path}.location")
        if all(value is None for value in (one.minute, one.hour, one.day, one.month)):
            raise PlaceError(path, "it limits nothing: add minute, hour, day or month")
        for number, channel in enumerate(one.channels):
            where = f"{path}.channels[{number}]"
            if channel not in budgets:
                raise PlaceError(where, f"no channel has the name {channel!r}")
            if (key := budgets[channel]) in found:
                other = found[key].channel
                raise PlaceError(where, f"the destination of {channel!r} has limits as {other!r}")
            found[key] = SendLimits(
                channel=channel,
                minute=one.minute,
                hour=one.hour,
                day=one.day,
                month=one.month,
                location=one.location,
                critical_passes=one.critical_passes,
            )
    return found
