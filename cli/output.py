"""Results go to stdout, one stable line each or one JSON document; everything else to stderr."""

import sys
from collections.abc import Mapping
from typing import Any


def emit(line: str, fields: Mapping[str, Any], *, as_json: bool) -> None:
    """Prints a result: `line` for people and shell scripts, `fields` with --json."""
    print(_json(fields) if as_json else line, flush=True)


def _json(fields: Mapping[str, Any]) -> str:
    import msgspec

    return msgspec.json.encode(fields).decode()


def tell_stderr(message: str) -> None:
    """One progress line on stderr; stdout stays for results."""
    print(f"paceline: {message}", file=sys.stderr, flush=True)
