"""HTTP bodies of money in suspense (contracts.md section 3)."""

from typing import Annotated, Self

from pydantic import (
    BaseModel,
    Field,
    model_validator,
)

from budget.documents.suspense.store import ItemFilter
from budget.fields import Id, Label, MoneyView, ReasonBody, RequestBody, Source


class AssignBody(ReasonBody):
    """The line that money in suspense goes to."""

    campaign: Id
    line: Id


class _ManyBody(RequestBody):
    """Which items: at least one condition, and all that are given have to fit."""

    ids: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] | None = Field(
        default=None, min_length=1, max_length=5000
    )
    source: Source | None = None
    named: Label | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.ids is None and self.source is None and self.named is None:
            raise ValueError("say which items: ids, source, or the campaign they named")
        return self

    def wanted(self) -> ItemFilter:
        """What the store looks for."""
        return ItemFilter(self.ids, self.source, self.named)


class AssignManyBody(_ManyBody, AssignBody):
    """Items by id, by source, or by the campaign that they `named`, and their line."""


class WriteOffManyBody(_ManyBody, ReasonBody):
    """Items by id, by source, or by the campaign that they `named`."""


class SuspenseSettled(BaseModel):
    """`entries`: items that were moved, with what they came to; `left`: how many more of those
    asked for are still there."""

    entries: int
    amounts: list[MoneyView]
    left: int
