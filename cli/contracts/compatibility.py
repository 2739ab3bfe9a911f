"""Whether a new JSON Schema or OpenAPI description still serves those who know the old one.

Adding an optional field is free, and so is a new code in what a service answers. Removing or
changing a field, or demanding a new one, needs a new version beside the old one (contracts.md).
Pure: two documents in, a list of sentences out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Schema = Mapping[str, Any]

WORDS = {"title", "description", "summary", "examples", "example", "$defs", "tags", "operationId"}
"""What may change freely: it is read by people only."""
DEPTH_MAX = 40
MAY_GROW = (".data.kind", ".data.channel", ".data.attempts[items].class")
"""Of catalog.v1 and notifications.v1: readers take the kinds of objects, the channels and what was
made of their answers as far as they know them, so a new one is free."""


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """What the change from `old` to `new` would break, one sentence each; none is compatible.

    Both are JSON Schemas with `$defs`, or both OpenAPI 3.1 documents.
    """
    if "openapi" in old:
        return _Comparison(old, new, may_demand=False).paths()
    return _Comparison(old, new, may_demand=False).schemas(old, new, "", 0)


@dataclass(frozen=True)
class _Comparison:
    """`may_demand`: for what we answer, a new field is always there, which harms nobody; nor does
    a new code, which readers have to expect, or a list of the codes that there are, or a new kind
    of an object. `may_take`: for what we are asked, taking one more value harms nobody."""

    old_root: Schema
    new_root: Schema
    may_demand: bool
    may_take: bool = False

    def schemas(self, old: Any, new: Any, place: str, depth: int) -> list[str]:
        """Compares two schemas, references followed."""
        old, new = _resolve(self.old_root, old), _resolve(self.new_root, new)
        if depth > DEPTH_MAX:
            return []
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            return [] if old == new else [f"{place or 'the whole'} changed"]
        found = self._fields(old, new, place, depth)
        for word in sorted((old.keys() | new.keys()) - WORDS - {"properties", "required", "$ref"}):
            before, after = old.get(word), new.get(word)
            if word in ("items", "additionalProperties", "propertyNames"):
                found += self.schemas(before, after, f"{place}[{word}]", depth + 1)
            elif word in ("anyOf", "oneOf", "allOf", "prefixItems"):
                found += self._alternatives(before, after, place, depth)
            elif word == "enum" and self._may_grow(place, before) and _has_all(after, before or []):
                continue
            elif _plain(before) != _plain(after):
                found.append(f"{place or 'the whole'}: {word} changed from {before} to {after}")
        return found

    def _may_grow(self, place: str, values: Any) -> bool:
        return self.may_demand or (self.may_take and bool(values)) or place in MAY_GROW

    def _alternatives(self, old: Any, new: Any, place: str, depth: int) -> list[str]:
        old, new = old or [], new or []
        if self.may_demand and old and all(map(self._is_a_kind, new)):
            new = new[: len(old)]
        if len(old) != len(new):
            return [f"{place or 'the whole'}: the alternatives changed"]
        return [
            one
            for before, after in zip(old, new, strict=True)
            for one in self.schemas(before, after, place, depth + 1)
        ]

    def _is_a_kind(self, alternative: Any) -> bool:
        """An object that says by a constant `kind` which of several it is."""
        properties = _resolve(self.new_root, alternative).get("properties", {})
        return "const" in properties.get("kind", {})

    def _fields(self, old: Schema, new: Schema, place: str, depth: int) -> list[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        demanded, demanding = set(old.get("required", [])), set(new.get("required", []))
        found = [f"{place}.{name} was removed" for name in before if name not in after]
        for name in before:
            if name in after:
                found += self.schemas(before[name], after[name], f"{place}.{name}", depth + 1)
                if (name in demanded) != (name in demanding):
                    is_now = "required" if name in demanding else "optional"
                    found.append(f"{place}.{name} became {is_now}")
        if not self.may_demand:
            added = sorted((demanding - demanded) - before.keys())
            found += [f"{place}.{name} is new and required" for name in added]
        return found

    def paths(self) -> list[str]:
        """Compares two OpenAPI documents, operation by operation."""
        found = []
        for path, operations in self.old_root.get("paths", {}).items():
            later = self.new_root.get("paths", {}).get(path, {})
            for method, operation in operations.items():
                place = f"{method.upper()} {path}"
                if method not in later:
                    found.append(f"{place} was removed")
                else:
                    found += self._operations(operation, later[method], place)
        return found

    def _operations(self, old: Schema, new: Schema, place: str) -> list[str]:
        found = self._parameters(old, new, place)
        asked, asking = old.get("requestBody"), new.get("requestBody")
        if (asked is None) != (asking is None):
            found.append(f"{place}: the request body came or went")
        elif asked is not None and asking is not None:
            taking = replace(self, may_take=True)
            found += taking._contents(asked, asking, f"{place} request")
        answering = _Comparison(self.old_root, self.new_root, may_demand=True)
        for status, answer in old.get("responses", {}).items():
            later = new.get("responses", {}).get(status)
            if later is None:
                found.append(f"{place}: answer {status} was removed")
            else:
                found += answering._contents(answer, later, f"{place} {status}")
        return found

    def _parameters(self, old: Schema, new: Schema, place: str) -> list[str]:
        before, after = _by_name(old), _by_name(new)
        found = [f"{place}: {key[1]} was removed" for key in before if key not in after]
        for key, parameter in after.items():
            earlier = before.get(key)
            if earlier is None:
                if parameter.get("required"):
                    found.append(f"{place}: {key[1]} is new and required")
                continue
            if parameter.get("required") and not earlier.get("required"):
                found.append(f"{place}: {key[1]} became required")
            schemas = earlier.get("schema", {}), parameter.get("schema", {})
            if _taken(schemas[0]) <= _taken(schemas[1]):
                continue
            found += self.schemas(*schemas, f"{place} {key[1]}", 0)
        return found

    def _contents(self, old: Schema, new: Schema, place: str) -> list[str]:
        found = []
        for kind, content in old.get("content", {}).items():
            later = new.get("content", {}).get(kind)
            if later is None:
                found.append(f"{place}: {kind} was removed")
            else:
                found += self.schemas(content.get("schema", {}), later.get("schema", {}), place, 0)
        return found


def _by_name(operation: Schema) -> dict[tuple[str, str], Schema]:
    return {(one["in"], one["name"]): one for one in operation.get("parameters", [])}


def _taken(schema: Schema) -> set[str]:
    """What a parameter takes, alternative by alternative: taking more harms nobody."""
    if "anyOf" in schema:
        return set().union(*map(_taken, schema["anyOf"]))
    rest = {name: schema[name] for name in sorted(schema.keys() - WORDS - {"default"})}
    choices = rest.pop("enum", None) or ([rest.pop("const")] if "const" in rest else None)
    return {repr((rest, choice)) for choice in choices or [None]}


def _resolve(root: Schema, schema: Any) -> Any:
    """Follows `#/…` references; what stands beside a reference is words."""
    for _ in range(DEPTH_MAX):
        if not isinstance(schema, Mapping) or "$ref" not in schema:
            break
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        schema = found
    return schema


def _has_all(after: Any, before: Any) -> bool:
    return isinstance(before, list) and isinstance(after, list) and set(before) <= set(after)


def _plain(value: Any) -> Any:
    """Enumerations have no order."""
    return sorted(value, key=repr) if isinstance(value, list) else value
