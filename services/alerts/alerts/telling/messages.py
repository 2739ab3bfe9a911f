"""What one group says over one channel, as the rows that are stored."""

from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

import msgspec

from alerts.channels import dingtalk, email
from alerts.channels.targets import NO_CHANNEL, Channel
from alerts.configuration.config import Receiver
from alerts.episodes.rules import Key
from alerts.record import audit
from alerts.record.rows import DeliveryRow, NotificationRow
from alerts.record.states import SUPPRESSED
from alerts.rendering.render import Message, Renderer
from alerts.rendering.view import AlertView
from alerts.telling.decide import Reason
from alerts.telling.plan import Member, Plan, Telling
from alerts.telling.store import DueGroup, LogRow

TEXT_BYTES_MAX = {"dingtalk": dingtalk.TEXT_BYTES_MAX, "email": email.TEXT_BYTES_MAX}


class Speaking(NamedTuple):
    """One channel of one group at one flush."""

    group: DueGroup
    receiver: Receiver
    channel: Channel
    plan: Plan
    before: LogRow | None


class Rendered:
    """The messages of one group at one flush: channels of a kind that are told the same share
    them, for a receiver may have many mailboxes."""

    def __init__(self, renderer: Renderer, receiver: Receiver) -> None:
        self._renderer = renderer
        self._receiver = receiver
        self._known: list[tuple[str, tuple[AlertView, ...], list[Message]]] = []

    def messages(self, kind: str, views: tuple[AlertView, ...], now: datetime) -> list[Message]:
        """Rendered when such views are asked for first."""
        for known_kind, known_views, messages in self._known:
            if (known_kind, known_views) == (kind, views):
                return messages
        messages = self._renderer.render(
            views,
            locale=self._receiver.locale,
            receiver=self._receiver.name,
            now=now,
            text_bytes_max=TEXT_BYTES_MAX[kind],
        )
        self._known.append((kind, views, messages))
        return messages


def delivery_rows(
    speaking: Speaking, rendered: Rendered, now: datetime
) -> tuple[list[DeliveryRow], dict[Key, str]]:
    """One row for each message to one destination, and which of them carries each alert.

    A thread is held together by the ids of its first and its previous mail; the subject is that of
    the message, so that it says how things stand now.
    """
    group, receiver, channel, plan, before = speaking
    fresh = plan.decision.reason is Reason.FIRST or before is None or not before.thread_root
    root = None if fresh or before is None else before.thread_root
    previous = None if fresh or before is None else before.thread_last
    rows: list[DeliveryRow] = []
    carried: dict[Key, str] = {}
    for message in rendered.messages(channel.kind, plan.views, now):
        delivery = uuid4().hex
        rows.append(
            DeliveryRow(
                delivery=delivery,
                workspace=group.workspace,
                group_id=group.group_id,
                receiver=group.receiver,
                channel_id=channel.id,
                target=msgspec.to_builtins(channel.target),
                locale=receiver.locale,
                title=message.title,
                body=message.text,
                plain=message.plain,
                html=message.html,
                subject=message.subject,
                thread_root=root,
                thread_previous=previous,
            )
        )
        carried.update(dict.fromkeys(message.keys, delivery))
        root, previous = root or delivery, delivery
    return rows, carried


def notification_row(
    speaking: Speaking, member: Member, telling: Telling, delivery: str | None, now: datetime
) -> NotificationRow:
    """One transition of one alert, told by `delivery` or withheld, with the reason."""
    breach = telling.breach
    heard = speaking.channel.kind != NO_CHANNEL.kind
    reason = (telling.reason or speaking.plan.decision.reason) if heard else Reason.NO_CHANNEL
    return NotificationRow(
        workspace=speaking.group.workspace,
        delivery=delivery,
        group_id=speaking.group.group_id,
        receiver=speaking.group.receiver,
        channel_id=speaking.channel.id,
        channel=speaking.channel.kind,
        alert=telling.key.alert,
        episode=telling.key.episode,
        seq=breach.seq,
        fingerprint=member.fingerprint,
        campaign=member.campaign,
        reason=reason.value,
        transition=telling.transition,
        severity=breach.severity,
        state=None if delivery else SUPPRESSED,
        locale=speaking.receiver.locale,
        decided_at=now,
        labels=dict(member.labels),
        explain=audit.explain(breach),
    )
