"""Reads YAML so that every complaint names file and line, and nothing unknown passes.

A file becomes plain values, every scalar the text that it is (so a mobile number stays text), and
`msgspec` says what is wrong with them by a path such as `$.receivers[0].name`: `locate` finds its
line.
"""

import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
import yaml

T = TypeVar("T")

DEPTH_MAX = 50
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_SAID = re.compile(r"(?P<detail>.*?)(?: - at `(?:key in )?\$(?P<path>[^`]*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")
_CHOICE = re.compile(r"Invalid enum value '(.*)'", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(\w+)(?: \| null)?`(.*)", re.DOTALL)
_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "str": "a text",
    "bool": "true or false",
    "int": "a whole number",
}


class ConfigError(ValueError):
    """A configuration file is wrong: `file`, `line` (from 1; 0 of a folder) and what to change."""

    def __init__(self, file: str, line: int, detail: str) -> None:
        super().__init__(f"{file}:{line}: {detail}" if line else f"{file} {detail}")
        self.file = file
        self.line = line
        self.detail = detail


class PlaceError(ValueError):
    """What a path (`.receivers[0].name`) of a file holds is wrong."""

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(detail)
        self.path = path


def at_place(read: Callable[[str], T], text: str, path: str) -> T:
    """What `read` makes of a text of the file. Raises PlaceError for its ValueError."""
    try:
        return read(text)
    except ValueError as error:
        raise PlaceError(path, str(error)) from error


class YamlFile:
    """One YAML file and where each of its values stands."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._root = self._compose(text)

    def read(self, kind: type[T]) -> T:
        """The file as a `kind`, a Struct that refuses unknown keys. Raises ConfigError."""
        try:
            return msgspec.convert(self._plain(self._root, 0), kind, strict=False)
        except msgspec.ValidationError as error:
            said = _SAID.fullmatch(str(error))
            assert said is not None
            path = said["path"] or ""
            if unknown := _UNKNOWN.fullmatch(said["detail"]):
                path += f".{unknown[1]}"
            raise self.fail(path, _words(said["detail"], kind, path)) from None

    def fail(self, path: str, detail: str) -> ConfigError:
        return ConfigError(self._file, locate(self._root, path), detail)

    def _compose(self, text: str) -> yaml.Node:
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = mark.line + 1 if mark else 1
            raise ConfigError(self._file, line, error.problem or "is not YAML") from error
        except yaml.YAMLError as error:
            raise ConfigError(self._file, 1, "is not YAML") from error
        if node is None:
            raise ConfigError(self._file, 1, "is empty")
        return node

    def _plain(self, node: yaml.Node, depth: int) -> Any:
        line = node.start_mark.line + 1
        if depth > DEPTH_MAX:
            raise ConfigError(self._file, line, f"is nested deeper than {DEPTH_MAX}")
        if isinstance(node, yaml.SequenceNode):
            # Nothing behind a dash is nothing: who reads the list says whether it may be.
            return [
                None if _is_nothing(item) else self._plain(item, depth + 1) for item in node.value
            ]
        if isinstance(node, yaml.ScalarNode):
            if not node.value.strip():
                raise ConfigError(self._file, line, "expected a text")
            return node.value.strip()
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found:
                raise ConfigError(
                    self._file, key.start_mark.line + 1, f"key {name!r} is written twice"
                )
            found[name] = self._plain(value, depth + 1)
        return found


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value and node.style is None


def locate(root: yaml.Node, path: str) -> int:
    """The line, from 1, of what a path leads to; of the last place on the way that there is."""
    node, line = root, root.start_mark.line
    for name, number in _STEP.findall(path):
        if name and isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == name), None)
            if found is None:
                break
            key, node = found
            line = (node if isinstance(node, yaml.ScalarNode) else key).start_mark.line
        elif number.isdigit() and isinstance(node, yaml.SequenceNode):
            node = node.value[int(number)]
            line = node.start_mark.line
    return line + 1


def _words(detail: str, kind: Any, path: str) -> str:
    """What msgspec says, in the words of who writes such a file."""
    parent, _, name = path.rpartition(".")
    if _UNKNOWN.fullmatch(detail):
        known = ", ".join(sorted(_names(_at(kind, parent))))
        return f"unknown key {name!r}; known here: {known}"
    if missing := _MISSING.fullmatch(detail):
        return f"{missing[1]!r} is missing"
    if choice := _CHOICE.fullmatch(detail):
        choices = ", ".join(get_args(_at(kind, path)))
        return f"{name} {choice[1]!r} is not one of {choices}"
    if expected := _EXPECTED.fullmatch(detail):
        # A bound stands behind a blank, what was found instead behind a comma.
        bound = expected[2] if expected[2].startswith(" ") else ""
        return f"expected {_KINDS.get(expected[1], expected[1])}{bound}"
    return detail


def _at(kind: Any, path: str) -> Any:
    """The type that stands at a path of a Struct."""
    for name, _ in _STEP.findall(path):
        kind = get_type_hints(kind)[_names(kind)[name]] if name else _item(kind)
        kind = kind if get_origin(kind) is tuple else _item(kind)
    return kind


def _item(kind: Any) -> Any:
    """Of a list its item, of what may be absent what it is then; all else as it is."""
    if get_origin(kind) is Literal:
        return kind
    arguments = [one for one in get_args(kind) if one not in (type(None), ...)]
    return arguments[0] if arguments else kind


def _names(kind: type[msgspec.Struct]) -> dict[str, str]:
    """A Struct's fields by their names in the file."""
    return {one.encode_name: one.name for one in msgspec.structs.fields(kind)}
