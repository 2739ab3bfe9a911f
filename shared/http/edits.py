"""Read, edit, write: what was read can be sent back as it was, whole (PUT) or in part (PATCH).

What a thing tells of itself – its version, who made it, its state – is read and never set. Sent
back unchanged it is accepted; changed, it is refused by name, since a change that nobody takes over
would be lost in silence.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from inspect import getdoc
from typing import Any, ClassVar, Self, TypeVar

import msgspec
from fastapi.exceptions import RequestValidationError
from pydantic import (
    BaseModel,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    RootModel,
    ValidationError,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.errors import ErrorItem, InvalidError, UnparseableError

Edited = TypeVar("Edited", bound=BaseModel)
Same = Callable[[Any, Any], bool]
"""Whether a field that was sent says what is shown; both as plain JSON."""
PATCH_TYPE = "application/merge-patch+json"


class ReadBack(BaseModel):
    """A body that takes what GET gave: the fields in READ_ONLY are set aside, to be compared."""

    READ_ONLY: ClassVar[frozenset[str]] = frozenset()
    _sent_back: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _set_aside_what_is_only_read(cls, data: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(data, dict):
            return read(data)
        body = read({name: value for name, value in data.items() if name not in cls.READ_ONLY})
        body._sent_back = {name: data[name] for name in data.keys() & cls.READ_ONLY}
        return body

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).setdefault("properties", {})
        properties.update({name: {"readOnly": True} for name in sorted(cls.READ_ONLY)})
        return schema

    def refuse_changes(
        self, shown: Mapping[str, Any], same: Mapping[str, Same] | None = None
    ) -> None:
        """Compares what was sent back with what is shown now; `same` for fields that move by
        themselves. Raises InvalidError `field_read_only`."""
        _refuse_changes(self._sent_back, _plain(shown), same or {})


class MergePatch(RootModel[dict[str, Any]]):
    """A JSON merge patch (RFC 7396): what is named changes, what is null goes back to its default,
    what is left out stays. A subclass names the body that the result has to be."""

    RESULT: ClassVar[type[BaseModel]]

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        whole = cls.RESULT.model_json_schema(by_alias=True)
        properties = _optional(whole, whole.get("$defs", {}))["properties"]
        description = getdoc(cls)
        described = {"title": cls.__name__, "description": description, "type": "object"}
        return {**described, "properties": properties}


def patched(
    model: type[Edited],
    shown: Mapping[str, Any],
    patch: MergePatch,
    same: Mapping[str, Same] | None = None,
) -> Edited:
    """The settable fields of `shown` with the patch on them, as a body of `model`.

    Raises InvalidError `field_read_only`, RequestValidationError for what `model` refuses, and for
    a name that it does not have.
    """
    plain, sent = _plain(shown), patch.root
    fields = {field.alias or name for name, field in model.model_fields.items()}
    try:
        merged = merge_patch(plain, sent)
    except RecursionError as error:
        raise UnparseableError("unparseable", "the patch is nested too deeply") from error
    told = sent.keys() & (plain.keys() - fields)
    _refuse_changes({name: merged.get(name) for name in told}, plain, same or {})
    names = (fields & merged.keys()) | (sent.keys() - plain.keys() - fields)
    try:
        return model.model_validate({name: merged.get(name) for name in names})
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def _refuse_changes(
    sent: Mapping[str, Any], shown: Mapping[str, Any], same: Mapping[str, Same]
) -> None:
    faults: list[ErrorItem] = [
        {
            "loc": name,
            "code": "field_read_only",
            "detail": f"it is {_short(shown.get(name))}, not {_short(value)}; nobody sets it",
        }
        for name, value in sorted(sent.items())
        if not same.get(name, equal)(value, shown.get(name))
    ]
    if faults:
        names = ", ".join(fault["loc"] for fault in faults)
        raise InvalidError(
            "field_read_only",
            f"{names}: read only, and not as it is now; read it again, or leave it out",
            errors=faults,
        )


def equal(sent: Any, shown: Any) -> bool:
    """Equal as JSON; two times are when they are one instant."""
    if type(sent) is type(shown) and sent == shown:
        return True
    first, second = as_time(sent), as_time(shown)
    return first is not None and first == second


def as_time(value: Any) -> datetime | None:
    """A text that is an instant with its offset, as that."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _plain(shown: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(shown))
    return plain


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _optional(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema of which nothing has to be stated and all may be null, but for items of lists:
    a merge patch replaces lists whole."""
    schema = _resolved(schema, definitions)
    found = {name: value for name, value in schema.items() if name not in ("required", "default")}
    found.pop("$defs", None)
    if "properties" in schema:
        found["properties"] = {
            name: _or_null(_optional(inner, definitions))
            for name, inner in schema["properties"].items()
        }
    if "anyOf" in schema:
        found["anyOf"] = [_optional(inner, definitions) for inner in schema["anyOf"]]
    if "items" in schema:
        found["items"] = _whole(schema["items"], definitions)
    return found


def _whole(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema with what it refers to written out."""
    if isinstance(schema, list):
        return [_whole(inner, definitions) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    resolved = _resolved(schema, definitions)
    return {name: _whole(inner, definitions) for name, inner in resolved.items()}


def _resolved(schema: Any, definitions: Mapping[str, Any]) -> Any:
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if not isinstance(reference, str):
        return schema
    beside = {name: value for name, value in schema.items() if name != "$ref"}
    return {**definitions[reference.rpartition("/")[2]], **beside}


def _or_null(schema: Any) -> Any:
    if {"type": "null"} in schema.get("anyOf", ()):
        return schema
    words = {name: schema[name] for name in ("title", "description") if name in schema}
    return {**words, "anyOf": [schema, {"type": "null"}]}
