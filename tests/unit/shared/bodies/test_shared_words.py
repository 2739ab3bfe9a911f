"""What is wrong with a body is said in the house's words, whatever library found it."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec
import pytest
from msgspec import Meta
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from shared.bodies.texts import PLAIN
from shared.bodies.words import FORMS, NOT_VALID, words_of_error, words_of_fault
from shared.events import fields
from shared.http.instants import Instant
from shared.names import NAME, NAME_RULE


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal["a", "b"] = "a"


class Other(BaseModel):
    kind: Literal["c"]


def _never(_: object) -> object:
    raise ValueError("a limit needs another")


BODIES = [
    ("a text", str, 1, "send a text"),
    ("a whole number", Annotated[int, Field(strict=True)], "1", "send a whole number"),
    ("a parameter of the query", int, "x", "send a whole number"),
    ("no fraction", int, 1.5, "send a whole number"),
    ("true or false", bool, "perhaps", "send true or false"),
    ("a list", list[int], {}, "send a list"),
    ("an object", Thing, [], "send an object"),
    ("a field that is not there", Other, {}, "is missing: send it"),
    ("a misspelt field", Thing, {"knd": "a"}, "no field has this name here"),
    ("one of a few", Thing, {"kind": "x"}, "send one of 'a' or 'b'"),
    (
        "a tag",
        Annotated[Thing | Other, Field(discriminator="kind")],
        {"kind": "x"},
        "'c' as 'kind'",
    ),
    ("a bound", Annotated[int, Field(ge=1)], 0, "send 1 or more"),
    ("too long", Annotated[str, Field(max_length=2)], "abc", "at most 2 characters"),
    ("too many", Annotated[list[int], Field(max_length=1)], [1, 2], "send at most 1 of these"),
    ("a name", Annotated[str, Field(pattern=f"^{NAME}$")], "?", "send 1 to 64 letters"),
    ("a form without a name", Annotated[str, Field(pattern="^x$")], "y", "API document"),
    ("a time", datetime, "yesterday", "send a time as 2025-11-03T10:00:00Z"),
    (
        "a sentence of a check of ours",
        Annotated[str, PLAIN],
        "a\x1b",
        "invisible control character",
    ),
    ("of an instant", Instant, 0, "text"),
    ("of a rule over several fields", Annotated[str, AfterValidator(_never)], "", "needs another"),
]


@pytest.mark.parametrize(("reason", "kind", "value", "said"), BODIES)
def test_what_pydantic_finds_is_said_in_our_words(
    reason: str, kind: object, value: object, said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    [fault] = refused.value.errors()
    words = words_of_fault(fault)
    assert said in words, reason
    assert not re.search(r"Input should|Field required|Value error|Extra inputs", words), reason


@pytest.mark.parametrize("kind", get_args(ErrorType))
def test_no_kind_of_fault_brings_the_librarys_sentence_or_fails(kind: str) -> None:
    class Context(dict[str, str]):
        def __missing__(self, name: str) -> str:
            return name

    fault = {"type": kind, "msg": "Input should be another", "ctx": Context()}
    assert words_of_fault(fault) not in ("", fault["msg"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Expected `str`, got `int` - at `$.data.amount`", "data.amount: send a text"),
        ("Expected `int | null`, got `float` - at `$.x`", "x: send a whole number"),
        ("Expected `object`, got `array`", "send an object"),
        ("Object missing required field `type`", "type: is missing: send it"),
        ("Object missing required field `a` - at `$.data`", "data.a: is missing: send it"),
        (
            "Object contains unknown field `x` - at `$.data`",
            "data.x: no field has this name here: check its spelling, or leave it out",
        ),
        ("Invalid value 'x' - at `$.type`", "type: no value known here is 'x'"),
        ("Invalid enum value 'x' - at `$.data.mode`", "data.mode: no value known here is 'x'"),
        (
            "Expected `str` of length <= 200 - at `$.source`",
            "source: send at most 200 characters or items",
        ),
        ("Expected `int` >= 0 - at `$.seq`", "seq: send a number >= 0"),
        (
            "Expected `datetime` with a timezone component - at `$.time`",
            "time: send the time with its offset, as 2025-11-03T10:00:00Z or …+08:00",
        ),
        ("Invalid RFC3339 encoded datetime - at `$.t`", "t: send a time as 2025-11-03T10:00:00Z"),
        ("Number out of range - at `$.n`", "n: the number is too large"),
        (
            "JSON is malformed: invalid character (byte 0)",
            "is not JSON: invalid character (byte 0)",
        ),
        ("Input data was truncated", "is not JSON: it ends too early"),
        ("'utf-8' codec can't decode byte 0xff in position 0", "is not text in UTF-8"),
        ("a sentence of a later version - at `$.x`", f"x: {NOT_VALID}"),
    ],
)
def test_what_msgspec_finds_is_said_in_our_words_with_its_path_first(text: str, said: str) -> None:
    assert words_of_error(text) == said


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (fields.Name, "spring sale", f"send {NAME_RULE}"),
        (fields.Source, "a b", "send a text without blanks and |"),
        (fields.Currency, "cn", "send a currency's three letters, such as CNY"),
        (fields.Period, "1 May", "send a day or an hour, as 2025-11-03 or 2025-11-03T14"),
        (dict[fields.Name, int], {"a b": 1}, f"send {NAME_RULE}"),
        *(
            (Annotated[str, Meta(pattern=f"^{pattern}{fields.END}")], "| \0", f"send {form}")
            for pattern, form in FORMS.items()
        ),
    ],
)
def test_a_text_of_another_form_is_told_the_form(kind: Any, value: object, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(msgspec.json.encode(value), type=kind)
    assert words_of_error(str(refused.value)) == said
