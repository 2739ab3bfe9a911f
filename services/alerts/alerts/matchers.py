"""Label matchers in Alertmanager's words: `team="search"`, `line!="L03"`, `campaign=~"double11.*"`.

A label that is absent is the empty text. Regular expressions are anchored at both ends.
"""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Operator = Literal["=", "!=", "=~", "!~"]

_MATCHER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}


class MatcherError(ValueError):
    """The text is no matcher; the message says why."""


class Matcher(Struct, frozen=True):
    """One condition on one label."""

    label: str
    op: Operator
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        """True when the label's value (absent: empty text) meets the condition."""
        actual = labels.get(self.label, "")
        if self.op == "=":
            return actual == self.value
        if self.op == "!=":
            return actual != self.value
        found = re.fullmatch(self.value, actual, re.DOTALL) is not None
        return found if self.op == "=~" else not found

    def __str__(self) -> str:
        quoted = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.label}{self.op}"{quoted}"'


def parse_matcher(text: str) -> Matcher:
    """`team="search"` or `team=search` → Matcher. Raises MatcherError."""
    match = _MATCHER.fullmatch(text)
    if match is None:
        raise MatcherError(f'{text!r} is no matcher such as team="search"')
    label, op, value = match.groups()
    if value.startswith('"'):
        quoted = _QUOTED.fullmatch(value)
        if quoted is None:
            raise MatcherError(f"{text!r} has an unfinished quoted value")
        value = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), quoted[1], flags=re.DOTALL)
    if op in ("=~", "!~"):
        try:
            re.compile(value)
        except re.error as error:
            raise MatcherError(f"{text!r}: {error}") from error
    return Matcher(label, op, value)  # type: ignore[arg-type]  # the expression names the four
