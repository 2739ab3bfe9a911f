"""HTTP of events, and of what a person says of those of a source that were refused."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from ingest.events.commands import repeat_heartbeat
from ingest.events.endpoint import Events, Handed, Ingest
from ingest.events.schemas import ConfirmationBody, Confirmed, EventsReply
from ingest.rejections import store as rejections
from ingest.sources.commands import require_source
from shared.http.answers import answers
from shared.http.caller import Caller, Operator, calling, once
from shared.http.conventions import Reply
from shared.logs import get_logger

log = get_logger(__name__)
router = APIRouter(prefix="/v1")

# Events and reports read the credential themselves: a key of ours, or a token.
SECURITY: list[dict[str, list[str]]] = [{"HTTPBearer": []}]
_EVENTS_BODY: dict[str, Any] = {
    "security": SECURITY,
    "requestBody": {
        "required": True,
        "description": "CloudEvents 1.0 in structured JSON: one, or an array. gzip is understood.",
        "content": {
            "application/json": {"schema": {"type": ["object", "array"]}},
            "application/cloudevents+json": {"schema": {"type": "object"}},
            "application/cloudevents-batch+json": {"schema": {"type": "array"}},
        },
    },
}


async def _ingest(request: Request) -> Ingest:
    found: Ingest = request.app.state.ingest
    return found


Accepting = Annotated[Ingest, Depends(_ingest)]


@router.post(
    "/events",
    **answers(EventsReply, 202, also={422: EventsReply}, extra=_EVENTS_BODY),
    tags=["events"],
    summary="Accept events; 202 means that Kafka has them",
)
async def post_events(request: Request, ingest: Accepting) -> Response:
    return Handed(Events(ingest), request)


@router.post(
    "/sources/{source:path}/confirm",
    **answers(Confirmed, keyed=True),
    tags=["sources"],
    summary="Nothing is missing, whatever was refused",
)
async def post_confirm(
    request: Request, source: str, body: ConfirmationBody, principal: Operator, ingest: Accepting
) -> Response:
    """What was refused of the source is settled, and judgements that waited for it go on at
    once. Who said so is kept with each rejection. Errors: source_unknown,
    broker_unavailable."""
    principal.reach.require_whole()
    workspace = principal.workspace
    async with calling(request, principal) as caller:
        found, now = await require_source(caller, source), caller.now

    async def act(caller: Caller) -> Reply:
        settled = await rejections.put_confirmed(
            caller.conn, workspace, source, now, principal.subject
        )
        return Reply(200, {"source": source, "settled": settled})

    answer = await once(request, principal, act)
    # Only what is committed is told. Whoever is answered 503 here sends the same key again.
    if "idempotency-hit" not in answer.headers:
        ingest.memory.outstanding.confirm(workspace, source, now)
        about = {"workspace": workspace, "source": source, "subject": principal.subject}
        log.info("source_confirmed", **about, reason=body.reason)
    if found.complete_through is not None:
        await repeat_heartbeat(ingest, workspace, source, found.complete_through, now)
    return answer
