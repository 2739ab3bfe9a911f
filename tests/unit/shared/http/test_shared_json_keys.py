"""A key that an object states twice is found, however it is spelled and however deep it lies."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.json_keys import PATH_LENGTH_MAX, json_fault, keeps_all_keys

REPEATED: list[tuple[str, bytes, str]] = [
    ("at the top", b'{"a":1,"a":2}', "a"),
    ("with the same value", b'{"a":1,"a":1}', "a"),
    ("three times", b'{"a":1,"b":2,"a":1,"a":3}', "a"),
    ("in an object within", b'{"data":{"amount":"1","amount":"9"}}', "data.amount"),
    ("in a list", b'[{"a":1},{"b":{"c":1,"c":2}}]', "1.b.c"),
    ("in a list of lists", b'{"a":[[{"b":1,"b":1}]]}', "a.0.0.b"),
    ("spelled with an escape", b'{"amount":1,"\\u0061mount":2}', "amount"),
    ("an escaped quotation mark in it", b'{"a\\"":1,"a\\u0022":2}', 'a"'),
    ("the count is made up for by an escape", b'{"a":"\\u0022\\u0022","a":1}', "a"),
    ("the same, other escapes", b'{"x":"\\u0022\\u0022","a":1,"a":1}', "a"),
    ("the empty key", b'{"":1,"":2}', ""),
    ("a repeated key with an object", b'{"a":{"b":1},"a":{"c":"x"}}', "a"),
    ("with white space", b'{ "a" : 1 ,\n "a"\t: 2 }', "a"),
    ("beside what only one parser reads", b'{"a":"\\udc00","b":1,"b":2}', "b"),
    ("a surrogate alone", b'{"\\ud800":1,"\\ud800":2}', "\ud800"),
    ("in UTF-16, which the framework's parser takes", '{"a":1,"a":2}'.encode("utf-16"), "a"),
    ("behind a byte order mark", b'\xef\xbb\xbf{"a":1,"a":2}', "a"),
]
FINE: list[tuple[str, bytes]] = [
    ("the same key in two objects", b'[{"a":1},{"a":1}]'),
    ("a key of its own object's name", b'{"a":{"a":{"a":1}}}'),
    ("the same text as a value", b'{"a":"a","b":"a"}'),
    ("another case", b'{"a":1,"A":2}'),
    ("quotation marks in texts", b'{"a":"say \\"hi\\"","b":"\\u0022"}'),
    ("text that looks like JSON", b'{"a":"{\\"b\\":1,\\"b\\":2}"}'),
    ("no object", b'[1, null, "x"]'),
    ("no JSON: whoever reads it says so", b'{"a":1,"a":2'),
    ("nested deeper than any parser goes", b"[" * 100_000 + b"]" * 100_000),
    ("nothing", b""),
    ("no text", b"\xff\xfe\xfd"),
]


@pytest.mark.parametrize(("why", "body", "path"), REPEATED, ids=[why for why, *_ in REPEATED])
def test_a_repeated_key_is_found_and_named_by_its_path(why: str, body: bytes, path: str) -> None:
    fault = json_fault(body)
    assert fault is not None, why
    assert (fault.code, fault.status) == ("unparseable", 400)
    assert fault.detail == f"the key {path} is repeated"
    assert [(item["loc"], item["code"]) for item in fault.errors] == [(path, "key_repeated")]


@pytest.mark.parametrize(("why", "body"), FINE, ids=[why for why, _ in FINE])
def test_nothing_else_is_taken_for_one(why: str, body: bytes) -> None:
    assert json_fault(body) is None, why


def test_a_typed_decoder_is_believed_only_when_it_kept_all_keys() -> None:
    class Known(msgspec.Struct, omit_defaults=True):
        id: str
        mode: str = "delta"
        time: str | None = None

    decode = msgspec.json.Decoder(list[Known]).decode
    for body, kept in (
        (b'[{"id":"a"},{"id":"b","mode":"snapshot"}]', True),
        (b'[{"id":"a","id":"b"}]', False),
        (b'[{"id":"a","unknown":1}]', False),
        (b'[{"id":"a","time":null}]', False),
    ):
        assert keeps_all_keys(body, msgspec.json.encode(decode(body))) is kept, body


def test_the_error_names_the_key_within_bounds() -> None:
    fault = json_fault(b'{"%b":1,"%b":2}' % (b"k" * 5000, b"k" * 5000))
    assert fault is not None
    assert len(fault.detail) < PATH_LENGTH_MAX + 30


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1.0e400"])
def test_a_number_that_json_does_not_have_is_refused(number: bytes) -> None:
    """Stored as null, it would be another answer than what was sent."""
    fault = json_fault(b'{"attributes":{"x":[%b]}}' % number)
    assert fault is not None
    assert fault.detail == f"{number.decode()} is no number of JSON"


KEYS = st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(st.tuples(KEYS, inner), max_size=4).map(lambda pairs: ("object", pairs))
    ),
    max_leaves=12,
)


def write(value: Any, *, ascii_only: bool) -> str:
    if isinstance(value, tuple):
        pairs = ",".join(
            f"{json.dumps(key, ensure_ascii=ascii_only)}:{write(inner, ascii_only=ascii_only)}"
            for key, inner in value[1]
        )
        return "{" + pairs + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(inner, ascii_only=ascii_only) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def repeats(value: Any) -> bool:
    if isinstance(value, tuple):
        keys = [key for key, _ in value[1]]
        return len(set(keys)) < len(keys) or any(repeats(inner) for _, inner in value[1])
    return isinstance(value, list) and any(repeats(inner) for inner in value)


@given(VALUES, st.booleans())
def test_it_is_found_exactly_when_it_is_there(value: Any, ascii_only: bool) -> None:
    body = write(value, ascii_only=ascii_only).encode()
    assert (json_fault(body) is not None) == repeats(value)
