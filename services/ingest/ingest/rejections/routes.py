"""HTTP of rejections: what was set aside, and why."""

from fastapi import APIRouter, Request, Response
from msgspec.structs import asdict

from ingest.rejections import store
from ingest.rejections.schemas import RejectionView
from shared.http.answers import Page, answers
from shared.http.caller import Reader, calling
from shared.http.paging import NEWEST, Paged

router = APIRouter(prefix="/v1/rejections", tags=["rejections"])


@router.get("", **answers(Page[RejectionView]), summary="Events that were set aside, newest first")
async def get_rejections(
    request: Request,
    principal: Reader,
    paging: Paged,
    source: str | None = None,
    code: str | None = None,
) -> Response:
    async with calling(request, principal) as caller:
        rejections = await store.list_rejections(
            caller.conn,
            caller.reach,
            after=paging.after(NEWEST),
            limit=paging.rows,
            source=source,
            code=code,
        )
    return paging.page([asdict(each) for each in rejections], "rejection")
