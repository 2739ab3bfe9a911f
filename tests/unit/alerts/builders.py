"""Breaches and configurations for the tests of alerts: valid unless a test says otherwise."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import convert

from alerts.incoming.breaches import signal_of
from alerts.incoming.signal import NewerFigures, Signal
from kpi_monitor.rules.families.totals import SHOWN, UNITS, called
from kpi_monitor.rules.kpis import KPIS
from kpi_monitor.rules.words.table import sentences_of, titles_of
from shared.events import ENCODER, Breach, BreachFigures, BreachSource, CatalogItem, Envelope
from shared.money import MONEY_MEASURES

START = datetime(2025, 11, 3, 4, tzinfo=UTC)
"""2025-11-03 12:00 in Shanghai."""

CONFIGURATION = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 30d
receivers:
  - name: ops
    locale: zh-CN
    dingtalk_configs:
      - {url_env: OPS_DINGTALK_URL, secret_env: OPS_DINGTALK_SECRET}
    email_configs:
      - {to: [ops@example.com], from: Paceline <paceline@example.com>}
"""
ENVIRONMENT = {
    "OPS_DINGTALK_URL": "https://oapi.dingtalk.com/robot/send?access_token=T0",
    "OPS_DINGTALK_SECRET": "SECfixed",
}


def at(minutes: float = 0) -> datetime:
    """START and some minutes."""
    return START + timedelta(minutes=minutes)


def make_breach(**changes: Any) -> Breach:
    """pacing-high on L03, firing critical at 1.6 against 1.5."""
    moment = changes.get("event_time", START)
    values: dict[str, Any] = {
        "breach": "pacing-high/line:L03/1",
        "seq": 1,
        "rule": "pacing-high",
        "rule_version": 1,
        "kind": "budget",
        "group": {"line": "L03"},
        "transition": "firing",
        "reason": "above_level",
        "severity": "critical",
        "previous_severity": None,
        "crossed": ["1.2", "1.5"],
        "value": "1.600000",
        "threshold": "1.5",
        "op": ">=",
        "window": None,
        "numbers": {
            "actual": "48000.00",
            "planned_to_date": "30000.00",
            "allocated": "150000.00",
            "forecast_end": "240000.00",
        },
        "sources": [BreachSource(source="google-ads/1", complete_through=moment)],
        "plan_version": 1,
        "names": {"campaign": "双十一大促", "line": "搜索广告"},
        "owner": "wang.lei",
        "labels": {"campaign": "double11-2025", "line": "L03", "rule": "pacing-high"},
        "annotations": {"lever": None, "runbook": None, "bucket": None},
        "corrects": None,
        "event_time": moment,
        "decided_at": moment,
        "since": START,
        "kpi": "budget.pacing_ratio",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
    }
    values |= changes
    words = words_of(values["kpi"], values["op"], values["numbers"], values["group"])
    return Breach(**{**words, **values})


def words_of(kpi: str, op: str, numbers: Iterable[str], group: Mapping[str, str]) -> dict[str, Any]:
    """What kpi-monitor tells of a KPI and the numbers behind it: names, order, units, sentences."""
    units = {**UNITS, **dict.fromkeys([*MONEY_MEASURES, "amount"], "money")}
    names, known = [*numbers, *UNITS], KPIS.get(kpi)
    return {
        "kpi_title": known and known.title,
        "unit": known and known.unit,
        "numbers_units": {name: units.get(name.partition(" ")[0], "count") for name in names},
        "numbers_shown": list(SHOWN),
        "titles": titles_of([kpi, *names], called(group)),
        "sentences": sentences_of(kpi, upwards=op.startswith(">")),
    }


def make_history(
    *steps: tuple[str, str, str | None], breach: str = "pacing-high/line:L03/1", **changes: Any
) -> list[Breach]:
    """(transition, severity, value) by rising seq, ten minutes apart."""
    return [
        make_breach(
            breach=breach,
            seq=seq,
            transition=transition,
            severity=severity,
            value=value,
            **{"event_time": at(10 * (seq - 1)), "since": START, **changes},
        )
        for seq, (transition, severity, value) in enumerate(steps, start=1)
    ]


def make_signal(**changes: Any) -> Signal:
    """`make_breach` as it is known behind the door."""
    return signal_of(make_breach(**changes))


def make_signals(*steps: tuple[str, str, str | None], **changes: Any) -> list[Signal]:
    """`make_history` as it is known behind the door."""
    return list(map(signal_of, make_history(*steps, **changes)))


def make_newer(**changes: Any) -> NewerFigures:
    """`make_figures` as they are known behind the door."""
    return convert(make_figures(**changes), NewerFigures, from_attributes=True)


def make_figures(**changes: Any) -> BreachFigures:
    """Newer figures of `make_breach`, judged half an hour after it: 1.7 of plan."""
    moment = changes.get("decided_at", at(30))
    values: dict[str, Any] = {
        "breach": "pacing-high/line:L03/1",
        "seq": 1,
        "rule": "pacing-high",
        "group": {"line": "L03"},
        "value": "1.700000",
        "numbers": {
            "actual": "51000.00",
            "planned_to_date": "30000.00",
            "allocated": "150000.00",
            "used_ratio": "0.340000",
            "pacing_ratio": "1.700000",
        },
        "window": None,
        "sources": [BreachSource(source="google-ads/1", complete_through=moment)],
        "plan_version": 1,
        "figures_at": moment,
        "decided_at": moment,
    }
    return BreachFigures(**{**values, **changes})


def encode(breach: Breach | BreachFigures, workspace: str = "default") -> bytes:
    """The record's value in breaches.v1."""
    return _encode(
        f"{breach.breach}@{breach.seq}", "breaches", breach, breach.decided_at, workspace
    )


def encode_campaign(campaign: str, region: str | None, version: int = 1, **changes: Any) -> bytes:
    """The record's value in catalog.v1."""
    item = CatalogItem(
        kind="campaign",
        id=campaign,
        version=version,
        effective_from=None,
        object={"campaign": campaign, "region": region, **changes},
    )
    return _encode(f"campaign/{campaign}/{version}", "catalog", item, START, "default")


def _encode(event_id: str, topic: str, data: Any, time: datetime, workspace: str) -> bytes:
    return ENCODER.encode(
        Envelope(
            id=event_id,
            source="paceline/test",
            type=f"paceline.{topic}.v1",
            time=time,
            workspace=workspace,
            data=data,
        )
    )
