"""How far a credential reaches (A1, S37)."""

import asyncio
from collections.abc import Iterable

import pytest

from shared.database.pool import Conn
from shared.errors import ForbiddenError, NotFoundError
from shared.http.reach import Reach, resolved

WHOLE = Reach("w")
OF_CAMPAIGN = Reach("w", campaigns=frozenset({"c1"}))
OF_REGION = Reach("w", regions=frozenset({"east"}))
OF_BOTH = Reach("w", frozenset({"c1"}), frozenset({"east"}))


@pytest.mark.parametrize(
    ("reach", "campaign", "region", "covered", "why"),
    [
        (WHOLE, "c1", None, True, "nothing limits it"),
        (WHOLE, None, None, True, "nor for what is of no campaign"),
        (OF_CAMPAIGN, "c1", "west", True, "regions do not limit it"),
        (OF_CAMPAIGN, "c2", "east", False, "another campaign"),
        (OF_CAMPAIGN, None, None, False, "of no campaign"),
        (OF_REGION, "c2", "east", True, "campaigns do not limit it"),
        (OF_REGION, "c1", "west", False, "another region"),
        (OF_REGION, "c1", None, False, "a campaign without a region is in none"),
        (OF_BOTH, "c1", "east", True, "both hold"),
        (OF_BOTH, "c1", "west", False, "the region does not"),
        (OF_BOTH, "c2", "east", False, "the campaign does not"),
    ],
)
def test_a_campaign_is_in_reach_when_no_limit_leaves_it_out(
    reach: Reach, campaign: str | None, region: str | None, covered: bool, why: str
) -> None:
    assert reach.covers(campaign, region) is covered, why


async def east(_: Conn, workspace: str, regions: frozenset[str]) -> Iterable[str]:
    assert (workspace, regions) == ("w", {"east"})
    return ["c1", "c3"]


@pytest.mark.parametrize(
    ("reach", "listed"),
    [(WHOLE, None), (OF_CAMPAIGN, ["c1"]), (OF_REGION, ["c1", "c3"]), (OF_BOTH, ["c1"])],
)
def test_regions_are_resolved_to_the_campaigns_they_have(
    reach: Reach, listed: list[str] | None
) -> None:
    conn: Conn = None  # type: ignore[assignment]
    assert asyncio.run(resolved(conn, reach, east)).listed == listed


def test_nobody_learns_whether_what_is_out_of_reach_exists() -> None:
    assert isinstance(OF_REGION.unknown("rule", "r1"), NotFoundError)
    assert isinstance(OF_REGION.unknown("rule", "r1", to_write=True), ForbiddenError)
    assert isinstance(WHOLE.unknown("rule", "r1", to_write=True), NotFoundError)


def test_who_is_limited_to_regions_is_told_which_to_state() -> None:
    with pytest.raises(ForbiddenError, match="state in the body region, one of east"):
        OF_REGION.require("c1", None)
    with pytest.raises(ForbiddenError, match=r"does not reach c2$"):
        OF_BOTH.require("c2", "east")


def test_the_whole_workspace_is_for_a_reach_without_limits() -> None:
    WHOLE.require_whole()
    with pytest.raises(ForbiddenError) as refused:
        OF_BOTH.require_whole()
    assert refused.value.code == "out_of_reach"
