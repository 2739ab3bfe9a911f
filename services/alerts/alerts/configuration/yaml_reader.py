"""Reads YAML so that every complaint names file and line, and nothing unknown passes."""

from collections.abc import Callable
from typing import TypeVar

import yaml

T = TypeVar("T")


class ConfigError(ValueError):
    """A configuration file is wrong: `file`, `line` (from 1) and what to change."""

    def __init__(self, file: str, line: int, detail: str) -> None:
        super().__init__(f"{file}:{line}: {detail}")
        self.file = file
        self.line = line
        self.detail = detail


class YamlReader:
    """Typed access to the nodes of one YAML file."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text

    def root(self) -> yaml.Node:
        """The document's node. Raises ConfigError when it is not YAML or empty."""
        try:
            node = yaml.compose(self._text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            raise ConfigError(
                self._file, mark.line + 1 if mark else 1, error.problem or "is not YAML"
            ) from error
        except yaml.YAMLError as error:
            raise ConfigError(self._file, 1, "is not YAML") from error
        if node is None:
            raise ConfigError(self._file, 1, "is empty")
        return node

    def fail(self, node: yaml.Node, detail: str) -> ConfigError:
        """The error that `detail` is wrong at `node`, to be raised by the caller."""
        return ConfigError(self._file, node.start_mark.line + 1, detail)

    def mapping(
        self, node: yaml.Node, known: frozenset[str], *, required: tuple[str, ...] = ()
    ) -> dict[str, yaml.Node]:
        """A mapping's values by key. Raises ConfigError for unknown, repeated or missing keys."""
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(node, f"expected a mapping with {', '.join(sorted(known))}")
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            if key not in known:
                names = ", ".join(sorted(known))
                raise self.fail(key_node, f"unknown key {key!r}; known here: {names}")
            if key in found:
                raise self.fail(key_node, f"key {key!r} is written twice")
            found[key] = value
        for key in required:
            if key not in found:
                raise self.fail(node, f"{key!r} is missing")
        return found

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        """A list's nodes."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, "expected a list")
        return list(node.value)

    def text(self, node: yaml.Node) -> str:
        """A scalar's text as written (so a mobile number stays text), never empty."""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.fail(node, "expected a text")
        return str(node.value).strip()

    def texts(self, node: yaml.Node) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.text(item) for item in self.items(node))

    def flag(self, node: yaml.Node) -> bool:
        """`true` or `false`."""
        if isinstance(node, yaml.ScalarNode) and node.value in ("true", "false"):
            return bool(node.value == "true")
        raise self.fail(node, "expected true or false")

    def parsed(self, node: yaml.Node, parse: Callable[[str], T]) -> T:
        """A text through `parse`; its ValueError becomes a ConfigError with the line."""
        try:
            return parse(self.text(node))
        except ConfigError:
            raise
        except ValueError as error:
            raise self.fail(node, str(error)) from error
