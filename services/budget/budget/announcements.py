"""What other services learn of planning objects: catalog.v1 rows, in the transaction of the change.

The caller holds the workspace's lock, so the versions of an object reach the outbox in order.
"""

from collections.abc import Sequence
from datetime import datetime

from budget import SCHEMA
from shared.events import CATALOG_TOPIC, CatalogItem
from shared.http.caller import Caller
from shared.kafka import outbox
from shared.kafka.outbox import OutboxRow


async def add(caller: Caller, items: Sequence[CatalogItem]) -> None:
    rows = [_row(caller.workspace, item, caller.now) for item in items]
    await outbox.add(caller.conn, SCHEMA, rows)


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
