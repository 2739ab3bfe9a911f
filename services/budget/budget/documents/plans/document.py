"""Plans between their HTTP bodies, their stored documents and the pure rules."""

from typing import Any
from zoneinfo import ZoneInfo

from budget.allocation.phasing import Flight, store_curve
from budget.allocation.shapes import LocalFlight
from budget.allocation.store import LineRecord, LineRow
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.plans.phasings import PhasingBody
from budget.documents.plans.rules import CheckedPlan, LineDraft, PlanLine, ReserveDraft
from budget.documents.plans.schemas import LineBody, PlanBody
from budget.documents.plans.store import PlanRecord
from shared.events import CatalogItem
from shared.money import format_micros, format_quantity, parse_micros


def read_lines(body: PlanBody) -> list[LineDraft]:
    return [
        LineDraft(
            line=line.line,
            allocated=line.allocated,
            percent=line.percent,
            remainder=line.remainder,
            cap=line.cap,
            key=line.key,
            targets=tuple(line.targets),
            shape=line.phasing.shape,
        )
        for line in body.lines
    ]


def read_reserve(body: PlanBody) -> list[ReserveDraft]:
    return [ReserveDraft(item.bucket, item.amount) for item in body.reserve]


def plan_document(body: PlanBody, checked: CheckedPlan) -> dict[str, Any]:
    """A plan as stored and shown: every amount worked out, as decimal text."""
    lines = [
        _line_document(line, planned)
        for line, planned in zip(body.lines, checked.lines, strict=True)
    ]
    reserve = [
        {
            "bucket": item.bucket,
            "amount": format_micros(item.amount),
            "draw_condition": item.draw_condition,
        }
        for item in body.reserve
    ]
    total = {"amount": format_micros(body.total.amount), "currency": body.total.currency}
    return {"total": total, "lines": lines, "reserve": reserve}


def local_flight(campaign: CampaignRecord) -> LocalFlight:
    flight = Flight(campaign.starts_at, campaign.ends_at)
    return LocalFlight(flight, ZoneInfo(campaign.time_zone))


def line_rows(campaign: CampaignRecord, plan: PlanRecord) -> list[LineRow]:
    """A stored plan's lines, with their curves over the campaign's flight."""
    flight = local_flight(campaign)
    rows = []
    for line in plan.body["lines"]:
        allocated = parse_micros(line["allocated"])
        shape = PhasingBody.model_validate(line["phasing"]).shape
        curve = store_curve(shape.curve(flight, allocated))
        rows.append(
            LineRow(line["line"], line["name"], line["owner"], line["channel"], allocated, curve)
        )
    return sorted(rows)


def reserve_of(plan: PlanRecord) -> list[ReserveDraft]:
    return [
        ReserveDraft(item["bucket"], parse_micros(item["amount"])) for item in plan.body["reserve"]
    ]


def line_item(line: LineRecord) -> CatalogItem:
    """A line in force → its catalogue item, deleted once a plan leaves it out."""
    shown = ("campaign", "line", "name", "owner", "channel", "plan_version")
    return CatalogItem(
        kind="line",
        id=f"{line.campaign}/{line.line}",
        version=line.version,
        effective_from=None,
        object={name: getattr(line, name) for name in shown},
        deleted=line.removed,
    )


def _line_document(line: LineBody, planned: PlanLine) -> dict[str, Any]:
    document = line.model_dump(exclude={"allocated", "percent", "remainder", "cap", "phasing"})
    return {
        **document,
        "allocated": format_micros(planned.allocated),
        "percent": None if line.percent is None else format_quantity(line.percent),
        "remainder": line.remainder,
        "cap": None if line.cap is None else format_micros(line.cap),
        "phasing": line.phasing.document,
    }
