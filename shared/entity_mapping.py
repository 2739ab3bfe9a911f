"""From a platform's entity to our campaign and line: one pure function for every service.

budget uses it for spend from its own table, kpi-monitor for metrics from its copy of catalog.v1.
The most specific level wins (ad, ad_group, campaign, account); of equally specific ones the one
that came into force last before the figure's period. What is still equal is told apart by name, so
that services which read the same mappings in different orders answer the same.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEVELS = ("ad", "ad_group", "campaign", "account")
"""From specific to general. Other entity levels may be matched too; they rank as the account."""

Match = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EntityMapping:
    """What a source calls something, and where its money and measures belong.

    `match`: sorted (level, id) pairs that must all equal the entity's.
    `effective_from`: start of validity by the figure's period; None is always.
    """

    mapping: str
    source: str
    match: Match
    campaign: str
    line: str
    effective_from: dt.datetime | None = None


def match_of(levels: Mapping[str, str]) -> Match:
    """`{"campaign": "993"}` → (("campaign", "993"),)."""
    return tuple(sorted(levels.items()))


def specificity(match: Match) -> tuple[int, int]:
    """Sort key, greater is more specific: the finest level named, then how many are named."""
    finest = min((LEVELS.index(level) if level in LEVELS else 3 for level, _ in match), default=4)
    return -finest, len(match)


class MappingIndex:
    """All mappings of one workspace, ready to be asked once per event.

    Lookups hash the entity's own values for each shape of match in use (a handful per source), so
    the cost does not grow with the number of mappings.
    """

    def __init__(self, mappings: Iterable[EntityMapping]) -> None:
        found: dict[str, dict[tuple[str, ...], dict[Match, list[EntityMapping]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(list))
        )
        for mapping in mappings:
            levels = tuple(level for level, _ in mapping.match)
            found[mapping.source][levels][mapping.match].append(mapping)
        self._by_source = {
            source: sorted(
                ((levels, self._newest_first(table)) for levels, table in shapes.items()),
                key=lambda shape: (specificity(tuple((level, "") for level in shape[0])), shape[0]),
                reverse=True,
            )
            for source, shapes in found.items()
        }
        self._count = sum(
            len(same)
            for shapes in found.values()
            for table in shapes.values()
            for same in table.values()
        )

    def __len__(self) -> int:
        return self._count

    @staticmethod
    def _newest_first(table: dict[Match, list[EntityMapping]]) -> dict[Match, list[EntityMapping]]:
        oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
        return {
            match: sorted(
                found, key=lambda m: (m.effective_from or oldest, m.mapping), reverse=True
            )
            for match, found in table.items()
        }

    def resolve(
        self, source: str, entity: Mapping[str, str], at: dt.datetime
    ) -> tuple[str, str] | None:
        """(campaign, line) for an entity of `source` in a period that starts at `at`, or None."""
        for levels, table in self._by_source.get(source, ()):
            match = tuple((level, entity.get(level, "")) for level in levels)
            for mapping in table.get(match, ()):
                if mapping.effective_from is None or mapping.effective_from <= at:
                    return mapping.campaign, mapping.line
        return None
