"""Imports: what became of a file."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from budget.imports import outcome
from budget.imports.schemas import ImportView
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.caller import Name, Reader

router = APIRouter(prefix="/v1/imports", tags=["totals"])


@router.get("/{import_id}", **answers(ImportView), summary="What became of an import")
async def get_import(
    request: Request,
    import_id: Name,
    principal: Reader,
    counts: Annotated[bool, Query(description="only the counts, without what stands now")] = False,
) -> Json:
    """Counts of what rows did when they came; `amount` and `suspense` are what stands in the ledger
    now for the file's facts. `outdated`: an older revision with other values than the one that
    counts. `missing`: what an earlier import of the same source, report and periods had and this
    one has not; the first 100 of `missing_count`. `counts=true` does not ask the ledger, for who
    waits until all rows are counted: nothing is `missing` then, and amounts are those of deltas.
    Errors: import_unknown, import_timeout."""
    if not principal.reach.is_whole:
        # A file is of no one campaign.
        raise principal.reach.unknown("import", import_id)
    async with request.app.state.pool.acquire() as conn:
        told = await outcome.read(conn, principal.workspace, import_id, counts_only=counts)
    return Json(told)
