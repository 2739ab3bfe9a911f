"""Valid rules, totals and metrics events; each test changes only what it is about."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from kpi_monitor.rules.definition import compile_rule
from kpi_monitor.rules.rule import Rule
from shared.events import (
    ENCODER,
    BudgetTotals,
    MetricsEvent,
    MetricsStored,
    SourceData,
    SourceEvent,
    TotalsChange,
)
from shared.kafka.consumer import Received

DAY = datetime(2025, 11, 4, tzinfo=UTC)


def at(hour: float) -> datetime:
    """An instant `hour` hours after the test day's midnight, UTC."""
    return DAY + timedelta(hours=hour)


def rule_body(**changes: Any) -> dict[str, Any]:
    """The ctr-low rule of contracts.md section 4."""
    body: dict[str, Any] = {
        "rule": "ctr-low",
        "name": "CTR low",
        "scope": {"campaign": "double11-2025", "lines": ["L02"]},
        "group_by": ["line"],
        "kpi": "ctr",
        "window": {"kind": "tumbling", "size": "60m"},
        "condition": {
            "op": "<",
            "levels": [
                {"severity": "warning", "value": "0.015"},
                {"severity": "critical", "value": "0.010"},
            ],
            "reset": "0.015",
        },
        "min": {"impressions": "50000"},
        "labels": {"team": "search"},
        "annotations": {"lever": "关键词/文案 keyword or copy"},
    }
    return body | changes


def budget_body(**changes: Any) -> dict[str, Any]:
    """The budget-used rule of the scenario."""
    body = rule_body(
        rule="budget-used",
        scope={"campaign": "double11-2025"},
        kpi="budget.used_ratio",
        window=None,
        min=None,
        condition={
            "op": ">=",
            "levels": [
                {"severity": "info", "value": "0.80"},
                {"severity": "warning", "value": "0.95"},
                {"severity": "critical", "value": "1.00"},
            ],
        },
        suppress={
            "to": "info",
            "while": {"kpi": "budget.pacing_ratio", "between": ["0.7", "1.2"]},
        },
    )
    return body | changes


def rule(**changes: Any) -> Rule:
    return compile_rule(1, rule_body(**changes))


def totals(seq: int = 1, **changes: Any) -> BudgetTotals:
    """A line that has spent as planned."""
    fields: dict[str, Any] = {
        "campaign": "double11-2025",
        "line": "L10",
        "seq": seq,
        "plan_version": 1,
        "currency": "CNY",
        "allocated": "50000.00",
        "actual": "30000.00",
        "corrections": "0.00",
        "committed": "0.00",
        "remaining": "20000.00",
        "planned_to_date": "30000.00",
        "used_ratio": "0.600000",
        "pacing_ratio": "1.000000",
        "forecast_end": "50000.00",
        "complete_through": at(0),
        "freshness": "live",
        "names": {"campaign": "双十一大促", "line": "material and gifts"},
        "changes": [],
        "as_of": at(0),
        "anchor": at(0),
        "time_zone": "Asia/Shanghai",
        "owner": "wang.lei",
    }
    return BudgetTotals(**(fields | changes))


def change(hour: float, amount: str, hours: float = 1) -> TotalsChange:
    return TotalsChange(period_start=at(hour), period_end=at(hour + hours), amount=amount)


def metrics_event(hour: float = 10, **changes: Any) -> MetricsEvent:
    """An hourly snapshot, or with mode="delta" an event of five minutes."""
    data: dict[str, Any] = {
        "campaign": "double11-2025",
        "line": "L02",
        "mode": "snapshot",
        "report": "hourly",
        "period": f"2025-11-04T{int(hour):02d}",
        "revision": 1,
        "measures": {"impressions": 200_000, "clicks": 3000},
        "period_start": at(hour),
        "period_end": at(hour + 1),
    }
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"e-{hour}",
        "source": "ads/1",
        "time": at(hour + 1),
        "workspace": "default",
        "receivedat": at(hour + 1),
        "importid": None,
    }
    for name, value in changes.items():
        (envelope if name in envelope else data)[name] = value
    if data["mode"] == "delta":
        data |= {"report": None, "period": None, "revision": None}
    stored = MetricsStored(**data)
    bodyhash = blake2b(ENCODER.encode(stored), digest_size=16).hexdigest()
    return MetricsEvent(**envelope, bodyhash=bodyhash, data=stored)


def heartbeat(hour: float, source: str = "ads/1", workspace: str = "default") -> SourceEvent:
    return SourceEvent(
        specversion="1.0",
        id=f"hb-{hour}",
        source=source,
        time=at(hour),
        workspace=workspace,
        receivedat=at(hour),
        bodyhash="0" * 32,
        data=SourceData(complete_through=at(hour)),
    )


def received(
    value: bytes = b"{}", *, topic: str = "metrics.v1", partition: int = 0, offset: int = 0
) -> Received:
    return Received(topic, partition, offset, None, value)
