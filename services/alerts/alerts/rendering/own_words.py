"""A message in a workspace's own words; where they cannot be used, in the usual ones, and it says
so. Pure."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from alerts.channels.contract import Channel
from alerts.channels.markup import one_line
from alerts.channels.message import Composed, Message
from alerts.channels.texts import shorten
from alerts.configuration.templates import OwnTemplate, TemplateFaultError
from alerts.rendering.locales.table import VOCABULARIES

TITLE_CHARACTERS_MAX = 120


def values_of(message: Message) -> dict[str, Any]:
    """What a template may say: the message as data, every text in the reader's language."""
    return {
        "title": message.title,
        "receiver": message.receiver,
        "status": message.status,
        "reason": message.reason,
        "zone": message.zone,
        "alerts": [
            {
                "heading": one.heading,
                "headline": one.headline,
                "facts": [{"label": fact.label, "text": fact.text} for fact in one.facts],
                "status": one.alert.status,
                "labels": _one_line(one.alert.labels),
                "annotations": _one_line(one.alert.annotations),
                "link": one.alert.link,
                "respond": one.alert.respond,
            }
            for one in message.blocks
        ],
        "still_open": message.open_lines,
    }


def in_own_words(message: Message, template: OwnTemplate, channel: Channel) -> Message:
    """As the template says it. Raises TemplateFaultError, also where this channel has no room."""
    title, text = template.render(values_of(message))
    title = shorten(one_line(title), TITLE_CHARACTERS_MAX) or message.title
    written = replace(message, title=title, written=text)
    if not channel.compose(written, channel.limits.text_max).whole:
        raise TemplateFaultError(f"{channel.kind} has no room for what it says")
    return written


def composed_with(
    message: Message, template: OwnTemplate, channel: Channel
) -> tuple[Message, Composed, str]:
    """The message, what its channel makes of it, and why it is in the usual words if it is."""
    fault = ""
    try:
        message = in_own_words(message, template, channel)
    except TemplateFaultError as error:
        fault = one_line(str(error))
        note = VOCABULARIES[message.locale].template_failed
        said = note.format(name=one_line(template.name), why=fault)
        message = replace(message, zone="\n".join(filter(None, (message.zone, said))))
    return message, channel.compose(message, channel.limits.text_max), fault


def _one_line(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: one_line(text) for name, text in texts.items()}
