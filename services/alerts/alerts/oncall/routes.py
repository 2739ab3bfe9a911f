"""HTTP of schedules: who is on call now, who is next, and all of it as a calendar."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response

from alerts.configuration.configurations import Configurations
from alerts.configuration.oncall.schedules import Schedule, shift_begin, shifts
from alerts.oncall.calendar import MEDIA_TYPE, calendar
from alerts.oncall.schemas import ScheduleSummary, ScheduleView, view
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Name, Reader, calling
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/schedules", tags=["schedules"])
SHOWN = timedelta(weeks=4)
IN_CALENDAR = timedelta(weeks=12)
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)
"""When somebody who is on call without a change began, for a calendar."""


class CalendarFile(Response):
    """A text that calendars read."""

    media_type = MEDIA_TYPE


@router.get("", **answers(Page[ScheduleSummary]), summary="List schedules")
async def list_schedules(request: Request, principal: Reader, paging: Paged) -> Response:
    """By name, each with who is on call now."""
    async with calling(request, principal) as caller:
        known = _schedules(request, caller)
        now = caller.now
    wanted = [known[name] for name in sorted(known) if name > paging.after("")][: paging.rows]
    items = [view(one, shifts(one, now, now + SHOWN)) for one in wanted]
    for item in items:
        del item["shifts"]
    return paging.page(items, "schedule")


@router.get("/{schedule}", **answers(ScheduleView), summary="Read a schedule")
async def get_schedule(request: Request, schedule: Name, principal: Reader) -> Json:
    """Who is on call now, who is next, and the next four weeks. Errors: schedule_unknown."""
    async with calling(request, principal) as caller:
        found = _schedule(request, caller, schedule)
        now = caller.now
    return Json(view(found, shifts(found, now, now + SHOWN)))


@router.get(
    "/{schedule}/calendar.ics",
    **answers(None),
    response_class=CalendarFile,
    summary="Read a schedule as a calendar",
)
async def get_calendar(request: Request, schedule: Name, principal: Reader) -> Response:
    """The next twelve weeks and who is on call now, in the form that calendars import (RFC 5545).
    An event has the same id each time. Errors: schedule_unknown."""
    async with calling(request, principal) as caller:
        found = _schedule(request, caller, schedule)
        now = caller.now
    # From when it did begin, so that its event is the one that it was.
    began = shift_begin(found, now)
    shown = shifts(found, now, now + IN_CALENDAR)
    shown[0] = shown[0]._replace(starts_at=began or ALWAYS)
    text = calendar(caller.workspace, found.name, shown, now)
    return CalendarFile(text)


def _schedules(request: Request, caller: Caller) -> dict[str, Schedule]:
    """Those of the workspace, for who may read it as a whole."""
    configurations: Configurations = request.app.state.configurations
    configuration = configurations.get(caller.workspace)
    if configuration is None or not caller.reach.is_whole:
        return {}
    return dict(configuration.schedules)


def _schedule(request: Request, caller: Caller, name: str) -> Schedule:
    found = _schedules(request, caller).get(name)
    if found is None:
        raise caller.reach.unknown("schedule", name)
    return found
