"""Whose spend a mapping takes from another, and what a mapping may match (P30)."""

from datetime import UTC, datetime

import pytest

from budget.documents.mappings.rules import check_match, losing_places
from shared.entity_mapping import EntityMapping, match_of
from shared.errors import InvalidError

ACCOUNT, CAMPAIGN = {"account": "1"}, {"campaign": "7"}


def theirs(match: dict[str, str], day: int | None = None) -> EntityMapping:
    """One of theirs, from that day on."""
    return mapping(match, day, "theirs")


def mapping(match: dict[str, str], day: int | None = None, campaign: str = "ours") -> EntityMapping:
    since = None if day is None else datetime(2025, 11, day, tzinfo=UTC)
    return EntityMapping(f"m{day}", "ads", match_of(match), campaign, "L1", since)


@pytest.mark.parametrize(
    ("before", "made", "takes", "why"),
    [
        ([theirs(ACCOUNT)], mapping(CAMPAIGN), True, "the campaign may be of their account"),
        ([theirs(ACCOUNT)], mapping(CAMPAIGN, 9), True, "from then on, though nothing was booked"),
        ([theirs(ACCOUNT, 9)], mapping(CAMPAIGN), True, "theirs is in force later on"),
        ([theirs(CAMPAIGN)], mapping(CAMPAIGN, 9), True, "the later one wins"),
        ([theirs(CAMPAIGN, 9)], mapping(CAMPAIGN), False, "theirs still wins from the 9th on"),
        ([theirs({"campaign": "8"})], mapping(CAMPAIGN), False, "another campaign"),
        ([theirs({"ad": "9"})], mapping(CAMPAIGN), False, "the more specific one keeps its own"),
        ([theirs(ACCOUNT)], mapping({"account": "2", "ad": "9"}), False, "other accounts"),
        (
            [theirs(ACCOUNT), mapping(ACCOUNT, 8)],
            mapping(CAMPAIGN, 9),
            False,
            "the account was theirs until the 8th, and is ours",
        ),
        (
            [theirs(ACCOUNT), mapping(ACCOUNT, 10)],
            mapping(CAMPAIGN, 9),
            True,
            "on the 9th the account is theirs still",
        ),
        (
            [theirs(ACCOUNT), mapping(CAMPAIGN)],
            mapping(CAMPAIGN | {"ad": "9"}, 9),
            False,
            "an ad of the campaign, which is ours",
        ),
        (
            [theirs(ACCOUNT), mapping(CAMPAIGN), theirs(CAMPAIGN, 10)],
            mapping({"ad": "9"}, 9),
            True,
            "nobody says of which campaign the ad is",
        ),
    ],
)
def test_a_mapping_takes_what_would_come_to_others_without_it(
    before: list[EntityMapping], made: EntityMapping, takes: bool, why: str
) -> None:
    assert (("theirs", "L1") in losing_places(before, made)) is takes, why


@pytest.mark.parametrize(
    ("match", "code"),
    [({}, "match_empty"), ({"adset": "1"}, "match_level_unknown")],
)
def test_a_match_names_levels_that_there_are(match: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check_match(match)
    assert refused.value.code == code
    check_match({"campaign": "7"})
