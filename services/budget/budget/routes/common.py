"""What the routes share: roles, the caller's transaction, paging."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query

from shared.http.app import Json, require
from shared.http.auth import Principal
from shared.http.conventions import PAGE_MAX, decode_cursor, page
from shared.names import NAME

READERS = ("viewer", "operator", "approver", "finance", "auditor")
Reader = Annotated[Principal, require(*READERS)]
Operator = Annotated[Principal, require("operator")]
Name = Annotated[str, Path(pattern=f"^{NAME}$")]
Filter = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]+$")]
Financier = Annotated[Principal, require("finance")]
Decider = Annotated[Principal, require("approver", "finance")]


@dataclass(frozen=True, slots=True)
class Paging:
    """`?limit=&cursor=`: how much of a list is asked for, and from where."""

    limit: int
    cursor: str | None

    def after(self, default: Any) -> Any:
        """The key the page begins after. Raises InvalidError `cursor_invalid`."""
        values = decode_cursor(self.cursor, type(default))
        return default if values is None else values[0]

    def page(self, items: list[Any], key: str) -> Json:
        """`{"items", "next"}` from up to limit + 1 items in order of `key`."""
        return Json(page(items, self.limit, lambda item: [item[key]]))


def _paging(
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100, cursor: str | None = None
) -> Paging:
    return Paging(limit, cursor)


Paged = Annotated[Paging, Depends(_paging)]
