"""Events of spend.v1 as ingest writes them, for the tests of the budget service."""

import datetime as dt
import hashlib
import uuid
from typing import Any

import msgspec

from shared.events import SourceData, SourceEvent, SpendEvent, SpendStored

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def at(text: str) -> dt.datetime:
    """`"11-03 12:00"` → that moment of 2025 in Shanghai."""
    return dt.datetime.strptime(f"2025-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def _event(
    source: str, name: str, time: dt.datetime, where: dict[str, Any], more: dict[str, Any]
) -> SpendEvent:
    envelope = {key: more.pop(key) for key in ("workspace", "importid") if key in more}
    sent = {**where, **more}
    data = msgspec.json.encode({name: sent[name] for name in sent if "period_" not in name})
    utc = time.astimezone(dt.UTC)
    return SpendEvent(
        specversion="1.0",
        id=name,
        source=source,
        time=utc,
        workspace=envelope.get("workspace", "default"),
        receivedat=utc,
        bodyhash=hashlib.blake2b(data, digest_size=16).hexdigest(),
        importid=envelope.get("importid"),
        data=SpendStored(**sent),
    )


def delta(source: str, name: str, time: dt.datetime, amount: str, **more: Any) -> SpendEvent:
    """A delta on campaign `c1`, line `L1`, unless said otherwise; its period is its pane."""
    where = {} if "entity" in more else {"campaign": "c1", "line": "L1"}
    utc = time.astimezone(dt.UTC)
    start = utc.replace(minute=utc.minute // 5 * 5, second=0, microsecond=0)
    period = {"period_start": start, "period_end": start + dt.timedelta(minutes=5)}
    told = {"amount": amount, "currency": "CNY", **period, **more}
    return _event(source, name, time, where, told)


def snapshot(
    source: str, day: str, revision: int, amount: str, time: dt.datetime, **more: Any
) -> SpendEvent:
    """A daily snapshot ("11-03") in Shanghai's zone on campaign `c1`, line `L1`."""
    where = {} if "entity" in more else {"campaign": "c1", "line": "L1"}
    start = at(f"{day} 00:00").astimezone(dt.UTC)
    told = {
        "mode": "snapshot",
        "report": "daily",
        "period": f"2025-{day}",
        "revision": revision,
        "period_start": start,
        "period_end": start + dt.timedelta(days=1),
        "amount": amount,
        "currency": "CNY",
        **more,
    }
    return _event(source, f"{source}-{day}-r{revision}", time, where, told)


def heartbeat(source: str, complete_through: dt.datetime, **more: Any) -> SourceEvent:
    """A heartbeat of a source."""
    utc = complete_through.astimezone(dt.UTC)
    return SourceEvent(
        specversion="1.0",
        id=uuid.uuid4().hex,
        source=source,
        time=utc,
        workspace=more.pop("workspace", "default"),
        receivedat=utc,
        bodyhash="00",
        data=SourceData(complete_through=utc),
        **more,
    )
