"""Rows of a JSON report, read as they come: a list, or pages of an API that hold lists of rows.

A document is walked, never decoded as a whole: a report of 70 MB would take two gigabytes.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TextIO

from ingest.platforms.mapping import Platform
from ingest.reports.reading.numbers import json_number
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.reading.rows import Row

CHUNK_CHARS = 256 * 1024
VALUE_CHARS_MAX = 4 * 1024 * 1024
"""Of one row, or of what a page says beside its rows."""
NESTING_MAX = 6
MEMBERS_MAX = 10_000
CUT_CHARS_MAX = 64
"""Before the end of the window: a fault there may only be where the window ends."""
_blanks = re.compile(r"[ \t\r\n]*").match


class _Value(NamedTuple):
    text: str
    value: Any


class _Member(NamedTuple):
    """A name as it is written, and what stands behind it."""

    name: str
    held: _Value


class _RefusedError(ValueError):
    """What the decoder would take and a report may not hold."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise _RefusedError(f"the name {repeated[:60]!r} stands twice in one object")
    return made


def _refuse_constant(text: str) -> Any:
    raise _RefusedError(f"{text} is no number of JSON")


class _Walker:
    """A window over the text that moves along with what was read of it."""

    def __init__(self, text: TextIO) -> None:
        self._file = text
        self._text = ""
        self._at = 0
        self._lines = 1
        self._ended = False
        self._decoder = json.JSONDecoder(
            parse_float=json_number, parse_constant=_refuse_constant, object_pairs_hook=_object
        )

    def _fill(self) -> None:
        self._lines += self._text.count("\n", 0, self._at)
        chunk = self._file.read(CHUNK_CHARS)
        self._ended = not chunk
        self._text = self._text[self._at :] + chunk
        self._at = 0

    def malformed(self, detail: str, at: int | None = None) -> FileRefusedError:
        place = len(self._text) if at is None else at
        line = self._lines + self._text.count("\n", 0, place)
        return FileRefusedError("json_malformed", line, f"this is no JSON: {detail}"[:300])

    def peek(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            self._at = _blanks(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._fill()

    def take(self, character: str) -> None:
        if self.peek() != character:
            raise self.malformed(f"{character!r} is missing", self._at)
        self._at += 1

    def value(self) -> _Value:
        self.peek()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                left = len(self._text) - error.pos
                if self._ended or (left > CUT_CHARS_MAX and "Unterminated" not in error.msg):
                    at = None if "Unterminated" in error.msg else error.pos
                    raise self.malformed(error.msg, at) from error
            except RecursionError as error:
                raise self.malformed("it is nested too deeply", self._at) from error
            except ValueError as error:
                raise self.malformed(str(error), self._at) from error
            else:
                # A number may go on behind the window.
                if end < len(self._text) or self._ended:
                    text = self._text[self._at : end]
                    self._at = end
                    return _Value(text, found)
            if len(self._text) - self._at > VALUE_CHARS_MAX:
                raise FileRefusedError(
                    "row_too_large", self._lines, f"a row of more than {VALUE_CHARS_MAX} characters"
                )
            self._fill()

    def elements(self, opening: str = "[", closing: str = "]") -> Iterator[None]:
        """Stands before each element of a list in turn; its caller takes the element."""
        self.take(opening)
        if self.peek() != closing:
            yield
            while self.peek() != closing:
                self.take(",")
                yield
        self.take(closing)

    def members(self) -> Iterator[_Value]:
        """Stands before the value of each member of an object in turn, and gives its name."""
        for _ in self.elements("{", "}"):
            if self.peek() != '"':
                raise self.malformed("a name is missing")
            name = self.value()
            self.take(":")
            yield name


class JsonRows:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lists = frozenset(platform.json_rows)
        self._page = frozenset(platform.json_page)
        self._next = platform.json_next_page
        self.next_page: str | None = None
        """Under which name the last page read names a next one; None when it is the last."""

    def read(self, text: TextIO) -> Iterator[Row]:
        """Raises FileRefusedError `json_malformed`, `layout_unknown`."""
        text.seek(0)
        self.next_page = None
        for number, found in enumerate(self._document(_Walker(text)), 1):
            yield _row(number, found)

    def _document(self, walker: _Walker) -> Iterator[_Value]:
        opening = walker.peek()
        if opening == "[":
            for _ in walker.elements():
                if walker.peek() == "{":
                    yield from self._page_or_row(walker, listed=True)
                else:
                    yield walker.value()
        elif opening == "{":
            yield from self._page_or_row(walker, listed=False)
        else:
            walker.value()
            raise self._no_rows()
        if walker.peek():
            raise walker.malformed("text follows the document")

    def _page_or_row(self, walker: _Walker, *, listed: bool) -> Iterator[_Value]:
        """The rows of a page, or the row itself: which of them it is, its names say."""
        members: dict[str, _Member] = {}
        has_rows = False
        for name in walker.members():
            if name.value in members or len(members) >= MEMBERS_MAX:
                raise walker.malformed(f"the name {name.value[:60]!r} stands twice in one object")
            if name.value not in self._lists:
                members[name.value] = _Member(name.text, walker.value())
                continue
            has_rows = True
            members[name.value] = _Member(name.text, name)
            if walker.peek() == "[":
                for _ in walker.elements():
                    yield walker.value()
            elif (row := walker.value()).value is not None:
                yield row
        if "error" in members:
            raise _failed(members["error"].held.value)
        if has_rows or members.keys() <= self._page:
            named = (name for name in self._next if name in members)
            self.next_page = next((name for name in named if members[name].held.value), None)
            return
        if not listed:
            raise self._no_rows()
        text = ",".join(f"{name}:{held.text}" for name, held in members.values())
        yield _Value(f"{{{text}}}", {name: held.value for name, (_, held) in members.items()})

    def _no_rows(self) -> FileRefusedError:
        known = ", ".join(self._platform.json_rows) or "a list"
        return FileRefusedError("layout_unknown", 1, f"no rows found; expected {known}")


def _failed(error: Any) -> FileRefusedError:
    message = error.get("message", error) if isinstance(error, dict) else error
    detail = f"the platform answered with an error, ask it again: {message}"
    return FileRefusedError("layout_unknown", 1, detail[:300])


def _row(number: int, found: _Value) -> Row:
    if not isinstance(found.value, dict):
        return Row(number, 0, {}, "a row is no object", found.text)
    if "\\u" in found.text and not _is_text(found.value):
        return Row(number, 0, {}, "a text holds half a character", found.text)
    return Row(number, 0, flatten(found.value), None, found.text)


def _is_text(value: Any) -> bool:
    """Whether UTF-8 can write it: JSON's escapes can also name half a character."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def flatten(raw: Any, prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """`{"metrics": {"clicks": 1}}` → `{"metrics.clicks": 1}`; lists are no values of a row."""
    flat: dict[str, Any] = {}
    if not isinstance(raw, dict) or depth > NESTING_MAX:
        return flat
    for name, value in raw.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{name}.", depth + 1))
        elif not isinstance(value, list):
            flat[f"{prefix}{name}"] = value
    return flat
