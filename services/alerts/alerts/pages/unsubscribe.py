"""The page to unsubscribe on: GET shows, POST acts, that of a mail program too (RFC 8058)."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from alerts.channels.destinations import Endpoint
from alerts.configuration.configurations import Configurations
from alerts.configuration.receivers import Receiver
from alerts.pages.page import HEADERS, mail_page_html
from alerts.pages.requests import body_of, count, fields_of, refused
from alerts.response.links import PATH, UNSUBSCRIBE, Links
from alerts.response.rules import BY_LINK
from alerts.unsubscriptions import store
from alerts.unsubscriptions.routes import say
from alerts.unsubscriptions.store import Subscription
from shared.database.pool import Conn, transaction
from shared.errors import ForbiddenError, InvalidError, PacelineError

router = APIRouter(prefix=f"/{PATH}/{UNSUBSCRIBE}", include_in_schema=False)
ONE_CLICK = b"One-Click"
"""In the body of a mail program's request, which is a form in one of two encodings and has no
cookie and no origin: it is the link that says who asks."""


@router.get("/{token}")
async def get_page(request: Request, token: str) -> Response:
    """How it stands. Nothing is done: what looks at the links of a mail may look at this."""
    try:
        count(request, token)
        one = _subscription(request, token)
        async with transaction(request.app.state.pool) as conn:
            return await _shown(request, conn, one)
    except PacelineError as error:
        return refused(error)


@router.post("/{token}")
async def post_page(request: Request, token: str) -> Response:
    """Unsubscribes or brings back, and shows how it stands: a mail program follows no redirect."""
    try:
        count(request, token)
        one = _subscription(request, token)
        body = await body_of(request)
        action = "leave" if ONE_CLICK in body else fields_of(body).get("action")
        async with transaction(request.app.state.pool) as conn:
            await _act(request, conn, one, action)
            return await _shown(request, conn, one)
    except PacelineError as error:
        return refused(error)


def _subscription(request: Request, token: str) -> Subscription:
    links: Links = request.app.state.links
    link = links.read_unsubscribe(token)
    return Subscription(link.workspace, link.receiver, link.mailbox)


async def _act(request: Request, conn: Conn, one: Subscription, action: str | None) -> None:
    now = await request.app.state.clock.now(conn)
    by = f"{BY_LINK}{one.mailbox.partition(':')[2]}"
    if action == "leave":
        channel = _channel(request, one)
        if channel is not None and not channel.target.get("unsubscribe"):
            raise ForbiddenError("unsubscribe_not_permitted", "the file does not permit it now")
        if await store.leave(conn, one, now, by):
            say("mailbox_left", one, "link")
    elif action == "return":
        if await store.come_back(conn, one, now, by):
            say("mailbox_returned", one, "link")
    else:
        raise InvalidError("action_unknown", "no button was pressed")


async def _shown(request: Request, conn: Conn, one: Subscription) -> Response:
    left = await store.find_left(conn, [(one.workspace, one.receiver)])
    receiver = _receiver(request, one)
    locale = receiver.locale if receiver else "en"
    page = mail_page_html(locale, one.receiver, one.mailbox.partition(":")[2], left=one in left)
    return HTMLResponse(page, headers=HEADERS)


def _receiver(request: Request, one: Subscription) -> Receiver | None:
    """As the file has it now."""
    configurations: Configurations = request.app.state.configurations
    configuration = configurations.get(one.workspace)
    return configuration.receivers.get(one.receiver) if configuration else None


def _channel(request: Request, one: Subscription) -> Endpoint | None:
    """As the file has it now; who is in it no more hears only the end of things, and may leave."""
    receiver = _receiver(request, one)
    channels = receiver.channels if receiver else ()
    return next((channel for channel in channels if channel.address == one.mailbox), None)
