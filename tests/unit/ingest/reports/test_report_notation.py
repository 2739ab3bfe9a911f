"""One reading of numbers and of days per file: proved by its cells, said, or refused whole."""

from typing import Any

import pytest

from ingest.platforms.mapping import load_platforms
from ingest.reports.convert import convert
from ingest.reports.imports import Import
from ingest.reports.reading.refusals import FileRefusedError
from ingest.sources.settings import SourceSettings
from tests.unit.ingest.ingest_builders import NOW, table_of

PLATFORMS = load_platforms()
HEAD = "TimePeriod\tAccountId\tCampaignId\tCurrencyCode\tSpend\tImpressions\tClicks"


def rows_of(*rows: tuple[str, str, str, str]) -> str:
    """(day, spend, impressions, clicks) of each row, as a table with tabs."""
    lines = [f"{day}\t1\t{n}\tEUR\t{rest}" for n, (day, *values) in enumerate(rows, 1)
             for rest in ["\t".join(values)]]  # fmt: skip
    return "\n".join([HEAD, *lines])


def figures(text: str, platform: str = "microsoft-ads", **asked: Any) -> list[tuple[str, ...]]:
    """(day, amount, impressions, clicks) of each accepted row, (code,) of each refused one."""
    mapping = PLATFORMS[platform]
    load = Import("01J", NOW, 7, source=f"{platform}/1")
    decoded = convert(
        table_of(text, mapping, **asked), mapping, load, lambda _: SourceSettings()
    ).decoded
    events: list[Any] = list(decoded.events)
    found: dict[int, tuple[str, ...]] = {}
    for place, event in zip(decoded.places, events, strict=True):
        data = event.data
        before = found.get(place, (data.period,))
        more = (data.amount,) if hasattr(data, "amount") else tuple(data.measures.values())
        found[place] = before + more
    return [found[place] for place in sorted(found)] + [(one.code,) for one in decoded.rejected]


DAY, LATER = "2025-03-02", "2025-03-03"
PROVED = [
    (
        "impressions are whole, so the comma groups",
        [(DAY, "1,234", "4,567", "31"), (LATER, "950", "1,008", "9")],
        [(DAY, "1234.00", "4567", "31"), (LATER, "950.00", "1008", "9")],
    ),
    (
        "two points group, so they group everywhere",
        [(DAY, "1.234.567", "4.567", "31")],
        [(DAY, "1234567.00", "4567", "31")],
    ),
    (
        "another cell has cents behind a comma",
        [(DAY, "1.234", "10", "1"), (LATER, "7,25", "10", "1")],
        [(DAY, "1234.00", "10", "1"), (LATER, "7.25", "10", "1")],
    ),
    (
        "nothing is grouped behind a zero",
        [(DAY, "0.125", "10", "1"), (LATER, "1.500", "10", "1")],
        [(DAY, "0.125", "10", "1"), (LATER, "1.50", "10", "1")],
    ),
    (
        "an exponent is never grouped",
        [(DAY, "1.234E2", "10", "1"), (LATER, "5.678", "10", "1")],
        [(DAY, "123.40", "10", "1"), (LATER, "5.678", "10", "1")],
    ),
    (
        "apostrophes of Switzerland",
        [(DAY, "1'234.50", "10", "1"), (LATER, "1’234’567", "4’567", "1")],
        [(DAY, "1234.50", "10", "1"), (LATER, "1234567.00", "4567", "1")],
    ),
    (
        "narrow blanks that do not break",
        [(DAY, "1\u202f234,50", "4\u00a0567", "1")],
        [(DAY, "1234.50", "4567", "1")],
    ),
    (
        "lakhs and crores",
        [(DAY, "₹12,34,567", "1,00,000", "1")],
        [(DAY, "1234567.00", "100000", "1")],
    ),
    (
        "full-width digits",
        [(DAY, "￥１，２３４．５０", "１０", "1")],
        [(DAY, "1234.50", "10", "1")],
    ),
    (
        "credits in every style",
        [
            (DAY, "(1,234.50)", "0", "0"),
            (LATER, "-€5.00", "0", "0"),
            ("2025-03-04", "5.25-", "0", "0"),
        ],
        [
            (DAY, "-1234.50", "0", "0"),
            (LATER, "-5.00", "0", "0"),
            ("2025-03-04", "-5.25", "0", "0"),
        ],
    ),
    (
        "the 13th is no month, so all days stand first",
        [("02/03/2025", "1", "10", "1"), ("13/03/2025", "4", "10", "1")],
        [("2025-03-02", "1.00", "10", "1"), ("2025-03-13", "4.00", "10", "1")],
    ),
    (
        "and the other way round",
        [("02/03/2025", "1", "10", "1"), ("02/13/2025", "4", "10", "1")],
        [("2025-02-03", "1.00", "10", "1"), ("2025-02-13", "4.00", "10", "1")],
    ),
    ("one day in every order", [("03.03.2025", "1", "10", "1")], [(LATER, "1.00", "10", "1")]),
    (
        "the year first has one reading",
        [("2025年3月2日", "1", "10", "1"), ("2025/3/3", "1", "1", "1")],
        [(DAY, "1.00", "10", "1"), (LATER, "1.00", "1", "1")],
    ),
    (
        "a row that is no number is its own fault",
        [(DAY, "1.50", "10", "1"), (LATER, "lots", "1", "1")],
        [(DAY, "1.50", "10", "1"), ("number_unreadable",)],
    ),
    ("clicks are whole", [(DAY, "1.00", "10", "1.5")], [("count_not_whole",)]),
]


