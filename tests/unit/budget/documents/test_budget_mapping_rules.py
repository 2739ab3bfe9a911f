"""Which mappings may have brought what another one takes, and what a mapping may match (P30)."""

import pytest

from budget.documents.mappings.commands import check_match, may_yield
from shared.entity_mapping import EntityMapping, match_of
from shared.errors import InvalidError


def mapping(**match: str) -> EntityMapping:
    return EntityMapping("m1", "ads", match_of(match), "c1", "L1", None)


@pytest.mark.parametrize(
    ("lesser", "wanted", "yields", "why"),
    [
        (mapping(account="1"), mapping(campaign="7"), True, "an account's ads may be of it"),
        (
            mapping(campaign="7"),
            mapping(campaign="7"),
            True,
            "it may be in force from another time",
        ),
        (mapping(campaign="8"), mapping(campaign="7"), False, "another campaign"),
        (mapping(ad="9"), mapping(campaign="7"), False, "the more specific one keeps what it has"),
        (mapping(account="1", campaign="7"), mapping(account="2", ad="9"), False, "other accounts"),
    ],
)
def test_a_lesser_mapping_yields_what_may_be_of_both(
    lesser: EntityMapping, wanted: EntityMapping, yields: bool, why: str
) -> None:
    assert may_yield(lesser, wanted) is yields, why


@pytest.mark.parametrize(
    ("match", "code"),
    [({}, "match_empty"), ({"adset": "1"}, "match_level_unknown")],
)
def test_a_match_names_levels_that_there_are(match: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check_match(match)
    assert refused.value.code == code
    check_match({"campaign": "7"})
