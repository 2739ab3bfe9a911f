"""The day, and the hour, that a cell of a report names. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ingest.faults import FaultError
from ingest.platforms.mapping import Period
from ingest.reports.reading.days import readings_of
from ingest.reports.reading.notation import Notation


def read_day(text: str, period: Period, notation: Notation) -> tuple[date, int | None]:
    """The day, and the hour if the same cell says it. Raises FaultError `period_invalid`."""
    readings = readings_of(text)
    if readings is None:
        for form in period.day_formats:
            if (named := _parse(text, form)) is not None:
                return named.date(), None
        raise FaultError("period_invalid", f"{text[:40]!r} is no day of this layout")
    days = readings.by_order
    day = days.get("ymd") or days.get(notation.dates) or _same(days)
    if day is None:
        order = {"dmy": "the day first", "mdy": "the month first", "ymd": "the year first"}
        detail = f"{text[:40]!r} is no day of this file, which has {order[notation.dates]}"
        raise FaultError("period_invalid", detail)
    if not readings.rest:
        return day, None
    for form in period.hour_suffixes:
        if (moment := _parse(readings.rest, form)) is not None:
            return day, moment.hour
    raise FaultError("period_invalid", f"{text[:40]!r} is no day or hour of this layout")


def _same(days: Mapping[Any, date]) -> date | None:
    """02/02/2026 is one day in every order."""
    found = set(days.values())
    return found.pop() if len(days) == 2 and len(found) == 1 else None


def _parse(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a label on the source's clock
    except ValueError:
        return None
