"""Plans as CSV: from a spreadsheet, and into one (P26, P27)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from budget.caller import calling, once
from budget.documents.plans.commands import find_plan
from budget.documents.plans.document import plan_view
from budget.documents.plans.proposing import DryRun, Version, proposing, try_out
from budget.documents.plans.schemas import PlanBody, PlanCreated, PlanTried
from budget.documents.plans.sheet import PlanSheet, read_sheet, write_sheet
from shared.errors import InvalidError, UnsupportedMediaError
from shared.http.answers import answers
from shared.http.caller import Name, Operator, Reader
from shared.http.problems import invalid_request

router = APIRouter(prefix="/v1/campaigns/{campaign}/plans", tags=["plans"])
CSV = "text/csv"
EXAMPLE = """part,line,name,category,allocated,percent,targets,phasing,bucket,amount,currency
total,,,,,,,,,200000.00,CNY
lines,search,Search ads,advertising,150000.00,,sales,even,,,
lines,display,Display ads,advertising,,20,sales,even,,,
reserve,,,,,,,,flexible,10000.00,
"""
SHEET: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A row for each part, as the export writes it; UTF-8.",
        "content": {CSV: {"schema": {"type": "string"}, "example": EXAMPLE}},
    }
}


class CsvResponse(Response):
    media_type = CSV


@router.post(
    "/import",
    **answers(PlanCreated, 201, keyed=True, also={200: PlanTried}, extra=SHEET),
    summary="Propose a plan from a spreadsheet",
)
async def post_import(
    request: Request, campaign: Name, principal: Operator, *, dry_run: DryRun = False
) -> Response:
    """The same as proposing it as JSON; what is wrong is named by row and column. `dry_run` needs
    no key and keeps nothing. Errors: sheet_invalid, and those of proposing."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CSV:
        raise UnsupportedMediaError("unsupported_media_type", f"send the plan as {CSV}")
    try:
        text = (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = "the file is not UTF-8: save it as CSV UTF-8"
        raise InvalidError("sheet_invalid", detail) from error
    sheet = read_sheet(text)
    with _placed(sheet):
        body = PlanBody.model_validate(sheet.body)
        if dry_run:
            return await try_out(request, principal, campaign, body)
        return await once(request, principal, proposing(campaign, body))


@router.get(
    "/{version}/export",
    **answers(None),
    response_class=CsvResponse,
    summary="Read a plan version as a spreadsheet",
)
async def get_export(
    request: Request, campaign: Name, version: Version, principal: Reader
) -> Response:
    """CSV that the import takes; a text that a spreadsheet would compute stands behind an
    apostrophe. Errors: plan_unknown."""
    async with calling(request, principal) as caller:
        plan = await find_plan(caller, campaign, version)
    name = f'attachment; filename="{campaign}-plan-{version}.csv"'
    # Spreadsheets take a file for UTF-8 only if it says so.
    content = write_sheet(plan_view(plan.body)).encode("utf-8-sig")
    return CsvResponse(content, headers={"Content-Disposition": name})


@contextmanager
def _placed(sheet: PlanSheet) -> Iterator[None]:
    """Says of what is refused where it stands in the sheet."""
    try:
        yield
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        found = sheet.placed(invalid_request(RequestValidationError(faults)).errors)
        detail = f"{found[0]['loc']}: {found[0]['detail']}"
        raise InvalidError("invalid_request", detail, errors=found) from error
    except InvalidError as error:
        raise InvalidError(error.code, error.detail, errors=sheet.placed(error.errors)) from error
