"""What was read may be sent back: compared with what is shown, and patched (RFC 7396)."""

from typing import Any, ClassVar

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from shared.errors import InvalidError
from shared.http.edits import MergePatch, ReadBack, merge_patch, patched

# Appendix A of RFC 7396, row by row.
RFC: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
DOCUMENTS = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


class Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    owner: str | None = None
    more: dict[str, Any] = {}


class KeptEdit(ReadBack, Kept):
    READ_ONLY: ClassVar[frozenset[str]] = frozenset({"version", "made_at"})


class KeptPatch(MergePatch):
    RESULT: ClassVar[type[BaseModel]] = Kept


SHOWN = {
    "name": "a",
    "owner": "li.na",
    "more": {"b": 1, "c": 2},
    "version": 3,
    "made_at": "2026-03-01T00:00:00Z",
}


def edit(patch: dict[str, Any]) -> Kept:
    return patched(Kept, SHOWN, KeptPatch(patch))


@pytest.mark.parametrize(("target", "patch", "result"), RFC)
def test_a_patch_does_what_the_rfc_says(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_applied_twice_is_applied_once(target: Any, patch: Any) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


def test_what_was_read_is_accepted_whole() -> None:
    body = KeptEdit.model_validate(SHOWN)
    body.refuse_changes(SHOWN)
    assert body.model_dump() == {"name": "a", "owner": "li.na", "more": {"b": 1, "c": 2}}
    assert edit(SHOWN) == Kept(name="a", owner="li.na", more={"b": 1, "c": 2})


def test_one_instant_may_be_written_in_another_zone() -> None:
    body = KeptEdit.model_validate({**SHOWN, "made_at": "2026-03-01T08:00:00+08:00"})
    body.refuse_changes(SHOWN)
    assert body.name == "a"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"version": 4}, "version"),
        ({"version": "3"}, "version"),
        ({"version": True}, "version"),
        ({"made_at": "2026-03-01T00:00:01Z"}, "made_at"),
        ({"made_at": "2026-03-01T00:00:00"}, "made_at"),
        ({"made_at": None, "version": None}, "made_at, version"),
    ],
)
def test_a_change_of_what_is_only_read_is_refused_by_name(
    changes: dict[str, Any], named: str
) -> None:
    body = KeptEdit.model_validate({**SHOWN, **changes})
    for attempt in (lambda: body.refuse_changes(SHOWN), lambda: edit(changes)):
        with pytest.raises(InvalidError, match=f"{named}: read only") as refused:
            attempt()
        assert refused.value.code == "field_read_only"
        assert [fault["loc"] for fault in refused.value.errors] == named.split(", ")


def test_null_takes_the_default_and_what_is_left_out_stays() -> None:
    assert edit({"owner": None, "more": {"b": None}}) == Kept(name="a", owner=None, more={"c": 2})
    assert edit({"more": None}) == Kept(name="a", owner="li.na", more={})


@pytest.mark.parametrize(
    ("patch", "place"),
    [({"nmae": "b"}, ("body", "nmae")), ({"nmae": None}, ("body", "nmae")),
     ({"name": None}, ("body", "name")), ({"name": 1}, ("body", "name"))],
)  # fmt: skip
def test_what_the_whole_would_refuse_is_refused(patch: dict[str, Any], place: Any) -> None:
    with pytest.raises(RequestValidationError) as refused:
        edit(patch)
    assert [fault["loc"] for fault in refused.value.errors()] == [place]


def test_the_document_of_a_patch_demands_nothing_and_names_all() -> None:
    schema = KeptPatch.model_json_schema()
    assert schema["properties"].keys() == {"name", "owner", "more"}
    assert "required" not in schema
    assert {"type": "null"} in schema["properties"]["name"]["anyOf"]


def test_the_document_of_a_body_says_what_is_only_read() -> None:
    properties = KeptEdit.model_json_schema()["properties"]
    assert properties["version"] == {"readOnly": True}
    assert "readOnly" not in properties["name"]
