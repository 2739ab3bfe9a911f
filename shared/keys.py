"""Texts that join names into one key, made and read apart in one place.

A key is raw text in the order of its parts, because a hash destroys locality (design.md section 2).
What separates the parts is escaped inside them by a backslash, so two different subjects never
share a key: without that, `{"ad": "x,device=m"}` and `{"ad": "x", "device": "m"}` were one fact,
and the money of one of them was lost. Keys of names without such characters stay as they were.
"""

import re
from collections.abc import Mapping

ESCAPE = "\\"
_SPECIAL = re.compile(r"[\\,=|]")
_SPECIAL_OF_OWN = re.compile(r"[\\,=|/]")
_SPECIAL_OF_GROUP = re.compile(r"[\\,:]")
_UNESCAPE = re.compile(r"\\(.)", re.DOTALL)
# A part up to an unescaped separator; the parts of a text are what lies between those.
_PAIR = re.compile(r"((?:[^\\,=|]|\\[\\,=|])*)=((?:[^\\,=|]|\\[\\,=|])*)")
_OWN = re.compile(r"((?:[^\\,=|/]|\\[\\,=|/])*)/((?:[^\\,=|/]|\\[\\,=|/])*)")
_MEMBER = re.compile(r"((?:[^\\,:]|\\[\\,:])*):((?:[^\\,:]|\\[\\,:])*)")
_FACT = re.compile(r"((?:[^\\|]|\\.)*)\|((?:[^\\|]|\\.)*)\|((?:[^\\|]|\\.)*)", re.DOTALL)


def pairs_text(pairs: Mapping[str, str] | None) -> str:
    """`{"b": "2", "a": "1"}` → "a=1,b=2"; nothing → "". Sorted by name, by code point.

    Made for every metrics event: what holds no separator inside is not looked at twice.
    """
    if not pairs:
        return ""
    text = ",".join([f"{name}={value}" for name, value in sorted(pairs.items())])
    count = len(pairs)
    if (
        text.count("=") == count
        and text.count(",") == count - 1
        and "|" not in text
        and ESCAPE not in text
    ):
        return text
    return ",".join([f"{_escape(name)}={_escape(pairs[name])}" for name in sorted(pairs)])


def read_pairs(text: str) -> dict[str, str]:
    """The way back of `pairs_text`. Raises ValueError for what it does not make."""
    if not text:
        return {}
    pairs: dict[str, str] = {}
    begin = 0
    while True:
        found = _PAIR.match(text, begin)
        if found is None:
            raise ValueError(f"{text!r} is not made of pairs")
        pairs[_unescape(found[1])] = _unescape(found[2])
        begin = found.end() + 1
        if found.end() == len(text):
            return pairs
        if text[found.end()] != ",":
            raise ValueError(f"{text!r} is not made of pairs")


def own_text(campaign: str | None, line: str | None) -> str:
    """Our own names as an entity: `campaign/line`; a campaign as a whole is `campaign/`.

    Never equal to the text of a platform's entity, which holds an unescaped "=". Made for every
    event: names in which nothing is to be escaped are not looked at twice.
    """
    text = f"{campaign or ''}/{line or ''}"
    if text.count("/") == 1 and not ("," in text or "=" in text or "|" in text or ESCAPE in text):
        return text
    return f"{_escape_own(campaign or '')}/{_escape_own(line or '')}"


def read_own(text: str) -> tuple[str, str]:
    """The way back of `own_text`. Raises ValueError for what it does not make."""
    found = _OWN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} does not name campaign and line")
    return _unescape(found[1]), _unescape(found[2])


def subject_text(entity: Mapping[str, str] | None, campaign: str | None, line: str | None) -> str:
    """What a figure is about: the platform's ids if there are any, else our own names."""
    return pairs_text(entity) if entity else own_text(campaign, line)


def fact_key(period: str, subject: str, dims: str) -> str:
    """`<period>|<subject>|<dims>`: what the revisions of a snapshot share. The period is a label as
    it was stated, subject and dims are texts made here."""
    return f"{_escape(period)}|{subject}|{dims}"


def read_fact_key(text: str) -> tuple[str, str, str]:
    """The way back of `fact_key`: the period's label, subject and dims as texts.

    Raises ValueError for what it does not make.
    """
    found = _FACT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no key of a fact")
    return _unescape(found[1]), found[2], found[3]


def group_text(group: Mapping[str, str]) -> str:
    """A rule's group wherever it is text: `{"line": "L02"}` → "line:L02" (contracts.md 4)."""
    return ",".join(f"{_escape_group(name)}:{_escape_group(group[name])}" for name in sorted(group))


def read_group(text: str) -> dict[str, str]:
    """The way back of `group_text`. Raises ValueError for what it does not make."""
    group: dict[str, str] = {}
    begin = 0
    while text:
        found = _MEMBER.match(text, begin)
        if found is None or text[found.end() : found.end() + 1] not in ("", ","):
            raise ValueError(f"{text!r} is no group")
        group[_unescape(found[1])] = _unescape(found[2])
        if found.end() == len(text):
            break
        begin = found.end() + 1
    return group


def _escape(part: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", part)


def _escape_own(part: str) -> str:
    return _SPECIAL_OF_OWN.sub(r"\\\g<0>", part)


def _escape_group(part: str) -> str:
    return _SPECIAL_OF_GROUP.sub(r"\\\g<0>", part)


def _unescape(part: str) -> str:
    return _UNESCAPE.sub(r"\1", part)
