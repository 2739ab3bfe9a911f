"""Groups speak: decide, render once and enqueue, in one transaction per round (any replica).

The message, its notification rows and the log are written together, so nothing is decided twice
and nothing is sent that is not on record. Sending is `delivery`'s work. A group that cannot be read
or rendered waits, loudly; the others speak.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.channels.destinations import NOBODY, Endpoint
from alerts.configuration.configurations import Configurations
from alerts.configuration.receivers import Receiver
from alerts.configuration.tree import Configuration
from alerts.episodes.rules import Key
from alerts.quiet.mute import Mute, MuteReason
from alerts.record.rows import DeliveryRow
from alerts.rendering.render import Renderer
from alerts.rendering.summary import Summary
from alerts.routing import snapshot
from alerts.routing.grouping import (
    Intervals,
    due_after_flush,
    due_after_mutes,
    due_after_snoozes,
    tick_of,
)
from alerts.settings import AlertsSettings
from alerts.telling import store, store_muted
from alerts.telling.aside import aside
from alerts.telling.calls import called_for, concerning, has_called
from alerts.telling.decide import DecisionReason, Told
from alerts.telling.escalations import started
from alerts.telling.leaving import LEFT, has_left, is_quiet, wanting, without_left
from alerts.telling.messages import Messages, Speaking, delivery_rows, notification_row
from alerts.telling.moves import LogRow, MovedChannel, moved_channels
from alerts.telling.muting import with_mutes
from alerts.telling.plan import Member, Muted, entry_of, plan_channel
from alerts.telling.standing.messages import find_summaries, nothing_rows, report_rows
from alerts.telling.store import ChannelTold, DueGroup, FlushedGroup, LeftMember, MemberTold
from alerts.telling.store_muted import MemberMuted
from alerts.telling.writes import Writes, write
from alerts.unsubscriptions.store import Subscription, find_left
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, is_transient, transaction
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

FAULT_WAIT = timedelta(minutes=5)
"""Until a group that could not be flushed is tried again: only another version helps it."""


def start_counters() -> None:
    """Every label value from 0, so that a first failure is a step a rate can see."""
    metrics.FAULTS.labels("flush")
    for reason in DecisionReason:
        metrics.DECISIONS.labels(reason.value)
    for why in MuteReason:
        metrics.MUTED.labels(why.value)


class Heard(NamedTuple):
    """A group's members, and by channel id what was told last and what of each member."""

    members: list[Member]
    logs: dict[str, LogRow]
    known: dict[str, list[tuple[Key, Told, bool]]]
    waiting: set[tuple[int, str]]
    """(group, channel id) that have not got an earlier message yet."""
    muted: Mapping[str, Mapping[Key, Muted]]
    """By channel id, what is on record as muted."""
    left: Collection[Subscription]
    """Mail that nobody wants now."""
    summary: Summary | None = None
    """Of a report, which has no members."""
    configuration: Configuration | None = None
    """By which all of it is decided."""

    def announced(self) -> set[Key]:
        """Members that somebody of the receiver was told."""
        return {
            key
            for channel_id, row in self.logs.items()
            if row.channel != NOBODY
            for key, _, _ in self.known[channel_id]
        }


