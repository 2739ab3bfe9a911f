"""Published versions do not change: what breaks a reader is named, what helps one is free."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.contracts import documents as contracts
from cli.contracts.compatibility import incompatibilities
from cli.errors import Exit

EVENT: dict[str, Any] = {
    "$ref": "#/$defs/Spend",
    "$defs": {
        "Spend": {
            "type": "object",
            "description": "Money spent.",
            "properties": {
                "amount": {"type": "string"},
                "mode": {"enum": ["delta", "snapshot"], "default": "delta"},
                "line": {"anyOf": [{"type": "string", "maxLength": 64}, {"type": "null"}]},
                "changes": {"type": "array", "items": {"$ref": "#/$defs/Change"}},
            },
            "required": ["amount", "changes"],
        },
        "Change": {
            "type": "object",
            "properties": {"start": {"type": "string"}},
            "required": ["start"],
        },
    },
}
Edit = Callable[[dict[str, Any]], object]


def after(document: dict[str, Any], edit: Edit) -> list[str]:
    changed = copy.deepcopy(document)
    edit(changed)
    return incompatibilities(document, changed)


def properties(schema: dict[str, Any], name: str = "Spend") -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"][name]["properties"]
    return found


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (dict.copy, "no change at all"),
        (lambda s: properties(s).update(note={"type": "string"}), "a new optional field"),
        (lambda s: s["$defs"]["Spend"].update(description="Other words."), "other words"),
        (lambda s: s["$defs"].update(Unused={"type": "string"}), "a definition nobody uses"),
        (lambda s: properties(s)["mode"]["enum"].reverse(), "another order of an enumeration"),
        (lambda s: s["$defs"]["Spend"]["required"].reverse(), "another order of required fields"),
    ],
)
def test_what_harms_nobody_is_free(edit: Edit, why: str) -> None:
    assert after(EVENT, edit) == [], why


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda s: properties(s).pop("mode"), ".mode was removed"),
        (
            lambda s: properties(s).update(amount={"type": "number"}),
            ".amount: type changed from string to number",
        ),
        (
            lambda s: properties(s)["mode"].update(default="snapshot"),
            ".mode: default changed from delta to snapshot",
        ),
        (
            lambda s: properties(s)["mode"]["enum"].pop(),
            ".mode: enum changed from ['delta', 'snapshot'] to ['delta']",
        ),
        (
            lambda s: properties(s)["line"]["anyOf"][0].update(maxLength=10),
            ".line: maxLength changed from 64 to 10",
        ),
        (lambda s: properties(s)["line"]["anyOf"].pop(), ".line: the alternatives changed"),
        (lambda s: s["$defs"]["Spend"]["required"].remove("amount"), ".amount became optional"),
        (lambda s: s["$defs"]["Spend"]["required"].append("mode"), ".mode became required"),
        (lambda s: properties(s, "Change").pop("start"), ".changes[items].start was removed"),
    ],
)
def test_what_breaks_a_reader_is_named(edit: Edit, sentence: str) -> None:
    assert sentence in after(EVENT, edit)


def test_a_new_required_field_breaks_the_events_already_written() -> None:
    def edit(schema: dict[str, Any]) -> None:
        properties(schema)["source"] = {"type": "string"}
        schema["$defs"]["Spend"]["required"].append("source")

    assert after(EVENT, edit) == [".source is new and required"]


API: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/v1/transfers": {
            "post": {
                "parameters": [
                    {"name": "dry", "in": "query", "required": False, "schema": {"type": "boolean"}}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Asked"}}
                    }
                },
                "responses": {
                    "201": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Given"}}
                        }
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            name: {
                "type": "object",
                "properties": {"amount": {"type": "string"}},
                "required": ["amount"],
            }
            for name in ("Asked", "Given")
        }
    },
}


def operation(api: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api["paths"]["/v1/transfers"]["post"]
    return found


def take(api: dict[str, Any], schema: dict[str, Any]) -> None:
    """The parameter takes something else."""
    operation(api)["parameters"][0]["schema"] = schema


def demand(api: dict[str, Any], schema: str) -> None:
    body = api["components"]["schemas"][schema]
    body["properties"]["reason"] = {"type": "string"}
    body["required"].append("reason")


def codes(api: dict[str, Any], schema: str, *values: str) -> None:
    """The amount as one of these codes; the published one knows "a" and "b"."""
    api["components"]["schemas"][schema]["properties"]["code"] = {"enum": list(values)}


def test_a_new_code_is_free_in_an_answer_and_one_that_goes_is_not() -> None:
    published = copy.deepcopy(API)
    codes(published, "Given", "a", "b")
    assert after(published, lambda a: codes(a, "Given", "a", "b", "c")) == []
    assert after(published, lambda a: codes(a, "Given", "a", "c")) == [
        "POST /v1/transfers 201.code: enum changed from ['a', 'b'] to ['a', 'c']"
    ]


def test_a_new_value_is_free_in_what_is_asked_and_one_that_goes_is_not() -> None:
    published = copy.deepcopy(API)
    codes(published, "Asked", "a", "b")
    assert after(published, lambda a: codes(a, "Asked", "a", "b", "c")) == []
    assert after(published, lambda a: codes(a, "Asked", "a", "c")) == [
        "POST /v1/transfers request.code: enum changed from ['a', 'b'] to ['a', 'c']"
    ]


def test_a_new_kind_of_an_object_is_free_in_an_answer_and_null_in_its_place_is_not() -> None:
    def shown(api: dict[str, Any], schema: str, *kinds: str | None) -> None:
        one_of = [
            {"properties": {"kind": {"const": kind}}} if kind else {"type": "null"}
            for kind in kinds
        ]
        api["components"]["schemas"][schema]["properties"]["code"] = {"anyOf": one_of}

    published = copy.deepcopy(API)
    for schema in ("Given", "Asked"):
        shown(published, schema, "a", "b")
    assert after(published, lambda a: shown(a, "Given", "a", "b", "c")) == []
    changed = [
        (lambda a: shown(a, "Given", "a", "b", None), " 201"),
        (lambda a: shown(a, "Given", "a"), " 201"),
        (lambda a: shown(a, "Asked", "a", "b", "c"), " request"),
    ]
    for edit, place in changed:
        refused = [f"POST /v1/transfers{place}.code: the alternatives changed"]
        assert after(published, edit) == refused


def test_the_list_of_codes_of_an_answer_is_free_where_any_text_was_said() -> None:
    published = copy.deepcopy(API)
    for schema in ("Given", "Asked"):
        published["components"]["schemas"][schema]["properties"]["code"] = {"type": "string"}

    def listed(api: dict[str, Any], schema: str) -> None:
        api["components"]["schemas"][schema]["properties"]["code"]["enum"] = ["a"]

    assert after(published, lambda a: listed(a, "Given")) == []
    assert after(published, lambda a: listed(a, "Asked")) == [
        "POST /v1/transfers request.code: enum changed from None to ['a']"
    ]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (dict.copy, []),
        (lambda a: a["paths"].update({"/v1/draws": {"post": {}}}), []),
        (lambda a: demand(a, "Given"), []),
        (lambda a: demand(a, "Asked"), ["POST /v1/transfers request.reason is new and required"]),
        (lambda a: a["paths"].clear(), ["POST /v1/transfers was removed"]),
        (
            lambda a: operation(a)["responses"].clear(),
            ["POST /v1/transfers: answer 201 was removed"],
        ),
        (lambda a: operation(a)["parameters"].clear(), ["POST /v1/transfers: dry was removed"]),
        (
            lambda a: operation(a)["parameters"][0].update(required=True),
            ["POST /v1/transfers: dry became required"],
        ),
        (lambda a: take(a, {"anyOf": [{"type": "boolean"}, {"const": "x"}], "default": True}), []),
        (
            lambda a: take(a, {"const": "x"}),
            [
                "POST /v1/transfers dry: const changed from None to x",
                "POST /v1/transfers dry: type changed from boolean to None",
            ],
        ),
        (
            lambda a: operation(a).pop("requestBody"),
            ["POST /v1/transfers: the request body came or went"],
        ),
    ],
)
def test_operations_keep_their_promises(edit: Edit, expected: list[str]) -> None:
    assert after(API, edit) == expected


def test_the_committed_documents_are_what_the_code_says() -> None:
    documents = contracts.generated()
    differing = [path.name for path in contracts.differing(documents)]
    assert not differing, f"run `python -m cli.contracts`: {differing}"
    assert contracts.left_over(documents) == []
    assert contracts.breaking(documents) == []


def test_an_incompatible_change_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "events" / "spend.json"
    path.parent.mkdir()
    path.write_text(contracts.text_of(EVENT), encoding="utf-8")
    changed = copy.deepcopy(EVENT)
    properties(changed).pop("amount")
    monkeypatch.setattr(contracts, "DOCS", tmp_path)
    monkeypatch.setattr(contracts, "ROOT", tmp_path)
    monkeypatch.setattr(contracts, "generated", lambda: {path: changed})
    assert contracts.main([]) == Exit.CHECK_FAILED
    assert "spend.json: .amount was removed" in capsys.readouterr().out
    assert json.loads(path.read_text(encoding="utf-8")) == EVENT

    widened = copy.deepcopy(EVENT)
    properties(widened)["note"] = {"type": "string"}
    monkeypatch.setattr(contracts, "generated", lambda: {path: widened})
    assert contracts.main(["--check"]) == Exit.CHECK_FAILED
    assert json.loads(path.read_text(encoding="utf-8")) == EVENT
    assert contracts.main([]) == Exit.OK
    assert json.loads(path.read_text(encoding="utf-8")) == widened
    assert contracts.main(["--check"]) == Exit.OK


@pytest.mark.parametrize("removed", [True, False])
def test_a_committed_document_the_code_no_longer_has_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, removed: bool
) -> None:
    path = tmp_path / "api" / "ingest.json"
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(contracts, "DOCS", tmp_path)
    documents: dict[Path, dict[str, Any]] = {} if removed else {path: {}}
    expected = ["api/ingest.json: was removed"] if removed else []
    assert contracts.breaking(documents) == expected


def test_a_new_kind_of_catalogue_object_is_free_and_one_less_is_not() -> None:
    def known(*kinds: str) -> Any:
        kind = {"properties": {"kind": {"enum": list(kinds)}}}
        return {"properties": {"data": kind}}

    assert incompatibilities(known("line"), known("line", "suspense")) == []
    assert incompatibilities(known("line", "suspense"), known("line")) == [
        ".data.kind: enum changed from ['line', 'suspense'] to ['line']"
    ]
