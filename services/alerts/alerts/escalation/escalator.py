"""Due escalations call who is next, round by round (any replica).

Whom a step calls hears of the alert in a group of their own, which the flusher tells as any other:
log, retries, the end and the record are its work. Nothing is sent here.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

import msgspec

from alerts.configuration.configurations import Configurations
from alerts.configuration.oncall.escalations import STEPS_MAX
from alerts.configuration.receivers import Receiver
from alerts.episodes import store as episodes
from alerts.escalation import store
from alerts.escalation.chain import CALLED, Chain, called_by, chain_of, handovers
from alerts.escalation.rules import Advance, CallKind, EpisodeStanding, EscalationProgress, advance
from alerts.escalation.store import ChainRow, EscalationCall
from alerts.quiet.load import load_quiet
from alerts.quiet.mute import Quiet
from alerts.response import store as responses
from alerts.response.rules import BY_ESCALATION, BY_LINK, Action, EpisodeResponse, respond
from alerts.routing import snapshot
from alerts.routing.snapshot import Call, Snapshot
from alerts.settings import AlertsSettings
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

FAULT_WAIT = timedelta(minutes=5)
"""Until one that could not be read is tried again."""
CHAINS_MAX = 100
"""Of one transaction."""


def start_counters() -> None:
    """Every label value from 0, so that a first one is a step a rate can see."""
    for step in [*map(str, range(1, STEPS_MAX + 1)), *get_args(CallKind)[1:]]:
        metrics.ESCALATIONS.labels(step)
    metrics.FAULTS.labels("escalation")


class Looked(NamedTuple):
    """One that was due: what it is, what follows, and whom it calls."""

    row: ChainRow
    chain: Chain
    before: EscalationProgress
    next: Advance
    response: EpisodeResponse
    called: list[Receiver]


class Escalator:
    """`rounds` look at what is due; `wake` lets the groups speak that were called."""

    def __init__(
        self,
        settings: AlertsSettings,
        pool: Pool,
        clock: Clock,
        configurations: Configurations,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._configurations = configurations
        self._wake = wake
        self.rounds = Rounds(settings, "escalator", self._round)

    async def count_due(self, conn: Conn) -> int:
        """Escalations that would be looked at now."""
        return await store.count_due(conn, await self._clock.now(conn))

    async def _round(self) -> bool:
        async with transaction(self._pool) as conn:
            count = await self.look(conn)
        if count:
            self._wake()
        return count >= CHAINS_MAX

    async def look(self, conn: Conn) -> int:
        """One round in the caller's transaction; how many it looked at."""
        rows = await store.take_due(conn, await self._clock.now(conn), CHAINS_MAX)
        if not rows:
            return 0
        # Who answered before these were locked may have done so later than this round began.
        now = await self._clock.now(conn)
        asked_of: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            asked_of.setdefault(row.workspace, []).append(row.routing_labels)
        known = self._configurations
        quiet = {
            workspace: await load_quiet(conn, workspace, known.get(workspace), now, labels)
            for workspace, labels in sorted(asked_of.items())
        }
        looked: list[Looked] = []
        for row in rows:
            try:
                looked.append(self._look(row, quiet[row.workspace], now))
            except (msgspec.ValidationError, LookupError) as error:
                metrics.FAULTS.labels("escalation").inc()
                log.error("escalation_fault", alert=row.alert, chain=row.chain, exc_info=error)
                await store.put_due(conn, row.due, now + FAULT_WAIT)
        await store.put(conn, [(one.row.due, one.next.progress, one.next.due_at) for one in looked])
        calls = [one for one in looked if one.next.call is not None]
        await store.add_calls(conn, [_record(one, now) for one in calls])
        await _call(conn, [one for one in calls if one.next.call != "unacknowledged"], now)
        for one in calls:
            if one.next.call == "unacknowledged":
                await _free(conn, one, now)
        _count(looked)
        return len(rows)

    def _look(self, row: ChainRow, quiet: Quiet, now: datetime) -> Looked:
        chain = chain_of(row.kept)
        progress = msgspec.convert(row.progress, EscalationProgress)
        response = responses.response_of(row.response)
        mute = quiet.mute_of(row.fingerprint, row.routing_labels, chain.times)
        mute = mute or response.mute(now, row.severity)
        configuration = self._configurations.get(row.workspace)
        handed, handover_at = handovers(chain, progress, configuration, now)
        standing = EpisodeStanding(
            row.open, row.severity, response, row.answered_at, mute, bool(handed), handover_at
        )
        found = advance(chain.escalation, progress, standing, now)
        names: tuple[str, ...] = ()
        if found.call == "step":
            names = (*chain.escalation.steps[progress.step].to, *handed)
        elif found.call == "handover":
            names = handed
        elif found.call == "reminder":
            names = (response.made_by.removeprefix(BY_LINK),)
        called = called_by(chain, names, configuration, now)
        if found.call == "reminder" and not called:
            called = called_by(chain, chain.told, configuration, now)
        return Looked(row, chain, progress, found, response, called)


