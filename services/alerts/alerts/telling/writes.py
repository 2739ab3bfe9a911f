"""What a round of groups writes: messages, what was told by which, and the log, together."""

from alerts import SCHEMA
from alerts.escalation import store as store_escalations
from alerts.escalation.store import StartedChain
from alerts.record import audit
from alerts.record.rows import DeliveryRow, NotificationRow
from alerts.telling import store, store_deliveries, store_muted
from alerts.telling.aside import aside
from alerts.telling.store import ChannelTold, FlushedGroup, LeftMember, MemberTold
from alerts.telling.store_muted import MemberMuted
from shared import metrics
from shared.database.pool import Conn
from shared.kafka import outbox
from shared.logs import get_logger

log = get_logger(__name__)


class Writes:
    """Everything one round writes, collected group by group."""

    def __init__(self) -> None:
        self.deliveries: list[DeliveryRow] = []
        self.notifications: list[NotificationRow] = []
        self.log: list[ChannelTold] = []
        self.told: list[MemberTold] = []
        self.muted: list[MemberMuted] = []
        self.groups: list[FlushedGroup] = []
        self.left: list[LeftMember] = []
        self.escalations: list[StartedChain] = []


async def write(conn: Conn, writes: Writes) -> None:
    """All of it, in the caller's transaction."""
    await store_deliveries.add_deliveries(conn, writes.deliveries)
    ids = await store.add_notifications(conn, writes.notifications)
    await store.put_log(conn, writes.log)
    await store.put_told(conn, writes.told)
    await store_muted.put(conn, writes.muted, writes.told, writes.left)
    await store.put_groups(conn, writes.groups, writes.left)
    await store_escalations.start(conn, writes.escalations)
    carrying = {row.delivery: row for row in writes.deliveries}
    decided = list(zip(ids, writes.notifications, strict=True))
    records = await aside(len(decided), audit.decision_records, decided, carrying)
    await outbox.add(conn, SCHEMA, records)
    for row in writes.notifications:
        if row.mute is not None:
            metrics.MUTED.labels(row.reason).inc()
    if decided:
        # Each of them is on record, by itself and in notifications.v1.
        log.info(
            "notifications_decided",
            groups=len(writes.groups),
            notifications=len(decided),
            messages=len(writes.deliveries),
        )
