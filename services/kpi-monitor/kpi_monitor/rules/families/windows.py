"""KPIs over windows: sums of panes, each window judged once. Pure.

A window is judged when every source that feeds it is complete through its end (plus the rule's
maturity), over exactly what those sources had said until then: each pane row knows the
completeness at which it was told (`known`). So batching, restarts and replays change no
transition, although later restatements change the panes.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kpi_monitor.rules.episodes import Cause, Observation, Reason, Verdict
from kpi_monitor.rules.families.family import Family, Feeds, Grounds, LookBack, Observed
from kpi_monitor.rules.families.window_contents import Content, contents, look
from kpi_monitor.rules.families.window_explained import explain_window
from kpi_monitor.rules.feeds import feeds_set_aside, judgeable_through
from kpi_monitor.rules.kpis import Kpi, numbers_text, units_of
from kpi_monitor.rules.rule import Rule, Span
from kpi_monitor.rules.unit import AWAY, Group, Need, Panes, Standing, StoredRule, Unit
from kpi_monitor.units.unit import NEVER, Due
from kpi_monitor.windows import (
    LONGEST_DAY_MS,
    MATURITY_MAX_MS,
    Windows,
    instant,
    parse_size,
    span_ms,
)
from shared.durations import DurationError, parse_duration
from shared.errors import InvalidError
from shared.events import BreachNumber, BreachSource

_EXAMPLE = '"window": {"kind": "tumbling", "size": "1h"}'


class WindowFamily(Family):
    """Rules over the windows of a campaign in its zone."""

    kind = "window"
    breach_kind = "kpi"
    has_windows = True

    def span(self, body: Mapping[str, Any], kpi: Kpi) -> Span:
        """A tumbling window that tiles the day, and a maturity of at most 35 days."""
        return Span(_size(body.get("window"), kpi), _maturity(body.get("maturity", "0m")))

    def members(self, unit: Unit, stored: StoredRule) -> Iterable[str] | None:
        """Lines of which a source feeds a measure of the rule; none before the zone is known."""
        if unit.zone is None:
            return None
        return {feed.line for feed in unit.feeds if feed.measure in stored.rule.measures}

    def join(self, unit: Unit, group: Group, feeds: Feeds) -> None:
        """Who feeds the group, and how far that allows to judge."""
        rule, line = group.rule, group.group.get("line")
        lines = group.members or (sorted(feeds) if line is None else [line])
        group.feeds = [
            feed for one in lines for feed in feeds.get(one, ()) if feed.measure in rule.measures
        ]
        upwards = rule.condition.upwards
        group.complete = judgeable_through(group.feeds, rule.measures, upwards=upwards)

    def begin(self, unit: Unit, stored: StoredRule) -> int:
        """The window that holds the rule's effective instant."""
        return _tiling(unit, stored.rule).containing(stored.effective_from).start

    def needs(self, unit: Unit, group: Group) -> Iterator[Need]:
        """The panes of windows that can be judged; none for a group without one."""
        rule, standing = group.rule, group.standing
        if group.complete is None or not group.members or standing.judged_through == AWAY:
            return
        windows = _tiling(unit, rule)
        limit = windows.closed_through(_through(unit, rule, group.complete)[0] - rule.maturity)
        start = standing.judged_through
        if standing.rule_version != rule.version and standing.window_start is not None:
            start = min(start, windows.containing(standing.window_start).start)
        if limit <= start:
            return
        for feed in group.feeds:
            # A period that began earlier may reach into the window: its grain says how far back.
            yield Need(feed.line, feed.measure, start - feed.grain + 1, limit)

    def observe(self, unit: Unit, group: Group, panes: Panes, now: int) -> Observed:
        """Every window that is complete and not judged yet, in order; after an edit the last one
        that was judged again. Windows without a value change nothing."""
        rule, standing = group.rule, group.standing
        if group.complete is None:
            return Observed(standing)
        windows = _tiling(unit, rule)
        through, ended = _through(unit, rule, group.complete)
        limit = windows.closed_through(through - rule.maturity)
        if standing.judged_through == AWAY:
            standing = standing._replace(judged_through=limit)
        edited = standing.rule_version != rule.version
        seen: list[Observation] = []
        if edited or limit > standing.judged_through:
            mine = (pane for line in group.members for pane in panes.get(line, ()))
            used = [pane for pane in mine if pane.measure in rule.measures]
            found = contents(windows, used, rule.maturity)
            if edited:
                seen += _again(rule, windows, standing, found, through)
                standing = standing._replace(rule_version=rule.version)
            standing = _pass(rule, standing, found, limit, seen)
        return Observed(standing, seen, Reason.CAMPAIGN_ENDED if ended else None)

    def due(self, unit: Unit, group: Group, standing: Standing) -> Due:
        through, size = standing.judged_through, group.rule.size
        if size is None or unit.zone is None or (unit.ends is not None and through >= unit.ends):
            return Due(NEVER)
        return Due(Windows(size, unit.zone).containing(through).end + group.rule.maturity)

    def grounds(self, unit: Unit, group: Group, verdict: Verdict) -> Grounds:
        """The sums of the window, and the sources that feed the group."""
        seen = verdict.seen
        complete = {feed.source: feed.complete for feed in group.feeds}
        return Grounds(
            numbers={} if seen is None else numbers_text(seen.sums),
            units=units_of(group.rule.measures),
            shown=[BreachNumber(name=name) for name in sorted(group.rule.measures)],
            sources=[
                BreachSource(source=name, complete_through=instant(at))
                for name, at in sorted(complete.items())
            ],
            set_aside=feeds_set_aside(group.feeds),
            figures_at=None if seen is None or seen.window is None else instant(seen.window.end),
        )

    def look_back(self, unit: Unit, group: Group, at: int | None) -> LookBack:
        """The window that holds `at`, and the panes that may reach into it."""
        rule = group.rule
        if at is None:
            detail = "state when the window began: ?window=2025-11-04T14:00:00%2B08:00"
            raise InvalidError("window_missing", detail)
        if unit.zone is None:
            detail = f"nothing is known of the campaign {rule.campaign}, so it has no windows"
            raise InvalidError("window_missing", detail)
        window = _tiling(unit, rule).containing(at)
        reach = (window.start - LONGEST_DAY_MS, window.end)
        measures = sorted(rule.measures)
        needs = [Need(line, name, *reach) for line in group.members for name in measures]
        return LookBack(window, needs)

    def explain(
        self, unit: Unit, group: Group, back: LookBack, panes: Panes, now: int
    ) -> dict[str, Any]:
        """What was judged of the window, and beside it what stands there now."""
        assert back.window is not None, "explained is a window"
        found = [pane for line in group.members for pane in panes.get(line, ())]
        return explain_window(group, _tiling(unit, group.rule), back.window, found)


