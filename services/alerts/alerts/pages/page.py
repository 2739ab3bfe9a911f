"""The page of an alert as HTML, escaped by its template. Pure."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jinja2
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from alerts.channels.markup import one_line
from alerts.channels.message import Block
from alerts.pages.words import NOT_FOUND, words_of
from alerts.response.rules import BY_LINK, EpisodeResponse, ResponseState

MORNING = time(9)
STYLE = """
body{margin:0;background:#f6f8fa;color:#1f2328;font:16px/1.5 system-ui,sans-serif}
main{max-width:640px;margin:0 auto;padding:16px;background:#fff;overflow-wrap:anywhere}
h1{font-size:18px;margin:0 0 8px}
.headline{padding-left:10px;border-left:4px solid #59636e}
.critical{border-color:#cf222e}.warning{border-color:#bc4c00}.info{border-color:#0969da}
.recovered{border-color:#1a7f37}
dl div{margin:0 0 6px}dt{color:#59636e;font-size:14px}dd{margin:0}
label{display:block;margin-top:12px}
input,textarea{display:block;box-sizing:border-box;width:100%;padding:10px;font:inherit;
border:1px solid #818b98;border-radius:6px}
button{display:block;width:100%;min-height:44px;margin-top:10px;font:inherit;color:#fff;
background:#0550ae;border:0;border-radius:6px}
button:focus-visible,input:focus-visible,textarea:focus-visible{outline:3px solid #54aeff}
.hint{color:#59636e;font-size:14px;margin:4px 0}.fault{color:#a40e26;font-weight:600}
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Without it a browser would not say where a form comes from; to others it says nothing.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


class AlertPage(Struct, frozen=True, kw_only=True):
    """What is shown of an alert, and what was typed if something was wrong with it."""

    locale: str
    receiver: str
    block: Block
    zone: str
    time_zone: str
    state: ResponseState
    is_open: bool
    response: EpisodeResponse
    done: bool = False
    fault: str = ""
    typed: Mapping[str, str] = {}


def page_html(page: AlertPage) -> str:
    """The whole document."""
    words = words_of(page.locale)
    status = words[page.state if page.is_open else "over"]
    buttons = [("say", words["say"])]
    if page.is_open:
        tomorrow = words["snooze_tomorrow"].format(zone=page.time_zone)
        first = [("ack", words["ack"]), ("snooze_hour", words["snooze_hour"])]
        buttons = [*first, ("snooze_tomorrow", tomorrow), *buttons]
    return _page().render(
        w=words,
        refused=(),
        title=page.block.headline,
        style=STYLE,
        block=page.block,
        zone=page.zone,
        receiver=one_line(page.receiver),
        status=status.format(by=one_line(page.response.made_by.removeprefix(BY_LINK))),
        done=page.done,
        fault=words.get(page.fault, ""),
        name=page.typed.get("name", ""),
        comment=page.typed.get("comment", ""),
        buttons=buttons,
    )


def refusal_html(code: str) -> str:
    """In both languages: whose link it was is not known."""
    texts = NOT_FOUND.get(code, NOT_FOUND["link_invalid"])
    return _page().render(w=None, refused=texts, title=texts[0], style=STYLE)


def tomorrow_morning(now: datetime, time_zone: str) -> datetime:
    """9:00 of the next day of the zone, in UTC for one that this machine does not know."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone)


@cache
def _page() -> jinja2.Template:
    pages = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
    )
    return pages.get_template("page.html.j2")
