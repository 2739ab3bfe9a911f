"""The page that a link of a message leads to: GET shows, the form's POST answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from alerts.campaigns.store import find_runs
from alerts.configuration.configurations import Configurations
from alerts.configuration.matchers import Matcher
from alerts.episodes.rules import Key
from alerts.pages import unsubscribe
from alerts.pages.history import ENTRIES_MAX
from alerts.pages.page import HEADERS, AlertPage, page_html, tomorrow_morning
from alerts.pages.requests import body_of, count, fields_of, refused
from alerts.quiet.commands import Acting, SilenceTerms, add_silence
from alerts.quiet.store import get_silence
from alerts.record import store
from alerts.record.alert import read_alert
from alerts.record.store_alert import find_history
from alerts.rendering.render import Renderer
from alerts.rendering.view import AlertView
from alerts.response.commands import ActionTerms, Answering, answer_one
from alerts.response.links import PATH, Link, Links
from alerts.response.past import find_past
from alerts.response.rates import Rate
from alerts.response.rules import BY_LINK, NO_RESPONSE
from shared.database.pool import Conn, transaction
from shared.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    PacelineError,
)
from shared.http.reach import Reach
from shared.names import control_character

router = APIRouter(prefix=f"/{PATH}", include_in_schema=False)
NAME_CHARACTERS_MAX = 80
COMMENT_CHARACTERS_MAX = 1000
HOUR = timedelta(hours=1)
SILENCE = timedelta(hours=2)
LINK_REQUESTS_PER_MINUTE = 30
ADDRESS_REQUESTS_PER_MINUTE = 300
"""From one address: a whole office may have the same."""
Done = Literal["done", "same"]
DONE: tuple[Done, ...] = get_args(Done)
FAULTS = frozenset(
    {
        "name_missing",
        "comment_missing",
        "comment_too_long",
        "assignee_missing",
        "action_unknown",
        "alert_over",
    }
)
"""What whoever fills in the form can put right."""


def add_pages(app: FastAPI, links: Links | None, renderer: Renderer) -> None:
    """The pages of these links, if there are any; they are no part of the API document."""
    if links is None:
        return
    app.state.links = links
    often = "wait as long as Retry-After says"
    app.state.link_rate = Rate(LINK_REQUESTS_PER_MINUTE, "link_too_often", often)
    app.state.address_rate = Rate(ADDRESS_REQUESTS_PER_MINUTE, "link_too_often", often)
    app.state.renderer = renderer
    app.include_router(router)
    app.include_router(unsubscribe.router)


@router.get("/{token}")
async def get_page(request: Request, token: str) -> Response:
    """How the alert stands. Nothing is done: whatever looks at links may look at this."""
    try:
        count(request, token)
        found: Sequence[Done] = [one for one in DONE if one in request.query_params]
        done = found[0] if found else ""
        async with transaction(request.app.state.pool) as conn:
            return await _shown(request, conn, token, done=done)
    except PacelineError as error:
        return refused(error)


@router.post("/{token}")
async def post_page(request: Request, token: str) -> Response:
    """Does what its button says, as who the form names, and leads back to the page."""
    links: Links = request.app.state.links
    try:
        count(request, token)
        if request.headers.get("origin", "").lower() != links.origin:
            raise ForbiddenError("origin_refused", "a form of another page")
        typed = fields_of(await body_of(request))
        async with transaction(request.app.state.pool) as conn:
            try:
                done = await _answer(request, conn, token, typed)
            except PacelineError as error:
                if error.code not in FAULTS:
                    raise
                shown = await _shown(request, conn, token, fault=error.code, typed=typed)
                shown.status_code = error.status
                return shown
    except PacelineError as error:
        return refused(error)
    return RedirectResponse(f"?{done}=1", 303, HEADERS)


async def _answer(request: Request, conn: Conn, token: str, typed: Mapping[str, str]) -> Done:
    """Whether anything is other than before."""
    clock = request.app.state.clock
    now = await clock.now(conn)
    link, row = await _found(request, conn, token, now)
    name, comment = typed.get("name", "").strip(), typed.get("comment", "").strip()
    if not 0 < len(name) <= NAME_CHARACTERS_MAX or control_character(name, lines=False):
        raise InvalidError("name_missing", "a name is a line")
    comment = comment.replace("\r\n", "\n")
    if len(comment) > COMMENT_CHARACTERS_MAX or control_character(comment, lines=True):
        raise InvalidError("comment_too_long", "a comment is a short text")
    if typed.get("action") == "silence":
        await _silence(Acting(conn, link.workspace, BY_LINK + name, now), row, comment)
        return "done"
    answering = Answering(conn, Reach(link.workspace), BY_LINK + name, clock)
    terms = _terms(typed, comment, now, row.signal.time_zone)
    outcome, _ = await answer_one(answering, link.alert, terms)
    return "done" if outcome.changed else "same"


async def _silence(acting: Acting, row: store.AlertRecord, comment: str) -> None:
    """Of the alert itself, by all its labels."""
    if row.ends_at is not None:
        raise ConflictError("alert_over", "there is nothing to silence")
    if not comment:
        raise InvalidError("comment_missing", "a silence has a reason")
    matchers = [Matcher(name, "=", value) for name, value in sorted(row.labels.items())]
    await add_silence(acting, SilenceTerms(matchers, acting.now, acting.now + SILENCE, comment))


def _terms(typed: Mapping[str, str], comment: str, now: datetime, time_zone: str) -> ActionTerms:
    match action := typed.get("action", ""):
        case "ack" | "unack" | "unsnooze" | "resolve":
            return ActionTerms(action, comment)
        case "assign":
            assignee = typed.get("assignee", "").strip()
            if not 0 < len(assignee) <= NAME_CHARACTERS_MAX or control_character(
                assignee, lines=False
            ):
                raise InvalidError("assignee_missing", "a name is a line")
            return ActionTerms("assign", comment, assignee=assignee)
        case "snooze_hour":
            return ActionTerms("snooze", comment, duration=HOUR)
        case "snooze_tomorrow":
            return ActionTerms("snooze", comment, until=tomorrow_morning(now, time_zone))
        case "say" if comment:
            return ActionTerms("comment", comment)
        case "say":
            raise InvalidError("comment_missing", "there is nothing to say")
        case _:
            raise InvalidError("action_unknown", "no button was pressed")


async def _found(
    request: Request, conn: Conn, token: str, now: datetime
) -> tuple[Link, store.AlertRecord]:
    links: Links = request.app.state.links
    link = links.read(token, now)
    reach, nothing = Reach(link.workspace), store.AlertFilter(None, None)
    rows = await store.list_alerts(conn, reach, link.alert - 1, nothing, 1)
    if not rows or rows[0].alert != link.alert:
        raise NotFoundError("alert_unknown", "it is no more")
    return link, rows[0]


async def _shown(
    request: Request,
    conn: Conn,
    token: str,
    *,
    done: Done | Literal[""] = "",
    fault: str = "",
    typed: Mapping[str, str] = {},
) -> Response:
    now = await request.app.state.clock.now(conn)
    link, row = await _found(request, conn, token, now)
    configurations: Configurations = request.app.state.configurations
    configuration = configurations.get(link.workspace)
    receiver = configuration.receivers.get(link.receiver) if configuration else None
    renderer: Renderer = request.app.state.renderer
    locale = receiver.locale if receiver else "en"
    response = row.response or NO_RESPONSE
    detail = await read_alert(conn, Reach(link.workspace), configuration, row.alert, now)
    muted_by = {name for one in detail["mutes"] for name in one["muted_by"]}
    silences = [await get_silence(conn, link.workspace, name) for name in sorted(muted_by)]
    view = AlertView(
        key=Key(row.alert, row.episode),
        told="repeat" if row.ends_at is None else "resolved",
        signal=row.signal,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        fingerprint=row.fingerprint,
        labels=row.labels,
        response=response,
        runs=await find_runs(conn, link.workspace, row.campaign),
    )
    block, zone = renderer.block(view, locale, now)
    page = AlertPage(
        locale=locale,
        receiver=link.receiver,
        block=block,
        zone=zone,
        time_zone=row.signal.time_zone,
        state=response.state_at(now, row.severity),
        is_open=row.ends_at is None,
        response=response,
        detail=detail,
        signals=await find_history(conn, view.key, ENTRIES_MAX),
        past=await find_past(conn, view.key),
        silences=[one for one in silences if one is not None],
        done=done,
        fault=fault,
        typed=typed,
    )
    return HTMLResponse(page_html(page), headers=HEADERS)
