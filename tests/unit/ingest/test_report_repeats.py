"""A report that states one fact twice: the same again is fine, another figure is refused by name.

The ledger would refuse it as well, but after the 202, when `load` has long said accepted=2.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.adapters.convert import Converted, Import, convert
from ingest.adapters.mapping import load_platforms
from ingest.adapters.reading import read_csv
from ingest.context import SourceView
from tests.unit.ingest.ingest_builders import NOW

GOOGLE = load_platforms()["google-ads"]
HEAD = "customer_id,date,id,device,cost_micros,impressions,conversions"


def row(
    cost: int = 1_000_000,
    *,
    account: str = "212",
    day: str = "2025-11-01",
    campaign: str = "993",
    device: str = "MOBILE",
    impressions: str = "100",
) -> str:
    return f"{account},{day},{campaign},{device},{cost},{impressions},1.5"


def load(*rows: str, first_row: int = 1) -> Converted:
    table = read_csv("\n".join([HEAD, *rows]), GOOGLE, 1000)
    plan = Import("01J", NOW, 7, first_row=first_row)
    return convert(table, GOOGLE, plan, lambda _: SourceView())


def refused(*rows: str) -> list[tuple[int, str]]:
    return [(found.place, found.code) for found in load(*rows).decoded.rejected]


def test_the_later_of_two_rows_that_differ_is_refused_and_both_are_named() -> None:
    result = load(row(device="TABLET"), row(1_000_000), row(2_000_000))

    (rejection,) = result.decoded.rejected
    assert (rejection.place, rejection.code) == (2, "revision_conflict")
    assert "rows 2 and 3 state different figures for the same campaign and day" in rejection.detail
    assert result.spend_rows == {0, 1}
    assert [event.id for event in result.decoded.events] == ["01J-1", "01J-1-m", "01J-2", "01J-2-m"]


def test_in_a_part_of_a_load_rows_are_named_by_their_place_in_the_whole() -> None:
    (rejection,) = load(row(1), row(2), first_row=5001).decoded.rejected

    assert rejection.detail.startswith("rows 5001 and 5002 ")
    assert rejection.id == "01J-5002"


OTHER_FACTS = [
    ("another day", row(2, day="2025-11-02")),
    ("another campaign", row(2, campaign="994")),
    ("another account is another source", row(2, account="213")),
    ("another breakdown", row(2, device="DESKTOP")),
    ("the same again", row(1)),
]


@pytest.mark.parametrize(("reason", "second"), OTHER_FACTS, ids=[r for r, _ in OTHER_FACTS])
def test_other_facts_and_the_same_figures_are_taken(reason: str, second: str) -> None:
    assert refused(row(1), second) == [], reason


def test_measures_that_differ_are_refused_as_money_is() -> None:
    assert refused(row(1), row(1, impressions="101")) == [(1, "revision_conflict")]


def test_a_row_that_was_refused_itself_is_no_first_figure() -> None:
    assert refused(row(1, impressions="many"), row(2)) == [(0, "number_unreadable")]


def test_what_agrees_with_the_first_row_is_fine_whatever_stood_between() -> None:
    assert refused(row(1), row(2), row(1)) == [(1, "revision_conflict")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=20))
def test_what_is_taken_states_each_fact_with_one_figure_the_first(
    stated: list[tuple[str, int]],
) -> None:
    result = load(*(row(cost, campaign=campaign) for campaign, cost in stated))
    first: dict[str, int] = {}
    for campaign, cost in stated:
        first.setdefault(campaign, cost)

    differing = [n for n, (campaign, cost) in enumerate(stated) if first[campaign] != cost]
    assert [found.place for found in result.decoded.rejected] == differing
