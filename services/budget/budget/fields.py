"""What bodies are made of (contracts.md section 3). Unknown fields are refused.

Money is a decimal string; a JSON number is refused, because it may have been a float on its way.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.bodies.texts import PLAIN, PLAIN_LINES
from shared.currencies import CurrencyCode
from shared.events import has_nul
from shared.http.instants import YEARS, Instant
from shared.money import MoneyError, format_micros, parse_micros
from shared.names import (
    NAME,
    TEXT_HAS_CONTROLS,
    control_character,
    controls_detail,
)
from shared.zones import ZONE_RULE, common_zone_names

_DECIMAL = WithJsonSchema({"type": "string", "examples": ["12.34"]})
When = Instant
Id = Annotated[str, Field(pattern=f"^{NAME}$")]
Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$"), PLAIN_LINES]
Label = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$"), PLAIN]
Source = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s|\x00]+$"), PLAIN]


def _micros(value: Any) -> int:
    if not isinstance(value, str):
        raise PydanticCustomError("amount_not_decimal", "money is a decimal string")
    try:
        return parse_micros(value)
    except MoneyError as error:
        raise PydanticCustomError(error.code, "{detail}", {"detail": error.detail}) from error


def _day(value: Any) -> Any:
    try:
        found = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.year not in YEARS:
        raise PydanticCustomError("date_invalid", "a day is written like 2025-11-03, as a text")
    return found


def _not_negative(micros: int) -> int:
    if micros < 0:
        raise PydanticCustomError("amount_negative", "the amount is negative")
    return micros


def _zone(name: str) -> str:
    if name not in common_zone_names():
        raise PydanticCustomError("time_zone_unknown", "a time zone is {rule}", {"rule": ZONE_RULE})
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


_TEXT = PlainSerializer(format_micros, return_type=str, when_used="json")
Micros = Annotated[int, BeforeValidator(_micros), AfterValidator(_not_negative), _DECIMAL, _TEXT]
Quantity = Annotated[int, BeforeValidator(_micros), _DECIMAL, _TEXT]
Document = Annotated[dict[str, Any], AfterValidator(_document)]
Day = Annotated[date, BeforeValidator(_day)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MoneyBody(RequestBody):
    amount: Micros
    currency: CurrencyCode


class ReasonBody(RequestBody):
    """Why somebody decides so, for the audit."""

    reason: Annotated[Text, Field(min_length=1)]


def plain(at: datetime | None) -> str | None:
    """An instant as it is stored in documents: RFC 3339."""
    return None if at is None else at.isoformat()


class MoneyView(BaseModel):
    amount: str
    currency: str


def money(micros: int, currency: str) -> dict[str, str]:
    """Money as HTTP and documents say it (contracts.md)."""
    return {"amount": format_micros(micros), "currency": currency}


def amounts(sums: Mapping[str, int]) -> list[dict[str, str]]:
    """Micros by currency, in order of the currencies."""
    return [money(sums[currency], currency) for currency in sorted(sums)]
