"""Plans between their HTTP bodies, their stored documents and the pure rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from budget.allocation.phasing import Point, store_curve
from budget.allocation.store import LineRecord, LineRow
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.plans.rules import CheckedPlan, LineDraft, PlanLine, ReserveDraft, line_curve
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
            points=_points(line),
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


def line_rows(campaign: CampaignRecord, plan: PlanRecord) -> list[LineRow]:
    """A stored plan's lines, with their curves over the campaign's flight."""
    rows = []
    for line in plan.body["lines"]:
        planned = PlanLine(line["line"], parse_micros(line["allocated"]), _draft(line))
        curve = line_curve(planned, campaign.starts_at, campaign.ends_at)
        rows.append(
            LineRow(
                line["line"],
                line["name"],
                line["owner"],
                line["channel"],
                planned.allocated,
                store_curve(curve),
            )
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


def _draft(line: Mapping[str, Any]) -> LineDraft:
    points = line["phasing"].get("points")
    return LineDraft(
        line=line["line"],
        allocated=parse_micros(line["allocated"]),
        percent=None,
        remainder=False,
        cap=None,
        key=line["key"],
        targets=tuple(line["targets"]),
        points=tuple(
            Point(datetime.fromisoformat(point["at"]), parse_micros(point["amount"]))
            for point in points
        )
        if points
        else None,
    )


def _points(line: LineBody) -> tuple[Point, ...] | None:
    if line.phasing.kind == "even" or not line.phasing.points:
        return None
    return tuple(Point(point.at, point.amount) for point in line.phasing.points)


def _line_document(line: LineBody, planned: PlanLine) -> dict[str, Any]:
    document = line.model_dump(exclude={"allocated", "percent", "remainder", "cap", "phasing"})
    points = _points(line)
    phasing: dict[str, Any] = {"kind": "even" if points is None else "curve"}
    if points is not None:
        phasing["points"] = [
            {"at": point.at.isoformat(), "amount": format_micros(point.amount)} for point in points
        ]
    return {
        **document,
        "allocated": format_micros(planned.allocated),
        "percent": None if line.percent is None else format_quantity(line.percent),
        "remainder": line.remainder,
        "cap": None if line.cap is None else format_micros(line.cap),
        "phasing": phasing,
    }
