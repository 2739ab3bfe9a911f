"""The Double 11 scenario as data: what is sent when, and what must be said (requirements.md D).

Times are the campaign's (+08:00). Every line has its own source; lines not named in a moment spend
exactly at plan and must say nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

ZONE = timezone(timedelta(hours=8))
CAMPAIGN = "double11-2025"
PREPARED_AT = datetime(2025, 10, 12, 14, tzinfo=ZONE)
BUILT_STEPS = (1, 2, 3, 4, 6, 7, 9)
RECEIVER = "ops"
DUPLICATED_EVENTS = 500

BEFORE: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("double11.yaml").read_text(encoding="utf-8")
)
LINES = {line["line"]: Decimal(line["allocated"]) for line in BEFORE["plan"]["lines"]}
AT_PLAN = ("L01", "L02", "L04", "L05", "L06", "L07", "L08", "L09")
SEARCH_DAYS = {
    **{1: 12_000, 2: 16_000, 3: 22_000, 4: 8_000, 5: 8_000},
    **{6: 11_000, 7: 11_000, 8: 11_000, 9: 11_500},
}
AFTER_MOVES = {
    **{("L02", day): "23500.00" for day in (7, 8, 9)},
    **{("L04", day): "10000.00" if day == 6 else "10900.00" for day in (6, 7, 8, 9)},
    **{("L05", day): "500.00" for day in (7, 8, 9)},
}
"""What lines spend by day since they have more, or less, than their first plan."""
VENUE_SOURCE = "shop/venue"


class Said(NamedTuple):
    """One transition the marketers must be told, once by chat and once by mail."""

    at: datetime
    rule: str
    line: str
    transition: str
    severity: str
    value: str


class PersonAct(NamedTuple):
    """What one person posts to a service, and what lines and buckets have right after it."""

    role: str
    path: str
    body: Any
    service: str = "budget"
    allocated: Mapping[str, str] = MappingProxyType({})


@dataclass
class Moment:
    """What people do and what arrives at one instant of the campaign's clock, and what is expected
    right after: what is told, and of budget the figures and why money waits as an exception."""

    at: datetime
    step: int | None
    title: str
    events: list[dict[str, Any]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    pacing: dict[str, str] = field(default_factory=dict)
    forecast: dict[str, str] = field(default_factory=dict)
    actual: dict[str, str] = field(default_factory=dict)
    excepted: Sequence[str] | None = None
    acts: Sequence[PersonAct] = ()


def clock(day: int, hour: int = 0) -> datetime:
    """An hour of November 2025 in the campaign's zone."""
    return datetime(2025, 11, day, tzinfo=ZONE) + timedelta(hours=hour)


def source_of(line: str) -> str:
    return f"shop/{line.lower()}"


METRICS_SOURCE = "social/l02"


def _event(kind: str, source: str, event_id: str, at: datetime, data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": f"paceline.{kind}.v1",
        "time": at.isoformat(),
        "data": data,
    }


def heartbeat(source: str, at: datetime) -> dict[str, Any]:
    """The source says that it is complete up to `at`."""
    event_id = f"{at:%Y%m%dT%H%M}-complete"
    return _event("source", source, event_id, at, {"complete_through": at.isoformat()})


def spend_of_day(line: str, day: int, amount: str, revision: int, at: datetime) -> dict[str, Any]:
    """A daily snapshot: what the line has cost on this day so far."""
    data = {
        "campaign": CAMPAIGN,
        "line": line,
        "amount": amount,
        "currency": "CNY",
        "mode": "snapshot",
        "report": "daily",
        "period": f"2025-11-{day:02d}",
        "revision": revision,
    }
    return _event("spend", source_of(line), f"2025-11-{day:02d}-r{revision}", at, data)


def spend_delta(
    line: str, event_id: str, at: datetime, amount: str, source: str | None = None
) -> dict[str, Any]:
    data = {"campaign": CAMPAIGN, "line": line, "amount": amount, "currency": "CNY"}
    return _event("spend", source or source_of(line), event_id, at, data)


def metrics(
    source: str, line: str, report: str, period: str, at: datetime, **measures: int
) -> dict[str, Any]:
    data = {
        "campaign": CAMPAIGN,
        "line": line,
        "measures": measures,
        "mode": "snapshot",
        "report": report,
        "period": period,
        "revision": 1,
    }
    return _event("metrics", source, f"{period}-{line}-metrics", at, data)


def spent_on(line: str, day: int) -> str:
    """One even day of the first plan in whole cents, so that the days sum to the allocation, unless
    the line spends otherwise."""
    if (line, day) in AFTER_MOVES:
        return AFTER_MOVES[line, day]
    cents = int(LINES[line] * 100)
    return f"{Decimal(cents * day // 11 - cents * (day - 1) // 11) / 100:.2f}"


