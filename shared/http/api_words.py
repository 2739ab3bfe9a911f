"""The words of the API documents: what each field and each code means, and an example of each body.

A word means one thing in the whole house, so its sentence is written once (api_words.json) and
stands wherever the field does, with what null means where it may be null. Where a model means
something of its own by it, `Model.field` says so, for a parameter `?name` or `GET /path?name`. A
description in the code goes first.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from shared.bodies.words import FAULTS

Words = Mapping[str, Any]
METHODS = ("get", "put", "post", "patch", "delete")
HOW_TO_TRY = (
    "To try it out: `./paceline token --role operator --subject you` prints a token (roles: "
    "viewer, operator, approver, finance, auditor, admin); press **Authorize** and paste it. "
    "Machines use an API key (`./paceline key`) for events and reports. Money is decimal text, "
    "times are RFC 3339, and every refusal has a stable `code`."
)
NAMES = ("ingest", "budget", "kpi-monitor", "alerts")
HOLDERS = {
    "ingest": ("events", "keys", "rejections", "reports", "sources"),
    "budget": (
        "adjustments",
        "approvals",
        "audit",
        "campaigns",
        "exceptions",
        "imports",
        "invariants",
        "mappings",
        "objects",
        "policy",
        "suspense",
    ),
    "kpi-monitor": ("breaches", "held", "imports", "kpis", "lines", "rules", "series"),
    "alerts": (
        "alerts",
        "configuration",
        "deliveries",
        "limits",
        "message_templates",
        "notifications",
        "receivers",
        "response-times",
        "schedules",
        "silences",
        "unsubscriptions",
    ),
}
"""Whose is what comes after /v1/ in a path."""


@cache
def load() -> Words:
    """api_words.json: `tags`, `models`, `fields`, `codes`, `bodies`."""
    text = (resources.files("shared.http") / "api_words.json").read_text(encoding="utf-8")
    words: Words = json.loads(text)
    return words


def about(services: str) -> str:
    """What the page says above all: how to get a token, and where the other services are.

    `services`: `budget=http://127.0.0.1:8002 …`, or "" to name them only.
    """
    addresses = addresses_of(services)
    shown = [
        f"[{name}]({addresses[name]}/docs)" if name in addresses else name
        for name in dict.fromkeys((*NAMES, *addresses))
    ]
    return f"{HOW_TO_TRY}\n\nThe services: {', '.join(shown)}."


def who_has(path: str, services: str) -> str:
    """What to say to who asked the wrong service, or for a path that nobody has."""
    version, _, rest = path.lstrip("/").partition("/")
    name = rest.partition("/")[0]
    holders = [one for one, names in HOLDERS.items() if version == "v1" and name in names]
    if not holders:
        return f"nothing here is called {path[:200]}: /docs lists what there is"
    addresses = addresses_of(services)
    named = [f"{one} ({addresses[one]})" if one in addresses else one for one in holders]
    shown = " and ".join(named)
    return f"{path[:200]} is no path of this service; /v1/{name} is of the service {shown}"


def addresses_of(services: str) -> dict[str, str]:
    """Base addresses by service. Raises ValueError."""
    addresses = {}
    for part in services.split():
        name, _, address = part.partition("=")
        if not name or not address.startswith(("http://", "https://")):
            raise ValueError(f"{part!r} is not like budget=http://127.0.0.1:8002")
        addresses[name] = address.rstrip("/")
    return addresses


def describe(document: dict[str, Any], words: Words | None = None) -> set[str]:
    """Gives an OpenAPI document its words, in place; which of them it has used."""
    words = words or load()
    used: set[str] = set()
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        _describe_model(name, schema, words, used)
    for path, methods in document.get("paths", {}).items():
        for method in METHODS:
            if method in methods:
                _describe_operation(f"{method.upper()} {path}", methods[method], words, used)
    seen = {tag for one in _operations(document) for tag in one.get("tags", ())}
    used |= {f"tags.{tag}" for tag in seen}
    document["tags"] = [
        {"name": name, "description": text} for name, text in words["tags"] if name in seen
    ]
    return used


def code_schema() -> dict[str, Any]:
    """What a field named `code` may say: the codes of the house and those of the form of a body,
    each with its sentence."""
    forms = {code: re.sub(r"{\w+}", "…", said) for code, said in FAULTS.items()}
    sentences = {code: f"{said[0].upper()}{said[1:]}." for code, said in forms.items()}
    sentences |= load()["codes"]
    said = "\n".join(f"- `{code}`: {sentences[code]}" for code in sorted(sentences))
    about = "Why something was refused or needs a look; the same in logs and metrics."
    return {
        "title": "Code",
        "type": "string",
        "description": f"{about} More codes may come.\n\n{said}",
        "enum": sorted(sentences),
    }


def _operations(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for methods in document.get("paths", {}).values():
        yield from (methods[method] for method in METHODS if method in methods)


def _describe_model(name: str, schema: dict[str, Any], words: Words, used: set[str]) -> None:
    title = "_Page" if schema.get("title", "").startswith("Page[") else name
    # A generic list brings along the sentence of its class, which names no item.
    sentence = words["models"].get(title)
    if sentence and (title == "_Page" or schema.setdefault("description", sentence) == sentence):
        schema["description"] = sentence
        used.add(f"models.{title}")
    _describe_properties(name, schema, words, used)


def _describe_properties(model: str, schema: Any, words: Words, used: set[str]) -> None:
    """Those of a schema and of all that is written out in it, under the name of each."""
    if isinstance(schema, list):
        for inner in schema:
            _describe_properties(model, inner, words, used)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("properties"), dict):
        for name, inner in schema["properties"].items():
            own = _own(str(schema.get("title")), name, words) or _own(model, name, words) or name
            if own in words["fields"]:
                used.add(f"fields.{own}")
                _add_words(inner, words["fields"][own])
            if name == "code":
                inner["$ref"] = "#/components/schemas/Code"
    for word, inner in schema.items():
        if word == "properties" and isinstance(inner, dict):
            for one in inner.values():
                _describe_properties(model, one, words, used)
        elif word not in ("examples", "example", "default"):
            _describe_properties(model, inner, words, used)


def _own(model: str, name: str, words: Words) -> str | None:
    key = f"{model}.{name}"
    return key if key in words["fields"] else None


def _add_words(schema: dict[str, Any], entry: Mapping[str, Any]) -> None:
    said = schema.setdefault("description", entry["is"])
    if "null" in entry and _may_be_null(schema) and "null" not in said.lower():
        schema["description"] = f"{said} {entry['null']}"
    if "example" in entry:
        schema["examples"] = [entry["example"]]


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "null" or any(map(_may_be_null, schema.get("anyOf", ())))


def _describe_operation(
    place: str, operation: dict[str, Any], words: Words, used: set[str]
) -> None:
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        for key in (f"{place}?{name}", f"?{name}", name):
            if key in words["fields"]:
                break
        else:
            continue
        used.add(f"fields.{key}")
        entry = words["fields"][key]
        parameter.setdefault("description", entry["is"])
        # The page fills in what is required; an optional one filled in would narrow every answer.
        if parameter.get("required") and "example" in entry:
            parameter["example"] = entry["example"]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        reference = content.get("schema", {}).get("$ref", "")
        for key in (reference.rpartition("/")[2], f"{place} {kind}"):
            if key in words["bodies"]:
                used.add(f"bodies.{key}")
                content["example"] = words["bodies"][key]
