"""What is inserted is taken from the fields that have the columns' names."""

from typing import NamedTuple

from shared.database.rows import InsertColumns


class Renamed(NamedTuple):
    line: str
    campaign: str
    event: str


def test_fields_in_another_order_reach_the_columns_of_their_names() -> None:
    columns = InsertColumns("campaign text, line text, event text[]::jsonb")
    assert columns.names == '"campaign", "line", "event"'
    assert columns.unnest == "unnest($1::text[], $2::text[], $3::text[]::jsonb[])"
    assert columns.arrays([Renamed(line="L1", campaign="c", event="{}")]) == [["c"], ["L1"], ["{}"]]
    assert columns.arrays([]) == [[], [], []]
