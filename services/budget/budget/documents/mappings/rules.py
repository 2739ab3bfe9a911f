"""What may stand in a mapping, and whose spend a new one takes. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from shared.entity_mapping import LEVELS, EntityMapping, MappingIndex
from shared.errors import ErrorItem, InvalidError

ALWAYS = datetime.min.replace(tzinfo=UTC)
Place = tuple[str, str]
"""(campaign, line)."""


def check_match(match: Mapping[str, str]) -> None:
    """Raises InvalidError `match_empty`, `match_level_unknown`."""
    if not match:
        raise InvalidError("match_empty", "match names at least one level of the entity")
    unknown = sorted(match.keys() - set(LEVELS))
    if unknown:
        items: list[ErrorItem] = [
            {"loc": f"match.{level}", "code": "match_level_unknown", "detail": "no such level"}
            for level in unknown
        ]
        detail = f"{', '.join(unknown)}: the levels are {', '.join(LEVELS)}"
        raise InvalidError("match_level_unknown", detail, errors=items)


def losing_places(before: Sequence[EntityMapping], mapping: EntityMapping) -> set[Place]:
    """Where spend of entities of `mapping` comes to, or would, by the source's mappings `before`
    it, in periods in which it comes to `mapping` once there is that.

    Who has an entity by one of them has the least that both name too, from when both are in force:
    that is looked at, and whatever has more levels or is later needs no look of its own.
    """
    had, has = MappingIndex(before), MappingIndex([*before, mapping])
    losing = set()
    for one in before:
        stated = dict(one.match)
        if any(stated.get(level, name) != name for level, name in mapping.match):
            continue
        since = max(one.effective_from or ALWAYS, mapping.effective_from or ALWAYS)
        asked = mapping.source, stated | dict(mapping.match), since
        place = had.resolve(*asked)
        if place is not None and place != has.resolve(*asked):
            losing.add(place)
    return losing
