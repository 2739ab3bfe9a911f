"""All other services, through the library apprise (alerting.md 3.1).

It says yes or no and not what was answered, so that yes is `accepted`, never `delivered`, and no
may be anything: it is tried again. It connects by itself: nothing is checked of its address.
"""

import asyncio
from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel

from alerts.channels.apprise.library import service_of
from alerts.channels.contract import ChannelLimits, EntryError, Outgoing, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.markup import lookalikes
from alerts.channels.message import Composed, FactLine, Message, Tone
from alerts.channels.result import SendClass, SendResult, result_of
from alerts.channels.web.http import environment_values, variable
from alerts.channels.web.robots import labelled
from alerts.channels.writing import Markup

TEXT_BYTES_MAX = 4_000
"""What a service cannot take in one piece, apprise sends in several."""

_TYPES = {
    Tone.CRITICAL: "failure",
    Tone.WARNING: "warning",
    Tone.INFO: "info",
    Tone.RECOVERED: "success",
    Tone.ENDED: "info",
}


def _address(line: FactLine) -> str:
    return line.text


MARKUP = Markup(escape=lookalikes, link=_address, heading="{}", headline="{}", strong="{}")
"""Plain text: whether the service reads markup nobody knows here."""


class AppriseService(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="apprise",
    tag_field="kind",
):
    """A service by apprise's own kind of address, which holds its secrets."""

    name: str | None = None
    url_env: str


class AppriseView(BaseModel):
    """The name of an environment variable; what it holds is never shown."""

    name: str | None
    url_env: str


class Apprise:
    kind = "apprise"
    mentions = None
    configuration = AppriseService
    shown = AppriseView
    limits = ChannelLimits(text_max=TEXT_BYTES_MAX)

    def destinations(self, entry: AppriseService, environment: Mapping[str, str]) -> list[Endpoint]:
        """One service that the library knows and whose yes can be believed."""
        try:
            service_of(variable("url_env", entry.url_env, environment))
        except EntryError:
            raise
        except ValueError as error:
            detail = f"environment variable {entry.url_env}: {error}"
            raise EntryError("url_env", detail) from None
        address = f"{self.kind}:{entry.url_env}"
        target = msgspec.to_builtins(replace(entry, name=None))
        return [Endpoint(entry.name or address, self.kind, target, address)]

    def compose(self, message: Message, text_max: int) -> Composed:
        """Text in which nothing acts, in whatever service."""
        return MARKUP.compose(message, text_max)

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        entry = msgspec.convert(outgoing.target, AppriseService)
        values = environment_values(tools, entry.url_env, None)
        if isinstance(values, SendResult):
            return values
        try:
            # In a thread: the library takes a moment to load, and reads files.
            service = await asyncio.to_thread(service_of, values[0])
        except ValueError as error:
            return result_of(SendClass.CONFIG, "address", f"{entry.url_env}: {error}")
        title, text = labelled(outgoing)
        sent = await service.async_notify(
            title=lookalikes(title),
            body=text,
            body_format="text",
            notify_type=_TYPES[outgoing.message.tone],
            overflow="split",
        )
        if sent is True:
            return result_of(SendClass.ACCEPTED, "sent", "apprise says that it was sent")
        said = "apprise says no and not why: its own command line says more"
        return result_of(SendClass.RETRYABLE, "not_sent", said, maybe=True)
