"""GET totals: figures of a campaign and its lines, now, or as known at an earlier moment (B1, B2).

Without parameters it reads accounts, days and pending changes; `through` (event time) and
`known_at` (recorded time) add up the entries instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from budget import SCHEMA
from budget.allocation import store as allocation
from budget.allocation.journal import Holder, held_as_of
from budget.allocation.phasing import NOTHING, store_curve
from budget.documents.campaigns.store import CampaignRecord, get_campaign
from budget.documents.commitments import store as commitments
from budget.documents.plans import store as plans
from budget.documents.plans.store import PlanRecord
from budget.figures import pacing, store_lines
from budget.figures.lines import AccountedLine, PostedSum
from budget.figures.pacing import PacingFigures, SourceState
from budget.figures.variance import budget_state, variance
from budget.totals import store
from budget.totals.store import DaySum, HeldSum, TotalsLimits
from shared.database.pool import Conn
from shared.errors import NotFoundError
from shared.kafka.gaps import gaps_between
from shared.money import format_micros, format_ratio, parse_micros

RESTATED = timedelta(days=30)
"""How long after a day platforms still restate it (their mapping files): a gap that long after the
flight may have taken a correction."""


@dataclass(frozen=True, slots=True)
class TotalsQuery:
    """Which totals: of what, at what time, within which limits."""

    workspace: str
    campaign: str
    now: datetime
    limits: TotalsLimits
    partitions: int

    @property
    def moment(self) -> datetime:
        """The latest instant that may be known."""
        return min(
            at for at in (self.now, self.limits.through, self.limits.known_at) if at is not None
        )

    @property
    def past(self) -> bool:
        """Whether entries have to be added up."""
        return self.limits.through is not None or self.limits.known_at is not None


class ReadFigures(NamedTuple):
    """A campaign at the moment asked for: its plan, what places hold, the figures of its lines,
    what was spent per day, and how much of each source is set aside."""

    campaign: CampaignRecord
    plan: PlanRecord | None
    held: Mapping[Holder, int]
    lines: Sequence[tuple[AccountedLine, PacingFigures]]
    days: Sequence[DaySum]
    apart: Mapping[str, int]


async def read_figures(conn: Conn, asked: TotalsQuery) -> ReadFigures:
    """Reads them in the caller's snapshot of the database.

    Raises NotFoundError `campaign_unknown`, UnavailableError `totals_timeout`.
    """
    campaign = await get_campaign(conn, asked.workspace, asked.campaign)
    if campaign is None:
        raise NotFoundError("campaign_unknown", f"there is no campaign {asked.campaign}")
    rows = await store_lines.find_lines(conn, asked.workspace, asked.campaign)
    plan, rows, held = await _planned(conn, asked, rows)
    ids = [row.account_id for row in rows]
    sources = await store_lines.find_sources(conn, ids, asked.partitions)
    known, days = await _known(conn, asked, rows, campaign.time_zone)
    lines = [(row, _figures(asked, row, sources.get(row.account_id, []), known)) for row in rows]
    apart = {one.source: one.set_aside for told in sources.values() for one in told}
    return ReadFigures(campaign, plan, held, lines, days, apart)


async def read_totals(conn: Conn, asked: TotalsQuery) -> dict[str, Any]:
    """The answer of contracts.md section 3. Raises what `read_figures` raises."""
    campaign, plan, held, lines, days, apart = await read_figures(conn, asked)
    excepted = await _exceptions(conn, asked)
    total = replace(
        pacing.total([told for _, told in lines], asked.moment), set_aside=sum(apart.values())
    )
    names = {row.account_id: row.line for row, _ in lines}
    return {
        "campaign": asked.campaign,
        "currency": campaign.currency,
        "plan_version": plan.plan_version if plan else None,
        "known_at": asked.limits.known_at or asked.now,
        "through": asked.limits.through,
        "complete_through": total.complete_through,
        "total": figures_view(total),
        "lines": [
            {"line": row.line, "name": row.name, "seq": row.seq, **figures_view(told)}
            for row, told in lines
        ],
        "days": [
            {
                "date": one.day.isoformat(),
                "line": names[one.account_id],
                "actual": format_micros(int(one.amount)),
            }
            for one in sorted(days, key=lambda one: (one.day, names[one.account_id]))
        ],
        "exceptions": {"count": excepted.items, "amount": format_micros(int(excepted.amount))},
        "reserve": _reserve(plan, held),
        "incomplete": await _incomplete(conn, campaign),
    }


async def _incomplete(conn: Conn, campaign: CampaignRecord) -> list[dict[str, Any]]:
    """When records that may have been the campaign's were lost, by a gap somebody accepted."""
    end = campaign.ends_at + RESTATED
    gaps = await gaps_between(conn, SCHEMA, campaign.starts_at, end)
    return [{"from": gap.start, "to": gap.end, "reason": gap.reason} for gap in gaps]


