"""Local times at which a route or a report speaks: one message of how things stand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zlib import crc32
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from alerts.configuration.intervals import WEEKDAYS, Range, TimeInterval

SPREAD_S = 180
"""Groups speak within so long after the time: whole hours are when everybody's messages go out,
and providers ask to keep away from them (alerting.md 2.9)."""
DAYS_MAX = 63
"""From one time to the next: the 31st of July comes after that of May."""

Empty = Literal["skip", "send"]


class Digest(Struct, frozen=True):
    """`times` are minutes of the day, weekdays count from Sunday and days of the month as in
    TimeInterval; days are all if none is said. `empty`: what is done where there is nothing to
    tell."""

    times: tuple[int, ...]
    weekdays: tuple[Range, ...] = ()
    location: str = "UTC"
    delay_s: int = 0
    days_of_month: tuple[Range, ...] = ()
    empty: Empty = "skip"

    @property
    def written(self) -> dict[str, str | list[str]]:
        """As the file writes it."""
        return {
            "times": [f"{minute // 60:02}:{minute % 60:02}" for minute in self.times],
            "weekdays": [f"{WEEKDAYS[first]}:{WEEKDAYS[last]}" for first, last in self.weekdays],
            "days_of_month": [f"{first}:{last}" for first, last in self.days_of_month],
            "location": self.location,
            "empty": self.empty,
        }

    def of(self, group_key: str) -> "Digest":
        """That of one group, a little later than the time, always by as much."""
        return replace(self, delay_s=crc32(group_key.encode()) % SPREAD_S)

    def next_after(self, now: datetime) -> datetime:
        """The next instant at which it speaks."""
        delay = timedelta(seconds=self.delay_s)
        # The delay may have carried yesterday's last time into today.
        found = (at + delay for at in self._from(now, days=-1) if at + delay > now)
        return next(found, datetime.max.replace(tzinfo=UTC))

    def period_before(self, now: datetime) -> tuple[datetime, datetime]:
        """From one of its times to the next: the newest two at which it was to speak by now."""
        delay = timedelta(seconds=self.delay_s)
        passed: list[datetime] = []
        for at in self._from(now, days=-2 * DAYS_MAX):
            if at + delay > now:
                break
            passed = [*passed[-1:], at]
        begin, end = passed
        return begin, end

    def _from(self, now: datetime, days: int) -> Iterator[datetime]:
        """Its times without the delay, rising, from so many days before the day of `now` on."""
        zone = ZoneInfo(self.location)
        on = TimeInterval(
            weekdays=self.weekdays, days_of_month=self.days_of_month, location=self.location
        )
        first: date = now.astimezone(zone).date()
        for day in range(days, DAYS_MAX + 1):
            midnight = datetime.combine(first + timedelta(days=day), time(), zone)
            instants = {(midnight + timedelta(minutes=one)).astimezone(UTC) for one in self.times}
            # One that the clocks leave out is as much later: still once, and in its order.
            yield from sorted(at for at in instants if on.holds(at))


class SummaryReport(Struct, frozen=True):
    """A summary that a receiver gets at certain times, of what was since the time before."""

    name: str
    receiver: str
    digest: Digest