def _pass(
    rule: Rule,
    standing: Standing,
    found: Mapping[int, Content],
    limit: int,
    seen: list[Observation],
) -> Standing:
    """Adds what the windows up to `limit` show to `seen`; the standing after them."""
    window_start, too_coarse = standing.window_start, standing.too_coarse
    for start in sorted(found):
        content = found[start]
        if start < standing.judged_through or content.window.end > limit:
            continue
        too_coarse = content.coarse
        one = look(rule, content)
        if one.value is not None:
            window_start = start
            seen.append(one)
    through = max(limit, standing.judged_through)
    return standing._replace(
        judged_through=through, window_start=window_start, too_coarse=too_coarse
    )


def _again(
    rule: Rule,
    windows: Windows,
    standing: Standing,
    found: Mapping[int, Content],
    complete_through: int,
) -> list[Observation]:
    """An edited rule's open episode, over the last window that was judged with a value.

    A new window size may reach into time that is not complete; then the next window decides.
    """
    if not standing.episode.open or standing.window_start is None:
        return []
    window = windows.containing(standing.window_start)
    content = found.get(window.start)
    if content is None or window.end + rule.maturity > complete_through:
        return []
    return [look(rule, content)._replace(because=Cause("rule", rule.version))]


def _tiling(unit: Unit, rule: Rule) -> Windows:
    assert rule.size is not None, "a rule over windows has a size"
    assert unit.zone is not None, "windows are judged once the campaign's zone is known"
    return Windows(rule.size, unit.zone)


def _through(unit: Unit, rule: Rule, complete: int) -> tuple[int, bool]:
    """How far windows may be judged, and whether the last one may.

    The last is the one that holds the flight's last moment.
    """
    if unit.ends is None:
        return complete, False
    last = _tiling(unit, rule).containing(unit.ends - 1).end + rule.maturity
    return min(complete, last), complete >= last


def _size(window: Mapping[str, Any] | None, kpi: Kpi) -> int:
    if window is None:
        raise InvalidError("window_missing", f"{kpi.name} needs a window: {_EXAMPLE}")
    if window["kind"] != "tumbling":
        detail = f"this version has tumbling windows alone: {_EXAMPLE}"
        raise InvalidError("window_kind_unavailable", detail)
    if window.get("hop") is not None:
        raise InvalidError("hop_unexpected", "tumbling windows follow each other")
    if window.get("size") is None:
        raise InvalidError("window_size_missing", f"a tumbling window states its size: {_EXAMPLE}")
    return parse_size(window["size"])


def _maturity(text: str) -> int:
    try:
        maturity = span_ms(parse_duration(text))
    except DurationError as error:
        raise InvalidError("maturity_invalid", str(error)) from error
    if maturity > MATURITY_MAX_MS:
        raise InvalidError("maturity_invalid", "maturity is at most 35d")
    return maturity
