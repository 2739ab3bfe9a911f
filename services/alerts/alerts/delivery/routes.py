"""HTTP: a test message to a receiver."""

from typing import Any

from fastapi import APIRouter, Request, Response

from alerts.channels.result import ARRIVED
from alerts.delivery.schemas import ReceiverTried
from alerts.delivery.trials import Trials, Tried
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.caller import Operator
from shared.logs import get_logger

log = get_logger(__name__)
router = APIRouter(prefix="/v1/receivers", tags=["configuration"])


@router.post("/{receiver}/test", **answers(ReceiverTried), summary="Send a test message")
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
