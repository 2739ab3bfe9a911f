"""Text that becomes a number is bounded before the number is made, wherever it comes in.

"1e2000000" is nine characters and a number of two million digits: seconds of a processor, and above
4,300 digits a plain ValueError that nobody expects. So everything here is refused by its own name.
"""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ingest.faults import FaultError
from ingest.reports.reading.numbers import NumberFormat, json_number, to_micros
from ingest.sources.schemas import seconds_of
from kpi_monitor.records.measures import Refusal, parse_measures
from kpi_monitor.rules.formula import FormulaError, parse
from kpi_monitor.windows import parse_size
from shared.durations import DurationError, parse_duration
from shared.errors import InvalidError
from shared.http.paging import decode_cursor
from shared.money import MoneyError, parse_micros, parse_sum

DIGITS = "9" * 5000
HOSTILE = {
    "more digits than an int may have": DIGITS,
    "a number of two million digits": "1e2000000",
    "one over it": "1e-2000000",
    "an exponent that no decimal has": "-1E+99999999999999999999",
    "digits after the point": f"0.{DIGITS}",
    "another base": f"0x{DIGITS}",
    "digits of another script": "\uff11\uff12",
    "no number": "nan",
    "no bound": "Infinity",
    "a ratio": "1/3",
}


def _cell(text: str) -> int:
    number = NumberFormat().read(text)
    assert number is not None
    return to_micros(number, 6, rounded=True)


def _json_cell(text: str) -> int:
    try:
        number = msgspec.json.Decoder(float_hook=json_number).decode(text)
    except msgspec.DecodeError as error:
        raise FaultError("number_unreadable", str(error)[:100]) from error
    return to_micros(Decimal(number), 6, rounded=True)


def _cursor(text: str) -> Any:
    return decode_cursor(base64.urlsafe_b64encode(f"[{text}]".encode()).decode(), int)


DOORS: dict[str, tuple[Callable[[str], Any], type[Exception]]] = {
    "an amount": (parse_micros, MoneyError),
    "a sum": (parse_sum, MoneyError),
    "a measure": (lambda text: parse_measures({"clicks": text}), Refusal),
    "a number in a formula": (lambda text: parse(f"{text} * spend"), FormulaError),
    "a window": (lambda text: parse_size(f"{text}m"), InvalidError),
    "an expected interval": (lambda text: seconds_of(f"{text}s"), ValueError),
    "a duration": (lambda text: parse_duration(f"{text}d"), DurationError),
    "a cell of a report": (_cell, FaultError),
    "a number of a report in JSON": (_json_cell, FaultError),
    "a cursor": (_cursor, InvalidError),
}


FINE = {
    ("digits of another script", "a cell of a report"): "exports in Chinese may be in full width",
    ("no number", "a number in a formula"): "a measure may have that name",
    ("no bound", "a number in a formula"): "a measure may have that name",
    ("a ratio", "a number in a formula"): "formulas have ratios",
    ("one over it", "a number of a report in JSON"): "nothing, once it is rounded to a micro",
    ("digits after the point", "a number of a report in JSON"): "one, once it is rounded",
}


@pytest.mark.parametrize(
    ("text", "door"),
    [(text, door) for text in HOSTILE for door in DOORS if (text, door) not in FINE],
)
def test_a_hostile_number_is_refused_by_name(text: str, door: str) -> None:
    read, refusal = DOORS[door]
    with pytest.raises(refusal) as caught:
        read(HOSTILE[text])
    assert "4300" not in str(caught.value), "the bound is ours, not the interpreter's"
    assert len(str(caught.value)) < 400, "and what was sent is not sent back whole"


@pytest.mark.parametrize(("text", "door"), FINE)
def test_what_only_looks_hostile_is_read(text: str, door: str) -> None:
    assert DOORS[door][0](HOSTILE[text]) is not None, FINE[text, door]
