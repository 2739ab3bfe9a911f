"""HTTP of ingest: events, reports, sources, keys, rejections."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from ingest import store
from ingest.events.body import ClientGoneError
from ingest.events.confirm import add_confirm
from ingest.events.routes import Events, Handed, Ingest
from ingest.keys.credentials import make_key
from ingest.platforms.mapping import Platform
from ingest.reports.commands import Sent, Wanted, load_report
from ingest.reports.completeness import Wish
from ingest.reports.imports import is_import_id
from ingest.reports.outcome import refused, reply_of
from ingest.reports.reading.notation import Asked
from ingest.reports.reading.numbers import Mark
from ingest.reports.reading.refusals import FileRefusedError
from ingest.schemas import (
    EventsReply,
    KeyCreated,
    KeyReply,
    KeyRequest,
    RejectionReply,
    ReportReply,
)
from ingest.sources.routes import READERS, Limit, add_sources
from shared import currencies
from shared.database.pool import transaction
from shared.errors import InvalidError, NotFoundError
from shared.http.answers import Page, answers
from shared.http.app import Json, require
from shared.http.auth import Principal, authorization_of
from shared.http.conventions import decode_cursor, etag, page
from shared.http.instants import Instant

_MARKS: dict[str | None, Mark | None] = {
    None: None,
    "point": ".",
    ".": ".",
    "comma": ",",
    ",": ",",
}
CLIENT_GONE = 499
"""Nobody is there to read it: nginx's status, so that it is counted as what it was."""
# These two read the credential themselves: a key of ours, or a token.
_SECURITY: list[dict[str, list[str]]] = [{"HTTPBearer": []}]
_EVENTS_BODY: dict[str, Any] = {
    "security": _SECURITY,
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
_REPORT_BODY: dict[str, Any] = {
    "security": _SECURITY,
    "requestBody": {
        "required": True,
        "description": "The platform's rows: JSON as its API returns them, or CSV.",
        "content": {"application/json": {}, "text/csv": {}},
    },
}


def make_router(ingest: Ingest, platforms: Mapping[str, Platform]) -> APIRouter:
    """All documented routes."""
    router = APIRouter(prefix="/v1")
    _add_events(router, Events(ingest))
    _add_reports(router, ingest, platforms)
    add_confirm(router, ingest)
    add_sources(router, ingest)
    _add_keys(router, ingest)
    _add_key_reading(router)
    _add_rejections(router)
    return router


def _add_events(router: APIRouter, events: Events) -> None:
    @router.post(
        "/events",
        **answers(EventsReply, 202, also={422: EventsReply}, extra=_EVENTS_BODY),
        tags=["events"],
        summary="Accept events; 202 means that Kafka has them",
    )
    async def post_events(request: Request) -> Response:
        return Handed(events, request)


def _add_reports(router: APIRouter, ingest: Ingest, platforms: Mapping[str, Platform]) -> None:
    @router.post(
        "/reports/{platform}",
        **answers(ReportReply, 202, also={422: ReportReply}, extra=_REPORT_BODY),
        tags=["reports"],
        summary="Accept a platform's report",
    )
    async def post_report(  # noqa: PLR0917 - one argument per query parameter
        request: Request,
        platform: str,
        source: Annotated[str | None, Query(max_length=200)] = None,
        as_of: Instant | None = None,
        complete: bool | Literal["anyway"] = False,
        currency: Annotated[
            Annotated[str, currencies.Known] | None, Query(pattern=currencies.PATTERN)
        ] = None,
        decimal: Literal["point", "comma", ".", ","] | None = None,
        dates: Literal["dmy", "mdy", "ymd"] | None = None,
        import_id: Annotated[str | None, Query(alias="import")] = None,
        revision: Annotated[int | None, Query(ge=0, le=2**62)] = None,
        first_row: Annotated[int, Query(ge=1, le=10**9)] = 1,
        unsettled: Annotated[int, Query(ge=0, le=10**9)] = 0,
        dry_run: bool = False,
    ) -> Response:
        """`dry_run` judges everything and sends nothing; its answer is the one of a real load.

        `decimal` and `dates` say how the file writes numbers and days where its own cells do not
        prove it: `decimal_ambiguous`, `decimal_contradictory`, `dates_ambiguous`,
        `dates_contradictory`. `complete` is not taken (`rows_refused`) while a row was refused or
        equal to another, in this request or, as `unsettled` says, in other parts of the load;
        `anyway` is a person's word that the source is complete all the same (an API key's is not).
        """
        caller = await ingest.memory.identify(authorization_of(request.headers.raw))
        mapping = platforms.get(platform)
        if mapping is None:
            raise NotFoundError("platform_unknown", f"known platforms: {', '.join(platforms)}")
        if import_id is not None and not is_import_id(import_id):
            raise InvalidError("import_invalid", "an import id is a ULID")
        try:
            body = await ingest.reader.read(
                request.receive, request.headers.raw, ingest.settings.report_bytes_max
            )
        except ClientGoneError:
            return Response(status_code=CLIENT_GONE)
        wish: Wish = "anyway" if complete == "anyway" else "yes" if complete else "no"
        wanted = Wanted(
            source,
            currency,
            as_of,
            wish,
            Asked(_MARKS[decimal], dates),
            import_id,
            revision,
            first_row,
            unsettled,
            dry_run,
        )
        sent = Sent(body, request.headers.get("content-type", ""))
        try:
            loaded = await load_report(ingest, caller, mapping, sent, wanted)
        except FileRefusedError as error:
            raise refused(error, complete=wish != "no") from error
        none = loaded.rejected and not loaded.accepted
        return Json(reply_of(loaded, mapping), 422 if none else 202)


def _add_keys(router: APIRouter, ingest: Ingest) -> None:
    @router.post(
        "/keys",
        **answers(KeyCreated, 201),
        tags=["keys"],
        summary="Make an API key; it is shown once",
    )
    async def post_key(
        request: Request, body: KeyRequest, principal: Annotated[Principal, require("admin")]
    ) -> Response:
        if body.expires_at is not None and body.expires_at <= datetime.now(UTC):
            # Against the machine's clock, as its use will be.
            raise InvalidError("expires_in_the_past", "expires_at is over already")
        key_id, text, digest = make_key()
        async with transaction(request.app.state.pool) as conn:
            key = store.NewKey(
                key_id,
                principal.workspace,
                body.name,
                digest,
                body.sources,
                body.rate_per_s,
                principal.subject,
                body.expires_at,
            )
            await store.add_key(conn, key)
        # It is valid and shown only now, so nothing from here on may fail. Where it is not known
        # yet, its first use asks for it.
        await ingest.memory.refresh_or_wait()
        reply = {"key": text, "key_id": key_id, **body.model_dump()}
        return Json(reply, 201, {"Location": f"/v1/keys/{key_id}", "ETag": etag(1)})

    @router.delete("/keys/{key_id}", **answers(None, 204), tags=["keys"], summary="Revoke a key")
    async def delete_key(
        request: Request, key_id: str, principal: Annotated[Principal, require("admin")]
    ) -> Response:
        async with transaction(request.app.state.pool) as conn:
            digest = await store.revoke_key(conn, principal.workspace, key_id)
            if digest is None:
                raise NotFoundError("key_unknown", f"no key {key_id!r} in force")
        await ingest.memory.refresh_or_wait()
        # Last: a reading of the table that was under way may have brought it back.
        ingest.memory.forget_key(digest)
        return Response(status_code=204)


def _add_key_reading(router: APIRouter) -> None:
    @router.get(
        "/keys",
        **answers(Page[KeyReply]),
        tags=["keys"],
        summary="Keys, without their text",
    )
    async def get_keys(
        request: Request,
        principal: Annotated[Principal, require("admin")],
        cursor: str | None = None,
        limit: Limit = 100,
    ) -> Response:
        after = decode_cursor(cursor, str) or [""]
        async with transaction(request.app.state.pool) as conn:
            rows = await store.list_keys(conn, principal.workspace, after[0], limit + 1)
        return Json(page(rows, limit, lambda item: [item["key_id"]]))

    @router.get(
        "/keys/{key_id}",
        **answers(KeyReply, headers=["ETag"]),
        tags=["keys"],
        summary="One key, without its text",
    )
    async def get_key(
        request: Request, key_id: str, principal: Annotated[Principal, require("admin")]
    ) -> Response:
        async with transaction(request.app.state.pool) as conn:
            row = await store.get_key(conn, principal.workspace, key_id)
        if row is None:
            raise NotFoundError("key_unknown", f"no key {key_id!r}")
        return Json(row, headers={"ETag": etag(1 if row["revoked_at"] is None else 2)})


def _add_rejections(router: APIRouter) -> None:
    @router.get(
        "/rejections",
        **answers(Page[RejectionReply]),
        tags=["rejections"],
        summary="Events that were set aside, newest first",
    )
    async def get_rejections(  # noqa: PLR0917 - one argument per query parameter
        request: Request,
        principal: Annotated[Principal, require(*READERS)],
        source: str | None = None,
        code: str | None = None,
        cursor: str | None = None,
        limit: Limit = 100,
    ) -> Response:
        before = decode_cursor(cursor, int) or [2**63 - 1]
        async with transaction(request.app.state.pool) as conn:
            rows = await store.list_rejections(
                conn,
                principal.workspace,
                source=source,
                code=code,
                before=before[0],
                limit=limit + 1,
            )
        return Json(page(rows, limit, lambda item: [item["rejection"]]))
