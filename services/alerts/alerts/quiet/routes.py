"""HTTP of silences: what is not told for a while, who asked for that, and why."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from alerts.configuration.matchers import Matcher
from alerts.quiet import commands, store
from alerts.quiet.schemas import SilenceBody, SilenceView, view
from alerts.quiet.silences import Silence, SilenceState, campaign_of
from shared.errors import ForbiddenError
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Name, Operator, Reader, calling, once
from shared.http.conventions import Reply, check_if_match, etag
from shared.http.paging import Paged
from shared.http.reach import OUT_OF_REACH

router = APIRouter(prefix="/v1/silences", tags=["silences"])


@router.post("", **answers(SilenceView, 201, keyed=True), summary="Silence alerts for a while")
async def post_silence(request: Request, body: SilenceBody, principal: Operator) -> Response:
    """What it matches is not told while it lasts, and is on record as muted. The end of what was
    told before is told all the same. Errors: matcher_invalid, duration_invalid,
    silence_ends_before_it_starts, silence_over, silence_matches_all."""

    async def act(caller: Caller) -> Reply:
        wanted = body.wanted(caller.now)
        _require(caller, wanted.matchers)
        made = await commands.add_silence(_acting(caller), wanted)
        headers = {"Location": f"/v1/silences/{made.silence}", "ETag": etag(made.version)}
        return Reply(201, view(made, caller.now), headers)

    return await once(request, principal, act)


@router.get("", **answers(Page[SilenceView]), summary="List silences")
async def list_silences(
    request: Request, principal: Reader, paging: Paged, state: SilenceState | None = None
) -> Response:
    """By id; those that are over as well, unless `state` says otherwise."""
    async with calling(request, principal) as caller:
        found = await store.list_silences(
            caller.conn,
            caller.reach,
            state,
            after=paging.after(""),
            limit=paging.rows,
            now=caller.now,
        )
    return paging.page([view(one, caller.now) for one in found], "silence")


@router.get("/{silence}", **answers(SilenceView, headers=["ETag"]), summary="Read a silence")
async def get_silence(request: Request, silence: Name, principal: Reader) -> Response:
    """One silence, with its version as ETag."""
    async with calling(request, principal) as caller:
        found = await store.get_silence(caller.conn, caller.workspace, silence)
        return _answer(caller, _reached(caller, found, silence))


@router.put(
    "/{silence}",
    **answers(SilenceView, headers=["ETag"], if_match="required"),
    summary="Change a silence",
)
async def put_silence(
    request: Request, silence: Name, body: SilenceBody, principal: Operator
) -> Response:
    """Another end or comment is a new version of it. With other matchers, or another start after
    it began, it ends now and another one, with an id of its own, takes its place: what was muted,
    and by what, stays as it was. Errors as POST."""
    async with calling(request, principal) as asking:
        caller, before = await _lock(asking, silence)
        check_if_match(request, before.version)
        wanted = body.wanted(caller.now)
        if body.starts_at is None:
            wanted = wanted._replace(starts_at=before.starts_at)
        _require(caller, wanted.matchers)
        changed = await commands.change_silence(_acting(caller), before, wanted)
        return _answer(caller, changed)


@router.delete("/{silence}", **answers(None, 204, if_match="optional"), summary="End a silence")
async def delete_silence(request: Request, silence: Name, principal: Operator) -> Response:
    """It ends now and stays on record; what it kept back and is still open is told."""
    async with calling(request, principal) as asking:
        caller, before = await _lock(asking, silence)
        check_if_match(request, before.version, required=False)
        await commands.end_silence(_acting(caller), before)
    return Response(status_code=204)


def _acting(caller: Caller) -> commands.Acting:
    return commands.Acting(caller.conn, caller.workspace, caller.principal.subject, caller.now)


async def _lock(asking: Caller, silence: str) -> tuple[Caller, Silence]:
    found = await store.lock_silence(asking.conn, asking.workspace, silence)
    caller = await asking.at_present()
    return caller, _reached(caller, found, silence, to_write=True)


def _reached(
    caller: Caller, found: Silence | None, silence: str, *, to_write: bool = False
) -> Silence:
    if found is None or not caller.reach.covers(found.campaign):
        raise caller.reach.unknown("silence", silence, to_write=to_write)
    return found


def _require(caller: Caller, matchers: Sequence[Matcher]) -> None:
    """Who reaches some campaigns silences one of them by name."""
    if not caller.reach.covers(campaign_of(matchers)):
        raise ForbiddenError(
            OUT_OF_REACH,
            "this credential is limited to campaigns or regions: "
            'add a matcher campaign="…" with one of its campaigns',
        )


def _answer(caller: Caller, found: Silence) -> Response:
    return Json(view(found, caller.now), headers={"ETag": etag(found.version)})
