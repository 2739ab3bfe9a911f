"""Mappings from platforms' entities to lines; creating one moves what was held for it."""

from typing import Any

from fastapi import APIRouter, Request, Response

from budget import planning, store_catalogue
from budget.routes.common import Name, Operator, Paged, Reader, session
from budget.schemas import MappingBody
from budget.tables import SCHEMA
from shared.errors import NotFoundError
from shared.money import format_micros
from shared.requests import Reply, etag, idempotent

router = APIRouter(prefix="/v1/mappings", tags=["mappings"])


@router.post("", status_code=201, summary="Map an entity to a line")
async def post_mapping(request: Request, body: MappingBody, principal: Operator) -> Response:
    """The most specific mapping wins: ad, ad_group, campaign, account. Errors: mapping_overlaps."""
    async with session(request, principal) as caller:

        async def produce() -> Reply:
            made = await planning.add_mapping(caller, body)
            answer = {
                "mapping": made["mapping"],
                "version": made["version"],
                "moved": _moved(made["moved"], made["currency"]),
            }
            headers = {"Location": f"/v1/mappings/{made['mapping']}", "ETag": etag(1)}
            return Reply(201, answer, headers)

        return await idempotent(request, caller.conn, SCHEMA, principal, produce)


@router.get("", summary="List mappings")
async def list_mappings(
    request: Request,
    principal: Reader,
    paging: Paged,
) -> dict[str, Any]:
    """In order of their ids."""
    async with session(request, principal) as caller:
        begin = paging.after("")
        rows = await store_catalogue.list_mappings(
            caller.conn, caller.workspace, begin, paging.limit + 1
        )
    return paging.page(rows, rows[: paging.limit][-1]["mapping"] if rows else "")


@router.get("/{mapping}", summary="Read a mapping")
async def get_mapping(
    request: Request, response: Response, mapping: Name, principal: Reader
) -> dict[str, Any]:
    """Where an entity belongs, and since when. Errors: mapping_unknown."""
    async with session(request, principal) as caller:
        row = await store_catalogue.get_mapping(caller.conn, caller.workspace, mapping)
    if row is None:
        raise NotFoundError("mapping_unknown", f"there is no mapping {mapping}")
    response.headers["ETag"] = etag(row["version"])
    return row


def _moved(moved: Any, currency: str | None) -> dict[str, Any]:
    """All moved money is of one line, so of one currency."""
    known = next(iter(moved.amounts), currency)
    amount = None
    if known is not None:
        amount = {"amount": format_micros(moved.amounts.get(known, 0)), "currency": known}
    return {"entries": moved.items, "amount": amount}
