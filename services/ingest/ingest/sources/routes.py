"""HTTP of ingest: sources, their settings and their freshness."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from ingest import store
from ingest.events.context import SourceView
from ingest.events.routes import Ingest
from ingest.faults import FaultError, check_strictly
from ingest.rejections import quarantines
from ingest.schemas import (
    ZONE_DEFAULT,
    Release,
    SourceEdit,
    SourcePatch,
    SourceReply,
    SourceSettings,
)
from ingest.tables import SCHEMA
from ingest.wire import SourceWire
from shared.database.pool import transaction
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.events import SourceData
from shared.freshness import state_of
from shared.http.answers import Page, answers
from shared.http.app import Json, require
from shared.http.auth import Principal
from shared.http.conventions import (
    PAGE_MAX,
    Reply,
    check_if_match,
    decode_cursor,
    etag,
    idempotent,
    page,
)
from shared.http.edits import Same, as_time, equal, patched
from shared.logs import get_logger
from shared.names import TEXT_HAS_CONTROLS, control_character, controls_detail

log = get_logger(__name__)
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
READERS = ("viewer", "operator", "approver", "finance", "auditor")


def _source_reply(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    kept = (
        "source",
        "currency",
        "money_report",
        "measures_report",
        "last_received",
        "complete_through",
    )
    since = row["quarantined_since"]
    return {
        **{name: row[name] for name in kept},
        "time_zone": row["time_zone"] or ZONE_DEFAULT,
        "expected_interval": row["expected_interval_s"],
        "state": "quarantined"
        if since is not None
        else state_of(
            now, row["complete_through"], row["last_received"], row["expected_interval_s"]
        ),
        "quarantine": None
        if since is None
        else {"since": since, "reason": row["quarantine_reason"]},
    }


def _not_later(sent: Any, shown: Any) -> bool:
    """Of a time that only grows: what was read a moment ago is no change."""
    first, second = as_time(sent), as_time(shown)
    return equal(sent, shown) or sent is None or bool(first and second and first <= second)


def _as_quarantined(sent: Any, shown: Any) -> bool:
    """Time makes a source live, late or silent; only people and its own faults quarantine it."""
    moving = ("live", "late", "silent")
    return equal(sent, shown) or (sent in moving and shown in moving)


_UNKNOWN = {
    "last_received": None,
    "complete_through": None,
    "state": "silent",
    "quarantine": None,
}
"""What a source tells of itself that nothing was ever heard of."""
_SAME: dict[str, Same] = {
    "last_received": _not_later,
    "complete_through": _not_later,
    "state": _as_quarantined,
}


def _settings_of(body: SourceSettings) -> SourceView:
    interval = body.expected_interval
    return SourceView(
        body.time_zone,
        body.currency,
        None if interval is None else int(interval),
        body.money_report,
        body.measures_report,
    )


def _check_source_name(source: str) -> None:
    character = control_character(source)
    if character is not None:
        raise InvalidError(TEXT_HAS_CONTROLS, f"source: {controls_detail(character)}")
    beat = SourceWire(
        specversion="1.0",
        id="name",
        source=source,
        data=SourceData(complete_through=datetime.now(UTC)),
    )
    try:
        check_strictly(beat)
    except FaultError as fault:
        raise InvalidError("source_invalid", fault.detail) from fault


def add_sources(router: APIRouter, ingest: Ingest) -> None:
    """The routes under /sources."""
    _add_reading(router, ingest)
    _add_settings(router, ingest)
    _add_patch(router, ingest)
    _add_release(router, ingest)


def _add_reading(router: APIRouter, ingest: Ingest) -> None:
    @router.get(
        "/sources",
        **answers(Page[SourceReply]),
        tags=["sources"],
        summary="Sources and freshness",
    )
    async def get_sources(
        request: Request,
        principal: Annotated[Principal, require(*READERS)],
        cursor: str | None = None,
        limit: Limit = 100,
    ) -> Response:
        after = decode_cursor(cursor, str) or [""]
        await ingest.memory.write_back()
        async with transaction(request.app.state.pool) as conn:
            now = await request.app.state.clock.now(conn)
            rows = await store.list_sources(conn, principal.workspace, after[0], limit + 1)
        shown = [_source_reply(row, now) for row in rows]
        return Json(page(shown, limit, lambda item: [item["source"]]))

    @router.get(
        "/sources/{source:path}",
        **answers(SourceReply, headers=["ETag"]),
        tags=["sources"],
        summary="One source",
    )
    async def get_source(
        request: Request, source: str, principal: Annotated[Principal, require(*READERS)]
    ) -> Response:
        await ingest.memory.write_back()
        async with transaction(request.app.state.pool) as conn:
            now = await request.app.state.clock.now(conn)
            row = await store.get_source(conn, principal.workspace, source)
        if row is None:
            raise NotFoundError("source_unknown", f"nothing is known of {source!r}")
        return Json(_source_reply(row, now), headers={"ETag": etag(row["version"])})


def _add_settings(router: APIRouter, ingest: Ingest) -> None:
    @router.put(
        "/sources/{source:path}",
        **answers(
            SourceReply,
            headers=["Location", "ETag"],
            also={201: SourceReply},
            if_match="optional",
        ),
        tags=["sources"],
        summary="Settings",
    )
    async def put_source(
        request: Request,
        source: str,
        body: SourceEdit,
        principal: Annotated[Principal, require("operator")],
    ) -> Response:
        """All settings; what is left out takes its default. A source as it was read is accepted;
        what it tells of itself is not set here. Errors: field_read_only, source_invalid."""
        _check_source_name(source)
        view = _settings_of(body)
        async with transaction(request.app.state.pool) as conn:
            now = await request.app.state.clock.now(conn)
            known = await store.lock_source(conn, principal.workspace, source)
            if "if-match" in request.headers:
                check_if_match(request, known["version"] if known else 0)
            shown = _source_reply(known, now) if known else _UNKNOWN | {"source": source}
            body.refuse_changes(shown, _SAME)
            row = await store.put_source(conn, principal.workspace, source, view)
        ingest.memory.set_view(principal.workspace, source, view, row["version"])
        status = 201 if known is None else 200
        headers = {
            "ETag": etag(row["version"]),
            # A header holds no other characters, and the settings are committed already.
            "Location": f"/v1/sources/{quote(source, safe='/')}",
        }
        return Json(_source_reply(row, now), status, headers)


def _add_patch(router: APIRouter, ingest: Ingest) -> None:
    @router.patch(
        "/sources/{source:path}",
        **answers(SourceReply, headers=["ETag"], if_match="optional"),
        tags=["sources"],
        summary="Change a part of the settings",
    )
    async def patch_source(
        request: Request,
        source: str,
        body: SourcePatch,
        principal: Annotated[Principal, require("operator")],
    ) -> Response:
        """A JSON merge patch; what changes nothing makes no new version. If-Match is honoured when
        sent. Errors: source_unknown, field_read_only."""
        async with transaction(request.app.state.pool) as conn:
            now = await request.app.state.clock.now(conn)
            row = await store.lock_source(conn, principal.workspace, source)
            if row is None:
                raise NotFoundError("source_unknown", f"nothing is known of {source!r}")
            if "if-match" in request.headers:
                check_if_match(request, row["version"])
            view = _settings_of(patched(SourceSettings, _source_reply(row, now), body, _SAME))
            if view != SourceView(*(row[name] for name in SourceView._fields)):
                row = await store.put_source(conn, principal.workspace, source, view)
        ingest.memory.set_view(principal.workspace, source, view, row["version"])
        return Json(_source_reply(row, now), headers={"ETag": etag(row["version"])})


def _add_release(router: APIRouter, ingest: Ingest) -> None:
    @router.post(
        "/sources/{source:path}/release",
        **answers(SourceReply, keyed=True),
        tags=["sources"],
        summary="End a quarantine",
    )
    async def post_release(
        request: Request,
        source: str,
        body: Release,
        principal: Annotated[Principal, require("operator")],
    ) -> Response:
        """The source's heartbeats count again. Errors: source_unknown, not_quarantined."""
        workspace = principal.workspace
        async with transaction(request.app.state.pool) as conn:

            async def produce() -> Reply:
                now = await request.app.state.clock.now(conn)
                released = await quarantines.release(
                    conn, workspace, source, now=now, subject=principal.subject, reason=body.reason
                )
                row = await store.get_source(conn, workspace, source)
                if row is None:
                    raise NotFoundError("source_unknown", f"nothing is known of {source!r}")
                if not released:
                    raise ConflictError("not_quarantined", f"{source} is not in quarantine")
                return Reply(200, _source_reply(row, now))

            answer = await idempotent(request, conn, SCHEMA, principal, produce)
        await ingest.memory.refresh_or_wait()
        if "idempotency-hit" not in answer.headers:
            about = {"workspace": workspace, "source": source, "subject": principal.subject}
            log.info("source_released", **about, reason=body.reason)
        return answer