async def _call(conn: Conn, found: Sequence[Looked], now: datetime) -> None:
    """A group for each alert and receiver is due now."""
    wanted: list[tuple[episodes.NewGroup, Looked]] = []
    held = await episodes.find_memberships(conn, [one.row.key for one in found])
    for one in found:
        reason: snapshot.CallReason = (
            "still acknowledged" if one.next.call == "reminder" else "escalated"
        )
        of_routes = {
            group.receiver
            for group in held.get(one.row.key, {})
            if not group.group_key.startswith(CALLED)
        }
        for receiver in one.called:
            group = one.chain.group_of(receiver.name, one.row.labels, now)
            call = Call(now, reason, once=receiver.name in of_routes)
            kept = Snapshot(receiver, one.chain.intervals, one.chain.times, call=call)
            key = episodes.GroupKey(one.row.workspace, group.key, group.receiver)
            wanted.append((episodes.NewGroup(key, group.labels, snapshot.to_json(kept)), one))
    ids = await episodes.add_groups(conn, [group for group, _ in wanted])
    await episodes.lock_groups(conn, ids.values())
    await episodes.put_groups(conn, [(ids[one.key], now, one.snapshot) for one, _ in wanted])
    await episodes.add_members(conn, {(ids[one.key], about.row.key) for one, about in wanted})


async def _free(conn: Conn, one: Looked, now: datetime) -> None:
    """Nobody said that they still have it: it is open, as if somebody had taken their word back."""
    action = Action(kind="unack", made_by=BY_ESCALATION + one.row.chain, made_at=now)
    after = respond(one.response, action, one.row.severity)
    await responses.put(conn, [(one.row.key, after)])
    await responses.add_actions(conn, [(one.row.key, action)])
    memberships = await episodes.find_memberships(conn, [one.row.key])
    await responses.put_due(conn, sorted(memberships.get(one.row.key, {}).values()), now)


def _record(one: Looked, now: datetime) -> EscalationCall:
    assert one.next.call is not None
    before = one.before
    step = before.step + 1 if one.next.call == "step" else None
    names = dict.fromkeys((receiver.name for receiver in one.called), True)
    return EscalationCall(
        *one.row.due,
        one.next.call,
        before.turn,
        min(before.round, one.chain.escalation.repeat) + 1,
        step,
        now,
        one.row.severity,
        names,
    )


def _count(looked: Sequence[Looked]) -> None:
    for one in looked:
        step = str(one.before.step + 1) if one.next.call == "step" else one.next.call
        if step is not None:
            metrics.ESCALATIONS.labels(step).inc()
            log.info(
                "escalated",
                workspace=one.row.workspace,
                alert=one.row.alert,
                chain=one.row.chain,
                step=step,
                receivers=[receiver.name for receiver in one.called],
            )
        if one.next.progress.state == "unanswered" != one.before.state:
            metrics.ESCALATIONS_UNANSWERED.inc()
            log.warning("escalation_unanswered", alert=one.row.alert, chain=one.row.chain)
