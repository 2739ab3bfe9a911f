"""What other services learn of planning objects: catalog.v1 rows, in the transaction of the change.

The caller holds the workspace's lock, so the versions of an object reach the outbox in order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from budget import SCHEMA
from budget.fields import plain
from shared.events import CATALOG_TOPIC, CatalogItem
from shared.http.caller import Caller
from shared.kafka import outbox
from shared.kafka.outbox import OutboxRow


async def add(caller: Caller, items: Sequence[CatalogItem]) -> None:
    rows = [_row(caller.workspace, item, caller.now) for item in items]
    await outbox.add(caller.conn, SCHEMA, rows)


def campaign_item(row: Mapping[str, Any]) -> CatalogItem:
    """A campaign as stored → its catalogue item."""
    return _item(
        "campaign",
        row["campaign"],
        row,
        {
            "campaign": row["campaign"],
            "name": row["name"],
            "status": row["status"],
            "currency": row["currency"],
            "time_zone": row["time_zone"],
            "starts_at": plain(row["starts_at"]),
            "ends_at": plain(row["ends_at"]),
            "owner": row["owner"],
            "region": row["body"].get("region"),
            "plan_version": row["plan_version"],
            "targets": row["body"]["targets"],
        },
    )


def line_item(row: Mapping[str, Any]) -> CatalogItem:
    """A line in force → its catalogue item, deleted once a plan leaves it out."""
    body = {name: row[name] for name in ("campaign", "line", "name", "owner", "channel")}
    body["plan_version"] = row["plan_version"]
    return _item("line", f"{row['campaign']}/{row['line']}", row, body, deleted=row["removed"])


def mapping_item(row: Mapping[str, Any], *, deleted: bool = False) -> CatalogItem:
    """A mapping as stored → its catalogue item; one that was withdrawn says what it had been."""
    body = {name: row[name] for name in ("mapping", "source", "match", "campaign", "line")}
    body["effective_from"] = plain(row["effective_from"])
    return _item("mapping", row["mapping"], row, body, deleted=deleted)


def _item(
    kind: Literal["campaign", "line", "mapping"],
    name: str,
    row: Mapping[str, Any],
    body: dict[str, Any],
    *,
    deleted: bool = False,
) -> CatalogItem:
    return CatalogItem(
        kind=kind,
        id=name,
        version=row["version"],
        effective_from=row.get("effective_from"),
        object=body,
        deleted=deleted,
    )


def _row(workspace: str, item: CatalogItem, now: datetime) -> OutboxRow:
    key = f"{workspace}|{item.kind}|{item.id}"
    value = outbox.envelope(
        CATALOG_TOPIC,
        item,
        event_id=f"{workspace}/{item.kind}/{item.id}/{item.version}",
        service="budget",
        workspace=workspace,
        time=now,
    )
    return OutboxRow(CATALOG_TOPIC, key, value)
