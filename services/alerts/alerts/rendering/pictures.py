"""The picture of an alert: its figures over time as far as alerts was told them. Pure.

Of money it shows what was spent and planned at the instants for which that was told, from nothing
at the campaign's start on, and straight lines between them; from there to the campaign's end the
budget and the forecast. Of a KPI it shows the values that were told, two or more, and the limits
that were passed. What a channel cannot show is not drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from alerts.channels.message import Block, Picture
from alerts.incoming.campaigns import Runs
from alerts.incoming.signal import Figures, PastFigures
from alerts.rendering.facts import brought
from alerts.rendering.forecast import forecast, in_role
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.numbers import Numbers, decimal_of
from alerts.rendering.view import SEVERITIES, AlertView
from shared.charts import charts
from shared.charts.charts import ChartPoint


def with_pictures(
    blocks: Sequence[Block], views: Sequence[AlertView], locale: str, pictures_max: int
) -> tuple[Block, ...]:
    """The blocks of these views, the first of those that have a picture with it."""
    found: list[Block] = []
    left = pictures_max
    for block, view in zip(blocks, views, strict=True):
        picture = picture_of(view, locale) if left else None
        left -= picture is not None
        found.append(block if picture is None else replace(block, picture=picture))
    return tuple(found)


def picture_of(view: AlertView, locale: str) -> Picture | None:
    """None of what another system sent, and where too little is known to be drawn."""
    figures = view.signal.data
    numbers = Numbers(locale, figures.currency, view.signal.time_zone)
    return _pacing(view, locale, numbers) or _values(view, locale, numbers)


def past_figures(view: AlertView) -> list[PastFigures]:
    """All that is known up to the figures that the message shows, one for each instant, oldest
    first."""
    shown = [*view.transitions, view.signal]
    told = [PastFigures.of(one.as_of, one.data.value, one.data.numbers) for one in shown]
    by_instant = {one.at: one for one in (*view.points, *told) if one.at <= view.signal.as_of}
    return [by_instant[at] for at in sorted(by_instant)]


def _pacing(view: AlertView, locale: str, numbers: Numbers) -> Picture | None:
    """Spend over time; None of figures without it."""
    figures, words, now = view.signal.data, VOCABULARIES[locale], view.signal.as_of
    limit, spent, plan = (in_role(figures, role) for role in ("limit", "spent", "plan"))
    if limit is None or spent is None or plan is None:
        return None
    runs = view.runs if view.runs and view.runs.start < now else None
    past = past_figures(view)
    if runs is None and past[0].at == now:
        return None
    start, end = (runs.start, max(runs.end, now)) if runs else (past[0].at, now)
    lines = {
        role: _until_now(past, figures.roles[role], runs, ChartPoint(now, value))
        for role, value in (("spent", spent), ("plan", plan))
    }
    expected = in_role(figures, "expected") if end > now else None
    if end > now and limit >= plan:
        lines["plan"].append(ChartPoint(end, limit))
    data = charts.PacingChart(
        start,
        end,
        lines["plan"],
        lines["spent"],
        [ChartPoint(now, spent), ChartPoint(end, expected)] if expected is not None else [],
        limit=limit,
    )
    key = _key(figures, brought(figures.titles, locale), numbers)
    title = words.chart_pacing.format(start=numbers.instant(start), end=numbers.instant(end))
    said = charts.PacingWords(
        title, key["plan"], key["spent"], key.get("expected", ""), key["limit"]
    )
    caption = words.colon.join(filter(None, (title, forecast(view, locale, numbers))))
    chart = charts.pacing(data, said, numbers.axes("money"))
    alt = words.semicolon.join([caption, said.actual, said.plan])
    return Picture(charts.standalone(chart), caption, alt)


def _key(figures: Figures, titles: Mapping[str, str], numbers: Numbers) -> dict[str, str]:
    """What each number is called, and what it is now, by its role."""
    return {
        role: f"{titles.get(name, name)} {numbers.value('money', figures.numbers[name])}"
        for role, name in figures.roles.items()
    }


def _until_now(
    past: Sequence[PastFigures], name: str, runs: Runs | None, now: ChartPoint
) -> list[ChartPoint]:
    """Nothing is spent or planned before a campaign starts; now it is what the message says."""
    first = [ChartPoint(runs.start, Decimal(0))] if runs else []
    known = _line((one.at, one.numbers.get(name)) for one in past if one.at < now.at)
    return [*first, *(one for one in known if runs is None or one.at > runs.start), now]


def _line(texts: Iterable[tuple[datetime, str | None]]) -> list[ChartPoint]:
    """What is a figure of them."""
    known = [(at, decimal_of(text)) for at, text in texts]
    return [ChartPoint(at, value) for at, value in known if value is not None]


def _values(view: AlertView, locale: str, numbers: Numbers) -> Picture | None:
    figures, words = view.signal.data, VOCABULARIES[locale]
    points = _line((one.at, one.value) for one in past_figures(view))
    if len(points) < 2 or not figures.kpi:
        return None
    name = brought(figures.titles, locale).get(figures.kpi) or figures.title or figures.kpi
    span = {"start": numbers.instant(points[0].at), "end": numbers.instant(points[-1].at)}
    title = words.chart_values.format(name=name, **span)
    value = f"{name} {numbers.value(figures.unit, figures.value, figures.threshold)}"
    thresholds = _thresholds(view, locale, numbers)
    data, said = charts.ChartSeries(points, thresholds), charts.SeriesWords(title, value)
    chart = charts.series(data, said, numbers.axes(figures.unit))
    alt = words.semicolon.join([title, value, *(one.label for one in thresholds)])
    return Picture(charts.standalone(chart), title, alt)


def _thresholds(view: AlertView, locale: str, numbers: Numbers) -> list[charts.ChartThreshold]:
    """The limit of each level that it was at, as last told."""
    words = VOCABULARIES[locale]
    found: dict[str, charts.ChartThreshold] = {}
    for signal in (*view.transitions, view.signal):
        limit = decimal_of(signal.data.threshold)
        if limit is None or signal.transition not in ("firing", "level_changed"):
            continue
        operator = words.limits.get(signal.data.op, signal.data.op)
        shown = numbers.limit(signal.data.unit, signal.data.threshold)
        condition = words.condition.format(operator=operator, limit=shown)
        label = words.is_level.format(condition=condition, level=words.levels[signal.severity])
        found[signal.severity] = charts.ChartThreshold(signal.severity, limit, label)
    return sorted(found.values(), key=lambda one: SEVERITIES.index(one.severity))
