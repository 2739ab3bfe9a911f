"""Real answers held against the committed API documents, so that these cannot lie.

Put a hook into a client of tests: `httpx.AsyncClient(event_hooks=documented("budget"))`, or
`httpx.Client(event_hooks=documented_sync("budget"))`. Every answer then has to be listed under its
route, with the headers promised, and with a body of exactly the fields that are described: a field
that nobody described fails too, although callers must expect new ones.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

from tests.root import ROOT

API = ROOT / "docs" / "api"
PAGES = ("/openapi.json", "/docs")
"""The document itself and its page."""
_PARAMETER = re.compile(r"\{[^}]*\}")
Hooks = Mapping[str, list[Callable[[httpx.Response], Any]]]


class UndocumentedError(AssertionError):
    """The service answered something else than its document says."""


class Document:
    """One service's committed OpenAPI document."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._paths: Mapping[str, Any] = content["paths"]
        self._components = _closed(content["components"])
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def check(self, method: str, path: str, response: httpx.Response) -> None:
        """Raises UndocumentedError for an answer that differs from what the document says."""
        where = f"{method} {path} {response.status_code}"
        operation = self._operation(method, path)
        if operation is None:
            if response.status_code not in (404, 405) and path not in PAGES:
                raise UndocumentedError(f"{where}: no such route in the document")
            return
        responses = operation["responses"]
        described = responses.get(str(response.status_code))
        if described is None:
            if response.is_success:
                raise UndocumentedError(f"{where}: the document does not know this status")
            described = responses["default"]
        sent = set(response.headers)
        promised = {
            name.lower()
            for name, header in described.get("headers", {}).items()
            if header.get("required")
        }
        if missing := promised - sent:
            raise UndocumentedError(f"{where}: without {', '.join(sorted(missing))}")
        self._check_body(where, described.get("content", {}), response)

    def _check_body(self, where: str, contents: Any, response: httpx.Response) -> None:
        if not contents:
            if response.content:
                raise UndocumentedError(f"{where}: a body where none is described")
            return
        kind = response.headers.get("content-type", "").partition(";")[0]
        if kind not in contents:
            raise UndocumentedError(f"{where}: {kind or 'nothing'}, described {sorted(contents)}")
        if kind.endswith("json"):
            try:
                self._validator(contents[kind]["schema"]).validate(response.json())
            except jsonschema_rs.ValidationError as error:
                raise UndocumentedError(f"{where}: {error}\n{response.text[:2000]}") from error

    def _operation(self, method: str, path: str) -> Any:
        fitting = [
            template
            for template, operations in self._paths.items()
            if method.lower() in operations and _pattern(template).fullmatch(path)
        ]
        # Of several, the one with the most words of its own: /sources/{source}/release before
        # /sources/{source}, whose name may hold slashes.
        best = max(fitting, key=lambda each: len(_PARAMETER.sub("", each)), default=None)
        return None if best is None else self._paths[best][method.lower()]

    def _validator(self, schema: Any) -> jsonschema_rs.Draft202012Validator:
        text = json.dumps(schema, sort_keys=True)
        if text not in self._validators:
            whole = {**_closed(schema), "components": self._components}
            self._validators[text] = jsonschema_rs.Draft202012Validator(
                whole, validate_formats=True
            )
        return self._validators[text]


def documented(service: str) -> dict[str, list[Callable[[httpx.Response], Awaitable[None]]]]:
    """Event hooks of an AsyncClient that speaks to `service`."""

    async def check(response: httpx.Response) -> None:
        await response.aread()
        check_documented(service, response)

    return {"response": [check]}


def documented_sync(service: str) -> dict[str, list[Callable[[httpx.Response], None]]]:
    """Event hooks of a Client that speaks to `service`."""

    def check(response: httpx.Response) -> None:
        response.read()
        check_documented(service, response)

    return {"response": [check]}


def check_documented(service: str, response: httpx.Response) -> None:
    """For a client that speaks to several services. Raises UndocumentedError."""
    _document(service).check(response.request.method, response.request.url.path, response)


def documents() -> dict[str, Any]:
    """The committed documents by service. One test makes them anew, so that others need not."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(API.glob("*.json"))}


@cache
def _document(service: str) -> Document:
    # The command line and the tests of the whole call it `kpi`, its document and folder do not.
    return Document(documents()["kpi-monitor" if service == "kpi" else service])


@cache
def _pattern(template: str) -> re.Pattern[str]:
    words = _PARAMETER.split(template)
    return re.compile("(.+)".join(re.escape(word) for word in words), re.DOTALL)


def _closed(schema: Any) -> Any:
    """The schema without room for fields that it does not name."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(inner) for name, inner in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
