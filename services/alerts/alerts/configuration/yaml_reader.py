"""Reads YAML so that every complaint names file and line, and nothing unknown passes."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import yaml

T = TypeVar("T")

_DURATION = re.compile(
    "".join(rf"(?:(\d{{1,15}}){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")), re.ASCII
)
_MILLISECONDS = (31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1)
_UNITS = ("y", "w", "d", "h", "m", "s", "ms")
DURATION_MAX = timedelta(days=3650)


class ConfigError(ValueError):
    """A configuration file is wrong: `file`, `line` (from 1) and what to change."""

    def __init__(self, file: str, line: int, detail: str) -> None:
        super().__init__(f"{file}:{line}: {detail}")
        self.file = file
        self.line = line
        self.detail = detail


def parse_duration(text: str) -> timedelta:
    """A duration in Prometheus words ("30s", "1h30m", "0s", "30d"). Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None or not text or not any(match.groups()):
        if text == "0":
            return timedelta(0)
        raise ValueError(f"{text[:40]!r} is no duration such as 30s, 5m, 1h30m or 30d")
    amounts = match.groups(default="0")
    milliseconds = sum(
        int(amount) * unit for amount, unit in zip(amounts, _MILLISECONDS, strict=True)
    )
    if milliseconds > DURATION_MAX / timedelta(milliseconds=1):
        raise ValueError(f"{text!r} is longer than {DURATION_MAX.days} days")
    return timedelta(milliseconds=milliseconds)


def format_duration(span: timedelta) -> str:
    """As Prometheus writes it: "30s", "1h30m", "30d"; years and weeks only when they are whole."""
    rest = span // timedelta(milliseconds=1)
    words = []
    for unit, milliseconds in zip(_UNITS, _MILLISECONDS, strict=True):
        amount, left = divmod(rest, milliseconds)
        if amount and not (left and unit in "yw"):
            rest = left
            words.append(f"{amount}{unit}")
    return "".join(words) or "0s"


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
