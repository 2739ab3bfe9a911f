"""HTTP of reports: a platform's own rows."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from ingest.events.body import ClientGoneError
from ingest.events.routes import SECURITY, Accepting
from ingest.keys.grant import Grant
from ingest.platforms.mapping import Platform
from ingest.reports.commands import load_report
from ingest.reports.completeness import Wish
from ingest.reports.imports import is_import_id
from ingest.reports.outcome import refused, reply_of
from ingest.reports.reading.notation import Asked
from ingest.reports.reading.numbers import Mark
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.request import Sent, Wanted
from ingest.reports.schemas import ReportReply
from shared import currencies
from shared.errors import InvalidError, NotFoundError
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.auth import authorization_of
from shared.http.instants import Instant

router = APIRouter(prefix="/v1/reports", tags=["reports"])

_MARKS: Mapping[str | None, Mark | None] = {
    None: None,
    "point": ".",
    ".": ".",
    "comma": ",",
    ",": ",",
}
CLIENT_GONE = 499
"""Nobody is there to read it: nginx's status, so that it is counted as what it was."""
_REPORT_BODY: dict[str, Any] = {
    "security": SECURITY,
    "requestBody": {
        "required": True,
        "description": "The platform's rows: JSON as its API returns them, or CSV.",
        "content": {"application/json": {}, "text/csv": {}},
    },
}


async def _grant(request: Request, ingest: Accepting) -> Grant:
    """Raises what Keyring.identify raises."""
    return await ingest.keyring.identify(authorization_of(request.headers.raw))


async def _platform(request: Request, platform: str) -> Platform:
    """Raises NotFoundError `platform_unknown`."""
    platforms: Mapping[str, Platform] = request.app.state.platforms
    found = platforms.get(platform)
    if found is None:
        raise NotFoundError("platform_unknown", f"known platforms: {', '.join(platforms)}")
    return found


async def _wanted(  # noqa: PLR0917 - one argument per query parameter
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
) -> Wanted:
    """Raises InvalidError `import_invalid`."""
    if import_id is not None and not is_import_id(import_id):
        raise InvalidError("import_invalid", "an import id is a ULID")
    wish: Wish = "anyway" if complete == "anyway" else "yes" if complete else "no"
    return Wanted(
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


@router.post(
    "/{platform}",
    **answers(ReportReply, 202, also={422: ReportReply}, extra=_REPORT_BODY),
    summary="Accept a platform's report",
)
async def post_report(
    request: Request,
    # First: who is nobody learns nothing else.
    grant: Annotated[Grant, Depends(_grant)],
    mapping: Annotated[Platform, Depends(_platform)],
    wanted: Annotated[Wanted, Depends(_wanted)],
    ingest: Accepting,
) -> Response:
    """`dry_run` judges everything and sends nothing; its answer is the one of a real load.

    `decimal` and `dates` say how the file writes numbers and days where its own cells do not
    prove it: `decimal_ambiguous`, `decimal_contradictory`, `dates_ambiguous`,
    `dates_contradictory`. `complete` is not taken (`rows_refused`) while a row was refused or
    equal to another, in this request or, as `unsettled` says, in other parts of the load;
    `anyway` is a person's word that the source is complete all the same (an API key's is not).
    """
    headers = request.headers
    try:
        body = await ingest.reader.read(
            request.receive, headers.raw, ingest.settings.report_bytes_max
        )
    except ClientGoneError:
        return Response(status_code=CLIENT_GONE)
    sent = Sent(body, headers.get("content-type", ""))
    try:
        loaded = await load_report(ingest, grant, mapping, sent, wanted)
    except FileRefusedError as error:
        raise refused(error, complete=wanted.complete != "no") from error
    none = loaded.rejected and not loaded.accepted
    return Json(reply_of(loaded, mapping), 422 if none else 202)
