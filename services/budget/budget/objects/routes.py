"""Planning objects: milestones, tasks, channels … (G20, T1, T2, C1, C4, I4)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import asdict

from budget.caller import calling, lock, once
from budget.fields import When
from budget.objects import commands, store
from budget.objects.kinds import KINDS, ObjectKind, expected
from budget.objects.schemas import (
    KindsView,
    ObjectBody,
    ObjectEditBody,
    ObjectVersionView,
    ObjectView,
)
from budget.objects.store import ObjectFilter, ObjectRecord
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Filter, Name, Operator, Reader
from shared.http.conventions import Reply, check_if_match, etag
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/objects", tags=["objects"])


@router.get("", **answers(KindsView), summary="List the kinds of objects")
async def list_kinds(_: Reader) -> Json:
    """What each kind is for, and its attributes with what they take."""
    return Json({"items": [_kind(one, kind) for one, kind in KINDS.items()]})


@router.post("/{kind}", **answers(ObjectView, 201, keyed=True), summary="Create an object")
async def post_object(
    request: Request, kind: Name, body: ObjectBody, principal: Operator
) -> Response:
    """Its first version. Errors: kind_unknown, attribute_unknown, attribute_invalid,
    attribute_missing, reference_unknown, campaign_missing, campaign_not_taken, campaign_unknown,
    object_exists."""

    async def act(caller: Caller) -> Reply:
        row = await commands.create_object(await lock(caller), kind, body)
        headers = {"Location": f"/v1/objects/{kind}/{row.id}", "ETag": etag(row.version)}
        return Reply(201, _view(row), headers)

    return await once(request, principal, act)


@router.get("/{kind}", **answers(Page[ObjectView]), summary="List objects of a kind")
async def list_objects(
    request: Request,
    kind: Name,
    principal: Reader,
    paging: Paged,
    *,
    campaign: Filter = None,
    owner: Filter = None,
    due_before: Annotated[When | None, Query()] = None,
) -> Json:
    """In order of their ids, each in its newest version. Errors: kind_unknown."""
    commands.find_kind(kind)
    async with calling(request, principal) as caller:
        of = ObjectFilter(kind, campaign, owner, due_before)
        begin = paging.after("")
        rows = await store.list_objects(caller.conn, caller.reach, of, begin, paging.rows)
    return paging.page([_view(row) for row in rows], "id")


@router.get("/{kind}/{name}", **answers(ObjectView, headers=["ETag"]), summary="Read an object")
async def get_object(
    request: Request,
    kind: Name,
    name: Name,
    principal: Reader,
    at: Annotated[When | None, Query()] = None,
) -> Json:
    """In its newest version, which may count from later on; with `at` in the one that counted then.
    Errors: kind_unknown, object_unknown."""
    async with calling(request, principal) as caller:
        row = await commands.find_object(caller, kind, name, at)
    return Json(_view(row), headers={"ETag": etag(row.version)})


@router.get("/{kind}/{name}/versions", **answers(Page[ObjectVersionView]), summary="Its versions")
async def list_versions(
    request: Request, kind: Name, name: Name, principal: Reader, paging: Paged
) -> Json:
    """From the first on: since when each counted, who made it and why. Errors: kind_unknown,
    object_unknown."""
    async with calling(request, principal) as caller:
        await commands.find_object(caller, kind, name)
        begin = paging.after(0)
        rows = await store.list_versions(
            caller.conn, caller.workspace, kind, name, after=begin, limit=paging.rows
        )
    return paging.page([asdict(row) for row in rows], "version")


@router.put(
    "/{kind}/{name}",
    **answers(ObjectView, headers=["ETag"], if_match="required"),
    summary="Change an object",
)
async def put_object(
    request: Request, kind: Name, name: Name, body: ObjectEditBody, principal: Operator
) -> Json:
    """Its next version, whole; what changes nothing makes none. Send If-Match. Errors:
    object_unknown, field_read_only, and those of creating it."""
    async with calling(request, principal) as asking:
        caller = await lock(asking)
        row = await commands.find_object(caller, kind, name, to_write=True)
        check_if_match(request, row.version)
        body.refuse_changes(_view(row))
        changed = await commands.change_object(caller, row, body)
    return Json(_view(changed), headers={"ETag": etag(changed.version)})


@router.delete(
    "/{kind}/{name}", **answers(ObjectVersionView, if_match="required"), summary="Delete an object"
)
async def delete_object(request: Request, kind: Name, name: Name, principal: Operator) -> Json:
    """Its versions are kept, its id is not given again. Send If-Match. Errors: kind_unknown,
    object_unknown."""
    async with calling(request, principal) as asking:
        caller = await lock(asking)
        row = await commands.find_object(caller, kind, name, to_write=True)
        check_if_match(request, row.version)
        gone = await commands.delete_object(caller, row)
    return Json(asdict(gone))


def _view(row: ObjectRecord) -> dict[str, Any]:
    view = asdict(row)
    del view["deleted"]
    return view


def _kind(name: str, kind: ObjectKind) -> dict[str, Any]:
    attributes = [
        {"name": one, **asdict(attribute), "expected": expected(attribute)}
        for one, attribute in kind.attributes.items()
    ]
    return {"kind": name, "about": kind.about, "of": kind.of, "attributes": attributes}
