"""Campaigns between their HTTP bodies and their stored documents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from budget.documents.campaigns.schemas import CampaignBody, TargetBody
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


def campaign_view(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = (
        "campaign",
        "name",
        "status",
        "version",
        "currency",
        "time_zone",
        "starts_at",
        "ends_at",
        "owner",
        "plan_version",
        "effective_from",
        "created_by",
        "created_at",
        "closed_by",
        "closed_at",
        "close_reason",
    )
    return {**{name: row[name] for name in shown}, **row["body"]}


def target_views(targets: Sequence[TargetBody]) -> list[dict[str, Any]]:
    return [_target(target) for target in targets]


def _target(target: TargetBody) -> dict[str, Any]:
    document = target.model_dump(mode="json", exclude={"value", "baseline"})
    baseline = None if target.baseline is None else format_quantity(target.baseline)
    return {**document, "value": format_quantity(target.value), "baseline": baseline}
