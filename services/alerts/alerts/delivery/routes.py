"""HTTP: a test message to a receiver, a message that is sent again, and limits of channels."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from alerts.channels.result import ARRIVED
from alerts.configuration.configurations import Configurations
from alerts.configuration.limits import PERIODS, SendLimits
from alerts.delivery import store_resend
from alerts.delivery.previews import preview
from alerts.delivery.schemas import (
    DeliveryView,
    LimitsView,
    ReceiverTried,
    TemplatePreview,
    TemplatePreviewBody,
)
from alerts.delivery.store_limits import Usage, find_usage
from alerts.delivery.trials import Trials, Tried
from alerts.record.states import ARRIVED as ARRIVED_STATES
from shared.errors import ConflictError
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.caller import Caller, Operator, Reader, calling, once
from shared.http.conventions import Reply
from shared.logs import get_logger

log = get_logger(__name__)
router = APIRouter(prefix="/v1")
DeliveryId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


@router.post(
    "/receivers/{receiver}/test",
    **answers(ReceiverTried),
    tags=["configuration"],
    summary="Send a test message",
)
async def post_test(request: Request, receiver: str, principal: Operator) -> Response:
    """Sends to each channel of the receiver now and answers what the providers said. It is a
    message to people, in the receiver's language; asked again, it is sent again."""
    principal.reach.require_whole()
    trials: Trials = request.app.state.trials
    tried = await trials.send(principal.workspace, receiver, principal.subject)
    results = [_view(one) for one in tried]
    arrived = bool(results) and all(one.result.kind in ARRIVED for one in tried)
    log.info(
        "receiver_tried",
        workspace=principal.workspace,
        receiver=receiver,
        by=principal.subject,
        arrived=arrived,
    )
    return Json({"receiver": receiver, "arrived": arrived, "results": results})


@router.post(
    "/message_templates/preview",
    **answers(TemplatePreview),
    tags=["configuration"],
    summary="See an alert in words of one's own",
)
async def post_preview(
    request: Request, body: TemplatePreviewBody, principal: Operator
) -> Response:
    """The alert as a receiver with this template would be told it; nothing is sent or kept. The
    template gets into force as all configuration does, in the file. Errors: template_invalid,
    alert_unknown."""
    async with calling(request, principal) as caller:
        message = await preview(caller.conn, caller.reach, body, caller.now)
    return Json({"title": message.title, "text": message.written})


@router.post(
    "/deliveries/{delivery}/resend",
    **answers(DeliveryView, keyed=True),
    tags=["notifications"],
    summary="Send again now what has not arrived",
)
async def post_resend(request: Request, delivery: DeliveryId, principal: Operator) -> Response:
    """What waits, is parked or was refused is tried at once instead of at its next time, as soon
    as its provider takes anything. What is on its way is left alone, and so is what has arrived:
    delivery_arrived. Errors: delivery_unknown."""

    async def act(caller: Caller) -> Reply:
        found = await store_resend.put_due(caller.conn, caller.reach, delivery)
        if found is None:
            raise caller.reach.unknown("delivery", delivery, to_write=True)
        if found.state in ARRIVED_STATES:
            raise ConflictError(
                "delivery_arrived", f"delivery {delivery} is {found.state}: it is not sent twice"
            )
        log.info("resend_asked", delivery=delivery, by=caller.principal.subject)
        return Reply(200, found._asdict())

    return await once(request, principal, act)


@router.get(
    "/limits",
    **answers(LimitsView),
    tags=["configuration"],
    summary="How much of their limits channels used",
)
async def get_limits(request: Request, principal: Reader) -> Response:
    """The channels to which the file gives limits, what went to them in this hour, day and month,
    and until when nothing more does."""
    principal.reach.require_whole()
    configurations: Configurations = request.app.state.configurations
    own = f"{principal.workspace}/"
    limits = {one: found for one, found in configurations.limits.items() if one.startswith(own)}
    now = datetime.now(UTC)
    async with request.app.state.pool.acquire() as conn:
        usage = await find_usage(conn, limits, now)
    return Json({"limits": [_limit(one, usage[key], now) for key, one in limits.items()]})


def _limit(limits: SendLimits, usage: Usage, now: datetime) -> dict[str, Any]:
    periods = [
        {
            "period": period,
            "limit": limits.of(period),
            "used": usage.used[period],
            "ends_at": limits.span(period, now)[1],
        }
        for period in PERIODS
    ]
    return {
        "channel": limits.channel,
        "minute": limits.minute,
        "location": limits.location,
        "critical_passes": limits.critical_passes,
        "periods": periods,
        "throttled_until": usage.throttled_until,
    }


def _view(tried: Tried) -> dict[str, Any]:
    return {
        "name": tried.channel.name,
        "channel": tried.channel.kind,
        "class": tried.result.kind.value,
        "http_status": tried.result.http_status,
        "provider_code": tried.result.provider_code,
        "provider_message": tried.result.provider_message,
        "duration_ms": round(tried.took_s * 1000),
    }
