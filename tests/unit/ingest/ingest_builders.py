"""Events as senders write them, valid unless told otherwise, and a stamper to hold them against."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from ingest.events.context import Context
from ingest.events.decode import Shape, decode
from ingest.events.stamping import Stamped, Stamper
from ingest.platforms.mapping import Platform
from ingest.reports.reading.notation import Asked
from ingest.reports.reading.report import Report, looks_like_json, understand
from ingest.reports.reading.rows import Table
from ingest.sources.settings import SourceSettings

NOW = datetime(2025, 11, 4, 7, 0, tzinfo=UTC)
SKEW = timedelta(minutes=5)
REMOVED = object()


def spend(**changes: Any) -> dict[str, Any]:
    """A delta of 12.345678 CNY on L03. `data_x=…` changes field x of data; REMOVED drops one."""
    data = {
        "campaign": "double11-2025",
        "line": "L03",
        "amount": "12.345678",
        "currency": "CNY",
    }
    return _changed("paceline.spend.v1", data, changes)


def metrics(**changes: Any) -> dict[str, Any]:
    """An hourly snapshot of a platform's campaign."""
    data = {
        "entity": {"account": "123", "campaign": "9935249409"},
        "measures": {"impressions": 1200, "clicks": 33, "conversions": "1.5"},
        "mode": "snapshot",
        "report": "campaign-daily",
        "period": "2025-11-01T10",
        "revision": 3,
        "dims": {"device": "mobile"},
    }
    return _changed("paceline.metrics.v1", data, changes)


def heartbeat(through: str = "2025-11-01T10:00:00Z", **changes: Any) -> dict[str, Any]:
    return _changed("paceline.source.v1", {"complete_through": through}, changes)


def _changed(kind: str, data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": "g-1",
        "source": "google-ads/123-456-7890",
        "type": kind,
        "time": "2025-11-01T10:03:02Z",
        "data": data,
    }
    for name, value in changes.items():
        target, field = (data, name[5:]) if name.startswith("data_") else (event, name)
        if value is REMOVED:
            del target[field]
        else:
            target[field] = value
    return event


def context(**changes: Any) -> Context:
    base = Context("default", lambda _: True, lambda _: SourceSettings(), NOW, SKEW.total_seconds())
    return structs.replace(base, **changes)


def new_stamper() -> Stamper:
    return Stamper(lambda _, key: len(key) % 24, lambda name: name)


def stamp(*events: Any, stamper: Stamper | None = None, **changes: Any) -> Stamped:
    body = json.dumps(list(events)).encode()
    return (stamper or new_stamper()).stamp(decode(body, Shape.EITHER, 10_000), context(**changes))


def values(stamped: Stamped) -> list[bytes]:
    """Record values in no particular order."""
    return [value for batch in stamped.batches.values() for _, value in batch]


def report_of(body: str | bytes, platform: Platform, rows_max: int = 1000, **asked: Any) -> Report:
    """A report file, understood; `decimal` and `dates` as who sends it may say them."""
    raw = body.encode() if isinstance(body, str) else body

    def opener() -> io.BytesIO:
        return io.BytesIO(raw)

    return understand(opener, platform, rows_max, Asked(**asked), json=looks_like_json(opener))


def table_of(body: str | bytes, platform: Platform, rows_max: int = 1000, **asked: Any) -> Table:
    """All rows of a report file."""
    report = report_of(body, platform, rows_max, **asked)
    return report.table(list(report.rows()))
