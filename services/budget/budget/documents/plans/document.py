"""Plans between their HTTP bodies, their stored documents and the pure rules."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from budget.allocation.phasing import Flight, store_curve
from budget.allocation.shapes import LocalFlight
from budget.allocation.store import LineRecord, LineRow
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.plans.phasings import PhasingBody
from budget.documents.plans.rules import CapDraft, CheckedPlan, LineDraft, PlanLine, ReserveDraft
from budget.documents.plans.schemas import LineBody, PlanBody
from budget.documents.plans.store import PlanRecord
from shared.events import CatalogItem
from shared.money import format_micros, format_quantity, format_ratio, parse_micros

NO_DETAILS: Mapping[str, Any] = {"caps": [], "timetable": [], "resources": []}
NO_LINE_DETAILS: Mapping[str, Any] = {
    "costs": [],
    "revenue": None,
    "trend": None,
    "mitigation": None,
}


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
            category=line.category,
            channel=line.channel,
            costs=tuple(cost.amount for cost in line.costs),
            mitigated=line.mitigation is not None,
        )
        for line in body.lines
    ]


def read_reserve(body: PlanBody) -> list[ReserveDraft]:
    return [ReserveDraft(item.bucket, item.amount) for item in body.reserve]


def read_caps(body: PlanBody) -> list[CapDraft]:
    return [
        CapDraft("category", cap.category, cap.amount)
        if cap.category is not None
        else CapDraft("channel", cap.channel or "", cap.amount)
        for cap in body.caps
    ]


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
    more = body.model_dump(mode="json", include={"caps", "timetable", "resources"})
    return {"total": total, "lines": lines, "reserve": reserve, **more}


def plan_view(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan as stored → as shown: one of before a field was there has none of it."""
    total = parse_micros(plan["total"]["amount"])
    return {**NO_DETAILS, **plan, "lines": [_line_view(line, total) for line in plan["lines"]]}


def by_roi(line: Mapping[str, Any]) -> tuple[bool, Decimal]:
    """Sorts lines as shown: the highest first, those that expect nothing last."""
    roi = line["expected_roi"]
    return (roi is None, -Decimal(roi or 0))


def _line_view(line: Mapping[str, Any], total: int) -> dict[str, Any]:
    allocated, roi = parse_micros(line["allocated"]), None
    if line.get("revenue") is not None:
        roi = format_ratio(parse_micros(line["revenue"]) - allocated, allocated)
    share = format_ratio(allocated, total)
    return {**NO_LINE_DETAILS, **line, "share": share, "expected_roi": roi}


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
    document = line.model_dump(
        exclude={"allocated", "percent", "remainder", "cap", "phasing"}, mode="json"
    )
    return {
        **document,
        "allocated": format_micros(planned.allocated),
        "percent": None if line.percent is None else format_quantity(line.percent),
        "remainder": line.remainder,
        "cap": None if line.cap is None else format_micros(line.cap),
        "phasing": line.phasing.document,
    }
