"""Shifts as other programs' calendars read them (RFC 5545)."""

import re
from datetime import UTC, datetime

from alerts.configuration.oncall.schedules import Shift
from alerts.oncall.calendar import calendar

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
SHIFTS = [
    Shift("王蕾, 李娜; \\ " + "长" * 40, datetime(2026, 1, 5, 1, tzinfo=UTC), NOW.replace(day=12)),
    Shift(None, NOW.replace(day=12), NOW.replace(day=13)),
    Shift("bo", NOW.replace(day=13), NOW.replace(day=14)),
]


def test_each_shift_of_somebody_is_an_event_and_nobody_has_none() -> None:
    lines = calendar("default", "search", SHIFTS, NOW).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert [line for line in lines if line.startswith(("UID", "DTSTART", "DTEND"))] == [
        "UID:20260105T010000Z/search@default.paceline",
        "DTSTART:20260105T010000Z",
        "DTEND:20260112T080000Z",
        "UID:20260113T080000Z/search@default.paceline",
        "DTSTART:20260113T080000Z",
        "DTEND:20260114T080000Z",
    ]


def test_lines_have_at_most_75_bytes_and_names_come_back_whole() -> None:
    text = calendar("default", "search", SHIFTS, NOW)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    unfolded = text.replace("\r\n ", "")
    (summary,) = re.findall("SUMMARY:(.*长.*)\r\n", unfolded)
    assert summary == "王蕾\\, 李娜\\; \\\\ " + "长" * 40 + " (search)"
