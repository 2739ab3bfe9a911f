"""`paceline alerts oncall`: who is on call by a file, now and next."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.configuration.oncall.schedules import next_after, shifts
from alerts.configuration.tree import Configuration
from cli.errors import CommandError, Exit

AHEAD = timedelta(weeks=4)


def who_is_on_call(configuration: Configuration, name: str | None) -> list[dict[str, Any]]:
    """Of one schedule, or of each by name. Raises CommandError (exit 1)."""
    known = configuration.schedules
    if name is not None and name not in known:
        names = ", ".join(sorted(known)) or "none"
        raise CommandError(f"there is no schedule {name}: the file has {names}", Exit.CHECK_FAILED)
    now = datetime.now(UTC)
    found = []
    for one in [name] if name is not None else sorted(known):
        ahead = shifts(known[one], now, now + AHEAD)
        following = next_after(ahead)
        zone = ZoneInfo(known[one].location)
        found.append(
            {
                "schedule": one,
                "on_call": ahead[0].person,
                "until": ahead[0].ends_at.astimezone(zone).isoformat(timespec="minutes"),
                "next": following and following.person,
            }
        )
    return found


def line_of(shown: Mapping[str, Any]) -> str:
    """As one reads it."""
    then = f", then {shown['next']}" if shown["next"] else ""
    return f"{shown['schedule']}: {shown['on_call'] or 'nobody'} until {shown['until']}{then}"
