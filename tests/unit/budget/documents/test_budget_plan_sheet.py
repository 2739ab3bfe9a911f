"""A plan goes into a spreadsheet and comes back as it was (P26, P27)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from budget.documents.plans.schemas import (
    CapBody,
    LineBody,
    PlanBody,
    ReserveBody,
    ResourceBody,
    StageBody,
)
from budget.documents.plans.sheet import PARTS, read_sheet, write_sheet
from budget.fields import MoneyBody
from shared.errors import InvalidError

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "1.00")
PHASINGS: list[dict[str, Any]] = [
    {"kind": "even"},
    {"kind": "even", "peaks": [{"date": "2025-11-11", "factor": "3.00"}]},
    {"kind": "weekday", "weights": WEEK},
    {"kind": "days", "days": [{"date": "2025-11-11", "amount": "100.00"}]},
    {"kind": "curve", "points": [{"at": "2025-11-11T00:00:00+08:00", "amount": "100.00"}]},
]
texts = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
maybe = st.none() | texts
lines = st.fixed_dictionaries(
    {
        "line": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True),
        "name": texts,
        "category": texts,
        "cost_nature": st.sampled_from([None, "direct", "indirect"]),
        "channel": maybe,
        "cap": st.sampled_from([None, "100.00"]),
        "priority": st.none() | st.integers(0, 1000),
        "key": st.booleans(),
        "targets": st.lists(st.sampled_from(["sales", "reach"]), unique=True),
        "owner": maybe,
        "trend": maybe,
        "mitigation": maybe,
        "costs": st.lists(st.fixed_dictionaries({"name": texts, "amount": st.just("1.00")})),
        "phasing": st.sampled_from(PHASINGS),
    }
)
HOW = ({"allocated": "100.00"}, {"percent": "12.50"}, {"remainder": True})


def plan(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A plan as shown: percent lines and the remainder with what they come to."""
    reserve = {"bucket": "flexible", "amount": "5.00", "draw_condition": "=when they do"}
    none = {"percent": None, "remainder": False, "revenue": None, "cost_behavior": None}
    return {
        "total": {"amount": "900.00", "currency": "CNY"},
        "lines": [{**none, "allocated": "7.00", **row} for row in rows],
        "reserve": [reserve],
        "caps": [{"channel": "search", "category": None, "amount": "500.00"}],
        "timetable": [{"name": "Teaser", "starts_on": "2025-11-01", "ends_on": "2025-11-02"}],
        "resources": [{"name": "Designer", "kind": "people", "quantity": "-1 from May on"}],
    }


@given(st.lists(lines, min_size=1, max_size=4), st.lists(st.sampled_from(HOW), max_size=4))
def test_what_was_written_is_read_as_it_was(
    rows: list[dict[str, Any]], how: list[dict[str, Any]]
) -> None:
    shown = plan([{**row, **said} for row, said in zip(rows, [*how, *[HOW[0]] * 4], strict=False)])
    expected = {
        **shown,
        "lines": [
            {**one, "allocated": None} if one["percent"] or one["remainder"] else one
            for one in shown["lines"]
        ],
    }
    read = PlanBody.model_validate(read_sheet(write_sheet(shown)).body)
    assert read == PlanBody.model_validate(expected)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "'=1+1", "''"])
def test_no_cell_begins_as_a_formula_and_the_way_back_is_exact(text: str) -> None:
    row = {"line": "L1", "name": text, "category": "venue", "phasing": {"kind": "even"}}
    rest = dict.fromkeys(("cost_nature", "channel", "cap", "priority", "owner", "trend"))
    shown = plan([{**row, **rest, "mitigation": None, "key": False, "targets": [], "costs": []}])
    written = write_sheet(shown)
    assert f",'{text}," in written
    assert read_sheet(written).body["lines"][0]["name"] == text


def test_a_sheet_of_another_program_is_read_too() -> None:
    """Semicolons, a column left out, empty rows, TRUE, and targets with blanks."""
    text = (
        "part;line;name;category;allocated;key;targets;amount;currency\r\n"
        "total;;;;;;;100.00;CNY\r\n"
        ";;;;;;;;\r\n"
        "lines;L1;搜索;advertising;100.00;TRUE;sales ; reach;;\r\n"
    ).replace("sales ; reach", '"sales ; reach"')
    sheet = read_sheet(text)
    assert sheet.body["total"] == {"amount": "100.00", "currency": "CNY"}
    [line] = sheet.body["lines"]
    assert (line["name"], line["key"], line["targets"]) == ("搜索", True, ["sales", "reach"])
    error: Any = {"loc": "lines.0.cap", "code": "x", "detail": "y"}
    assert sheet.placed([error])[0]["loc"] == "row 4.cap"


@pytest.mark.parametrize(
    ("text", "loc", "why"),
    [
        ("", None, "nothing"),
        ("line,name\nL1,x\n", None, "no part"),
        ("part,colour\n", None, "an unknown column"),
        ("part,part\n", None, "a column twice"),
        ('part,line\nlines,"L1\n', None, "a quotation that does not end"),
        ("part,line\nline,L1\n", "row 2.part", "no such part"),
        ("part,line,bucket\nlines,L1,flexible\n", "row 2.bucket", "a bucket of a line"),
        ("part,line\nlines,L1,x\n", "row 2", "more cells than columns"),
        ("part,key\nlines,maybe\n", "row 2", "neither yes nor no"),
        ("part,phasing\nlines,{front\n", "row 2", "broken JSON"),
        ("part,amount\ntotal,1\ntotal,2\n", "row 3", "two totals"),
        ("part\n" + "lines\n" * 2000, None, "too many rows"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_row(
    text: str, loc: str | None, why: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        read_sheet(text)
    assert refused.value.code == "sheet_invalid", why
    assert [one["loc"] for one in refused.value.errors] == ([loc] if loc else []), why


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("total", MoneyBody),
        ("lines", LineBody),
        ("reserve", ReserveBody),
        ("caps", CapBody),
        ("timetable", StageBody),
        ("resources", ResourceBody),
    ],
)
def test_every_field_of_a_plan_has_its_column(part: str, body: type[BaseModel]) -> None:
    assert set(PARTS[part]) == body.model_fields.keys()
    assert PARTS.keys() == PlanBody.model_fields.keys() - {"plan_version"}
