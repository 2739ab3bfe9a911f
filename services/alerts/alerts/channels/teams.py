"""Microsoft Teams by a workflow that posts to a channel when it is asked to (alerting.md A5, A10).

Whoever answers is the workflow: 2xx says that it has the card, and nobody tells us whether people
see it, so a message is `accepted` and never called delivered. What is too large is taken all the
same and lost later, so nothing is sent that might be.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import field
from msgspec.structs import replace
from pydantic import BaseModel

from alerts.channels.contract import ChannelLimits, Outgoing, Tools
from alerts.channels.markup import lookalikes
from alerts.channels.message import Message, Tone
from alerts.channels.result import SendClass, SendResult, clip
from alerts.channels.web.address import WebEntry, send_to
from alerts.channels.web.answers import fields_of
from alerts.channels.web.http import SUCCESS, classify_status, environment_values
from alerts.channels.web.robots import ChatRobot, labelled, too_long
from alerts.channels.writing import Markup, twin_link

BODY_BYTES_MAX = 20_000
"""A request of 24,453 had grown to more than Teams takes when it was posted (alerting.md A5)."""
TEXT_BYTES_MAX = 10_000
"""For the text alone: a card says it in half as much again, beside its frame and the mentions."""
MENTIONS_MAX = 20
COLORS = {Tone.CRITICAL: "Attention", Tone.WARNING: "Warning", Tone.RECOVERED: "Good"}
"""The others have the colour of text."""

_NAME = re.compile(r"[^<>\s](?:[^<>\r\n]{0,98}[^<>\s])?")
_ID = re.compile(r"[^<>\s]{1,100}")
_RELAYED = re.compile(rb"Microsoft Teams endpoint returned HTTP error (\d{3})")
"""How the connectors before workflows say behind a 200 that Teams has refused the message."""
MARKUP = Markup(escape=lookalikes, link=twin_link, heading="**{}**", headline="{}", strong="**{}**")


def classify(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """What an answer means."""
    relayed = _RELAYED.search(body) if status in SUCCESS else None
    if relayed:
        found = classify_status(int(relayed[1]), body, retry_after)
        return replace(found, http_status=status)
    if status in SUCCESS:
        return SendResult(
            kind=SendClass.ACCEPTED,
            provider_code=f"http_{status}",
            provider_message=clip(body[:500].decode("utf-8", "replace")),
            http_status=status,
        )
    found = classify_status(status, body, retry_after)
    error = fields_of(body).get("error")
    if not isinstance(error, Mapping):
        return found
    said = f"{error.get('code', '')}: {error.get('message', '')}"
    return replace(found, provider_message=clip(said))


class TeamsFlow(WebEntry, frozen=True, kw_only=True, tag="teams", tag_field="kind"):
    """A workflow; its address holds what it is signed with. `mentions` are people, by their names
    as they are shown: their address of sign-in, or their id."""

    mentions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, person in self.mentions.items():
            if not _NAME.fullmatch(name) or not _ID.fullmatch(person):
                raise ValueError(
                    f"{name[:40]!r} is nobody to mention: write the name and, behind a colon, the "
                    "address that the person signs in with"
                )
        if len(self.mentions) > MENTIONS_MAX:
            raise ValueError(f"a message mentions at most {MENTIONS_MAX} people: mention fewer")


class TeamsView(BaseModel):
    """The name of an environment variable; what it holds is never shown."""

    name: str | None
    url_env: str
    allow_private: bool
    mentions: dict[str, str]


class Teams(ChatRobot):
    kind = "teams"
    mentions = "mentions"
    markup = MARKUP
    configuration = TeamsFlow
    shown = TeamsView
    limits = ChannelLimits(text_max=TEXT_BYTES_MAX)

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        flow = msgspec.convert(outgoing.target, TeamsFlow)
        values = environment_values(tools, flow.url_env, None)
        if isinstance(values, SendResult):
            return values
        body = body_of(outgoing, flow.mentions)
        return too_long(body, BODY_BYTES_MAX) or await send_to(
            tools, values[0], body, classify, allow_private=flow.allow_private
        )


def body_of(outgoing: Outgoing, mentions: Mapping[str, str]) -> bytes:
    """The request. A message that had to be cut, or has no room as a card, is shown as its text."""
    title, text = labelled(outgoing)
    message = outgoing.message
    if outgoing.composed.whole and not message.written:
        body = _body(title, message.tone, list(_alerts(message)), mentions)
        if len(body) <= BODY_BYTES_MAX:
            return body
    # Where one line break is none, two are one.
    return _body(title, message.tone, [_text(text.replace("\n", "\n\n"))], mentions)


def _body(
    title: str, tone: Tone, elements: list[dict[str, Any]], mentions: Mapping[str, str]
) -> bytes:
    shown = [
        _text(lookalikes(title), tone, weight="Bolder", size="Medium", style="heading"),
        *elements,
    ]
    if mentions:
        shown.append(_text(" ".join(f"<at>{name}</at>" for name in mentions)))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": shown,
        "msteams": {
            "width": "Full",
            "entities": [
                {
                    "type": "mention",
                    "text": f"<at>{name}</at>",
                    "mentioned": {"id": person, "name": name},
                }
                for name, person in mentions.items()
            ],
        },
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    request = {"type": "message", "attachments": [attachment]}
    return json.dumps(request, ensure_ascii=False).encode()


def _alerts(message: Message) -> Iterator[dict[str, Any]]:
    """The alerts, then what is only still open, then the zone."""
    for block in message.blocks:
        yield _text(lookalikes(block.heading), block.tone, weight="Bolder")
        yield _text(lookalikes(block.headline))
        facts = [
            {
                "title": lookalikes(one.label),
                "value": twin_link(one) if one.link else lookalikes(one.text),
            }
            for one in block.facts
        ]
        yield {"type": "FactSet", "facts": facts}
    for line in message.beside:
        yield _text(lookalikes(line))
    if message.open_lines:
        yield _text(lookalikes(message.words.still_open), weight="Bolder")
        yield _text("\n\n".join(map(lookalikes, message.open_lines)))
    if message.zone:
        yield _text(lookalikes(message.zone))


def _text(text: str, tone: Tone | None = None, **style: str) -> dict[str, Any]:
    color = {"color": COLORS[tone]} if tone in COLORS else {}
    return {"type": "TextBlock", "text": text, "wrap": True, **style, **color}