@pytest.mark.parametrize(
    ("rows", "expected"), [row[1:] for row in PROVED], ids=[row[0] for row in PROVED]
)
def test_cells_with_one_reading_prove_it_for_the_whole_file(
    rows: list[tuple[str, str, str, str]], expected: list[tuple[str, ...]]
) -> None:
    assert figures(rows_of(*rows)) == expected


REFUSED = [
    ("a thousand, or one and a bit", [(DAY, "1,234", "10", "1")], "decimal_ambiguous", 2,
     "--decimal . (a decimal point) or --decimal ,"),
    ("a thousand impressions, or one", [(DAY, "1", "1.000", "1")], "decimal_ambiguous", 2,
     "'1.000' (row 1, Impressions)"),
    ("two cells that cannot both be right",
     [(DAY, "10.00", "10", "1"), (LATER, "1.234,50", "10", "1")], "decimal_contradictory", 3,
     "'10.00' (row 1, Spend) has a decimal point"),
    ("the 2nd of March, or the 3rd of February", [("02/03/2025", "1", "10", "1")],
     "dates_ambiguous", 2, "--dates dmy (the day first) or --dates mdy (the month first)"),
    ("two days that cannot both be right",
     [("13/03/2025", "1", "10", "1"), ("03/13/2025", "1", "10", "1")], "dates_contradictory", 3,
     "--dates says which one holds"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "code", "line", "words"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_file_that_proves_nothing_or_too_much_is_refused_with_what_settles_it(
    rows: list[tuple[str, str, str, str]], code: str, line: int, words: str
) -> None:
    with pytest.raises(FileRefusedError) as caught:
        figures(rows_of(*rows))

    assert (caught.value.code, caught.value.line) == (code, line)
    assert words in caught.value.detail


SAID = [
    ("a thousand", {"decimal": "."}, [(DAY, "1,234", "10", "1")], [(DAY, "1234.00", "10", "1")]),
    ("one and a bit", {"decimal": ","}, [(DAY, "1,234", "10", "1")], [(DAY, "1.234", "10", "1")]),
    (
        "rows of the other kind are refused",
        {"decimal": "."},
        [(DAY, "10.00", "10", "1"), (LATER, "1.234,50", "10", "1")],
        [(DAY, "10.00", "10", "1"), ("number_unreadable",)],
    ),
    (
        "the day first",
        {"dates": "dmy"},
        [("02/03/2025", "1", "10", "1")],
        [(DAY, "1.00", "10", "1")],
    ),
    (
        "the month first",
        {"dates": "mdy"},
        [("03/02/2025", "1", "10", "1"), ("13/03/2025", "1", "1", "1")],
        [(DAY, "1.00", "10", "1"), ("period_invalid",)],
    ),
    (
        "only the year first",
        {"dates": "ymd"},
        [(DAY, "1", "10", "1"), ("13/03/2025", "1", "1", "1")],
        [(DAY, "1.00", "10", "1"), ("period_invalid",)],
    ),
]


@pytest.mark.parametrize(
    ("asked", "rows", "expected"), [row[1:] for row in SAID], ids=[row[0] for row in SAID]
)
def test_what_the_sender_says_holds_for_every_cell(
    asked: dict[str, Any],
    rows: list[tuple[str, str, str, str]],
    expected: list[tuple[str, ...]],
) -> None:
    assert figures(rows_of(*rows), **asked) == expected


def test_in_json_a_single_point_is_a_decimal_point_as_in_its_numbers() -> None:
    row = (
        '{"rows":[{"TimePeriod":"2025-03-02","AccountId":"1","CampaignId":"2","Spend":"1.234",'
        '"Impressions":4567,"Clicks":"31"}]}'
    )
    assert figures(row) == [(DAY, "1.234", "4567", "31")]


def test_a_preamble_that_states_its_time_month_first_proves_that_of_the_days_below() -> None:
    stated = '"Last Completed Available Hour: 3/12/2025 9:00:00 PM (GMT)"\n'
    below = rows_of(("3/2/2025", "1", "10", "1"))

    assert figures(stated + below) == [(DAY, "1.00", "10", "1")]
    with pytest.raises(FileRefusedError, match="can be read in two ways"):
        figures(below)


def test_days_with_the_month_as_a_word_are_read_where_the_platform_writes_them() -> None:
    text = 'Day,Campaign ID,Cost,Impr.\n"Mar 2, 2025",2,1.50,10'

    assert figures(text, "google-ads") == [(DAY, "1.50", "10")]
