"""Kinds of planning objects, as kinds.yaml has them, and how their attributes are read.

A new kind is a part of that file and a name in `CatalogItem.kind`; nothing here knows one by name.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Literal

import msgspec
import yaml
from msgspec import Struct
from pydantic import TypeAdapter, ValidationError

from budget.fields import When, plain
from shared.durations import duration_text, parse_duration
from shared.errors import ErrorItem, InvalidError
from shared.money import MoneyError, format_quantity, parse_micros
from shared.names import NAME_RULE, is_name

TEXT_MAX = 500
COUNT_MAX = 10**9
MANY_MAX = 100
_INSTANT = TypeAdapter[datetime](When)


class Attribute(Struct, frozen=True, forbid_unknown_fields=True):
    """What an attribute of a kind holds; `values` of a choice, `to` of a reference to a kind."""

    type: Literal["text", "choice", "decimal", "count", "flag", "instant", "duration", "reference"]
    required: bool = False
    many: bool = False
    values: tuple[str, ...] = ()
    to: str | None = None


class ObjectKind(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of object: whose it is, and its attributes by name."""

    about: str
    of: Literal["campaign", "workspace", "either"]
    attributes: dict[str, Attribute]


def load_kinds(text: str) -> Mapping[str, ObjectKind]:
    """The kinds of a file such as kinds.yaml. Raises msgspec.ValidationError."""
    return msgspec.convert(yaml.safe_load(text), dict[str, ObjectKind])


KINDS = load_kinds((resources.files("budget.objects") / "kinds.yaml").read_text("utf-8"))


def read_attributes(kind: ObjectKind, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes as they are stored: times in UTC, decimals and durations in their shortest
    text, null left out.

    Raises InvalidError with the code of the first fault and all of them as `errors`:
    `attribute_unknown`, `attribute_invalid`, `attribute_missing`.
    """
    given = {name: value for name, value in sent.items() if value is not None}
    faults: list[ErrorItem] = []
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in kind.attributes:
            known = ", ".join(sorted(kind.attributes))
            faults.append(_fault(name, "attribute_unknown", f"there is none; known: {known}"))
            continue
        try:
            found[name] = _read(kind.attributes[name], value)
        except ValueError as error:
            faults.append(_fault(name, "attribute_invalid", str(error)))
    for name, attribute in kind.attributes.items():
        if attribute.required and name not in given:
            detail = f"it is needed: {expected(attribute)}"
            faults.append(_fault(name, "attribute_missing", detail))
    if faults:
        first = faults[0]
        detail = f"{first['loc']}: {first['detail']}"
        raise InvalidError(first["code"], detail, errors=faults)
    return found


def references(kind: ObjectKind, attributes: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(attribute, kind, id) of every object that these attributes name."""
    for name, value in attributes.items():
        to = kind.attributes[name].to
        if to is not None:
            for one in value if isinstance(value, list) else [value]:
                yield name, to, one


def expected(attribute: Attribute) -> str:
    """What an attribute takes, in words."""
    said = _READERS[attribute.type][1]
    if attribute.type == "choice":
        said = f"one of {', '.join(attribute.values)}"
    return f"a list of at most {MANY_MAX}, each {said}" if attribute.many else said


def _fault(name: str, code: str, detail: str) -> ErrorItem:
    return {"loc": f"attributes.{name}", "code": code, "detail": detail}


def _read(attribute: Attribute, value: Any) -> Any:
    """Raises ValueError with what it takes."""
    read, _ = _READERS[attribute.type]
    try:
        if not attribute.many:
            return read(attribute, value)
        if not isinstance(value, list) or len(value) > MANY_MAX:
            raise ValueError
        return [read(attribute, one) for one in value]
    except (ValueError, MoneyError, ValidationError) as error:
        raise ValueError(f"it takes {expected(attribute)}") from error


def _text(_: Attribute, value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= len(value) <= TEXT_MAX:
        raise ValueError
    return value


def _choice(attribute: Attribute, value: Any) -> str:
    if value not in attribute.values:
        raise ValueError
    return str(value)


def _decimal(_: Attribute, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return format_quantity(parse_micros(value))


def _count(_: Attribute, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= COUNT_MAX:
        raise ValueError
    return value


def _flag(_: Attribute, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _instant(_: Attribute, value: Any) -> str | None:
    return plain(_INSTANT.validate_python(value).astimezone(UTC))


def _duration(_: Attribute, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return duration_text(parse_duration(value))


def _reference(_: Attribute, value: Any) -> str:
    if not is_name(value):
        raise ValueError
    return str(value)


_READERS: Mapping[str, tuple[Callable[[Attribute, Any], Any], str]] = {
    "text": (_text, f"a text of 1 to {TEXT_MAX} characters"),
    "choice": (_choice, "one of the values"),
    "decimal": (_decimal, "a decimal text with at most 6 decimals"),
    "count": (_count, f"a whole number from 0 to {COUNT_MAX:,}"),
    "flag": (_flag, "true or false"),
    "instant": (_instant, "a time with its offset, such as 2026-03-09T18:00:00+08:00"),
    "duration": (_duration, "a duration such as 30m, 12h or 2d"),
    "reference": (_reference, f"the id of another object: {NAME_RULE}"),
}
