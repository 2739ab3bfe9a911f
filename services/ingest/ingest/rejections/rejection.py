"""An event that was set aside."""

from typing import Any, NamedTuple


class Rejection(NamedTuple):
    """An event that was set aside: its place in the request, from 0, its id if any, and why."""

    place: int
    id: str | None
    source: str | None
    code: str
    detail: str
    event: Any
