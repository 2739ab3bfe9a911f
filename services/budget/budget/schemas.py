"""HTTP bodies of the budget service (contracts.md section 3). Unknown fields are refused.

Money is a decimal string; a JSON number is refused, because it may have been a float on its way.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from budget.store_suspense import Wanted
from shared.currencies import CurrencyCode
from shared.events import has_nul
from shared.http.edits import MergePatch, ReadBack
from shared.http.instants import Instant
from shared.keys import pairs_text
from shared.money import MoneyError, parse_micros
from shared.names import (
    NAME,
    PLAIN,
    PLAIN_LINES,
    SUBJECT_BYTES_MAX,
    TEXT_HAS_CONTROLS,
    control_character,
    controls_detail,
)
from shared.zones import common_zone_names


def _micros(value: Any) -> int:
    if not isinstance(value, str):
        raise PydanticCustomError("amount_not_decimal", "money is a decimal string")
    try:
        return parse_micros(value)
    except MoneyError as error:
        raise PydanticCustomError(error.code, "{detail}", {"detail": error.detail}) from error


def _not_negative(micros: int) -> int:
    if micros < 0:
        raise PydanticCustomError("amount_negative", "the amount is negative")
    return micros


def _zone(name: str) -> str:
    if name not in common_zone_names():
        raise PydanticCustomError("time_zone_unknown", "a zone is a region's name, or UTC")
    return name


def _document(value: Any) -> Any:
    """Free-form JSON that PostgreSQL can store: no NUL, no half of a surrogate pair."""
    try:
        sound = not has_nul(msgspec.json.encode(value))
    except (UnicodeEncodeError, RecursionError):
        sound = False
    if not sound:
        raise PydanticCustomError("text_invalid", "text with a NUL or a broken character")
    for text in _texts(value):
        character = control_character(text, lines=True)
        if character is not None:
            raise PydanticCustomError(
                TEXT_HAS_CONTROLS, "{detail}", {"detail": controls_detail(character)}
            )
    return value


def _texts(value: Any) -> Iterator[str]:
    """Every text in a document, names included; it has been encoded, so it is no deeper than
    that allows."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one


_DECIMAL = WithJsonSchema({"type": "string", "examples": ["12.34"]})
Micros = Annotated[int, BeforeValidator(_micros), AfterValidator(_not_negative), _DECIMAL]
Quantity = Annotated[int, BeforeValidator(_micros), _DECIMAL]
When = Instant
Document = Annotated[dict[str, Any], AfterValidator(_document)]
Id = Annotated[str, Field(pattern=f"^{NAME}$")]
Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$"), PLAIN_LINES]
Label = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$"), PLAIN]
Source = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s|\x00]+$"), PLAIN]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MoneyBody(Body):
    amount: Micros
    currency: CurrencyCode


class TargetBody(Body):
    """A SMART target (G2): what, how much, why, until when."""

    target: Id
    measure: Id
    form: Literal["absolute", "relative"] = "absolute"
    value: Quantity
    unit: Label | None = None
    baseline: Quantity | None = None
    deadline: When
    relevance: Text
    primary: bool = False
    parent: Id | None = None


class CampaignBody(Body):
    campaign: Id
    name: Label
    currency: CurrencyCode
    time_zone: Zone
    starts_at: When
    ends_at: When
    owner: Label | None = None
    region: Label | None = None
    management_mode: Literal["project", "routine"] = "project"
    stages: list[Document] = Field(default_factory=list, max_length=50)
    attributes: Document = Field(default_factory=dict, max_length=100)
    targets: list[TargetBody] = Field(default_factory=list, max_length=200)


class CampaignEdit(Body):
    """What may be changed of a campaign after it was made."""

    name: Label
    owner: Label | None = None
    ends_at: When
    region: Label | None = None
    attributes: Document = Field(default_factory=dict, max_length=100)
    targets: list[TargetBody] = Field(default_factory=list, max_length=200)


class CampaignPatch(MergePatch):
    """What changes of a campaign, as a JSON merge patch (RFC 7396): null takes the default, what is
    left out stays. The campaign's other fields may be sent back as they were read."""

    RESULT: ClassVar[type[BaseModel]] = CampaignEdit


class CloseBody(Body):
    reason: Annotated[Text, Field(min_length=1)]


class NamedMoney(Body):
    """An amount of any sign, as a list shows it."""

    amount: Quantity
    currency: CurrencyCode


class ReasonBody(Body):
    """Why somebody decides so, for the audit."""

    reason: Annotated[Text, Field(min_length=1)]


class AssignBody(ReasonBody):
    """The line that money in suspense goes to."""

    campaign: Id
    line: Id


class _ManyBody(Body):
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

    def wanted(self) -> Wanted:
        """What the store looks for."""
        return Wanted(self.ids, self.source, self.named)


class AssignManyBody(_ManyBody, AssignBody):
    """Items by id, by source, or by the campaign that they `named`, and their line."""


class WriteOffManyBody(_ManyBody, ReasonBody):
    """Items by id, by source, or by the campaign that they `named`."""


class DecisionBody(Body):
    """`amount` and `version` name what the decision is about; what has changed meanwhile is
    refused. Without them it is about what stands when it arrives."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    decision: Literal["approve", "reject"]
    role: Literal["approver", "finance"] = Field(alias="as")
    opinion: Text = ""
    amount: Quantity | NamedMoney | None = None
    version: int | None = Field(default=None, ge=0, lt=2**63)

    @property
    def named(self) -> tuple[int | None, str | None]:
        """The amount in micros and the currency that it names, if it does."""
        if isinstance(self.amount, NamedMoney):
            return self.amount.amount, self.amount.currency
        return self.amount, None


class MappingBody(Body):
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


class MappingTargetBody(ReadBack, Body):
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


def plain(at: datetime | None) -> str | None:
    """An instant as it is stored in documents: RFC 3339."""
    return None if at is None else at.isoformat()
