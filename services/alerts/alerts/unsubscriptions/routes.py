"""HTTP of mailboxes that unsubscribed: who has, since when, and how they are brought back."""

from typing import Any

from fastapi import APIRouter, Request, Response

from alerts.unsubscriptions import store
from alerts.unsubscriptions.schemas import UnsubscriptionView
from alerts.unsubscriptions.store import Subscription, Unsubscription
from shared.errors import NotFoundError
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Number, Operator, Reader, calling
from shared.http.paging import Paged, page
from shared.logs import get_logger

log = get_logger(__name__)
router = APIRouter(prefix="/v1/unsubscriptions", tags=["configuration"])


@router.get("", **answers(Page[UnsubscriptionView]), summary="List mailboxes that unsubscribed")
async def list_unsubscriptions(request: Request, principal: Reader, paging: Paged) -> Response:
    """By id; those that have come back as well, with `returned_at`."""
    principal.reach.require_whole()
    async with calling(request, principal) as caller:
        found = await store.list_unsubscriptions(
            caller.conn, caller.workspace, after=paging.after(0), limit=paging.rows
        )
    items = [_view(one) for one in found]
    return Json(page(items, paging.limit, lambda item: [int(item["unsubscription"])]))


@router.delete("/{unsubscription}", **answers(None, 204), summary="Send a mailbox its mail again")
async def delete_unsubscription(
    request: Request, unsubscription: Number, principal: Operator
) -> Response:
    """It is over now and stays on record; what is open is told again as of now. One that is over
    already stays as it was. Errors: unsubscription_unknown."""
    principal.reach.require_whole()
    async with calling(request, principal) as caller:
        found = await store.get_unsubscription(caller.conn, caller.workspace, unsubscription)
        if found is None:
            raise NotFoundError("unsubscription_unknown", f"there is no {unsubscription}")
        if found.returned_at is None:
            wanted = Subscription(found.workspace, found.receiver, found.mailbox)
            if await store.come_back(caller.conn, wanted, caller.now, principal.subject):
                say("mailbox_returned", wanted, principal.subject)
    return Response(status_code=204)


def say(event: str, one: Subscription, by: str) -> None:
    """Into the log, without the mailbox: it is somebody's address."""
    log.info(event, workspace=one.workspace, receiver=one.receiver, by=by)


def _view(one: Unsubscription) -> dict[str, Any]:
    fields = one._asdict()
    del fields["workspace"]
    return {**fields, "unsubscription": str(one.unsubscription)}
