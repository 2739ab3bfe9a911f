"""Label matchers in Alertmanager's grammar: `team="search"`, `line!="L03"`, `campaign=~"d11.*"`.

A text is read as Alertmanager reads it by default: first in its classic form, whose quoted values
know only the escapes \\n, \\" and \\\\, then in its UTF-8 form, whose names and values may both be
quoted, with Go's escapes. What it refuses is refused here, and of who writes something to be kept
so is `==`, which the classic form takes for a value that begins with `=` and that no label ever
has; a `lenient` reader, of filters alone, takes it so too. A label that is absent is the empty
text. Regular expressions are anchored at both ends.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import re2
from msgspec import Struct

from shared.names import is_name

Operator = Literal["=", "!=", "=~", "!~"]
SEVERITIES = ("info", "warning", "critical")

EXPRESSIONS_MAX = 1024
"""Kept compiled."""
EXPRESSION_BYTES_MAX = 1 << 20
"""What one may take compiled, as a repetition of repetitions would."""

OF_GO = "expressions are those of Go: no look-around, no back references"

_CLASSIC = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<op>=~|!~|!=|=)|(?P<mark>[{},])|(?P<quoted>"(?:[^"\\\n]|\\.)*")"""
    r"""|(?P<bare>[^\s{}!=~,\\"'`]+))""",
)
_ESCAPE = re.compile(
    r"""\\(?:([abfnrtv\\"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))""",
    re.DOTALL,
)
_LETTERS = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34}
_DOUBLED = re.compile(r"\s*[^\s=!~]+\s*==")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class MatcherError(ValueError):
    """The text is no matcher; the message says why and what to write."""


@lru_cache(EXPRESSIONS_MAX)
def expression(text: str) -> Any:
    """Compiled, of Go's kind: what it takes to match grows with the label alone, whatever the
    expression is. Raises MatcherError."""
    options = re2.Options()
    options.dot_nl, options.log_errors, options.max_mem = True, False, EXPRESSION_BYTES_MAX
    try:
        return re2.compile(text, options)
    except (re2.error, UnicodeEncodeError) as error:
        said = error.args[0]
        detail = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
        raise MatcherError(f"{detail} ({OF_GO})") from error


class Matcher(Struct, frozen=True):
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
        found = expression(self.value).fullmatch(actual) is not None
        return found if self.op == "=~" else not found

    def __str__(self) -> str:
        name = self.label if _LABEL.fullmatch(self.label) else _quoted(self.label)
        return f"{name}{self.op}{_quoted(self.value)}"


def parse_matcher(text: str, *, lenient: bool = False) -> Matcher:
    """`team="search"` or `team=search` → Matcher. Raises MatcherError."""
    found = parse_matchers(text, lenient=lenient)
    if len(found) != 1:
        raise MatcherError(f"{text!r} is more than one matcher")
    return found[0]


def parse_matchers(text: str, *, lenient: bool = False) -> tuple[Matcher, ...]:
    """One text of a list of matchers, which may hold several: `{a="b", c!="d"}` or `a="b",c!="d"`.
    Raises MatcherError."""
    if not lenient and _DOUBLED.match(text):
        fixed = text.replace("==", "=", 1).strip()
        raise MatcherError(f"{text!r} has two signs of equality: write {fixed}")
    try:
        found = _read_classic(text, lenient=lenient)
    except MatcherError as error:
        try:
            found = _read_utf8(text)
        except MatcherError as second:
            raise (error if _CLASSIC.fullmatch(text) else second) from None
    if not found:
        raise MatcherError(f'{text!r} is no matcher such as team="search"')
    return tuple(found)


def make_matcher(label: str, op: Operator, value: str) -> Matcher:
    """Of its parts. Raises MatcherError."""
    return _made(f"{label}{op}{value}", label, op, value)


def impossible(matcher: Matcher) -> str | None:
    """Why no breach can have such a label, and what to write; None when one can. An alert of
    another sender has any."""
    if not is_name(matcher.label):
        return f"no breach can have a label named {matcher.label!r}, alerts of other senders alone"
    if matcher.label == "severity" and not any(
        matcher.matches({"severity": severity}) for severity in SEVERITIES
    ):
        known = ", ".join(SEVERITIES)
        return f"no breach is so, alerts of other senders alone; a severity of ours is {known}"
    return None


