"""A report that states one fact twice: the same again is fine, another figure is refused by name.

The ledger would refuse it as well, but after the 202, when `load` has long said accepted=2.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.platforms.mapping import load_platforms
from ingest.reports.convert import Converted, convert
from ingest.reports.facts import StatedFacts
from ingest.reports.imports import Import
from ingest.reports.repeats import find_repeats
from ingest.sources.settings import SourceSettings
from tests.unit.ingest.ingest_builders import NOW, report_of, table_of

GOOGLE, MICROSOFT = (load_platforms()[name] for name in ("google-ads", "microsoft-ads"))
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
    table = table_of("\n".join([HEAD, *rows]), GOOGLE, 1000)
    plan = Import("01J", NOW, 7, first_row=first_row)
    return convert(table, GOOGLE, plan, lambda _: SourceSettings())


def refused(*rows: str) -> list[tuple[int, str]]:
    return [(found.place, found.code) for found in load(*rows).decoded.rejected]


def test_the_later_of_two_rows_that_differ_is_refused_and_both_are_named() -> None:
    result = load(row(device="TABLET"), row(1_000_000), row(2_000_000))

    (rejection,) = result.decoded.rejected
    assert (rejection.place, rejection.code) == (2, "revision_conflict")
    assert "rows 2 and 3 state different figures for the same campaign and day" in rejection.detail
    assert result.spend_rows == result.metrics_rows == {0, 1}
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


def equal(stated: StatedFacts) -> list[str]:
    return [found.detail for found in stated.equal]


def load_with(*rows: str, view: SourceSettings | None = None) -> tuple[Converted, StatedFacts]:
    stated = StatedFacts()
    plan = Import("01J", NOW, 7)
    table = table_of("\n".join([HOURLY_HEAD, *rows]), MICROSOFT)
    settings = view or SourceSettings()
    return convert(table, MICROSOFT, plan, lambda _: settings, stated), stated


def test_equal_rows_are_taken_and_named() -> None:
    stated = StatedFacts()
    table = table_of("\n".join([HEAD, row(1), row(2, day="2025-11-02"), row(1)]), GOOGLE)
    result = convert(table, GOOGLE, Import("01J", NOW, 7), lambda _: SourceSettings(), stated)

    assert result.decoded.rejected == []
    assert equal(stated) == ["rows 1 and 3 are equal: counted once, is a column missing?"]
    assert stated.equal_count == 1


HOURLY_HEAD = "TimePeriod,AccountId,CampaignId,Impressions,Clicks,Spend"
TWICE = "2025-11-02|01,150,349,10,1,1.50"
NEW_YORK = SourceSettings(time_zone="America/New_York", money_report="campaign-hourly")


def test_in_an_hour_that_occurs_twice_two_rows_are_its_two_hours() -> None:
    result, stated = load_with(TWICE, TWICE, view=NEW_YORK)
    events: list[Any] = list(result.decoded.events)

    assert result.decoded.rejected == []
    assert equal(stated) == []
    assert [event.data.dims for event in events[::2]] == [None, {"repeated_hour": "second"}]
    assert [event.data.amount for event in events[::2]] == ["1.50", "1.50"]


def test_two_hours_of_the_clock_change_may_differ() -> None:
    result, _ = load_with(TWICE, TWICE.replace("1.50", "2.50"), view=NEW_YORK)
    events: list[Any] = list(result.decoded.events)

    assert [event.data.amount for event in events[::2]] == ["1.50", "2.50"]


def test_a_third_row_of_that_hour_is_named_with_the_clock_change() -> None:
    result, _ = load_with(TWICE, TWICE, TWICE.replace("1.50", "3.50"), view=NEW_YORK)
    (refusal,) = result.decoded.rejected

    assert "The clock in America/New_York was set back" in refusal.detail
    assert "breakdown" not in refusal.detail


def test_without_a_zone_the_words_ask_for_the_clock_before_a_column() -> None:
    view = SourceSettings(money_report="campaign-hourly")
    result, _ = load_with(TWICE, TWICE.replace("1.50", "2.50"), view=view)
    (refusal,) = result.decoded.rejected

    assert "Was the clock set back in that hour?" in refusal.detail
    assert "PUT /v1/sources" in refusal.detail


def test_in_lord_howe_half_an_hour_occurs_twice() -> None:
    view = NEW_YORK._replace(time_zone="Australia/Lord_Howe")
    _, stated = load_with(*[TWICE.replace("2025-11-02", "2026-04-05")] * 2, view=view)

    assert equal(stated) == []


def test_the_repeats_of_a_whole_file_are_found_on_disk_as_in_memory() -> None:
    rows = [row(n % 7, campaign=str(n % 40)) for n in range(200)]
    report = report_of("\n".join([HEAD, *rows]), GOOGLE)
    found = find_repeats(report, GOOGLE, Import("", NOW, 0))
    refused_rows = [one.place + 1 for one in load(*rows).decoded.rejected]

    assert sorted(found.conflicts) == refused_rows
    assert {one.second for one in found.equal}.isdisjoint(refused_rows)
    assert found.equal_count == 200 - 40 - len(refused_rows)


def test_measures_that_differ_are_refused_as_money_is() -> None:
    assert refused(row(1), row(1, impressions="101")) == [(1, "revision_conflict")]


def test_a_row_that_was_refused_itself_is_no_first_figure() -> None:
    assert refused(row(1, impressions="many"), row(2)) == [(0, "number_unreadable")]


def test_what_agrees_with_the_first_row_is_fine_whatever_stood_between() -> None:
    assert refused(row(1), row(2), row(1)) == [(1, "revision_conflict")]


@given(st.lists(st.tuples(st.sampled_from("123"), st.integers(0, 2)), max_size=20))
def test_what_is_taken_states_each_fact_with_one_figure_the_first(
    stated: list[tuple[str, int]],
) -> None:
    result = load(*(row(cost, campaign=campaign) for campaign, cost in stated))
    first: dict[str, int] = {}
    for campaign, cost in stated:
        first.setdefault(campaign, cost)

    differing = [n for n, (campaign, cost) in enumerate(stated) if first[campaign] != cost]
    assert [found.place for found in result.decoded.rejected] == differing
