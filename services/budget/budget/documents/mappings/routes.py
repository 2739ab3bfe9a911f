"""Mappings from platforms' entities to lines, and the money that follows them."""

from typing import Any

from fastapi import APIRouter, Request, Response
from msgspec.structs import asdict

from budget.caller import calling, once, stop_posting
from budget.documents.mappings import commands, store
from budget.documents.mappings.schemas import (
    MappingBody,
    MappingChanged,
    MappingTargetBody,
    MappingView,
)
from budget.documents.mappings.store import MappingRecord
from budget.fields import money
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Name, Operator, Reader
from shared.http.conventions import Reply, check_if_match, etag
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/mappings", tags=["mappings"])


@router.post("", **answers(MappingChanged, 201, keyed=True), summary="Map an entity to a line")
async def post_mapping(request: Request, body: MappingBody, principal: Operator) -> Response:
    """The most specific one wins: ad, ad_group, campaign, account. `findings` warn of a campaign or
    line that does not exist (yet). Errors: mapping_overlaps, match_level_unknown, match_empty;
    out_of_reach, also where it would take what campaigns out of reach have or have yet to spend."""

    async def act(caller: Caller) -> Reply:
        made = await commands.add_mapping(caller, body)
        headers = {"Location": f"/v1/mappings/{made['mapping']}", "ETag": etag(1)}
        return Reply(201, _view(made), headers)

    return await once(request, principal, act)


@router.get("", **answers(Page[MappingView]), summary="List mappings")
async def list_mappings(
    request: Request,
    principal: Reader,
    paging: Paged,
) -> Json:
    """In order of their ids."""
    async with calling(request, principal) as caller:
        begin = paging.after("")
        rows = await store.list_mappings(caller.conn, caller.reach, begin, paging.rows)
    return paging.page([asdict(row) for row in rows], "mapping")


@router.get("/{mapping}", **answers(MappingView, headers=["ETag"]), summary="Read a mapping")
async def get_mapping(request: Request, mapping: Name, principal: Reader) -> Json:
    """Where an entity belongs, and since when. Errors: mapping_unknown."""
    async with calling(request, principal) as caller:
        row = await commands.find_mapping(caller, mapping)
    return Json(asdict(row), headers={"ETag": etag(row.version)})


@router.put(
    "/{mapping}",
    **answers(MappingChanged, headers=["ETag"], if_match="required"),
    summary="Point a mapping to another line",
)
async def put_mapping(
    request: Request, mapping: Name, body: MappingTargetBody, principal: Operator
) -> Json:
    """Moves what it brought to the old line; what reaches no line is the finding `money_held`.
    Send If-Match. A mapping as it was read is accepted. Errors: mapping_unknown, field_read_only
    for what is fixed."""
    async with calling(request, principal) as asking:
        caller, row = await _current(asking, mapping)
        check_if_match(request, row.version)
        body.refuse_changes(asdict(row))
        changed = await commands.change_mapping(caller, row, body)
    return Json(_view(changed), headers={"ETag": etag(changed["version"])})


@router.delete(
    "/{mapping}",
    **answers(MappingChanged, if_match="required"),
    summary="Withdraw a mapping",
)
async def delete_mapping(request: Request, mapping: Name, principal: Operator) -> Json:
    """What it brought to its line goes where the mappings that are left say, else to suspense
    (finding `money_held`). Send If-Match. Errors: mapping_unknown, also when it has been withdrawn
    already; out_of_reach, also where it would give money to campaigns out of reach."""
    async with calling(request, principal) as asking:
        caller, row = await _current(asking, mapping)
        check_if_match(request, row.version)
        gone = await commands.delete_mapping(caller, row)
    return Json(_view(gone))


async def _current(caller: Caller, mapping: str) -> tuple[Caller, MappingRecord]:
    """The mapping as nobody else can change it until the caller's transaction ends."""
    caller = await stop_posting(caller)
    return caller, await commands.find_mapping(caller, mapping, to_write=True)


def _view(made: dict[str, Any]) -> dict[str, Any]:
    return {
        "mapping": made["mapping"],
        "version": made["version"],
        "moved": _moved(made["moved"], made["currency"]),
        "findings": made["findings"],
    }


def _moved(moved: Any, currency: str | None) -> dict[str, Any]:
    """What one mapping moves to lines is of one currency."""
    known = next(iter(moved.amounts), currency)
    amount = None if known is None else money(moved.amounts.get(known, 0), known)
    return {"entries": moved.items, "amount": amount}
