"""HTTP bodies of planning objects."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from budget.fields import Document, Id, RequestBody, Text, When
from shared.http.edits import ReadBack


class ObjectBody(RequestBody):
    """A planning object of a kind, with the attributes that the kind has."""

    id: Id
    campaign: Id | None = None
    attributes: Document = Field(max_length=100)
    since: When | None = None
    reason: Annotated[Text, Field(min_length=1)] | None = None


class ObjectEditBody(ReadBack, RequestBody):
    """An object's next version, whole. As it was read it is accepted."""

    READ_ONLY: ClassVar[frozenset[str]] = frozenset(
        {"kind", "id", "campaign", "version", "effective_from", "created_by", "created_at"}
    )
    attributes: Document = Field(max_length=100)
    since: When | None = None
    reason: Annotated[Text, Field(min_length=1)] | None = None


class ObjectView(BaseModel):
    """A version of a planning object; it counts from `effective_from` on, until the next does."""

    kind: str
    id: str
    campaign: str | None
    version: int
    effective_from: datetime
    attributes: dict[str, Any]
    reason: str | None
    created_by: str
    created_at: datetime


class ObjectVersionView(ObjectView):
    """A version of a planning object, or its deletion."""

    deleted: bool


class AttributeView(BaseModel):
    """An attribute of a kind of planning objects, and what it takes."""

    name: str
    type: str
    required: bool
    many: bool
    values: list[str]
    to: str | None
    expected: str


class KindView(BaseModel):
    """A kind of planning objects."""

    kind: str
    about: str
    of: Literal["campaign", "workspace", "either"]
    attributes: list[AttributeView]


class KindsView(BaseModel):
    """Every kind of planning objects that there is."""

    items: list[KindView]
