"""What one group says over one channel, as the rows that are stored."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

from msgspec.structs import replace

from alerts.channels.contract import Channel
from alerts.channels.destinations import NOBODY, Endpoint
from alerts.channels.message import Composed
from alerts.channels.table import CHANNELS
from alerts.configuration.receivers import Receiver
from alerts.episodes.rules import Key
from alerts.record import audit
from alerts.record.rows import DeliveryRow, NotificationRow
from alerts.record.states import MUTED, SUPPRESSED
from alerts.rendering.own_words import composed_with
from alerts.rendering.render import Heading, Rendered, Renderer
from alerts.rendering.view import AlertView
from alerts.telling.decide import DecisionReason
from alerts.telling.leaving import leave_of
from alerts.telling.moves import LogRow
from alerts.telling.plan import Member, Plan, Telling
from alerts.telling.store import DueGroup
from shared import metrics
from shared.logs import get_logger

log = get_logger(__name__)


class Speaking(NamedTuple):
    """One channel of one group at one flush."""

    group: DueGroup
    receiver: Receiver
    channel: Endpoint
    plan: Plan
    before: LogRow | None
    tick: datetime
    """When the log says that it was told."""


class Messages:
    """The messages of one group at one flush, each with what its channel made of it: channels of a
    kind that are told the same share them, for a receiver may have many."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._known: list[tuple[str, tuple[AlertView, ...], list[tuple[Rendered, Composed]]]] = []

    def of(self, speaking: Speaking, now: datetime) -> list[tuple[Rendered, Composed]]:
        """Rendered when such views are asked for first."""
        kind, views = speaking.channel.kind, speaking.plan.views
        for known_kind, known_views, messages in self._known:
            if (known_kind, known_views) == (kind, views):
                return messages
        channel = CHANNELS[kind]
        heading = Heading(
            receiver=speaking.receiver.name,
            locale=speaking.receiver.locale,
            reason=speaking.plan.decision.reason.value,
            group_key=speaking.group.group_key,
            group_labels=speaking.group.labels,
            workspace=speaking.group.workspace,
            digest=speaking.group.snapshot.intervals.digest is not None,
        )
        messages = [
            _composed(one, speaking, channel)
            for one in self.renderer.render(views, heading, channel, now)
        ]
        self._known.append((kind, views, messages))
        return messages


def _composed(
    rendered: Rendered, speaking: Speaking, channel: Channel
) -> tuple[Rendered, Composed]:
    """In the receiver's own words, if it has any."""
    template = speaking.receiver.template
    if template is None:
        return rendered, channel.compose(rendered.message, channel.limits.text_max)
    message, composed, fault = composed_with(rendered.message, template, channel)
    if fault:
        metrics.TEMPLATES_FAILED.inc()
        workspace, receiver = speaking.group.workspace, speaking.receiver.name
        log.warning(
            "template_failed",
            workspace=workspace,
            receiver=receiver,
            template=template.name,
            reason=fault,
        )
    return replace(rendered, message=message), composed


def delivery_rows(
    speaking: Speaking, messages: Messages, now: datetime
) -> tuple[list[DeliveryRow], dict[Key, str]]:
    """One row for each message to one destination, and which of them carries each alert.

    A thread is held together by the ids of its first and its previous message; the title is that
    of the message, so that it says how things stand now.
    """
    group, receiver, channel, plan, before, _ = speaking
    fresh = plan.decision.reason is DecisionReason.FIRST or before is None or not before.thread_root
    root = None if fresh or before is None else before.thread_root
    previous = None if fresh or before is None else before.thread_last
    # A title speaks of the first of all, whichever of the messages it is that of.
    campaigns = dict.fromkeys((view.signal.campaign for view in plan.views), True)
    flow = next(filter(None, campaigns), f"group {group.group_id}")
    urgent = any(
        view.ends_at is None and view.told != "unchanged" and view.signal.severity == "critical"
        for view in plan.views
    )
    critical = {view.key for view in plan.views if view.signal.severity == "critical"}
    rows: list[DeliveryRow] = []
    carried: dict[Key, str] = {}
    for rendered, composed in messages.of(speaking, now):
        delivery = uuid4().hex
        is_critical = not critical.isdisjoint(rendered.keys)
        leave = leave_of(messages.renderer, group, channel, is_critical=is_critical)
        rows.append(
            DeliveryRow(
                delivery=delivery,
                workspace=group.workspace,
                group_id=group.group_id,
                receiver=group.receiver,
                channel_id=channel.name,
                target=channel.target,
                locale=receiver.locale,
                title=composed.title,
                body=composed.text,
                message=replace(rendered.message, leave=leave),
                campaigns=campaigns,
                thread_root=root,
                thread_previous=previous,
                flow=flow,
                urgent=urgent,
            )
        )
        carried.update(dict.fromkeys(rendered.keys, delivery))
        root, previous = root or delivery, delivery
    return rows, carried


def notification_row(
    speaking: Speaking, member: Member, telling: Telling, delivery: str | None, now: datetime
) -> NotificationRow:
    """One transition of one alert, told by `delivery` or withheld, with the reason."""
    signal, mute = telling.signal, telling.mute
    reason: StrEnum = telling.reason or speaking.plan.decision.reason
    if mute is not None:
        reason = mute.reason
    elif speaking.channel == NOBODY:
        reason = DecisionReason.NO_CHANNEL
    return NotificationRow(
        workspace=speaking.group.workspace,
        delivery=delivery,
        group_id=speaking.group.group_id,
        receiver=speaking.group.receiver,
        channel_id=speaking.channel.name,
        channel=speaking.channel.kind,
        alert=telling.key.alert,
        episode=telling.key.episode,
        seq=signal.seq,
        fingerprint=member.fingerprint,
        campaign=member.campaign,
        reason=reason.value,
        transition=telling.transition,
        severity=signal.severity,
        state=MUTED if mute else None if delivery else SUPPRESSED,
        mute=mute,
        locale=speaking.receiver.locale,
        decided_at=now,
        labels=dict(member.labels),
        explain=audit.explain(signal),
    )
