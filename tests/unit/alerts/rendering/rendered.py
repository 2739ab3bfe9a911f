"""Views as the planner makes them, and the messages they become over each channel."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from alerts.channels.contract import Channel
from alerts.channels.dingtalk import DingTalk
from alerts.channels.email.channel import Email, page_of
from alerts.channels.message import Message
from alerts.episodes.rules import Key
from alerts.rendering.render import Heading, Renderer
from alerts.rendering.view import AlertView
from tests.unit.alerts.builders import START, at, make_signal

RENDERER = Renderer()


class Read(Struct, frozen=True):
    """A message as a chat shows it (`text`) and as a mail does (`plain`, `html`)."""

    keys: tuple[Key, ...]
    message: Message
    title: str
    text: str
    plain: str
    html: str

    @property
    def subject(self) -> str:
        return self.title


def view(told: str = "firing", alert: int = 1, **changes: Any) -> AlertView:
    own = {
        name: changes.pop(name)
        for name in ("starts_at", "ends_at", "previous_severity", "history")
        if name in changes
    }
    return AlertView(
        key=Key(alert, 1),
        told=told,  # type: ignore[arg-type]
        signal=make_signal(**changes),
        starts_at=own.get("starts_at", START),
        ends_at=own.get("ends_at"),
        previous_severity=own.get("previous_severity"),
        history=own.get("history", ()),
    )


def render(
    *views: AlertView,
    locale: str = "zh-CN",
    receiver: str = "ops",
    bytes_max: int = 18_000,
    alerts_max: int | None = None,
    now: datetime | None = None,
) -> list[Read]:
    found = RENDERER.render(
        views, heading(locale, receiver), _narrow(bytes_max, alerts_max), now or at(90)
    )
    return [_read(one.keys, one.message, bytes_max) for one in found]


def heading(locale: str = "zh-CN", receiver: str = "ops") -> Heading:
    """What a message says of its group."""
    return Heading(receiver=receiver, locale=locale, reason="first notification")


def _read(keys: tuple[Key, ...], message: Message, bytes_max: int) -> Read:
    chat = DingTalk().compose(message, bytes_max)
    mail = Email().compose(message, Email.limits.text_max)
    return Read(keys, message, chat.title, chat.text, mail.text, page_of(message, mail))


def _narrow(bytes_max: int, alerts_max: int | None) -> Channel:
    """A robot that takes so many bytes and alerts."""

    class Narrow(DingTalk):
        limits = replace(DingTalk.limits, text_max=bytes_max, alerts_max=alerts_max)

    return Narrow()
