"""HTTP: what became of the measures of a file."""

from fastapi import APIRouter, Request, Response

from kpi_monitor.imports import store
from kpi_monitor.imports.schemas import MeasuresImportView
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.caller import Reader, calling

router = APIRouter(prefix="/v1/imports", tags=["numbers"])


@router.get(
    "/{import_id}",
    **answers(MeasuresImportView),
    summary="What became of the measures of an import",
)
async def get_import(request: Request, import_id: str, principal: Reader) -> Response:
    """Counts of what each row's measures did when they came; budget counts the money apart.
    `outdated`: an older revision with other values than the one that counts. `suspense`: kept
    aside then, whole or in part, for a mapping or a campaign. Errors: import_unknown."""
    async with calling(request, principal) as caller:
        counts = await store.get_counts(caller.conn, caller.workspace, import_id)
    # A file is of no one campaign.
    if counts is None or not caller.reach.is_whole:
        raise caller.reach.unknown("import", import_id)
    return Json({"import": import_id, "rows": sum(counts), **counts._asdict()})
