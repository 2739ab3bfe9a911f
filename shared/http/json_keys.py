"""Keys that an object states twice: refused, because each reader would take another of the two.

The decoders keep the last one and say nothing. What they kept is told from what was sent by
counting quotation marks, which costs a tenth of a microsecond per event; only a body of which the
count differs is read again, with every pair (five times as slow).
"""

import json
import math
from typing import Any

import msgspec

from shared.errors import UnparseableError

_ENCODE = msgspec.json.Encoder().encode
_NOT_JSON = (msgspec.DecodeError, ValueError, RecursionError)
PATH_LENGTH_MAX = 200


def keeps_all_keys(body: bytes, encoded: bytes) -> bool:
    """Whether what was decoded of `body`, and is `encoded` again, holds every key of it, so that
    none was stated twice.

    Each text that was dropped, a key or a value, took at least its two quotation marks along;
    inside a text one stands behind a backslash in both. Only `\\u0022` would add one. False may
    also mean that the decoder leaves out what it does not know.
    """
    if b"\\" in body and rb"\u0022" in body:
        return False
    return body.count(b'"') == encoded.count(b'"')


def json_fault(body: bytes) -> UnparseableError | None:
    """What is wrong with a body that a parser takes: a repeated key, named by its path
    (`data.measures.clicks`, `2.id`), or a number that is none (NaN, 1e999).

    None for what is no JSON at all, too: whoever reads it says so. Spelled with escapes or without,
    a key is the same key.
    """
    try:
        if keeps_all_keys(body, _ENCODE(msgspec.json.decode(body))):
            return None
    except _NOT_JSON:
        pass  # The other parser takes more.
    try:
        document = json.loads(
            body, object_pairs_hook=_Pairs, parse_constant=_refuse_number, parse_float=_finite
        )
    except _NoNumberError as error:
        return UnparseableError("unparseable", f"{error} is no number of JSON")
    except _NOT_JSON:
        return None
    path = _path_of(document)
    return None if path is None else _repeated(path)


def _repeated(path: str) -> UnparseableError:
    path = path[:PATH_LENGTH_MAX]
    detail = f"the key {path} is repeated"
    return UnparseableError(
        "unparseable", detail, errors=[{"loc": path, "code": "key_repeated", "detail": detail}]
    )


class _NoNumberError(Exception):
    """Python's parser takes NaN and Infinity for numbers; PostgreSQL's jsonb does not."""


def _refuse_number(text: str) -> None:
    raise _NoNumberError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NoNumberError(text[:PATH_LENGTH_MAX])
    return number


class _Pairs(list[tuple[str, Any]]):
    """An object as its pairs, in order, the repeated ones included."""


def _path_of(document: Any) -> str | None:
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Pairs):
            seen: set[str] = set()
            for key, inner in value:
                if key in seen:
                    return path + key
                seen.add(key)
                if isinstance(inner, list):
                    waiting.append((f"{path}{key}.", inner))
        elif isinstance(value, list):
            waiting.extend(
                (f"{path}{index}.", inner)
                for index, inner in enumerate(value)
                if isinstance(inner, list)
            )
    return None
