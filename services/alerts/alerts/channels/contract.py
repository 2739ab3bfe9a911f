"""What a channel is. Adding one: a file beside this, its line in `table`, its test and its fake.

A channel is one object without state. What it needs to send – the network, the environment, the
mail server – comes with each send as `Tools`, so that it can be composed and tested without any.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import httpx
from msgspec import Struct
from pydantic import BaseModel

from alerts.channels.destinations import Endpoint
from alerts.channels.message import Composed, Message
from alerts.channels.result import SendResult
from alerts.channels.texts import Measure, json_bytes

Security = Literal["none", "starttls", "tls"]
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host; raises OSError for none."""
Draw = Callable[[Sequence[str], str], Awaitable[Sequence[bytes | None]]]
"""Pictures (SVG) with words of a locale as PNG; None for each that cannot be made in time."""


class EntryError(ValueError):
    """An entry of a configuration is wrong: which of its keys, and what to change."""

    def __init__(self, key: str, detail: str) -> None:
        super().__init__(detail)
        self.key = key


class MailServer(Struct, frozen=True):
    """How to reach the mail server; `tls` is implicit TLS (465), `starttls` is required then."""

    host: str
    port: int
    security: Security
    username: str | None
    password: str | None
    sender: str
    tls: ssl.SSLContext | None = None


class Tools(Struct, frozen=True):
    """What sending needs. Names of variables are looked up in `environment` at each send."""

    environment: Mapping[str, str]
    client: httpx.AsyncClient
    server: MailServer
    timeout_s: float
    resolve: Resolve
    draw: Draw | None = None


class ChannelLimits(Struct, frozen=True):
    """`text_max` is of what `measure` counts: the bytes of a JSON string as it is sent, with its
    escapes, where the provider counts nothing else. `alerts_max` go into one message. What
    a destination takes in a minute and in a second is its budget; None for no limit. Where it
    `keeps_threads`, no two groups share a message: each has a thread of its own. `lists_all`:
    machines read it, and every alert that is told is in it. Of a message's alerts the first
    `pictures_max` are shown with a picture."""

    text_max: int
    sends_per_minute: int | None = None
    sends_per_second: int | None = None
    alerts_max: int | None = None
    keeps_threads: bool = False
    lists_all: bool = False
    pictures_max: int = 0
    measure: Measure = json_bytes


class Outgoing(Struct, frozen=True, kw_only=True):
    """One attempt of one delivery. `delivery` is stable over attempts; `possible_duplicate` asks
    for the label that it may be a second copy; root and previous are deliveries of its thread,
    `thread_id` is what the provider called the first of them, as its channel wrote it down."""

    delivery: str
    target: Mapping[str, Any]
    message: Message
    composed: Composed
    at: datetime
    possible_duplicate: bool = False
    thread_root: str | None = None
    thread_previous: str | None = None
    thread_id: str | None = None


class Channel(Protocol):
    @property
    def kind(self) -> str:
        """Its name in records and metrics; the file's list of it is `<kind>_configs`."""
        ...

    @property
    def mentions(self) -> str | None:
        """The key of an entry that says who is mentioned: a list, or names with what the provider
        calls them; None where nobody can be."""
        ...

    @property
    def configuration(self) -> type[Struct]:
        """An entry of that list, frozen; unknown keys are refused."""
        ...

    @property
    def shown(self) -> type[BaseModel]:
        """What GET /v1/configuration shows of an entry: no secret, and nobody's phone number."""
        ...

    @property
    def limits(self) -> ChannelLimits:
        """How long a text may be, and how many go to one destination."""
        ...

    def destinations(self, entry: Any, environment: Mapping[str, str], /) -> list[Endpoint]:
        """The destinations of an entry, each by itself. Raises EntryError."""
        ...

    def compose(self, message: Message, text_max: int) -> Composed:
        """The message in this medium, its text within `text_max`. Pure."""
        ...

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        """One attempt, and what the provider said in its own words; raises for nothing that a
        network or a provider can do."""
        ...
