"""`alerts list`: a line an alert, with what one needs to answer to it."""

from typing import Any

import pytest

from cli.commands.answers import line_of

ALERT: dict[str, Any] = {
    "alert": "17",
    "severity": "critical",
    "labels": {"rule": "pacing-high", "campaign": "d11"},
    "starts_at": "2025-11-03T04:00:00Z",
    "acknowledged_by": None,
    "closed_by": None,
    "snoozed_until": None,
    "assignee": None,
}


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({}, ""),
        ({"acknowledged_by": "li.na", "assignee": "x"}, " (acknowledged by li.na, assigned to x)"),
        ({"snoozed_until": "2025-11-03T06:00:00Z"}, " (snoozed until 2025-11-03T06:00:00Z)"),
        ({"acknowledged_by": "by link: Li Na"}, " (acknowledged by Li Na (by link))"),
        ({"closed_by": "li.na"}, " (closed by li.na)"),
    ],
)
def test_a_line_says_what_is_open_and_who_has_it(changes: dict[str, Any], ending: str) -> None:
    line = "17 critical campaign=d11, rule=pacing-high since 2025-11-03T04:00:00Z"
    assert line_of({**ALERT, **changes}) == line + ending