async def _exceptions(conn: Conn, asked: TotalsQuery) -> HeldSum:
    place = asked.workspace, asked.campaign
    if not asked.past:
        return await store.get_exceptions(conn, *place)
    return await store.get_known_exceptions(conn, *place, asked.limits)


async def _known(
    conn: Conn, asked: TotalsQuery, rows: Sequence[AccountedLine], time_zone: str
) -> tuple[dict[int, PostedSum], Sequence[DaySum]]:
    ids = [row.account_id for row in rows]
    if asked.past:
        return await store.find_known(conn, ids, time_zone, asked.limits)
    known = {
        row.account_id: PostedSum(int(row.balance), int(row.corrections), row.latest_at)
        for row in rows
    }
    return known, await store.find_days(conn, ids)


async def _planned(
    conn: Conn, asked: TotalsQuery, rows: list[AccountedLine]
) -> tuple[PlanRecord | None, list[AccountedLine], dict[Holder, int]]:
    """The plan in force at the moment asked for, the lines as they were planned then, and who held
    how much. The curve is the one known last: it keeps what was planned before each change."""
    place = asked.workspace, asked.campaign
    known_at = asked.limits.known_at or asked.now
    applied = await plans.find_applied(conn, *place, known_at)
    held = held_as_of(await allocation.find_steps(conn, *place, known_at), asked.moment)
    version = plan_as_of(applied, asked.moment)
    plan = None if version is None else await plans.get_plan(conn, *place, version)
    if not asked.past:
        return plan, rows, held
    curves = await allocation.find_curves(conn, *place, known_at)
    bound = await commitments.find_committed(conn, *place, asked.moment)
    names = {line["line"]: line["name"] for line in plan.body["lines"]} if plan else {}
    nothing = store_curve(NOTHING)
    shown = [
        replace(
            row,
            name=names.get(row.line, row.name),
            allocated=held.get(Holder("line", row.line), 0),
            curve=curves.get(row.line, nothing),
            committed=bound.get(row.line, 0),
        )
        for row in rows
    ]
    return plan, shown, held


def plan_as_of(applied: Sequence[tuple[int, datetime]], at: datetime) -> int | None:
    """Of plans (version, effective from), the last applied first, the one that says what was
    allocated at an instant; see `held_as_of`."""
    first = min((since for _, since in applied), default=at)
    return next((version for version, since in applied if since <= max(at, first)), None)


def _figures(
    asked: TotalsQuery,
    row: AccountedLine,
    sources: Sequence[SourceState],
    known: Mapping[int, PostedSum],
) -> PacingFigures:
    posted = known.get(row.account_id, PostedSum())
    capped = [_capped(source, asked.moment) for source in sources] if asked.past else sources
    return pacing.figures(row.planned(capped, posted), asked.moment)


def _capped(source: SourceState, moment: datetime) -> SourceState:
    """Completeness is not kept by time, but it cannot have reached beyond the asked moment."""
    through = source.complete_through
    return replace(source, complete_through=None if through is None else min(through, moment))


def figures_view(told: PacingFigures) -> dict[str, Any]:
    """Figures as HTTP says them."""
    more = variance(told)
    found = budget_state(told)
    return {
        "allocated": format_micros(told.allocated),
        "planned_to_date": format_micros(told.planned_to_date),
        "committed": format_micros(told.committed),
        "actual": format_micros(told.actual),
        "corrections": format_micros(told.corrections),
        "remaining": format_micros(told.remaining),
        "used_ratio": told.used_ratio,
        "pacing_ratio": told.pacing_ratio,
        "forecast_end": None if told.forecast_end is None else format_micros(told.forecast_end),
        "forecast_low": None,
        "forecast_high": None,
        "exhausted_on": None,
        "complete_through": told.complete_through,
        "complete_through_basis": "manual" if told.freshness == "manual" else "source",
        "anchor": told.anchor,
        "freshness": told.freshness,
        "set_aside": told.set_aside,
        "variance": format_micros(more),
        "variance_ratio": format_ratio(more, told.planned_to_date),
        "state": found.state,
        "state_reason": found.reason,
    }


def _reserve(plan: PlanRecord | None, held: Mapping[Holder, int]) -> list[dict[str, Any]]:
    """What the plan put into each bucket, what is left of it then, and the difference: drawn, less
    what was given back."""
    shown = []
    for item in plan.body["reserve"] if plan else []:
        bucket, allocated = item["bucket"], parse_micros(item["amount"])
        left = held.get(Holder("bucket", bucket), 0)
        amounts = {"allocated": allocated, "drawn": allocated - left, "left": left}
        shown.append(
            {"bucket": bucket, **{name: format_micros(one) for name, one in amounts.items()}}
        )
    return shown
