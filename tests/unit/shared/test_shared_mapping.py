"""From a platform's entity to a line: the most specific mapping in force wins."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.entity_mapping import EntityMapping, MappingIndex, Match, match_of, specificity

DAY = datetime(2025, 11, 1, tzinfo=UTC)


def mapping(
    line: str,
    match: dict[str, str],
    *,
    source: str = "google-ads/1",
    effective_from: datetime | None = None,
) -> EntityMapping:
    return EntityMapping(line, source, match_of(match), "double11-2025", line, effective_from)


ENTITY = {"account": "1", "campaign": "99", "ad_group": "7", "ad": "5"}


@pytest.mark.parametrize(
    ("matches", "expected", "why"),
    [
        ([{"account": "1"}], "0", "the account alone"),
        ([{"account": "1"}, {"campaign": "99"}], "1", "campaign before account"),
        ([{"campaign": "99"}, {"ad_group": "7"}], "1", "ad group before campaign"),
        ([{"ad": "5"}, {"ad_group": "7"}], "0", "ad before ad group"),
        (
            [{"campaign": "99"}, {"account": "1", "campaign": "99"}],
            "1",
            "of one level, more named levels before fewer",
        ),
        ([{"ad_group": "7"}, {"account": "1", "campaign": "99"}], "0", "level before count"),
        ([{"campaign": "98"}, {"account": "1"}], "1", "another campaign does not match"),
        ([{"campaign": "99", "ad": "6"}], None, "all named levels must be equal"),
    ],
)
def test_the_most_specific_mapping_wins(
    matches: list[dict[str, str]], expected: str | None, why: str
) -> None:
    index = MappingIndex(mapping(str(n), match) for n, match in enumerate(matches))
    found = index.resolve("google-ads/1", ENTITY, DAY)
    assert (found and found[1]) == expected, why


@pytest.mark.parametrize(
    ("at", "expected", "why"),
    [
        (DAY - timedelta(seconds=1), "always", "before the newer one"),
        (DAY, "newer", "from its first instant on"),
        (DAY + timedelta(days=9), "newer", "and ever after"),
    ],
)
def test_the_mapping_in_force_last_before_the_period_wins(
    at: datetime, expected: str, why: str
) -> None:
    index = MappingIndex(
        [
            mapping("always", {"campaign": "99"}),
            mapping("newer", {"campaign": "99"}, effective_from=DAY),
        ]
    )
    assert index.resolve("google-ads/1", ENTITY, at) == ("double11-2025", expected), why


def test_a_specific_mapping_not_yet_in_force_leaves_the_general_one() -> None:
    index = MappingIndex(
        [mapping("general", {"account": "1"}), mapping("later", {"ad": "5"}, effective_from=DAY)]
    )
    before = index.resolve("google-ads/1", ENTITY, DAY - timedelta(days=1))
    assert before == ("double11-2025", "general")


def test_another_sources_mapping_does_not_apply() -> None:
    index = MappingIndex([mapping("L1", {"campaign": "99"}, source="meta-ads/1")])
    assert index.resolve("google-ads/1", ENTITY, DAY) is None


def test_the_finest_level_ranks_first() -> None:
    ranked = [{"ad": "1"}, {"ad_group": "1"}, {"campaign": "1"}, {"account": "1"}]
    keys = [specificity(match_of(match)) for match in ranked]
    assert keys == sorted(keys, reverse=True)


level_ids = st.dictionaries(
    st.sampled_from(["account", "campaign", "ad_group", "ad"]),
    st.sampled_from(["1", "2"]),
    min_size=1,
)
starts = st.one_of(st.none(), st.integers(0, 3).map(lambda n: DAY + timedelta(days=n)))
mappings = st.lists(
    st.builds(
        lambda source, levels, start: (source, match_of(levels), start),
        st.sampled_from(["a", "b"]),
        level_ids,
        starts,
    ),
    max_size=12,
    unique=True,
)


@given(mappings, level_ids, st.sampled_from(["a", "b"]), st.integers(0, 4), st.randoms())
def test_the_index_answers_as_a_scan_of_all_mappings_does_in_any_order(
    found: list[tuple[str, Match, datetime | None]],
    entity: dict[str, str],
    source: str,
    day: int,
    random: Random,
) -> None:
    at = DAY + timedelta(days=day)
    known = [
        EntityMapping(f"m{n}", whose, match, "c", f"m{n}", start)
        for n, (whose, match, start) in enumerate(found)
    ]
    fitting = [
        one
        for one in known
        if one.source == source
        and all(entity.get(level) == value for level, value in one.match)
        and (one.effective_from is None or one.effective_from <= at)
    ]
    best = max(fitting, key=rank, default=None)
    random.shuffle(known)
    answer = MappingIndex(known).resolve(source, entity, at)
    assert answer == (None if best is None else ("c", best.line))


def rank(one: EntityMapping) -> tuple[object, ...]:
    levels = tuple(level for level, _ in one.match)
    start = one.effective_from or datetime.min.replace(tzinfo=UTC)
    return specificity(one.match), levels, start, one.mapping
