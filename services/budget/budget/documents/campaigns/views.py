"""Campaigns between their HTTP bodies and their stored documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from budget.documents.campaigns.schemas import CampaignBody, TargetBody
from budget.documents.campaigns.store import CampaignRecord
from budget.fields import plain
from budget.objects.store import ObjectRecord
from shared.events import CatalogItem
from shared.money import format_quantity

DEFAULTS: dict[str, Any] = {
    "specific": None,
    "hard": False,
    "result": "outcome",
    "period": "campaign",
    "channel": None,
    "audience": None,
    "person": None,
    "days": [],
}
"""What a target that was stored without them has."""


def campaign_values(body: CampaignBody, actor: str, now: datetime) -> tuple[Any, ...]:
    """The columns of a new campaign, in the order of the statement."""
    document = {
        "region": body.region,
        "management_mode": body.management_mode,
        "stages": body.stages,
        "attributes": body.attributes,
        "targets": target_views(body.targets),
    }
    return (
        body.campaign,
        body.name,
        body.currency,
        body.time_zone,
        body.starts_at,
        body.ends_at,
        body.owner,
        document,
        actor,
        now,
    )


def campaign_view(row: CampaignRecord) -> dict[str, Any]:
    fields = msgspec.structs.asdict(row)
    body: dict[str, Any] = fields.pop("body")
    return fields | body | {"targets": [whole_target(one) for one in body["targets"]]}


def whole_target(stored: dict[str, Any]) -> dict[str, Any]:
    """A target with what it had no field for when it was stored."""
    return DEFAULTS | stored


def campaign_item(row: CampaignRecord) -> CatalogItem:
    """A campaign as stored → its catalogue item."""
    return CatalogItem(
        kind="campaign",
        id=row.campaign,
        version=row.version,
        effective_from=row.effective_from,
        object={
            "campaign": row.campaign,
            "name": row.name,
            "status": row.status,
            "currency": row.currency,
            "time_zone": row.time_zone,
            "starts_at": plain(row.starts_at),
            "ends_at": plain(row.ends_at),
            "owner": row.owner,
            "region": row.body.get("region"),
            "plan_version": row.plan_version,
            "targets": row.body["targets"],
        },
    )


def target_objects(campaign: str, targets: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Targets as planning objects, by their ids in the workspace."""
    return {f"{campaign}/{one['target']}": one for one in targets}


def target_views(targets: Sequence[TargetBody]) -> list[dict[str, Any]]:
    return [_target(target) for target in targets]


def target_version_view(row: ObjectRecord) -> dict[str, Any]:
    return whole_target(row.attributes) | {
        "version": row.version,
        "effective_from": row.effective_from,
        "deleted": row.deleted,
        "reason": row.reason,
        "created_by": row.created_by,
        "created_at": row.created_at,
    }


def _target(target: TargetBody) -> dict[str, Any]:
    document = target.model_dump(mode="json", exclude={"value", "baseline", "days"})
    baseline = None if target.baseline is None else format_quantity(target.baseline)
    days = [
        {"date": one.date.isoformat(), "percent": format_quantity(one.percent)}
        for one in target.days
    ]
    value = format_quantity(target.value)
    return {**document, "value": value, "baseline": baseline, "days": days}
