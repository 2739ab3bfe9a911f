"""The API documents explain themselves: every body, every field, and an example of each request."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from shared.http import api_words
from tests.documented import documents

DOCUMENTS = documents()
WORDS = api_words.load()


def fields(root: Any, schema: Any, model: str) -> Iterator[tuple[str, Any]]:
    """(model.field, its schema) of a schema and of all that is written out in it."""
    if isinstance(schema, list):
        for inner in schema:
            yield from fields(root, inner, model)
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            for name, inner in properties.items():
                yield f"{model}.{name}", inner
                yield from fields(root, inner, f"{model}.{name}")
        for word, inner in schema.items():
            if word != "properties":
                yield from fields(root, inner, model)


def all_fields(service: str) -> Iterator[tuple[str, Any]]:
    document = DOCUMENTS[service]
    for model, schema in document["components"]["schemas"].items():
        yield from fields(document, schema, model)


def is_composed(schema: Any) -> bool:
    """Whether it is made of fields that have their own words."""
    if "anyOf" in schema:
        return any(is_composed(inner) for inner in schema["anyOf"])
    if schema.get("type") == "array":
        return is_composed(schema.get("items", {}))
    return "$ref" in schema or "properties" in schema or schema.get("readOnly", False)


def operations(service: str) -> Iterator[tuple[str, Any]]:
    for path, methods in DOCUMENTS[service]["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def is_sentence(text: str) -> bool:
    return text.endswith(".") and not text[0].islower()


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_body_and_every_field_says_what_it_is(service: str) -> None:
    schemas = DOCUMENTS[service]["components"]["schemas"]
    silent = [name for name, schema in schemas.items() if not schema.get("description")]
    silent += [name for name, schema in all_fields(service) if not schema.get("description")]
    assert silent == [], "write a sentence for each into shared/http/api_words.json"


@pytest.mark.parametrize("service", DOCUMENTS)
def test_what_may_be_null_says_what_null_means(service: str) -> None:
    silent = [
        name
        for name, schema in all_fields(service)
        # A patch says it once for all of its fields: null takes the default.
        if "Patch" not in name
        and {"type": "null"} in schema.get("anyOf", ())
        and "null" not in schema["description"].lower()
    ]
    assert silent == []


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_field_has_an_example_of_its_own_shape(service: str) -> None:
    components = DOCUMENTS[service]["components"]
    bare = []
    for name, schema in all_fields(service):
        if not is_composed(schema) and not schema.get("examples"):
            bare.append(name)
        for example in schema.get("examples", ()):
            validator = jsonschema_rs.Draft202012Validator(
                {**schema, "components": components}, validate_formats=True
            )
            assert validator.is_valid(example), f"{name}: {example!r}"
    assert bare == [], "write an example for each into shared/http/api_words.json"


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_operation_and_parameter_says_what_it_is(service: str) -> None:
    for place, operation in operations(service):
        assert operation["summary"], place
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), f"{place}: {parameter['name']}"
            if parameter["required"] and parameter["in"] != "header":
                assert "example" in parameter, f"{place}: {parameter['name']}"


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_request_body_has_a_whole_example(service: str) -> None:
    components = DOCUMENTS[service]["components"]
    for place, operation in operations(service):
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            assert "example" in content, f"{place} {kind}"
            schema = {**content.get("schema", {}), "components": components}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            assert validator.is_valid(content["example"]), f"{place} {kind}"


def test_no_word_is_written_for_nothing() -> None:
    used = set().union(*(api_words.describe(document) for document in DOCUMENTS.values()))
    written = {f"tags.{name}" for name, _ in WORDS["tags"]}
    written |= {f"{kind}.{name}" for kind in ("models", "fields", "bodies") for name in WORDS[kind]}
    assert written - used == set()


def test_words_are_sentences() -> None:
    texts = [text for _, text in WORDS["tags"]]
    texts += WORDS["models"].values()
    for entry in WORDS["fields"].values():
        texts += [entry["is"], *([entry["null"]] if "null" in entry else [])]
    assert [text for text in texts if not is_sentence(text)] == []


@pytest.mark.parametrize(
    ("service", "first", "last"),
    [
        ("budget", "campaigns", "running"),
        ("ingest", "events", "running"),
        ("kpi-monitor", "rules", "running"),
        ("alerts", "alerts", "running"),
    ],
)
def test_money_comes_first_and_health_last(service: str, first: str, last: str) -> None:
    names = [tag["name"] for tag in DOCUMENTS[service]["tags"]]
    assert (names[0], names[-1]) == (first, last)
    assert set(names) == {tag for _, one in operations(service) for tag in one["tags"]}


def test_the_words_in_the_code_go_first_and_a_model_may_mean_something_of_its_own() -> None:
    document: dict[str, Any] = {
        "components": {
            "schemas": {
                "Thing": {
                    "title": "Thing",
                    "properties": {
                        "a": {"description": "Said there."},
                        "b": {},
                        "c": {},
                        "d": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    },
                }
            }
        }
    }
    words = {
        "tags": [],
        "models": {"Thing": "A thing."},
        "fields": {
            "a": {"is": "Said here.", "example": 1},
            "b": {"is": "Of all."},
            "Thing.b": {"is": "Of things.", "example": 2, "null": "Null for none."},
            "d": {"is": "Of d.", "null": "Null for none."},
        },
        "bodies": {},
    }
    used = api_words.describe(document, words)
    assert document["components"]["schemas"]["Thing"] == {
        "title": "Thing",
        "description": "A thing.",
        "properties": {
            "a": {"description": "Said there.", "examples": [1]},
            "b": {"description": "Of things.", "examples": [2]},
            "c": {},
            "d": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "Of d. Null for none.",
            },
        },
    }
    assert used == {"models.Thing", "fields.a", "fields.Thing.b", "fields.d"}


def test_the_page_says_how_to_get_a_token_and_links_to_the_other_services() -> None:
    text = api_words.about("ingest=http://127.0.0.1:8001 budget=https://budget.example.com/")
    assert "./paceline token --role operator" in text
    assert "[ingest](http://127.0.0.1:8001/docs), [budget](https://budget.example.com/docs)" in text
    assert "kpi-monitor, alerts." in text
    assert "http" not in api_words.about("")


@pytest.mark.parametrize("text", ["budget", "budget=8002", "=http://a", "budget=javascript:x"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        api_words.addresses_of(text)


def test_a_path_of_another_service_is_known_by_what_the_documents_have() -> None:
    for service, document in DOCUMENTS.items():
        parts = {path.split("/")[2] for path in document["paths"] if path.startswith("/v1/")}
        assert parts == set(api_words.HOLDERS[service]), service
    addresses = "budget=http://b kpi-monitor=http://k"
    assert "budget (http://b) and kpi-monitor (http://k)" in api_words.who_has(
        "/v1/imports/i1", addresses
    )
