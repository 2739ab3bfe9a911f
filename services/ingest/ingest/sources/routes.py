"""HTTP of sources: their settings and their freshness."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from ingest.sources import commands, store
from ingest.sources.memory import Memory
from ingest.sources.schemas import ReleaseBody, SourceEdit, SourcePatch, SourceReply, view
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Operator, Reader, calling, once
from shared.http.conventions import Reply, check_if_match, etag
from shared.http.paging import Paged
from shared.logs import get_logger

log = get_logger(__name__)
router = APIRouter(prefix="/v1/sources", tags=["sources"])


async def _memory(request: Request) -> Memory:
    found: Memory = request.app.state.memory
    return found


Known = Annotated[Memory, Depends(_memory)]


@router.get("", **answers(Page[SourceReply]), summary="Sources and freshness")
async def get_sources(
    request: Request, principal: Reader, paging: Paged, memory: Known
) -> Response:
    await memory.write_back()
    async with calling(request, principal) as caller:
        sources = await store.list_sources(
            caller.conn, caller.reach, after=paging.after(""), limit=paging.rows
        )
    return paging.page([view(source, caller.now) for source in sources], "source")


@router.get("/{source:path}", **answers(SourceReply, headers=["ETag"]), summary="One source")
async def get_source(request: Request, source: str, principal: Reader, memory: Known) -> Response:
    await memory.write_back()
    async with calling(request, principal) as caller:
        found = await commands.require_source(caller, source)
    return Json(view(found, caller.now), headers={"ETag": etag(found.version)})


@router.put(
    "/{source:path}",
    **answers(
        SourceReply, headers=["Location", "ETag"], also={201: SourceReply}, if_match="optional"
    ),
    summary="Settings",
)
async def put_source(
    request: Request, source: str, body: SourceEdit, principal: Operator, memory: Known
) -> Response:
    """All settings; what is left out takes its default. A source as it was read is accepted;
    what it tells of itself is not set here. Errors: field_read_only, source_invalid."""
    commands.check_name(source)
    principal.reach.require_whole()
    async with calling(request, principal) as caller:
        known = await store.lock_source(caller.conn, caller.workspace, source)
        check_if_match(request, 0 if known is None else known.version, required=False)
        found = await commands.put_settings(caller, source, body, known)
    memory.set_settings(found)
    headers = {
        "ETag": etag(found.version),
        # A header holds no other characters, and the settings are committed already.
        "Location": f"/v1/sources/{quote(source, safe='/')}",
    }
    return Json(view(found, caller.now), 201 if known is None else 200, headers)


@router.patch(
    "/{source:path}",
    **answers(SourceReply, headers=["ETag"], if_match="optional"),
    summary="Change a part of the settings",
)
async def patch_source(
    request: Request, source: str, body: SourcePatch, principal: Operator, memory: Known
) -> Response:
    """A JSON merge patch; what changes nothing makes no new version. If-Match is honoured when
    sent. Errors: source_unknown, field_read_only."""
    async with calling(request, principal) as caller:
        known = await commands.require_source(caller, source, to_write=True)
        check_if_match(request, known.version, required=False)
        found = await commands.patch_settings(caller, known, body)
    memory.set_settings(found)
    return Json(view(found, caller.now), headers={"ETag": etag(found.version)})


@router.post(
    "/{source:path}/release", **answers(SourceReply, keyed=True), summary="End a quarantine"
)
async def post_release(
    request: Request, source: str, body: ReleaseBody, principal: Operator, memory: Known
) -> Response:
    """The source's heartbeats count again. Errors: source_unknown, not_quarantined."""

    async def act(caller: Caller) -> Reply:
        found = await commands.release(caller, source, body.reason)
        return Reply(200, view(found, caller.now))

    answer = await once(request, principal, act)
    await memory.refresh_or_wait()
    if "idempotency-hit" not in answer.headers:
        about = {"workspace": principal.workspace, "source": source, "subject": principal.subject}
        log.info("source_released", **about, reason=body.reason)
    return answer