def _read_classic(text: str, *, lenient: bool) -> list[Matcher]:
    inner = text.removeprefix("{").removesuffix("}")
    return [_classic(part, lenient=lenient) for part in _split(inner)]


def _split(text: str) -> list[str]:
    """At commas outside of quotes; a last empty part is none."""
    parts, quoted, escaped = [""], False, False
    for letter in text:
        if letter == "," and not quoted:
            parts.append("")
            continue
        parts[-1] += letter
        if escaped:
            escaped = False
        elif letter == '"':
            quoted = not quoted
        elif letter == "\\":
            escaped = True
    return parts if parts[-1].strip() else parts[:-1]


def _classic(text: str, *, lenient: bool) -> Matcher:
    match = _CLASSIC.fullmatch(text)
    if match is None:
        raise MatcherError(f'{text!r} is no matcher such as team="search"')
    label, op, raw = match.groups()
    if not lenient and raw.startswith(("=", "~")):
        raise MatcherError(f"{text!r} has two operators: write one of =, !=, =~, !~")
    quoted = raw.startswith('"')
    if quoted and (len(raw) == 1 or not raw.endswith('"')):
        raise MatcherError(f"{text!r} has an unfinished quoted value")
    value, escaped = "", False
    body = raw[1:-1] if quoted else raw
    for place, letter in enumerate(body):
        if escaped:
            value += "\n" if letter == "n" else letter if letter in '"\\' else f"\\{letter}"
            escaped = False
        elif letter == "\\" and (quoted or place < len(body) - 1):
            escaped = True
        elif letter == '"':
            raise MatcherError(f'{text!r} has a quote inside its value: write \\"')
        else:
            value += letter
    if escaped:
        raise MatcherError(f"{text!r} has an unfinished quoted value")
    return _made(text, label, op, value)


def _read_utf8(text: str) -> list[Matcher]:
    tokens = _tokens(text)
    braced = bool(tokens) and tokens[0] == ("mark", "{")
    if braced != (bool(tokens) and tokens[-1] == ("mark", "}")):
        raise MatcherError(f"{text!r} has a brace without its other one")
    rest = tokens[1:-1] if braced else tokens
    found = []
    while rest:
        kinds = [kind for kind, _ in rest[:3]]
        if len(kinds) < 3 or kinds[1] != "op" or not {kinds[0], kinds[2]} <= {"bare", "quoted"}:
            raise MatcherError(f'{text!r} is no matcher such as team="search"')
        name, op, value = (part for _, part in rest[:3])
        found.append(_made(text, name, op, value))
        if len(rest) > 3 and rest[3] != ("mark", ","):
            raise MatcherError(
                f"{text!r}: quote a value with blanks or signs in it, or add a comma"
            )
        rest = rest[4:]
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise MatcherError(f'{text!r} is no matcher such as team="search"')
        kind = str(match.lastgroup)
        part = match[kind]
        found.append((kind, _unquoted(text, part) if kind == "quoted" else part))
        place = match.end()
    return found


def _unquoted(text: str, part: str) -> str:
    """The text in double quotes, with Go's escapes."""
    content = bytearray()
    end = 0
    inner = part[1:-1]
    for match in _ESCAPE.finditer(inner):
        content += inner[end : match.start()].encode("utf-8", "surrogatepass")
        end = match.end()
        letter, octal, byte, short, long, other = match.groups()
        if other is not None:
            raise MatcherError(f"{text!r} has the unknown escape \\{other}: write \\\\{other}")
        if letter is not None:
            content.append(_LETTERS[letter])
        elif octal is not None or byte is not None:
            content.append(min(255, int(octal or byte, 8 if octal else 16)))
        else:
            number = int(short or long, 16)
            content += chr(min(number, 0x10FFFF)).encode("utf-8", "surrogatepass")
    content += inner[end:].encode("utf-8", "surrogatepass")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise MatcherError(f"{text!r} holds bytes that are no text") from None


def _made(text: str, label: str, op: str, value: str) -> Matcher:
    if not label:
        raise MatcherError(f"{text!r} names no label")
    if op in ("=~", "!~"):
        try:
            expression(value)
        except MatcherError as error:
            raise MatcherError(f"{text!r}: {error}") from error
    return Matcher(label, op, value)  # type: ignore[arg-type]  # the expressions name the four


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
