"""HTTP of the record: what was told to whom and why, and what is open."""

from fastapi import APIRouter, Request

from alerts.configuration.configurations import Configurations
from alerts.record import audit, store
from alerts.record.alert import alert_view, read_alert
from alerts.record.schemas import Alert, AlertDetail, NotificationView
from shared.errors import InvalidError
from shared.events.notifications import State
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Number, Reader, calling
from shared.http.paging import Paged, page

router = APIRouter(prefix="/v1")


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


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidError("invalid_request", f"{name} {text[:40]!r} is not an id of ours")
    return int(text)