def end_of_day(day: int, step: int | None, title: str) -> Moment:
    """Midnight after `day`: every line's figure of the day, each source complete."""
    at = clock(day + 1)
    events = [spend_of_day(line, day, spent_on(line, day), 1, at) for line in AT_PLAN]
    events.append(spend_of_day("L03", day, f"{SEARCH_DAYS[day]}.00", 2 if day == 3 else 1, at))
    if day < 9:
        last_second = at - timedelta(seconds=1)
        events.append(spend_delta("L10", f"2025-11-{day:02d}-gifts", last_second, "3750.00"))
    if day == 1:
        measured = {"impressions": 800_000, "clicks": 16_000, "conversions": 560}
        events.append(
            metrics(source_of("L03"), "L03", "daily-metrics", "2025-11-01", at, **measured)
        )
    events += [heartbeat(source, at) for source in (*map(source_of, LINES), VENUE_SOURCE)]
    return Moment(at, step, title, events)


def _gifts(hour: int, amount: str, *said: Said) -> Moment:
    at = clock(9, hour)
    events = [spend_delta("L10", f"2025-11-09T{hour:02d}-gifts", at, amount)]
    title = f"L10 spends {Decimal(amount):,} more"
    return Moment(at, 9, title, [*events, heartbeat(source_of("L10"), at)], list(said))


def _hour_of_social(hour: int, clicks: int, *said: Said) -> Moment:
    at = clock(4, hour + 1)
    period = f"2025-11-04T{hour:02d}"
    figures = metrics(
        METRICS_SOURCE, "L02", "hourly", period, at, impressions=200_000, clicks=clicks
    )
    title = f"L02 {hour}:00–{hour + 1}:00: 200,000 impressions, {clicks:,} clicks"
    return Moment(at, 4, title, [figures, heartbeat(METRICS_SOURCE, at)], list(said))


def moments() -> list[Moment]:
    """What arrives, in order of time; what people decide meanwhile is in cli/demo/decisions.py."""
    # What is said at once is said of the figures: the sources' word comes behind them.
    days = {
        day: end_of_day(
            day, None, f"the figures of 11-{day:02d}, then each source's word that it is complete"
        )
        for day in SEARCH_DAYS
    }
    days[1].step, days[1].pacing = 2, {"L03": "1.000000"}
    days[2].step, days[2].pacing = 3, {"L03": "1.166667"}
    days[3].step, days[3].pacing = 3, {"L03": "1.388889"}
    days[4].pacing = {"L03": "1.208333"}
    days[5].pacing = {"L03": "1.100000"}
    days[3].said = [
        Said(clock(4), "pacing-high", "L03", "level_changed", "warning", "1.388889"),
    ]
    days[5].step = days[4].step = 3
    days[6].step = days[9].step = 6
    days[6].pacing = {"L02": "0.988140"}
    days[6].said = [Said(clock(7), "budget-used", "L05", "firing", "info", "0.818182")]
    days[9].said = [
        Said(clock(10), "budget-used", line, "firing", "info", used)
        for line, used in {
            **dict.fromkeys(("L01", "L06", "L07", "L08", "L09"), "0.818182"),
            "L04": "0.801405",
        }.items()
    ]
    days[5].said = [Said(clock(6), "pacing-high", "L03", "resolved", "warning", "1.100000")]
    noon = Moment(clock(3, 12), 3, "L03 has spent 20,000 today by noon")
    noon.events = [
        spend_of_day("L03", 3, "20000.00", 1, noon.at),
        heartbeat(source_of("L03"), noon.at),
    ]
    noon.said = [Said(noon.at, "pacing-high", "L03", "firing", "critical", "1.600000")]
    noon.pacing, noon.forecast = {"L03": "1.600000"}, {"L03": "240000.00"}
    social = [
        _hour_of_social(
            14, 1_600, Said(clock(4, 15), "ctr-low", "L02", "firing", "critical", "0.008000")
        ),
        _hour_of_social(
            15, 3_400, Said(clock(4, 16), "ctr-low", "L02", "resolved", "critical", "0.017000")
        ),
    ]
    return sorted(
        [*days.values(), noon, *social, _restatement(days[3], noon), *_last_day()],
        key=lambda moment: moment.at,
    )


def _restatement(third: Moment, noon: Moment) -> Moment:
    """11-07 10:00: all of 11-03 again until 500 events are sent, then L03's day restated."""
    again = [event for event in noon.events + third.events if "source.v1" not in event["type"]]
    repeated = (again * (DUPLICATED_EVENTS // len(again) + 1))[:DUPLICATED_EVENTS]
    at = clock(7, 10)
    return Moment(
        at,
        7,
        f"{DUPLICATED_EVENTS} events of 11-03 again, then L03 of 11-03 restated to 19,500",
        [*repeated, spend_of_day("L03", 3, "19500.00", 3, at)],
    )


def _last_day() -> list[Moment]:
    def said(hour: int, rule: str, transition: str, severity: str, value: str) -> Said:
        return Said(clock(9, hour), rule, "L10", transition, severity, value)

    return [
        _gifts(
            10,
            "10000.00",
            said(10, "pacing-high", "firing", "warning", "1.333333"),
            said(10, "budget-used", "firing", "info", "0.800000"),
        ),
        _gifts(
            11,
            "7500.00",
            said(11, "budget-used", "level_changed", "warning", "0.950000"),
            said(11, "pacing-high", "level_changed", "critical", "1.583333"),
        ),
        _gifts(12, "2500.00", said(12, "budget-used", "level_changed", "critical", "1.000000")),
        _gifts(13, "1500.00", said(13, "overspend", "firing", "critical", "1.030000")),
    ]
