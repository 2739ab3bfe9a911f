"""The notification item of contracts.md section 5, for GET and for notifications.v1.

One record per decision and one per attempt; a group's text is in the delivery it was carried by.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.store_groups import DeliveryRow, NotificationRow
from shared.events import NOTIFICATIONS_TOPIC, Breach
from shared.outbox import OutboxRow, envelope

UNSENT = ("pending", "sending", "parked", "failed")
SERVICE = "alerts"


def explain(breach: Breach) -> dict[str, Any]:
    """Which rule version, window, value and limit made this; how complete the data was."""
    through = [source.complete_through for source in breach.sources]
    known = [at for at in through if at is not None]
    return {
        "rule": breach.rule,
        "rule_version": breach.rule_version,
        "kpi": breach.kpi,
        "window": (
            {
                "kind": breach.window.kind,
                "start": breach.window.start,
                "end": breach.window.end,
            }
            if breach.window
            else None
        ),
        "value": breach.value,
        "threshold": breach.threshold,
        "op": breach.op,
        "crossed": breach.crossed,
        "numbers": breach.numbers,
        "plan_version": breach.plan_version,
        "complete_through": min(known) if known and len(known) == len(through) else None,
        "breach": breach.breach,
        "event_time": breach.event_time,
    }


def item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A joined row of notifications and deliveries → the public item (no secrets in it)."""
    state = row["delivery_state"] or row["state"]
    is_mail = row["channel"] == "email"
    told = row["delivery"] is not None
    return {
        "notification": str(row["notification"]),
        "delivery": row["delivery"],
        "alert": str(row["alert"]),
        "fingerprint": row["fingerprint"],
        "episode": row["episode"],
        "seq": row["seq"],
        "campaign": row["campaign"],
        "receiver": row["receiver"],
        "channel": row["channel"],
        "reason": row["reason"],
        "transition": row["transition"],
        "severity": row["severity"],
        "state": state,
        "decided_at": row["decided_at"],
        "delivered_at": row["delivered_at"],
        "next_attempt_at": row["next_attempt_at"] if state in UNSENT else None,
        "possible_duplicate": bool(row["possible_duplicate"]),
        "locale": row["locale"],
        "attempts": row["attempts"] or [],
        "body": (
            {
                "title": row["subject"] if is_mail else row["title"],
                "text": row["plain"] if is_mail else row["body"],
            }
            if told
            else None
        ),
        "labels": row["labels"],
        "explain": row["explain"],
    }


def decision_record(
    notification: int, row: NotificationRow, delivery: DeliveryRow | None
) -> OutboxRow:
    """What was decided, at the moment it was decided: pending, or withheld with its reason."""
    joined = {
        **row._asdict(),
        "notification": notification,
        "delivery_state": "pending" if delivery else None,
        "delivered_at": None,
        "next_attempt_at": None,
        "possible_duplicate": False,
        "attempts": [],
        "title": delivery.title if delivery else None,
        "subject": delivery.subject if delivery else None,
        "body": delivery.body if delivery else None,
        "plain": delivery.plain if delivery else None,
    }
    return _record(joined, f"{notification}/decided", row.decided_at)


def attempt_record(row: Mapping[str, Any], claim: int, at: datetime) -> OutboxRow:
    """The item after attempt number `claim` of its delivery."""
    return _record(row, f"{row['notification']}/attempt-{claim}", at)


def finished_record(row: Mapping[str, Any], at: datetime) -> OutboxRow:
    """The item of a delivery that ended without an attempt: who refused it is told no more."""
    return _record(row, f"{row['notification']}/finished", at)


def _record(row: Mapping[str, Any], event_id: str, at: datetime) -> OutboxRow:
    workspace = row["workspace"]
    value = envelope(
        NOTIFICATIONS_TOPIC,
        item(row),
        event_id=event_id,
        service=SERVICE,
        workspace=workspace,
        time=at,
    )
    return OutboxRow(NOTIFICATIONS_TOPIC, f"{workspace}|{row['fingerprint']}", value)
