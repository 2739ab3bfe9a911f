"""HTTP: the state of each line. Reading changes nothing."""

from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from kpi_monitor.reading import store
from kpi_monitor.reading.schemas import LineView
from kpi_monitor.reading.store import MonitoredLine, SourceRow, StandingRow
from kpi_monitor.totals import figures
from kpi_monitor.windows import MINUTE_MS, instant
from shared.freshness import state_of
from shared.http.answers import Page, answers
from shared.http.caller import Reader, calling
from shared.http.paging import Paged
from shared.keys import group_text

router = APIRouter(prefix="/v1/lines", tags=["numbers"])


@router.get("", **answers(Page[LineView]), summary="State of each line")
async def get_lines(request: Request, principal: Reader, paging: Paged, campaign: str) -> Response:
    """Its sources, rules and latest totals. `gap` is set when a totals message is missing: the
    line stands still until it comes."""
    async with calling(request, principal) as caller:
        of = caller.conn, caller.reach, campaign
        rows = await store.list_lines(*of, after=paging.after(""), limit=paging.rows)
        names = [row.line for row in rows]
        sources = await store.find_sources(*of, names)
        standings = await store.find_standings(*of, names)
    items = [
        {
            "line": row.line,
            **_totals(row),
            "sources": [_source(one, caller.now) for one in sources if one.line == row.line],
            "rules": [
                _standing(s) for s in standings if s.group_key == group_text({"line": row.line})
            ],
        }
        for row in rows
    ]
    return paging.page(items, "line")


def _totals(row: MonitoredLine) -> dict[str, Any]:
    latest = None if row.totals is None else figures.read(row.totals)
    return {
        "seq": row.seq or 0,
        "gap": _gap(row),
        "complete_through": None if latest is None else instant(row.complete_ms),
        "freshness": None if latest is None else latest.freshness,
        "totals": None if latest is None else msgspec.to_builtins(latest, builtin_types=()),
    }


def _gap(row: MonitoredLine) -> dict[str, Any] | None:
    if row.gap_seq is None:
        return None
    return {"expected": (row.seq or 0) + 1, "seen": row.gap_seq, "since": row.gap_at}


def _source(row: SourceRow, now: datetime) -> dict[str, Any]:
    complete, last = instant(row.complete_ms), instant(row.last_ms)
    return {
        "source": row.source,
        "measures": row.measures,
        "period_minutes": row.grain_ms // MINUTE_MS,
        "complete_through": complete,
        "state": state_of(now, complete, last, row.expected_interval_s),
    }


def _standing(row: StandingRow) -> dict[str, Any]:
    return {
        "rule": row.rule,
        "rule_version": row.rule_version,
        "severity": row.severity,
        "since": instant(row.since_ms),
        "judged_through": instant(row.judged_through_ms if row.judged_through_ms > 0 else None),
        "grain_too_coarse": row.too_coarse,
    }
