"""A workload whose exact answers are known: deltas, snapshots with restatements, hourly metrics.

Everything follows from a seed. Within an hour the order is free and events repeat; each source's
heartbeat is sent only after the hour it covers was acknowledged.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

CAMPAIGN = "storm"
STARTS = datetime(2025, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hour:
    """One hour of the campaign: requests in the order they are sent, then the heartbeats."""

    ends: datetime
    requests: list[list[dict[str, Any]]]
    heartbeats: list[dict[str, Any]]


@dataclass
class Expected:
    """The naive answers: micros of every line, and what was stated last for each snapshot."""

    deltas: dict[str, int] = field(default_factory=dict)
    snapshots: dict[tuple[str, str], int] = field(default_factory=dict)

    def total(self, line: str) -> int:
        """Micros of a line."""
        stated = sum(value for (name, _), value in self.snapshots.items() if name == line)
        return self.deltas.get(line, 0) + stated


class Workload:
    """`hours` hours over `lines` lines, `deltas` spend events a line and hour."""

    def __init__(self, *, seed: int, lines: int, hours: int, deltas: int) -> None:
        self._random = random.Random(seed)
        self.lines = [f"L{number:02d}" for number in range(lines)]
        self.hours = hours
        self._deltas = deltas
        self._earlier: list[dict[str, Any]] = []
        self.expected = Expected()

    @property
    def ends(self) -> datetime:
        """End of the last hour."""
        return STARTS + timedelta(hours=self.hours)

    def play(self) -> Iterator[Hour]:
        """The hours in order; `expected` is complete when the last one was taken."""
        for number in range(self.hours):
            yield self._hour(STARTS + timedelta(hours=number))

    def _hour(self, start: datetime) -> Hour:
        fresh = [event for line in self.lines for event in self._of_line(line, start)]
        repeated = self._random.sample(self._earlier, min(len(self._earlier), len(fresh) // 5))
        events = fresh + repeated + self._random.sample(fresh, len(fresh) // 5)
        self._random.shuffle(events)
        self._earlier = (self._earlier + fresh)[-20_000:]
        size = self._random.choice((10, 50, 200))
        requests = [events[at : at + size] for at in range(0, len(events), size)]
        end = start + timedelta(hours=1)
        beats = [self._heartbeat(s, end) for line in self.lines for s in self.sources(line)]
        return Hour(end, requests, beats)

    def sources(self, line: str) -> tuple[str, str, str]:
        """The sources that feed a line: deltas, snapshots, metrics."""
        return f"spend/{line}", f"report/{line}", f"web/{line}"

    def _of_line(self, line: str, start: datetime) -> Iterator[dict[str, Any]]:
        spend, report, web = self.sources(line)
        for number in range(self._deltas):
            micros = self._random.randrange(1, 60_000_000)
            at = start + timedelta(seconds=self._random.randrange(3600))
            self.expected.deltas[line] = self.expected.deltas.get(line, 0) + micros
            data = {"campaign": CAMPAIGN, "line": line, "amount": _text(micros), "currency": "CNY"}
            yield _event("spend", spend, f"{start:%Y%m%dT%H}-{number}", at, data)
        yield from self._snapshots(line, report, start)
        clicks = self._random.choice((600, 1200, 1400, 2500, 4000))
        yield _event(
            "metrics",
            web,
            f"{start:%Y%m%dT%H}",
            start + timedelta(minutes=59),
            self._stated(line, "hourly", start, 1)
            | {"measures": {"impressions": 100_000, "clicks": clicks}},
        )

    def _snapshots(self, line: str, report: str, start: datetime) -> Iterator[dict[str, Any]]:
        """This hour's figure, and a higher one for the hour before (a correction)."""
        end = start + timedelta(hours=1)
        micros = self._random.randrange(1, 50_000_000)
        self.expected.snapshots[line, f"{start:%Y-%m-%dT%H}"] = micros
        stated = self._stated(line, "hourly", start, 1) | {"amount": _text(micros)}
        yield _event("spend", report, f"{start:%Y%m%dT%H}-r1", end, stated | {"currency": "CNY"})
        if start == STARTS:
            return
        before = start - timedelta(hours=1)
        label = f"{before:%Y-%m-%dT%H}"
        raised = self.expected.snapshots[line, label] + self._random.randrange(5_000_000)
        self.expected.snapshots[line, label] = raised
        stated = self._stated(line, "hourly", before, 2) | {"amount": _text(raised)}
        yield _event("spend", report, f"{before:%Y%m%dT%H}-r2", end, stated | {"currency": "CNY"})

    def _stated(self, line: str, report: str, start: datetime, revision: int) -> dict[str, Any]:
        return {
            "campaign": CAMPAIGN,
            "line": line,
            "mode": "snapshot",
            "report": report,
            "period": f"{start:%Y-%m-%dT%H}",
            "revision": revision,
        }

    def _heartbeat(self, source: str, at: datetime) -> dict[str, Any]:
        data = {"complete_through": at.isoformat()}
        return _event("source", source, f"{at:%Y%m%dT%H}-complete", at, data)


def _text(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def _event(kind: str, source: str, event_id: str, at: datetime, data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": f"paceline.{kind}.v1",
        "time": at.isoformat(),
        "data": data,
    }
