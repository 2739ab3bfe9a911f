"""Lists a page at a time: `?limit=&cursor=` in, `{"items", "next"}` out (design.md section 5)."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Query

from shared.errors import InvalidError
from shared.http.app import Json

PAGE_MAX = 500
NEWEST = 2**63 - 1
"""Where a list begins that counts down: `paging.after(NEWEST)`."""
Key = TypeVar("Key", str, int)


def encode_cursor(values: Sequence[str | int]) -> str:
    """Where the next page begins, opaque to callers."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def decode_cursor(text: str | None, *kinds: type[str] | type[int]) -> list[Any] | None:
    """The values of `encode_cursor`, one of each of `kinds`, or None for the first page.

    Raises InvalidError `cursor_invalid`, also for what no column of PostgreSQL can hold.
    """
    if not text:
        return None
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidError("cursor_invalid", "the cursor is not one we gave") from error
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise InvalidError("cursor_invalid", "the cursor is not one of this list")
    for value in values:
        if "\0" in value if isinstance(value, str) else not -(2**63) <= value < 2**63:
            raise InvalidError("cursor_invalid", "the cursor is not one we gave")
    return values


def page(items: list[Any], limit: int, cursor: Callable[[Any], Sequence[str | int]]) -> Any:
    """`{"items", "next"}` from up to limit + 1 rows: the extra one only tells there is more."""
    more = len(items) > limit
    shown = items[:limit]
    return {"items": shown, "next": encode_cursor(cursor(shown[-1])) if more else None}


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list is asked for, and from where."""

    limit: int
    cursor: str | None

    @property
    def rows(self) -> int:
        """How many rows to read: one more than is shown."""
        return self.limit + 1

    def after(self, begin: Key) -> Key:
        """The key the page begins after, `begin` on the first. Raises InvalidError
        `cursor_invalid`."""
        values = decode_cursor(self.cursor, type(begin))
        return begin if values is None else values[0]

    def page(self, items: list[Any], key: str) -> Json:
        """The answer from up to `rows` items in the order of their `key`."""
        return Json(page(items, self.limit, lambda item: [item[key]]))


def _paging(
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100, cursor: str | None = None
) -> Paging:
    return Paging(limit, cursor)


Paged = Annotated[Paging, Depends(_paging)]
"""Of a route that answers a list."""
