"""Rows and fields meet by the names of the columns, in both directions."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from msgspec import Struct

from shared.database.rows import InsertColumns, fetch


class Renamed(NamedTuple):
    line: str
    campaign: str
    event: str


class Sum(Struct, frozen=True):
    line: str
    amount: int


class ByName(Struct, frozen=True, kw_only=True):
    line: str
    amount: int


def test_fields_in_another_order_reach_the_columns_of_their_names() -> None:
    columns = InsertColumns("campaign text, line text, event text[]::jsonb")
    assert columns.names == '"campaign", "line", "event"'
    assert columns.unnest == "unnest($1::text[], $2::text[], $3::text[]::jsonb[])"
    assert columns.arrays([Renamed(line="L1", campaign="c", event="{}")]) == [["c"], ["L1"], ["{}"]]
    assert columns.arrays([]) == [[], [], []]


def test_whole_numbers_travel_as_one_text() -> None:
    columns = InsertColumns("line text, amount text::numeric")
    assert columns.unnest == "unnest($1::text[], $2::text::numeric[])"
    sums = [Sum(amount=-5, line="L1"), Sum(amount=10**20, line="L2")]
    assert columns.arrays(sums) == [["L1", "L2"], "{-5,100000000000000000000}"]
    assert columns.arrays([]) == [[], "{}"]


class FakeConnection:
    """Answers any statement with the same rows."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    async def fetch(self, *_: Any, **__: Any) -> list[Any]:
        return [FakeRow(row) for row in self._rows]


class FakeRow(dict[str, Any]):
    """As the driver's: it is unpacked into its values, and by ** into its names."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


@pytest.mark.parametrize("names", [("line", "amount"), ("amount", "line")])
async def test_each_value_of_a_row_goes_to_the_field_of_its_name(names: tuple[str, ...]) -> None:
    values = {"line": "L1", "amount": 5}
    conn: Any = FakeConnection([{name: values[name] for name in names}])
    assert await fetch(conn, Sum, "SELECT") == [Sum(line="L1", amount=5)]
    assert await fetch(conn, ByName, "SELECT") == [ByName(line="L1", amount=5)]
