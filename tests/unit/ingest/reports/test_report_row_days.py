"""The day, and the hour, that one cell names: by the file's own order, else refused by name."""

from datetime import date

import pytest

from ingest.faults import FaultError
from ingest.platforms.mapping import Period
from ingest.reports.reading.notation import Notation
from ingest.reports.row_days import read_day

PERIOD = Period(fields=["Day"], day_formats=["%d %b %Y"], hour_suffixes=[" %H:%M"])
NOVEMBER_2 = date(2025, 11, 2)
DAY_FIRST, MONTH_FIRST = Notation(dates="dmy"), Notation(dates="mdy")


@pytest.mark.parametrize(
    ("text", "notation", "day", "hour", "reason"),
    [
        ("2025-11-02", DAY_FIRST, NOVEMBER_2, None, "the year first has one reading anywhere"),
        ("02/11/2025", DAY_FIRST, NOVEMBER_2, None, "the order that the file proved"),
        ("11/02/2025", MONTH_FIRST, NOVEMBER_2, None, "the other order"),
        ("02/02/2025", Notation(), date(2025, 2, 2), None, "the same day in every order"),
        ("02 Nov 2025", Notation(), NOVEMBER_2, None, "the month as a word"),
        ("2025-11-02 17:00", Notation(), NOVEMBER_2, 17, "the hour in the same cell"),
    ],
)
def test_a_cell_names_one_day(
    text: str, notation: Notation, day: date, hour: int | None, reason: str
) -> None:
    assert read_day(text, PERIOD, notation) == (day, hour), reason


@pytest.mark.parametrize(
    ("text", "notation", "said"),
    [
        ("total", DAY_FIRST, "no day of this layout"),
        ("11/25/2025", DAY_FIRST, "which has the day first"),
        ("02/11/2025", Notation(), "which has the year first"),
        ("2025-11-02 noon", Notation(), "no day or hour of this layout"),
    ],
)
def test_what_names_no_day_of_the_file_is_refused_by_name(
    text: str, notation: Notation, said: str
) -> None:
    with pytest.raises(FaultError, match=said) as refused:
        read_day(text, PERIOD, notation)
    assert refused.value.code == "period_invalid"
