"""Results go to stdout, one stable line each or one JSON document; everything else to stderr."""

from collections.abc import Mapping
from typing import Any

import msgspec


def emit(line: str, fields: Mapping[str, Any], *, as_json: bool) -> None:
    """Prints a result: `line` for people and shell scripts, `fields` with --json."""
    print(msgspec.json.encode(fields).decode() if as_json else line, flush=True)
