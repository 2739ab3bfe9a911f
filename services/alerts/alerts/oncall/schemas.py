"""Who is on call, as people read it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from alerts.configuration.oncall.schedules import Schedule, Shift, next_after


class ShiftView(BaseModel):
    """Who is on call from one instant to another."""

    person: str | None
    starts_at: datetime
    ends_at: datetime


class ScheduleSummary(BaseModel):
    """Who is on call now, and who is next."""

    schedule: str
    location: str
    on_call: str | None
    until: datetime
    next: ShiftView | None


class ScheduleView(ScheduleSummary):
    """The same with the four weeks that begin now, without a gap."""

    shifts: list[ShiftView]


def view(schedule: Schedule, found: list[Shift]) -> dict[str, Any]:
    """Of shifts that begin now."""
    following = next_after(found)
    return {
        "schedule": schedule.name,
        "location": schedule.location,
        "on_call": found[0].person,
        "until": found[0].ends_at,
        "next": following and following._asdict(),
        "shifts": [one._asdict() for one in found],
    }
