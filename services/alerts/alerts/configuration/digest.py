"""Local times at which a route speaks, and at no other: one message of how things stand."""

from datetime import UTC, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from alerts.configuration.intervals import WEEKDAYS, Range, TimeInterval

SPREAD_S = 180
"""Groups speak within so long after the time: whole hours are when everybody's messages go out,
and providers ask to keep away from them (alerting.md 2.9)."""
DAYS_MAX = 8


class Digest(Struct, frozen=True):
    """`times` are minutes of the day, weekdays count from Sunday and are all if none is said."""

    times: tuple[int, ...]
    weekdays: tuple[Range, ...] = ()
    location: str = "UTC"
    delay_s: int = 0

    @property
    def written(self) -> dict[str, str | list[str]]:
        """As the file writes it."""
        return {
            "times": [f"{minute // 60:02}:{minute % 60:02}" for minute in self.times],
            "weekdays": [f"{WEEKDAYS[first]}:{WEEKDAYS[last]}" for first, last in self.weekdays],
            "location": self.location,
        }

    def of(self, group_key: str) -> "Digest":
        """That of one group, a little later than the time, always by as much."""
        return replace(self, delay_s=crc32(group_key.encode()) % SPREAD_S)

    def next_after(self, now: datetime) -> datetime:
        """The next instant at which it speaks."""
        zone = ZoneInfo(self.location)
        days = TimeInterval(weekdays=self.weekdays, location=self.location)
        delay = timedelta(seconds=self.delay_s)
        # The delay may have carried yesterday's last time into today.
        first = now.astimezone(zone).date() - timedelta(days=1)
        for day in range(DAYS_MAX + 1):
            midnight = datetime.combine(first + timedelta(days=day), time(), zone)
            for minute in self.times:
                at = (midnight + timedelta(minutes=minute)).astimezone(UTC)
                if at + delay > now and days.holds(at):
                    return at + delay
        raise AssertionError("within eight days there is every weekday")
