"""Names that become part of keys, and how long a subject may be: one rule for doors and readers.

Pure. What one service accepts here, the others must be able to store (design.md section 1).
"""

import re

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""Of workspaces, campaigns, lines and measures: nothing in it separates the parts of a key."""
SUBJECT_BYTES_MAX = 2000
"""Source, entity and dims of an event together, in UTF-8: an index row of PostgreSQL has room for
2,700 bytes, and a workspace, a period and a measure stand beside them."""

_is_name = re.compile(NAME, re.ASCII).fullmatch


def is_name(text: object) -> bool:
    """Whether a value is a text by the rule of NAME."""
    return isinstance(text, str) and _is_name(text) is not None
