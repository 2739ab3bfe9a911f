"""HTTP of the record: what was told to whom and why, and what is open."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from alerts.configuration.configurations import Configurations
from alerts.record import audit, store, store_response_times
from alerts.record.alert import alert_view, read_alert
from alerts.record.response_times import as_csv, check_period
from alerts.record.schemas import Alert, AlertDetail, NotificationView, ResponseTimesView
from shared.errors import InvalidError
from shared.events.notifications import State
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Number, Reader, calling
from shared.http.instants import Instant
from shared.http.paging import Paged, page

router = APIRouter(prefix="/v1")
AS_CSV = {"responses": {"200": {"content": {"text/csv": {"schema": {"type": "string"}}}}}}


@router.get(
    "/notifications",
    **answers(Page[NotificationView]),
    tags=["notifications"],
    summary="What was told to whom, or withheld, and why",
)
async def get_notifications(
    request: Request,
    principal: Reader,
    paging: Paged,
    *,
    campaign: str | None = None,
    alert: str | None = None,
    receiver: str | None = None,
    state: State | None = None,
) -> Json:
    """Every transition told or withheld, oldest first, with the provider's own answers."""
    wanted = store.NotificationFilter(
        campaign, None if alert is None else _number(alert, "alert"), receiver, state
    )
    after = paging.after(0)
    async with calling(request, principal) as caller:
        rows = await store.list_notifications(caller.conn, caller.reach, after, wanted, paging.rows)
    items = [audit.item(row) for row in rows]
    return Json(page(items, paging.limit, lambda item: [int(item.notification)]))


@router.get("/alerts", **answers(Page[Alert]), tags=["alerts"], summary="What is open, and was")
async def get_alerts(
    request: Request,
    principal: Reader,
    paging: Paged,
    *,
    campaign: str | None = None,
    open: bool | None = None,  # noqa: A002 - the query's name in the contract of breaches
) -> Json:
    """Alerts with their newest episode; `open=true` for what still needs somebody."""
    after = paging.after(0)
    async with calling(request, principal) as caller:
        rows = await store.list_alerts(
            caller.conn, caller.reach, after, store.AlertFilter(campaign, open), paging.rows
        )
    items = [alert_view(row, caller.now) for row in rows]
    return Json(page(items, paging.limit, lambda item: [int(item["alert"])]))


@router.get("/alerts/{alert}", **answers(AlertDetail), tags=["alerts"], summary="Read an alert")
async def get_alert(request: Request, alert: Number, principal: Reader) -> Json:
    """Its newest episode, how people have answered to it, whom each channel told last, and what
    keeps it quiet now. Errors: alert_unknown."""
    configurations: Configurations = request.app.state.configurations
    configuration = configurations.get(principal.workspace)
    async with calling(request, principal) as caller:
        return Json(await read_alert(caller.conn, caller.reach, configuration, alert, caller.now))


@router.get(
    "/response-times",
    **answers(Page[ResponseTimesView], extra=AS_CSV),
    tags=["alerts"],
    summary="How fast people answered, and what nobody answered",
)
async def get_response_times(
    request: Request,
    principal: Reader,
    *,
    begin: Annotated[Instant, Query(alias="from")],
    end: Annotated[Instant, Query(alias="to")],
    by: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]+$")] = "receiver",
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Of the alerts that were told first in a period of at most 92 days: how many each receiver,
    or with `by` each value of a label such as `team`, was told, how many of them were acknowledged
    and after how long, and how many nobody acknowledged, closed or snoozed; at most 1,000 of them.
    `format=csv` for spreadsheets. Errors: range_invalid."""
    check_period(begin, end)
    label = None if by == "receiver" else by
    async with calling(request, principal) as caller:
        found = await store_response_times.find(caller.conn, caller.reach, begin, end, label)
    if form == "csv":
        return Response(as_csv(found), media_type="text/csv")
    rows = [one._asdict() for one in found]
    return Json(page(rows, store_response_times.GROUPS_MAX, lambda row: [row["who"]]))


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidError("invalid_request", f"{name} {text[:40]!r} is not an id of ours")
    return int(text)
