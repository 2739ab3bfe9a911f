"""Rows as columns for `unnest`: one statement writes them all."""

from collections.abc import Sequence
from typing import Any


def columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned on their side; an empty input keeps its width."""
    return [[row[place] for row in rows] for place in range(width)]
