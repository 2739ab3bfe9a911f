"""Lengths and shapes of what people read: bounded, in UTF-8 bytes as a robot counts them."""

import json
import re
from bisect import bisect_left
from collections.abc import Callable

NAME_CHARACTERS_MAX = 300
_NOT_PLAIN = re.compile(r"https?:|www\.|[^\w\s.,:%/()【】：，。（）\u2011-]|_")
"""The minus of our figures is U+2011: without it a loss would read like a gain."""

_FIGURE = re.compile(r"[0-9.,:%]")
_FIGURE_AT_END = re.compile(r"[\u2011-]?[¥$€£]?[0-9][0-9.,:%]*\Z")


Measure = Callable[[str], int]
"""How long a text is as a provider counts it."""


def json_bytes(text: str) -> int:
    """Bytes of `text` inside a JSON body as it is sent (UTF-8, not escapes)."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def utf8_bytes(text: str) -> int:
    """Bytes of `text` by itself."""
    return len(text.encode())


def characters(text: str) -> int:
    """UTF-16 units: whoever counts characters, in whatever way, counts no more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(
    text: str, text_max: int, left_out: Callable[[int], object], measure: Measure = json_bytes
) -> str:
    """`text` within `text_max` of what is measured. Whole lines go, the last first, and a line
    says how many; a single line that is too long is cut between characters."""
    if measure(text) <= text_max:
        return text
    lines = text.split("\n")

    def without(dropped: int) -> str:
        return "\n".join([*lines[: len(lines) - dropped], str(left_out(dropped))])

    def fits(dropped: int) -> bool:
        return measure(without(dropped)) <= text_max

    # Halving: a mail has thousands of lines, and each look costs its whole length.
    dropped = 1 + bisect_left(range(1, len(lines)), True, key=fits)
    if dropped < len(lines):
        return without(dropped)
    cut = lines[0]
    while cut and measure(cut) > text_max:
        over = measure(cut) - text_max
        cut = cut[: -max(1, over // 6)]
    return cut


def divided(text: str, size_max: int, unit: re.Pattern[str], measure: Measure) -> list[str]:
    """`text` in pieces of at most `size_max`, at the ends of lines; a longer line between its
    units, such as tags and characters."""
    found: list[str] = []
    for line in text.strip().split("\n"):
        glue = "\n"
        for part in [line] if measure(line) <= size_max else unit.findall(line):
            if found and measure(longer := found[-1] + glue + part) <= size_max:
                found[-1] = longer
            else:
                found.append(part)
            glue = ""
    return [piece.strip("\n") for piece in found if piece.strip()]


def plain_words(text: str) -> str:
    """Letters, figures and plain punctuation: nothing that could be markup or a link."""
    return " ".join(_NOT_PLAIN.sub(" ", text).split())


def shorten(text: str, characters_max: int) -> str:
    """At most so many characters, the last one an ellipsis if some are missing. A figure that has
    no room goes as a whole: the 6 of 66.44% would be read as a figure of its own."""
    if len(text) <= characters_max:
        return text
    kept = text[: characters_max - 1]
    if _FIGURE.match(text[characters_max - 1]):
        begins = _FIGURE_AT_END.search(kept)
        kept = kept[: begins.start()] if begins else kept
    return (kept.rstrip() or text[: characters_max - 1]) + "…"
