"""What is wrong with a body, in the house's words: those of pydantic and msgspec reach no reader.

Pure. A sentence says what to send, so it is the remedy as well; the field's path goes before it.
"""

import re
from ast import literal_eval
from collections.abc import Mapping
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

from shared.names import NAME, NAME_RULE

NOT_VALID = "not a value of this field: its API document says what it may be"
_LIBRARY = frozenset(get_args(ErrorType))
"""Types of faults that pydantic finds; all others are ours, with our sentence."""

FIELD_UNKNOWN = "no field has this name here: check its spelling, or leave it out"
OTHER = "value_error"
"""The code of what a library finds and we have no words for."""
MISSING = "is missing: send it"
WHOLE, NUMBER, TEXT = "send a whole number", "send a number", "send a text"
BOOLEAN, LIST, OBJECT = "send true or false", "send a list", "send an object"
TIME = "send a time as 2025-11-03T10:00:00Z"
ZONED = "send the time with its offset, as 2025-11-03T10:00:00Z or …+08:00"
SHAPE = "is of no shape that is known here: its API document says which there are"

FAULTS = {
    "missing": MISSING,
    "extra_forbidden": FIELD_UNKNOWN,
    "string_type": TEXT,
    "string_unicode": TEXT,
    "string_too_short": "send a text of at least {min_length} characters",
    "string_too_long": "send a text of at most {max_length} characters",
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "int_parsing_size": "the number is too large",
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": NUMBER,
    "bool_type": BOOLEAN,
    "bool_parsing": BOOLEAN,
    "list_type": LIST,
    "too_short": "send at least {min_length} of these",
    "too_long": "send at most {max_length} of these",
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "literal_error": "send one of {expected}",
    "enum": "send one of {expected}",
    "greater_than": "send a number above {gt}",
    "greater_than_equal": "send {ge} or more",
    "less_than": "send a number below {lt}",
    "less_than_equal": "send {le} or less",
    "datetime_type": TIME,
    "datetime_parsing": TIME,
    "datetime_from_date_parsing": TIME,
    "datetime_object_invalid": TIME,
    "timezone_aware": ZONED,
    "none_required": "send null",
    "union_tag_not_found": SHAPE,
    "union_tag_invalid": "send one of {expected_tags} as {discriminator}",
    "json_invalid": "the body is not JSON",
    "string_pattern_mismatch": "send a text of the form that its API document shows",
    OTHER: NOT_VALID,
}
"""By code, what to send instead."""
FORMS = {
    NAME: NAME_RULE,
    r"-?\d{1,12}(\.\d{1,6})?": "decimal text such as 12.50",
    "[A-Z]{3}": "a currency's three letters, such as CNY",
    r"[^\s|]+": "a text without blanks and |",
    r"[^\s|\x00]+": "a text without blanks and |",
    r"[^\x00]*": "a text without U+0000",
    r"[^\x00]+": "a text without U+0000, not empty",
    "[0-9]{4}(-[0-9]{2}){2}(T[0-9]{2})?": "a day or an hour, as 2025-11-03 or 2025-11-03T14",
}
"""What the patterns of the house ask for, without the ends of each."""

_PLACED = re.compile(r"(?P<what>.*?)(?: - at (?:`key` in )?`\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
_KINDS = {
    "str": TEXT,
    "int": WHOLE,
    "float": NUMBER,
    "bool": BOOLEAN,
    "object": OBJECT,
    "array": LIST,
    "datetime": TIME,
    "null": "send null",
    "int | str": "send a whole number or decimal text",
}
_MSGSPEC = [
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"Object missing required field `(?P<field>.*)`", MISSING),
        (r"Object contains unknown field `(?P<field>.*)`", FIELD_UNKNOWN),
        (r"Expected `datetime` with a timezone component", ZONED),
        (r"Expected `\w+` of length <= (?P<count>\d+)", "send at most {count} characters or items"),
        (
            r"Expected `\w+` of length >= (?P<count>\d+)",
            "send at least {count} characters or items",
        ),
        (r"Expected `\w+` (?P<bound>[<>]=? -?\d+)", "send a number {bound}"),
        (r"Expected `\w+` matching regex (?P<pattern>.*)", "send {form}"),
        (r"Expected `(?P<kind>[^`]+)`.*", "{kind}"),
        (r"Invalid RFC3339 encoded datetime", TIME),
        (r"Invalid (?:enum )?value '?(?P<value>.*?)'?", "no value known here is {value!r}"),
        (r"(?:Number|Integer value) out of range", "the number is too large"),
        (r"JSON is malformed: (?P<why>.*)", "is not JSON: {why}"),
        (r"Input data was truncated", "is not JSON: it ends too early"),
        (r".* codec can't decode .*", "is not text in UTF-8"),
        (r"maximum recursion depth exceeded.*", "is nested too deeply"),
    )
]


def code_of_fault(fault: Mapping[str, Any]) -> str:
    """The code for one of pydantic's faults: one of FAULTS, or a code of ours."""
    kind: str = fault["type"]
    return OTHER if kind in _LIBRARY - FAULTS.keys() else kind


def words_of_fault(fault: Mapping[str, Any]) -> str:
    """The sentence for one of pydantic's faults; a sentence of ours is kept as it is."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind not in _LIBRARY:
        return str(fault["msg"])
    if kind in (OTHER, "assertion_error"):
        return str(context.get("error", NOT_VALID))
    if kind == "string_pattern_mismatch":
        return f"send {_form(context['pattern'])}"
    return FAULTS.get(kind, NOT_VALID).format_map(context)


def words_of_error(text: str) -> str:
    """The sentence for what msgspec says, its path before it: `data.amount: send a text`."""
    placed = _PLACED.fullmatch(text)
    what, path = (placed["what"], placed["path"] or "") if placed else (text, "")
    for pattern, words in _MSGSPEC:
        if found := pattern.fullmatch(what):
            parts = found.groupdict()
            path = ".".join(part for part in (path, parts.get("field")) if part)
            kind = parts.get("kind", "").removesuffix(" | null")
            # It is printed as Python would write it: quoted, each backslash twice.
            form = _form(literal_eval(parts.get("pattern", "''")))
            said = words.format_map({**parts, "kind": _KINDS.get(kind, NOT_VALID), "form": form})
            return f"{path}: {said}" if path else said
    return f"{path}: {NOT_VALID}" if path else NOT_VALID


def _form(pattern: str) -> str:
    inner = pattern.removesuffix(r"(?!\n)").removeprefix("^").removesuffix("$")
    return FORMS.get(inner, "a text of the form that its API document shows")
