"""Names that become part of keys, and how long a subject may be: one rule for doors and readers.

Pure. What one service accepts here, the others must be able to store (design.md section 1).
"""

import re

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""Of workspaces, campaigns, lines and measures: nothing in it separates the parts of a key."""
NAME_RULE = "1 to 64 letters, digits, . _ or -, the first a letter or a digit"
SUBJECT_BYTES_MAX = 2000
"""Source, entity and dims of an event together, in UTF-8: an index row of PostgreSQL has room for
2,700 bytes, and a workspace, a period and a measure stand beside them."""

TEXT_HAS_CONTROLS = "text_has_control_characters"
"""The code of a text that `control_character` finds, wherever that is."""

# Cc, the line separators of Unicode, and what turns the direction of text (Cf, Bidi_Control). The
# joiner U+200D is none of them: emoji of several people are written with it.
_CONTROLS = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_find_control = re.compile(f"[{_CONTROLS}]").search
_find_control_in_lines = re.compile(rf"(?![\n\t\u2028\u2029])[{_CONTROLS}]").search
_is_name = re.compile(NAME, re.ASCII).fullmatch


def is_name(text: object) -> bool:
    """Whether a value is a text by the rule of NAME."""
    return isinstance(text, str) and _is_name(text) is not None


def control_character(text: str, *, lines: bool = False) -> str | None:
    """The first character that a person cannot see but a screen obeys, as U+202E; None: all is
    plain. `lines`: a text that people write in lines may break them and use tabs.

    Such a character turns the text around it, or ends the line of a header or a log: a name is
    then read as another one.
    """
    found = (_find_control_in_lines if lines else _find_control)(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def controls_detail(character: str) -> str:
    """What is said of a text that has `character`."""
    return f"the text holds the invisible control character {character}: leave it out"
