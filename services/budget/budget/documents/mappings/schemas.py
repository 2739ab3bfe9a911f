"""HTTP bodies of mappings (contracts.md section 3)."""

from datetime import datetime
from typing import ClassVar, Self

from pydantic import (
    BaseModel,
    Field,
    model_validator,
)

from budget.fields import Id, Label, MoneyView, RequestBody, Source, When
from shared.bodies.findings import FindingView
from shared.http.edits import ReadBack
from shared.keys import pairs_text
from shared.names import (
    SUBJECT_BYTES_MAX,
)


class MappingBody(RequestBody):
    source: Source
    match: dict[Label, Label] = Field(max_length=8)
    campaign: Id
    line: Id
    effective_from: When | None = None

    @model_validator(mode="after")
    def _names_what_events_can_name(self) -> Self:
        named = f"{self.source}{pairs_text(self.match)}"
        if len(named.encode()) > SUBJECT_BYTES_MAX:
            raise ValueError(f"source and match together exceed {SUBJECT_BYTES_MAX} bytes")
        return self


class MappingTargetBody(ReadBack, RequestBody):
    """Where a mapping points; what it matches and since when is fixed."""

    READ_ONLY: ClassVar[frozenset[str]] = frozenset(
        {
            "mapping",
            "version",
            "source",
            "match",
            "effective_from",
            "created_by",
            "created_at",
        }
    )

    campaign: Id
    line: Id


class MappingView(BaseModel):
    """`effective_from` null: always."""

    mapping: str
    version: int
    source: str
    match: dict[str, str]
    campaign: str
    line: str
    effective_from: datetime | None
    created_by: str
    created_at: datetime


class MovedView(BaseModel):
    """Items that came to a line. `amount` null: no currency is known. What was moved and came to
    none is said in `findings` as `money_held`."""

    entries: int
    amount: MoneyView | None


class MappingChanged(BaseModel):
    mapping: str
    version: int
    moved: MovedView
    findings: list[FindingView]
