"""Charts as SVG text, for pages and for pictures in messages. Pure; the standard library alone.

A chart is drawn of data and of words that are in the reader's language already; whatever they say,
they are text in it and nothing else. Colours are class names (`s-actual`, `f-band` …), which a page
fills from its own style sheet; `standalone` is the same chart with the colours of a light page
written in, for what knows no other, such as mail. Lengths are pixels, amounts and ratios decimals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal
from html import escape
from typing import NamedTuple
from unicodedata import east_asian_width

WIDTH, HEIGHT = 640, 300
LABEL_HALVES_MAX = 44
"""Of a name in the key: its column has room for 22 Chinese characters, each two halves wide."""
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
TIME_STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 120, 180, 360, 720)
)
DAY_STEPS = (1, 2, 5, 7, 14, 30, 90, 365)
TIMES_MAX, VALUES_MAX = 8, 5
DOTS_MAX = 24
"""Of a line with more points each is no longer seen."""


class ChartPoint(NamedTuple):
    at: datetime
    value: Decimal


class ForecastRange(NamedTuple):
    """Between what a forecast may lie."""

    at: datetime
    low: Decimal
    high: Decimal


class ChartThreshold(NamedTuple):
    """A limit of a rule; `severity` is "info", "warning" or "critical"."""

    severity: str
    value: Decimal
    label: str


@dataclass(frozen=True)
class ChartAxes:
    """How values and instants are written beside a chart, and in whose zone days begin."""

    value: Callable[[Decimal], str]
    day: Callable[[datetime], str]
    time: Callable[[datetime], str]
    zone: tzinfo


@dataclass(frozen=True)
class PacingChart:
    """Cumulative money from `start` to `end`: what is not known is empty or None."""

    start: datetime
    end: datetime
    plan: Sequence[ChartPoint]
    actual: Sequence[ChartPoint]
    forecast: Sequence[ChartPoint] = ()
    band: Sequence[ForecastRange] = ()
    limit: Decimal | None = None


@dataclass(frozen=True)
class PacingWords:
    """What stands in the key, with its amounts; `title` is what the chart shows, for who cannot
    see it."""

    title: str
    plan: str
    actual: str
    forecast: str = ""
    limit: str = ""


@dataclass(frozen=True)
class ChartSeries:
    """Values of a KPI by instant, two or more at different ones, and the thresholds of its rule."""

    values: Sequence[ChartPoint]
    thresholds: Sequence[ChartThreshold] = ()


@dataclass(frozen=True)
class SeriesWords:
    title: str
    values: str


class ChartFrame(NamedTuple):
    """Where the lines are drawn: what lies between two instants and two values."""

    start: datetime
    end: datetime
    low: Decimal
    high: Decimal
    left: int = 56
    right: int = WIDTH - 16
    top: int = 56
    bottom: int = HEIGHT - 28

    def x(self, at: datetime) -> float:
        """Pixels from the left, to a tenth."""
        share = (at - self.start) / (self.end - self.start)
        return round(self.left + share * (self.right - self.left), 1)

    def y(self, value: Decimal) -> float:
        """Pixels from the top, to a tenth."""
        share = float((value - self.low) / (self.high - self.low))
        return round(self.bottom - share * (self.bottom - self.top), 1)

    def path(self, points: Sequence[ChartPoint]) -> str:
        """The straight lines from one to the next, as a path of SVG."""
        return "M" + "L".join(f"{self.x(one.at):g} {self.y(one.value):g}" for one in points)


def pacing(data: PacingChart, words: PacingWords, axes: ChartAxes) -> str:
    """Plan, actual and forecast against the limit, from 0 on."""
    values = [one.value for line in (data.plan, data.actual, data.forecast) for one in line]
    values += [one.high for one in data.band] + ([] if data.limit is None else [data.limit])
    ticks = value_ticks(Decimal(0), max(values))
    frame = ChartFrame(data.start, data.end, ticks[0], ticks[-1])
    body = _grid(frame, ticks, axes)
    if data.band:
        high = [ChartPoint(one.at, one.high) for one in data.band]
        low = [ChartPoint(one.at, one.low) for one in reversed(data.band)]
        body.append(f'<path class="f-band" d="{frame.path(high)}L{frame.path(low)[1:]}Z"/>')
    if data.limit is not None:
        body.append(_level(frame, data.limit, "s-limit"))
    body += _line(frame, data.plan, "plan") + _line(frame, data.forecast, "forecast")
    if data.actual:
        now = frame.x(data.actual[-1].at)
        body.append(_rule(now, frame.top, now, frame.bottom, "s-now"))
    body += _line(frame, data.actual, "actual")
    key = [("s-actual", words.actual), ("s-plan", words.plan)]
    key += [("s-forecast", words.forecast)] if data.forecast else []
    key += [("s-limit", words.limit)] if data.limit is not None else []
    return _svg(body + _key(frame, key), words.title, [name for _, name in key])


def series(data: ChartSeries, words: SeriesWords, axes: ChartAxes) -> str:
    """Values against thresholds; from 0 on unless they lie so close together that nothing of
    them would be seen."""
    values = [one.value for one in data.values] + [one.value for one in data.thresholds]
    low, high = min(values), max(values)
    if low >= 0 and (low < high / 2 or low == high):
        low = Decimal(0)
    ticks = value_ticks(low, high)
    frame = ChartFrame(data.values[0].at, data.values[-1].at, ticks[0], ticks[-1])
    body = _grid(frame, ticks, axes)
    body += [_level(frame, one.value, f"s-{one.severity}") for one in data.thresholds]
    body += _line(frame, data.values, "actual")
    key = [("s-actual", words.values)]
    key += [(f"s-{one.severity}", one.label) for one in data.thresholds]
    return _svg(body + _key(frame, key), words.title, [name for _, name in key])


def value_ticks(low: Decimal, high: Decimal) -> list[Decimal]:
    """At most `VALUES_MAX` + 2 multiples of a round step; the first and the last embrace both."""
    raw = (high - low) / VALUES_MAX if high > low else abs(high) or Decimal(1)
    power = Decimal(1).scaleb(raw.adjusted())
    step = next(power * one for one in STEPS if power * one >= raw)
    first = low // step - (low < 0 and low % step != 0)
    last = high // step + (high > 0 and high % step != 0)
    last = max(last, first + 1)
    return [step * (first + place) for place in range(int(last - first) + 1)]


def time_ticks(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[datetime, bool]]:
    """At most `TIMES_MAX` + 1 instants within both at round hours or days of the zone, and whether
    each begins a day."""
    first = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    span = end - start
    minutes = next((one for one in TIME_STEPS if one * TIMES_MAX >= span), None)
    days = next((one for one in DAY_STEPS if timedelta(one) * TIMES_MAX >= span), DAY_STEPS[-1])
    step = minutes or timedelta(days)
    # By the clock on the wall: a day of 23 hours is a day.
    count = int((span + timedelta(hours=26)) / step) + 1
    walls = [first + step * place for place in range(count)]
    instants = [(wall.replace(tzinfo=zone), wall.time() == time.min) for wall in walls]
    found = [(at, begins) for at, begins in instants if start <= at <= end]
    return found[:: -(-len(found) // (TIMES_MAX + 1)) or 1]


def standalone(chart: str) -> str:
    """The chart as a file of its own, with its colours and on white."""
    sheet = "".join(f".{name}{{{rule}}}" for name, rule in LIGHT.items())
    head = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" '
    white = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    return chart.replace("<svg ", head, 1).replace(">", f"><style>{sheet}</style>{white}", 1)


def _grid(frame: ChartFrame, ticks: Sequence[Decimal], axes: ChartAxes) -> list[str]:
    body = []
    for tick in ticks:
        y = frame.y(tick)
        body.append(_rule(frame.left, y, frame.right, y, "s-grid" if tick else "s-axis"))
        body.append(_text(frame.left - 8, y + 4, axes.value(tick), "t t-dim", "end"))
    for at, begins_day in time_ticks(frame.start, frame.end, axes.zone):
        x = frame.x(at)
        body.append(_rule(x, frame.bottom, x, frame.bottom + 4, "s-axis"))
        label = (axes.day if begins_day else axes.time)(at)
        anchor = "middle" if x < frame.right - 24 else "end"
        body.append(_text(min(x, frame.right + 12), frame.bottom + 18, label, "t t-dim", anchor))
    return body


def _line(frame: ChartFrame, points: Sequence[ChartPoint], name: str) -> list[str]:
    """A line with a dot on each point that is known; a forecast is known at neither end."""
    if not points:
        return []
    dots = points if len(points) <= DOTS_MAX else points[-1:]
    return [f'<path class="s-{name}" d="{frame.path(points)}"/>'] + [
        f'<circle class="p-{name}" cx="{frame.x(one.at):g}" cy="{frame.y(one.value):g}" r="2.5"/>'
        for one in (dots if name != "forecast" else ())
    ]


def _key(frame: ChartFrame, entries: Sequence[tuple[str, str]]) -> list[str]:
    """Which line is what, above the lines: two in a row."""
    body = []
    for place, (name, words) in enumerate(entries):
        x, y = frame.left + place % 2 * 292, 16 + place // 2 * 20
        body.append(_rule(x, y - 4, x + 22, y - 4, name))
        body.append(_text(x + 28, y, _clipped(words), "t", "start"))
    return body


def _clipped(words: str) -> str:
    """As much of a name as its column has room for."""
    used = 0
    for place, character in enumerate(words):
        used += 2 if east_asian_width(character) in "WF" else 1
        if used > LABEL_HALVES_MAX:
            return words[: place - 1] + "…"
    return words


def _level(frame: ChartFrame, value: Decimal, name: str) -> str:
    return _rule(frame.left, frame.y(value), frame.right, frame.y(value), name)


def _rule(x1: float, y1: float, x2: float, y2: float, name: str) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="{escape(name)}"/>'


def _text(x: float, y: float, words: str, name: str, anchor: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" class="{name}" text-anchor="{anchor}">{_written(words)}</text>'
    )


def _written(words: str) -> str:
    """Text of a document: no markup, and no character that XML refuses."""
    return escape("".join(one if one.isprintable() else " " for one in words))


def _svg(body: Sequence[str], title: str, names: Sequence[str]) -> str:
    said = _written(". ".join([title, *names]))
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{said}">{"".join(body)}</svg>'
    )


LIGHT = {
    "s-grid": "stroke:#e3e7ec",
    "s-axis": "stroke:#aab4c0",
    "s-now": "stroke:#c3cad3",
    "s-limit": "stroke:#16202b;stroke-width:1.5;stroke-dasharray:3 3",
    "s-plan": "stroke:#6f7d8c;stroke-width:1.75;fill:none",
    "s-forecast": "stroke:#b42318;stroke-width:1.75;stroke-dasharray:6 4;fill:none",
    "s-actual": "stroke:#1a56b8;stroke-width:2.75;fill:none;stroke-linejoin:round",
    "s-info": "stroke:#0969da;stroke-width:1.5;stroke-dasharray:3 3",
    "s-warning": "stroke:#bc4c00;stroke-width:1.5;stroke-dasharray:3 3",
    "s-critical": "stroke:#b42318;stroke-width:1.5;stroke-dasharray:3 3",
    "f-band": "fill:#b42318;fill-opacity:.09",
    "p-plan": "fill:#6f7d8c",
    "p-actual": "fill:#1a56b8",
    "t": "fill:#16202b;font-size:12px",
    "t-dim": "fill:#5d6a79",
}
"""The colours of a light page, by class."""
