"""What the API documents promise: typed answers, the headers asked for, and nothing untrue."""

import inspect
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from cli.contracts import documents as contracts
from tests.documented import Document, UndocumentedError, documents

DOCUMENTS = documents()


def operations(service: str) -> Iterator[tuple[str, Any, APIRoute]]:
    """(name, operation as documented, route as written) of each route of a service."""
    for router in dict(contracts.service_routers())[service]:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods:
                documented = DOCUMENTS[service]["paths"][route.path_format]
                yield f"{method} {route.path_format}", documented[method.lower()], route


def parameter(operation: Any, name: str) -> Any:
    found = [one for one in operation.get("parameters", []) if one["name"] == name]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_answer_with_a_body_has_a_model(service: str) -> None:
    paths = DOCUMENTS[service]["paths"]
    untyped = [
        f"{method.upper()} {path} {status}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        for status, answer in operation["responses"].items()
        for kind, content in answer.get("content", {}).items()
        if kind.endswith("json") and "$ref" not in content["schema"]
    ]
    assert untyped == []


@pytest.mark.parametrize("service", DOCUMENTS)
def test_routes_that_need_an_idempotency_key_say_so(service: str) -> None:
    for name, operation, route in operations(service):
        uses = "once(" in inspect.getsource(route.endpoint)
        listed = parameter(operation, "Idempotency-Key")
        assert (listed is not None) == uses, name
        assert listed is None or listed["required"], name


@pytest.mark.parametrize("service", DOCUMENTS)
def test_routes_that_look_at_if_match_say_so(service: str) -> None:
    for name, operation, route in operations(service):
        source = inspect.getsource(route.endpoint)
        listed = parameter(operation, "If-Match")
        assert (listed is not None) == ("check_if_match(" in source), name
        if listed is not None:
            lenient = '"if-match" in request.headers' in source or "required=False" in source
            assert listed["required"] != lenient, name


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_refusal_is_a_problem_by_its_own_media_type(service: str) -> None:
    document = DOCUMENTS[service]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            described = operation["responses"]["default"]["content"]
            assert list(described) == ["application/problem+json"], f"{method} {path}"
    assert set(document["components"]["schemas"]["Problem"]["required"]) == {
        "type",
        "title",
        "status",
        "code",
        "detail",
        "errors",
    }


SMALL = Document(
    {
        "paths": {
            "/v1/things/{thing}": {
                "get": {
                    "responses": {
                        "200": {
                            "headers": {"ETag": {"required": True}},
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "#/components/schemas/Thing"}
                                }
                            },
                        },
                        "default": {"content": {"application/problem+json": {"schema": {}}}},
                    }
                },
                "delete": {"responses": {"204": {}}},
            }
        },
        "components": {
            "schemas": {
                "Thing": {
                    "type": "object",
                    "properties": {
                        "thing": {"type": "string"},
                        "at": {"type": "string", "format": "date-time"},
                    },
                    "required": ["thing"],
                }
            }
        },
    }
)
TAG = {"ETag": '"1"'}
CASES: list[tuple[str, str, str, httpx.Response, str | None]] = [
    ("as described", "GET", "a", httpx.Response(200, json={"thing": "a"}, headers=TAG), None),
    ("a name with slashes", "GET", "a/b", httpx.Response(200, json={"thing": "a"}, headers=TAG),
     None),
    ("no body", "DELETE", "a", httpx.Response(204), None),
    ("a field too few", "GET", "a", httpx.Response(200, json={}, headers=TAG), "thing"),
    ("a field nobody described", "GET", "a",
     httpx.Response(200, json={"thing": "a", "new": 1}, headers=TAG), "new"),
    ("another type", "GET", "a", httpx.Response(200, json={"thing": 1}, headers=TAG), "string"),
    ("a time that is none", "GET", "a",
     httpx.Response(200, json={"thing": "a", "at": "soon"}, headers=TAG), "date-time"),
    ("a header missing", "GET", "a", httpx.Response(200, json={"thing": "a"}), "without etag"),
    ("another status", "GET", "a", httpx.Response(201, json={}), "does not know this status"),
    ("another media type", "GET", "a", httpx.Response(200, text="a", headers=TAG), "text/plain"),
    ("a refusal that is no problem", "GET", "a", httpx.Response(404, json={}), "described .*prob"),
    ("a body where there is none", "DELETE", "a", httpx.Response(204, text="a"), "none is"),
    ("a route nobody described", "POST", "a", httpx.Response(200, json={}), "no such route"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "thing", "response", "fault"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_an_answer_that_differs_from_the_document_is_noticed(
    method: str, thing: str, response: httpx.Response, fault: str | None
) -> None:
    differs = pytest.raises(UndocumentedError, match=fault) if fault else nullcontext()
    with differs:
        SMALL.check(method, f"/v1/things/{thing}", response)
