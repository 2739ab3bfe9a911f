"""Cursors, entity tags and idempotency keys, as far as they need no database."""

import base64

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import (
    InvalidError,
    PreconditionFailedError,
    PreconditionRequiredError,
    UnparseableError,
)
from shared.http.auth import Principal
from shared.http.conventions import Reply, check_if_match, etag, idempotent
from shared.http.paging import decode_cursor, encode_cursor, page
from shared.http.reach import Reach


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/v1/x", "headers": raw})


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.lists(st.one_of(TEXTS, st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=4))
def test_a_cursor_comes_back_as_it_went(values: list[str | int]) -> None:
    text = encode_cursor(values)
    assert decode_cursor(text, *(type(value) for value in values)) == values
    assert "=" not in text


@given(st.text(max_size=40))
def test_any_other_text_is_refused_by_name_or_has_the_right_length(text: str) -> None:
    try:
        values = decode_cursor(text, str, int)
    except InvalidError as error:
        assert error.code == "cursor_invalid"  # noqa: PT017 - either outcome is allowed
    else:
        assert values is None or len(values) == 2


@pytest.mark.parametrize(
    ("reason", "wrong"),
    [
        ("an object", b"{}"),
        ("a number", b"1"),
        ("too short", b'["a"]'),
        ("too long", b'["a",2,3]'),
        ("another order", b'[2,"a"]'),
        ("another list's", b"[1,2]"),
        ("no whole number", b'["a",2.5]'),
        ("true is no number", b'["a",true]'),
        ("beyond bigint", b'["a",99999999999999999999]'),
        ("beyond all that is read as a number", b'["a",1' + b"0" * 5000 + b"]"),
        ("no text within a text", b'["\\ud800",2]'),
        ("an object in place of a text", b'[{"a":1},2]'),
        ("null in place of a number", b'["a",null]'),
        ("a number in place of a text", b"[1,2]"),
        ("a NUL, which PostgreSQL cannot hold", b'["\\u0000",2]'),
        ("no JSON", b"\xff"),
        ("too deep to be read", b"[" * 5000),
    ],
)
def test_a_cursor_of_another_shape_is_refused(reason: str, wrong: bytes) -> None:
    with pytest.raises(InvalidError) as caught:
        decode_cursor(base64.urlsafe_b64encode(wrong).decode().rstrip("="), str, int)
    assert caught.value.code == "cursor_invalid", reason


def test_no_cursor_is_the_first_page() -> None:
    assert decode_cursor(None, int) is None
    assert decode_cursor("", int) is None


def test_a_page_tells_where_the_next_begins_only_if_there_is_more() -> None:
    items = [{"n": n} for n in range(3)]
    first = page(items, 2, lambda item: [item["n"]])
    assert first["items"] == items[:2]
    assert decode_cursor(first["next"], int) == [1]
    assert page(items, 3, lambda item: [item["n"]]) == {"items": items, "next": None}
    assert page([], 3, lambda item: [item["n"]]) == {"items": [], "next": None}


def test_if_match_must_name_the_current_version() -> None:
    check_if_match(request(if_match=etag(3)), 3)
    check_if_match(request(if_match="*"), 3)
    with pytest.raises(PreconditionRequiredError):
        check_if_match(request(), 3)
    for wrong in ('"2"', "3", 'W/"3"', ""):
        with pytest.raises(PreconditionFailedError):
            check_if_match(request(if_match=wrong), 3)


@pytest.mark.parametrize("key", ["", "x" * 201], ids=["empty", "too long"])
async def test_a_key_is_demanded_before_anything_is_done(key: str) -> None:
    async def produce() -> Reply:
        raise AssertionError("produced without a key")

    principal = Principal(Reach("w"), "s", frozenset())
    with pytest.raises(UnparseableError) as refused:
        await idempotent(request(idempotency_key=key), None, "s", principal, produce)  # type: ignore[arg-type]
    assert refused.value.code == "idempotency_key_missing"


def test_a_stored_reply_is_marked() -> None:
    reply = Reply(201, {"a": 1}, {"Location": "/v1/x/1"})
    assert "idempotency-hit" not in reply.response().headers
    again = reply.response(hit=True)
    assert again.headers["idempotency-hit"] == "true"
    assert again.headers["location"] == "/v1/x/1"
    assert again.status_code == 201
