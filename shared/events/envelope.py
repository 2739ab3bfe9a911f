"""The envelope of what our services write to Kafka."""

from typing import Generic, Literal, TypeVar

from msgspec import Struct

from shared.events.fields import Instant, Name

T = TypeVar("T")


class Envelope(Struct, Generic[T], frozen=True, kw_only=True):
    """A CloudEvent one of our services writes. `type` is "paceline." and the topic's name."""

    id: str
    source: str
    type: str
    time: Instant
    workspace: Name
    data: T
    specversion: Literal["1.0"] = "1.0"
