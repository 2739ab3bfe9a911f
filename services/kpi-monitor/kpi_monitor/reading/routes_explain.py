"""HTTP: what a rule saw, and what it would do. Reading changes nothing."""

import asyncio

from fastapi import APIRouter, Request, Response

from kpi_monitor.catalogue import store as catalogue
from kpi_monitor.judging import store as judging
from kpi_monitor.judging.breaches import Judged, breach_of
from kpi_monitor.judging.groups import group_asked, groups_of, needs_of
from kpi_monitor.judging.outcomes import by_line, judge
from kpi_monitor.reading import ranges, store, views
from kpi_monitor.reading.campaigns import campaign_windows, gaps_within, require_in_reach
from kpi_monitor.reading.schemas import (
    Explanation,
    TestView,
)
from kpi_monitor.rules.commands import compile_checked, require_rule
from kpi_monitor.rules.definition import compile_stored
from kpi_monitor.rules.families.table import family_of
from kpi_monitor.rules.schemas import RuleTestBody
from kpi_monitor.rules.unit import StoredRule
from kpi_monitor.windows import from_ms, to_ms
from shared.errors import InvalidError
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.caller import Reader, calling
from shared.http.instants import AnyInstant

router = APIRouter(prefix="/v1/rules", tags=["rules"])


@router.get(
    "/{rule}/explain",
    **answers(Explanation),
    summary="Why a rule did what it did",
)
async def get_explanation(
    request: Request,
    rule: str,
    principal: Reader,
    group: str,
    window: AnyInstant | None = None,
) -> Response:
    """Value, threshold, numbers and sources of one window, or of the latest totals.

    Errors: 404 rule_unknown, group_unknown; 422 window_missing, range_invalid.
    """
    async with calling(request, principal) as caller:
        conn = caller.conn
        row = await require_rule(caller, rule)
        compiled = compile_stored(row.version, row.body)
        unit = await judging.get_unit(conn, caller.workspace, compiled.campaign)
        unit.rules = [StoredRule(compiled, False, 0)]
        found, family = group_asked(unit, group), family_of(compiled)
        at = None if window is None else ranges.moment(window)
        back = family.look_back(unit, found, at)
        panes = (await judging.find_panes(conn, {unit.key: back.needs}, [unit]))[unit.key]
        explained = family.explain(unit, found, back, by_line(panes), to_ms(caller.now))
        if back.window is None:
            return Json({"group": group, **explained})
        start, end = back.window
        told = await store.find_transitions(
            conn, unit, rule=rule, group=group, start=from_ms(start)
        )
        gaps = await gaps_within(conn, found.feeds, start, end)
    grain = views.longest_grain(found.feeds)
    incomplete = views.is_incomplete(back.window, grain, gaps)
    return Json({"group": group, **explained, "incomplete": incomplete, "told": told})


@router.post("/test", **answers(TestView), summary="What a rule would do")
async def test_rule(request: Request, body: RuleTestBody, principal: Reader) -> Response:
    """The transitions over stored panes of complete windows in the range; nothing is stored.

    Bounded like a series: 422 `range_too_large` for more than 20,000 windows times lines. 422
    `kpi_without_history` of a budget figure, else as a rule is refused at `POST /v1/rules`.
    """
    async with calling(request, principal) as caller:
        conn, now = caller.conn, caller.now
        require_in_reach(caller, body.rule.scope.campaign)
        rule = await compile_checked(caller, body.rule, 1)
        if rule.size is None:
            raise InvalidError(
                "kpi_without_history", "totals keep no history to test a budget rule on"
            )
        start, end = ranges.span(body.begin, body.end, rule.size)
        unit, windows = await campaign_windows(caller, rule.campaign, rule.size)
        unit.rules = [StoredRule(rule, False, start)]
        # History is asked about, and the campaign and its lines were there then.
        unit.closed, unit.removed = False, set()
        # A feed without a heartbeat stays: live it lets no window close either.
        unit.feeds = [
            feed if feed.complete is None else feed._replace(complete=min(feed.complete, end))
            for feed in unit.feeds
        ]
        groups = groups_of(unit)
        lines = {line for group in groups for line in group.members}
        feeds = [feed for group in groups for feed in group.feeds]
        ranges.check_cost(len(lines), ranges.edges_of(windows, start, end), feeds)
        panes = await judging.find_panes(conn, {unit.key: needs_of(unit, groups)}, [unit])
        names = await catalogue.find_names(conn, [unit.key])
    outcomes = await asyncio.to_thread(judge, unit, groups, panes[unit.key], to_ms(now))
    told = [
        breach_of(Judged(unit, outcome.group, one), names[unit.key], now)
        for outcome in outcomes
        for one in outcome.changes()
    ]
    told.sort(key=lambda one: (one.event_time, one.breach, one.seq))
    judged = sum(len(outcome.verdicts) for outcome in outcomes)
    return Json({"windows": judged, "transitions": told})
