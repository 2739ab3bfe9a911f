"""Campaigns between their HTTP bodies and their stored documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from budget.documents.campaigns.schemas import CampaignBody, TargetBody
from budget.documents.campaigns.store import CampaignRecord
from budget.fields import plain
from shared.events import CatalogItem
from shared.money import format_quantity


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
    return fields | body


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


def target_views(targets: Sequence[TargetBody]) -> list[dict[str, Any]]:
    return [_target(target) for target in targets]


def _target(target: TargetBody) -> dict[str, Any]:
    document = target.model_dump(mode="json", exclude={"value", "baseline"})
    baseline = None if target.baseline is None else format_quantity(target.baseline)
    return {**document, "value": format_quantity(target.value), "baseline": baseline}
