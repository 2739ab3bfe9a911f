"""HTTP of ingest: a person says that nothing of a source is missing, whatever was refused of it."""

from datetime import datetime
from hashlib import blake2b
from typing import Annotated

from fastapi import APIRouter, Request, Response

from ingest import store
from ingest.events.context import Context
from ingest.events.routes import Ingest
from ingest.events.stamping import Stamped
from ingest.schemas import Confirmation, Confirmed
from ingest.tables import SCHEMA
from shared.database.pool import transaction
from shared.errors import NotFoundError
from shared.events import ENCODER, SourceData, SourceEvent
from shared.http.answers import answers
from shared.http.app import require
from shared.http.auth import Principal
from shared.http.conventions import Reply, idempotent
from shared.logs import get_logger

log = get_logger(__name__)


def add_confirm(router: APIRouter, ingest: Ingest) -> None:
    """Adds the route; before those whose path ends in the source's name."""

    @router.post(
        "/sources/{source:path}/confirm",
        **answers(Confirmed, keyed=True),
        tags=["sources"],
        summary="Nothing is missing, whatever was refused",
    )
    async def post_confirm(
        request: Request,
        source: str,
        body: Confirmation,
        principal: Annotated[Principal, require("operator")],
    ) -> Response:
        """What was refused of the source is settled, and judgements that waited for it go on at
        once. Who said so is kept with each rejection. Errors: source_unknown,
        broker_unavailable."""
        workspace = principal.workspace
        async with transaction(request.app.state.pool) as conn:
            now = await request.app.state.clock.now(conn)

            async def produce() -> Reply:
                if await store.get_source(conn, workspace, source) is None:
                    raise NotFoundError("source_unknown", f"nothing is known of {source!r}")
                settled = await store.confirm(conn, workspace, source, now, principal.subject)
                return Reply(200, {"source": source, "settled": settled})

            answer = await idempotent(request, conn, SCHEMA, principal, produce)
            row = await store.get_source(conn, workspace, source)
        # Only what is committed is told. Whoever is answered 503 here sends the same key again.
        if "idempotency-hit" not in answer.headers:
            ingest.memory.set_aside.confirm(workspace, source, now)
            about = {"workspace": workspace, "source": source, "subject": principal.subject}
            log.info("source_confirmed", **about, reason=body.reason)
        if row is not None and row["complete_through"] is not None:
            await _say_again(ingest, workspace, source, row["complete_through"], now)
        return answer


async def _say_again(
    ingest: Ingest, workspace: str, source: str, complete_through: datetime, now: datetime
) -> None:
    """The last heartbeat once more, which says what is set aside now."""
    data = SourceData(complete_through=complete_through)
    beat = SourceEvent(
        specversion="1.0",
        id=f"confirmed-{int(now.timestamp() * 1000)}",
        source=source,
        time=now,
        workspace=workspace,
        receivedat=now,
        bodyhash=blake2b(ENCODER.encode(data), digest_size=16).hexdigest(),
        data=data,
        expectedinterval=ingest.memory.view(workspace, source).expected_interval_s,
    )
    context = Context(
        workspace,
        lambda _: True,
        lambda name: ingest.memory.view(workspace, name),
        now,
        ingest.settings.future_skew_s,
    )
    await ingest.acceptance.send(Stamped(heartbeats={source: beat}), context)
