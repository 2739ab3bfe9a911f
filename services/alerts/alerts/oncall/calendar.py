"""Shifts as a calendar that other programs read (RFC 5545). Pure.

Instants are in UTC, so that no calendar needs our rules of zones. An event is the same one each
time it is asked for: its id is its schedule and its beginning.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from alerts.configuration.oncall.schedules import Shift

MEDIA_TYPE = "text/calendar"
LINE_BYTES_MAX = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar(workspace: str, name: str, shifts: Iterable[Shift], now: datetime) -> str:
    """One event for each shift that somebody has."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Paceline//on call//EN"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    for shift in shifts:
        if shift.person is not None:
            lines += _event(workspace, name, shift, shift.person, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(workspace: str, name: str, shift: Shift, person: str, now: datetime) -> list[str]:
    start = _instant(shift.starts_at)
    return [
        "BEGIN:VEVENT",
        f"UID:{start}/{name}@{workspace}.paceline",
        f"DTSTAMP:{_instant(now)}",
        f"DTSTART:{start}",
        f"DTEND:{_instant(shift.ends_at)}",
        f"SUMMARY:{_text(f'{person} ({name})')}",
        "END:VEVENT",
    ]


def _instant(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 bytes, each but the first behind a space; no character is cut
    in two."""
    part = ""
    for character in line:
        if len(part.encode()) + len(character.encode()) > LINE_BYTES_MAX:
            yield part
            part = " "
        part += character
    yield part