class Flusher:
    """Lets due groups speak, round by round."""

    def __init__(
        self,
        settings: AlertsSettings,
        pool: Pool,
        clock: Clock,
        configurations: Configurations,
        renderer: Renderer,
        *,
        wake_courier: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._clock = clock
        self._configurations = configurations
        self._renderer = renderer
        self._wake_courier = wake_courier
        self.rounds = Rounds(settings, "flusher", self._round)

    async def count_due(self, conn: Conn) -> int:
        """Groups that would speak now."""
        return await store.count_due(conn, await self._clock.now(conn))

    async def _round(self) -> bool:
        async with transaction(self._pool) as conn:
            count = await self.flush(conn)
        if count:
            self._wake_courier()
        return count >= self._settings.flush_groups_max

    async def flush(self, conn: Conn) -> int:
        """One round in the caller's transaction; how many groups it took."""
        now = await self._clock.now(conn)
        groups = await store.take_due(conn, now, self._settings.flush_groups_max)
        if not groups:
            return 0
        try:
            await self._flush_groups(conn, groups, now)
        except Exception as error:
            if is_transient(error):
                raise
            # One of them cannot be told; which one, and what the others have to say:
            for group in groups:
                await self._flush_alone(conn, group, now)
        return len(groups)

    async def _flush_alone(self, conn: Conn, group: DueGroup, now: datetime) -> None:
        try:
            await self._flush_groups(conn, [group], now)
        except Exception as error:
            if is_transient(error):
                raise
            metrics.FAULTS.labels("flush").inc()
            log.error(
                "group_fault",
                group=group.group_id,
                workspace=group.workspace,
                receiver=group.receiver,
                exc_info=error,
            )
            await store.put_due(conn, group.group_id, now + FAULT_WAIT)

    async def _flush_groups(self, conn: Conn, groups: Sequence[DueGroup], now: datetime) -> None:
        """All of these or, with an error, none. By one version of each file: a channel that has
        another name in the next one is looked for in the log by the name it has in this one."""
        in_use = self._configurations.in_use
        ids = [group.group_id for group in groups]
        async with conn.transaction():
            found = await store.find_members(conn, ids)
            members = await with_mutes(conn, in_use, groups, found, now)
            logs = await store.find_log(conn, ids)
            moved: list[MovedChannel] = []
            for group in groups:
                configuration = in_use.get(group.workspace)
                known = configuration.receivers.get(group.receiver) if configuration else None
                moved += moved_channels(group.group_id, logs[group.group_id], known)
            if moved:
                await store.put_channels(conn, moved)
                logs = await store.find_log(conn, ids)
            told = await store.find_told(conn, ids)
            waiting = await store.find_waiting(conn, ids)
            muted = await store_muted.find(conn, ids)
            summaries = await find_summaries(conn, groups, now)
            left = await find_left(conn, {(one.workspace, one.receiver) for one in groups})
            heard = [
                Heard(
                    members[one],
                    logs[one],
                    {name: told.get((one, name), []) for name in logs[one]},
                    waiting,
                    muted.get(one, {}),
                    left,
                    summaries.get(one),
                    in_use.get(group.workspace),
                )
                for one, group in zip(ids, groups, strict=True)
            ]
            alerts = sum(len(one.members) for one in heard)
            writes = await aside(alerts, self._flush_all, groups, heard, now)
            await write(conn, writes)

    def _flush_all(
        self, groups: Sequence[DueGroup], heard: Sequence[Heard], now: datetime
    ) -> Writes:
        writes = Writes()
        for group, of_group in zip(groups, heard, strict=True):
            self._flush_group(writes, group, of_group, now)
        return writes

    def _flush_group(self, writes: Writes, group: DueGroup, heard: Heard, now: datetime) -> None:
        members, logs, known, waiting, recorded, left, summary, configuration = heard
        kept = group.snapshot
        receiver = snapshot.current_receiver(configuration, kept)
        intervals = kept.intervals
        tick = tick_of(group.due_at, intervals, now)
        told_at: list[datetime] = []
        mutes: list[Mute] = []
        fresh: set[Key] = set()
        announced = heard.announced()
        messages, enqueued = Messages(self._renderer), len(writes.deliveries)
        for channel, former in _channels(receiver, heard):
            before = logs.get(channel.name)
            entry = entry_of(before.told_at, known[channel.name]) if before else None
            if has_called(kept.call, entry):
                continue
            familiar = {key for key, _, _ in known.get(channel.name, [])}
            known_here = [one for one in members if not former or one.key in familiar]
            if gone := has_left(group, channel, left):
                known_here = without_left(known_here)
            plan = plan_channel(
                concerning(known_here, familiar, kept.call, now),
                entry,
                repeat=intervals.reminds_after,
                send_resolved=_wants_ends(receiver, channel),
                now=now,
                waiting=(group.group_id, channel.name) in waiting,
                elsewhere=announced,
                recorded=recorded.get(channel.name, {}),
                call=called_for(known_here, entry, kept.call, now),
            )
            mutes += [one for one in plan.waiting if one is not LEFT]
            fresh |= {key for key, (_, firing) in plan.told.items() if firing} - familiar
            metrics.DECISIONS.labels(plan.decision.reason.value).inc()
            speaking = Speaking(group, receiver, channel, plan, before, tick)
            _speak(writes, speaking, messages, members, now)
            if channel == NOBODY:
                continue
            if plan.decision.log:
                told_at.append(tick)
            elif before is not None and not (gone and all(map(is_quiet, known_here))):
                told_at.append(before.told_at)
        firing = any(member.episode.open for member in members)
        due = _due(members, told_at, mutes, intervals, tick)
        if intervals.digest is not None and kept.stands:
            due = intervals.digest.next_after(tick)
            told = wanting(group, receiver, left)
            if summary is not None:
                writes.deliveries += report_rows(self._renderer, group, told, summary, now)
            elif len(writes.deliveries) == enqueued:
                writes.deliveries += nothing_rows(self._renderer, group, told, members)
        if kept.escalation is not None and configuration is not None:
            writes.escalations += started(group, configuration, members, fresh, now)
        writes.groups.append(FlushedGroup(group.group_id, tick, due, firing))
        writes.left += [
            LeftMember(group.group_id, *member.key) for member in members if not member.episode.open
        ]


def _due(
    members: Sequence[Member],
    told_at: Sequence[datetime],
    mutes: Sequence[Mute],
    intervals: Intervals,
    now: datetime,
) -> datetime | None:
    """When a group speaks next if nothing changes."""
    open_ones = [member for member in members if member.episode.open]
    snoozes = [
        member.mute.until
        for member in open_ones
        if member.mute is not None
        and member.mute.reason is MuteReason.SNOOZED
        and member.mute.until is not None
    ]
    taken = sum(member.answered_at(now) is not None for member in open_ones)
    # At its times a group says how things stand, whoever has taken them.
    reminds = bool(open_ones) and (
        intervals.digest is not None or len(open_ones) > taken + len(snoozes)
    )
    found = [
        due_after_flush(told_at, intervals, now, firing=reminds),
        due_after_mutes((mute.until for mute in mutes), intervals, now) if mutes else None,
        due_after_snoozes(snoozes, intervals),
    ]
    return min((one for one in found if one is not None), default=None)


def _speak(
    writes: Writes,
    speaking: Speaking,
    messages: Messages,
    members: Sequence[Member],
    now: datetime,
) -> None:
    """Renders and enqueues what a plan says, and notes what the channel then knows."""
    group, _, channel, plan, before, tick = speaking
    carried: dict[Key, str] = {}
    rows: list[DeliveryRow] = []
    speaks = plan.decision.send and channel != NOBODY
    if speaks and any(view.told != "unchanged" for view in plan.views):
        rows, carried = delivery_rows(speaking, messages, now)
        writes.deliveries += rows
    by_key = {member.key: member for member in members}
    for telling in plan.tellings:
        delivery = None if telling.suppressed else carried.get(telling.key)
        writes.notifications.append(
            notification_row(speaking, by_key[telling.key], telling, delivery, now)
        )
    place = (group.group_id, channel.name)
    writes.muted += [MemberMuted(*place, *key, *muted) for key, muted in plan.muted.items()]
    if not plan.decision.log:
        return
    root = before.thread_root if before else ""
    last = before.thread_last if before else ""
    if rows:
        if plan.decision.reason is DecisionReason.FIRST or not root:
            root = rows[0].delivery
        last = rows[-1].delivery
    reason = plan.decision.reason.value
    writes.log.append(ChannelTold(*place, channel, tick, reason, root, last))
    writes.told += [
        MemberTold(*place, *key, value.seq, value.severity, firing)
        for key, (value, firing) in plan.told.items()
    ]


def _wants_ends(receiver: Receiver, channel: Endpoint) -> bool:
    return receiver.send_resolved if channel.send_resolved is None else channel.send_resolved


def _channels(receiver: Receiver, heard: Heard) -> list[tuple[Endpoint, bool]]:
    """(channel, is a former one): the receiver's, and those no longer configured that still
    wait for the end of something they were told."""
    channels = receiver.channels or (NOBODY,)
    current = {channel.name for channel in channels} | {NOBODY.name}
    former = [
        row.channel
        for channel_id, row in heard.logs.items()
        if channel_id not in current and any(firing for _, _, firing in heard.known[channel_id])
    ]
    return [(one, False) for one in channels] + [(one, True) for one in former]
