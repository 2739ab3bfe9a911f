"""Two versions of a plan, line by line.

Pure: plans as they are shown; amounts are decimal text, and equal texts are equal amounts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]
IMPLIED = {"share"}
"""Changes with the total, and would be said of every line."""


def compare(before: Fields, after: Fields) -> dict[str, Any]:
    """What changed of the plan itself, of its lines and of its reserve."""
    apart = {"lines": "line", "reserve": "bucket"}
    changes = _changes(
        {name: before.get(name) for name in after if name not in apart},
        {name: after[name] for name in after if name not in apart},
    )
    parts = {name: _parts(before.get(name, []), after[name], key) for name, key in apart.items()}
    return {"changes": changes, **parts}


def _parts(before: Sequence[Fields], after: Sequence[Fields], key: str) -> list[dict[str, Any]]:
    """Those of `after` in their order, then those that went."""
    old, new = {one[key]: one for one in before}, {one[key]: one for one in after}
    found = []
    for name in [*new, *(name for name in old if name not in new)]:
        changes = _changes(old.get(name, {}), new.get(name, {}))
        if changes:
            change = "added" if name not in old else "changed" if name in new else "removed"
            found.append({"name": name, "change": change, "changes": changes})
    return found


def _changes(before: Fields, after: Fields) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in dict.fromkeys((*after, *before))
        if name not in IMPLIED and before.get(name) != after.get(name)
    ]
