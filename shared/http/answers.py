"""What a route answers and asks for, as its OpenAPI document says it.

For the document alone: routes return a finished response (`Json`, `Reply`), which no model reads
again. Tests hold real answers against the documents instead (tests/documented.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar

from fastapi import FastAPI
from pydantic import BaseModel, Field

from shared.http.api_words import code_schema, describe
from shared.http.edits import PATCH_TYPE

Item = TypeVar("Item")
KEY_LENGTH_MAX = 200
"""Of an Idempotency-Key."""

_TEXT = {"type": "string"}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "The same key and body again answer the stored reply and change nothing.",
    "schema": {**_TEXT, "minLength": 1, "maxLength": KEY_LENGTH_MAX},
}
_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag that was read; 412 `version_changed` when it is not the current one.",
    "schema": _TEXT,
}
_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The ETag of the answer one has; 304 without a body when it is still the same.",
    "schema": _TEXT,
}
_HEADERS = {
    "ETag": "The version, for If-Match",
    "Location": "Where it is read",
}
_HIT = {"description": "`true` when the reply was stored earlier", "schema": _TEXT}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


class Page(BaseModel, Generic[Item]):
    """A list, a page at a time: `next` is the `cursor` of the page that follows, if any."""

    items: list[Item]
    next: str | None


class ProblemItem(BaseModel):
    """One thing that is wrong: where, a stable code, and a sentence."""

    loc: str
    code: str
    detail: str


class Problem(BaseModel):
    """What every refused request answers, as application/problem+json (RFC 9457)."""

    type: str = Field(description="urn:paceline:error:<code>")
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemItem]


def answers(
    model: Any,
    status: int = 200,
    *,
    headers: Sequence[str] = (),
    keyed: bool = False,
    if_match: Literal["required", "optional"] | None = None,
    tagged: bool = False,
    also: Mapping[int, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Arguments of a route's decorator: `@router.post("/x", **answers(Made, 201, keyed=True))`.

    `model` is the body of the answer with `status` (None: no body), `also` the bodies of others;
    one from 400 on may be a problem as well.
    `headers` are sent with it, a 201 always has Location and ETag (contracts.md). `keyed` for
    routes that use `idempotent`, `if_match` for those that call `check_if_match`, `tagged` for
    those that answer by `conventions.tagged`. `extra` is what
    else the operation says in OpenAPI's own words.
    """
    responses: dict[int, dict[str, Any]] = {}
    for code, body in {status: model, **(also or {})}.items():
        response: dict[str, Any] = {} if code == status else {"model": body}
        sent = ("Location", "ETag") if code == 201 else ("ETag",) if tagged else headers
        described = {name: _header(name) for name in sent}
        if keyed and code < 300:
            described["Idempotency-Hit"] = _HIT
        if described:
            response["headers"] = described
        if code >= 400:
            response["content"] = dict(_PROBLEM)
        responses[code] = response
    if tagged:
        unchanged = {"description": "It is what If-None-Match names"}
        responses[304] = {**unchanged, "headers": {"ETag": _header("ETag")}}
    parameters = [_KEY] if keyed else [_NONE_MATCH] if tagged else []
    if if_match is not None:
        parameters.append({**_MATCH, "required": if_match == "required"})
    return {
        "status_code": status,
        "response_model": model,
        "responses": {code: response for code, response in responses.items() if response},
        "openapi_extra": {**(extra or {}), **({"parameters": parameters} if parameters else {})},
    }


def _header(name: str) -> dict[str, Any]:
    return {"description": _HEADERS[name], "required": True, "schema": _TEXT}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem with a stable code (RFC 9457)",
        "content": _PROBLEM,
    }
}


class DocumentedApp(FastAPI):
    """A FastAPI whose document names the problem body, and a patch, by their own media types."""

    def openapi(self) -> dict[str, Any]:
        """The document; made once."""
        if self.openapi_schema is None:
            # FastAPI would list a model of `responses` as application/json, which it is not.
            document = super().openapi()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for model in (Problem, ProblemItem):
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schema.pop("$defs", None)
                schemas[model.__name__] = schema
            schemas["Code"] = code_schema()
            for methods in document["paths"].values():
                if "patch" in methods:
                    content = methods["patch"]["requestBody"]["content"]
                    content[PATCH_TYPE] = content["application/json"]
            describe(document)
        assert self.openapi_schema is not None
        return self.openapi_schema
