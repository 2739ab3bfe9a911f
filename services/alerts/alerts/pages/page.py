"""The page of an alert as HTML, escaped by its template. Pure."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jinja2
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from alerts.channels.markup import one_line
from alerts.channels.message import Block
from alerts.incoming.signal import Signal
from alerts.pages.history import history_lines, mute_lines, person, told_lines
from alerts.pages.words.table import PAGE_WORDS
from alerts.quiet.mute import MuteReason
from alerts.quiet.silences import Silence
from alerts.rendering.numbers import Numbers
from alerts.rendering.past import past_text
from alerts.response.past import PastEpisode
from alerts.response.rules import EpisodeResponse, ResponseState

MORNING = time(9)
TYPED = ("name", "comment", "assignee")
STYLE = (Path(__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")
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
    """What is shown of an alert, and what was typed if something was wrong with it. `detail` is the
    alert as `GET /v1/alerts/{alert}` has it."""

    locale: str
    receiver: str
    block: Block
    zone: str
    time_zone: str
    state: ResponseState
    is_open: bool
    response: EpisodeResponse
    detail: Mapping[str, Any]
    signals: Sequence[Signal] = ()
    silences: Sequence[Silence] = ()
    past: Sequence[PastEpisode] = ()
    done: Literal["", "done", "same"] = ""
    fault: str = ""
    typed: Mapping[str, str] = {}


def page_html(page: AlertPage) -> str:
    """The whole document."""
    words = PAGE_WORDS[page.locale]
    response, detail = page.response, page.detail
    numbers = Numbers(page.locale, page.signals[0].data.currency, page.time_zone)
    status = words[page.state if page.is_open else "over"].format(
        by=person(response.made_by, words),
        until=numbers.instant(response.until) if response.until else "",
        since=numbers.instant(response.made_at) if response.made_at else "",
    )
    if page.is_open and response.assignee:
        status += " " + words["assigned"].format(assignee=one_line(response.assignee))
    # Who unsubscribed is nobody else's business.
    told = [one for one in detail["told"] if one["reason"] != MuteReason.UNSUBSCRIBED]
    sections = (
        ("told", told_lines(told, words, numbers)),
        ("mutes", mute_lines(detail["mutes"], page.silences, words, numbers)),
        (
            "history",
            history_lines(page.signals, detail["actions"], page.locale, words, numbers),
        ),
    )
    past = [past_text(one, page.locale, numbers) for one in page.past]
    return _page("page").render(
        lang=page.locale,
        w=words,
        title=page.block.headline,
        style=STYLE,
        block=page.block,
        zone=page.zone,
        receiver=one_line(page.receiver),
        status=status,
        done=words.get(page.done, ""),
        fault=words.get(page.fault, ""),
        typed={name: page.typed.get(name, "") for name in TYPED},
        is_open=page.is_open,
        buttons=_buttons(page, words),
        sections=[(words[name], lines) for name, lines in (*sections, ("past", past)) if lines],
    )


def _buttons(page: AlertPage, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """What most people want to do, as it stands now. To acknowledge anew keeps it."""
    if not page.is_open:
        return [("say", words["say"])]
    tomorrow = words["snooze_tomorrow"].format(zone=page.time_zone)
    snoozes = [("snooze_hour", words["snooze_hour"]), ("snooze_tomorrow", tomorrow)]
    if page.state == "snoozed":
        snoozes = [("unsnooze", words["unsnooze"])]
    if page.state == "acknowledged":
        taken = [("ack", words["still"]), ("unack", words["unack"])]
    else:
        name = "unack" if page.state == "closed" else "ack"
        taken = [(name, words[name])]
    return [*taken, *snoozes, ("say", words["say"])]


def refusal_html(code: str, alert: int | None = None, seconds: int | None = None) -> str:
    """In each language: whose link it was is not known, or no more of use."""
    texts = [
        (locale, words.get(code, words["link_invalid"]).format(alert=alert, seconds=seconds))
        for locale, words in PAGE_WORDS.items()
    ]
    return _page("refused").render(lang="en", refused=texts, title=texts[0][1], style=STYLE)


def mail_page_html(locale: str, receiver: str, mailbox: str, *, left: bool) -> str:
    """The page that a mailbox unsubscribes on, or comes back."""
    words = PAGE_WORDS[locale]
    names = {"receiver": one_line(receiver), "mailbox": mailbox}
    return _page("unsubscribe").render(
        lang=locale,
        title=words["mail_title"].format(**names),
        style=STYLE,
        status=words["mail_left" if left else "mail_comes"].format(**names),
        still=words["mail_still"],
        action="return" if left else "leave",
        button=words["mail_return" if left else "mail_leave"],
    )


def tomorrow_morning(now: datetime, time_zone: str) -> datetime:
    """9:00 of the next day of the zone, in UTC for one that this machine does not know."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone)


@cache
def _page(name: str) -> jinja2.Template:
    pages = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
    )
    return pages.get_template(f"{name}.html.j2")
