"""Sends what is enqueued: claim → commit → send → record.

A process that dies after sending leaves its claim to expire; the delivery goes out again under the
same id, labelled as a possible second copy. Duplicates are preferred to loss, and nothing is given
up: a message that is refused keeps its place before the later ones of its group and channel, is
tried again with growing pauses (`verdict`) and at once when somebody has corrected the
configuration. It goes where the channel of its name leads now; without such a channel, to where it
was decided to go, for those are the people who were told the beginning.
"""

import asyncio
import contextlib
import time
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from alerts import SCHEMA
from alerts.channels.contract import Channel, Outgoing, Tools
from alerts.channels.mentions import handles_of, with_mentions
from alerts.channels.message import Composed, Message
from alerts.channels.result import ARRIVED, SendClass, SendResult, fault, origin
from alerts.channels.table import CHANNELS
from alerts.configuration.configurations import Configurations
from alerts.delivery import store
from alerts.delivery.parts import part
from alerts.delivery.store import AttemptOutcome, AttemptRow, Claimed
from alerts.delivery.store_limits import is_paced
from alerts.delivery.together import BESIDE_MAX, can_share, fitting
from alerts.delivery.together import together as joint
from alerts.delivery.verdict import Waits, compose, judge
from alerts.record import audit
from alerts.settings import AlertsSettings
from shared import metrics
from shared.database.pool import Conn, Pool, is_transient, transaction
from shared.database.together import Together
from shared.events.notifications import Attempt
from shared.kafka import outbox
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

ATTEMPTS_MAX = 100
"""Messages whose attempts are written in one transaction."""


class Attempted(NamedTuple):
    """One send over a channel of this kind, and the answer."""

    kind: str
    at: datetime
    took_s: float
    result: SendResult


class Courier:
    """One loop that claims, up to `senders` deliveries on their way; `run` lasts until `stop`."""

    def __init__(
        self,
        settings: AlertsSettings,
        pool: Pool,
        configurations: Configurations,
        tools: Tools,
        channels: Mapping[str, Channel] = CHANNELS,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._configurations = configurations
        self._tools = tools
        self._channels = channels
        self._limits = {kind: one.limits for kind, one in channels.items()}
        self._waits = Waits(
            settings.retry_first_s,
            settings.retry_max_s,
            settings.retry_refused_first_s,
            settings.retry_refused_max_s,
        )
        self._free = asyncio.Semaphore(settings.senders)
        self._sending = asyncio.TaskGroup()
        self._attempts = Together(self._write, size_max=ATTEMPTS_MAX)
        self.rounds = Rounds(settings, "courier", self._round)
        self.name = self.rounds.name
        self.stop = self.rounds.stop

    async def run(self) -> None:
        """Sends until `stop`, and ends with the deliveries in hand; transient faults wait, anything
        else is raised."""
        async with self._sending:
            await self.rounds.run()

    async def _round(self) -> bool:
        """Claims as many deliveries as there are free senders, and sends them beside the others."""
        await self._free.acquire()
        room = 1
        while not self._free.locked():
            await self._free.acquire()
            room += 1
        claimed: list[list[Claimed]] = []
        try:
            claimed = await self._claim(room)
        finally:
            for _ in range(room - len(claimed)):
                self._free.release()
        for one in claimed:
            task = self._sending.create_task(self._carry(one))
            task.add_done_callback(lambda _: self._free.release())
        # Of destinations with a budget one is taken at once.
        return len(claimed) == room or any(self._is_paced(one[0]) for one in claimed)

    def _is_paced(self, claimed: Claimed) -> bool:
        return claimed.limits is not None or is_paced(self._limits.get(claimed.target["kind"]))

    async def send_one(self) -> bool:
        """Claims, sends and records one delivery, or several that go as one message; False when
        none is due."""
        claimed = await self._claim(1)
        for one in claimed:
            await self._carry(one)
        return bool(claimed)

    async def _claim(self, count: int) -> list[list[Claimed]]:
        """The next deliveries, each with what goes with it."""
        async with transaction(self._pool) as conn:
            found = await store.take(
                conn,
                count,
                claim_s=self._settings.claim_s,
                limits=self._limits,
                budgets=self._configurations.budgets,
                own=self._configurations.limits,
            )
            return [[one, *await self._claim_beside(conn, one)] for one in found]

    async def _claim_beside(self, conn: Conn, first: Claimed) -> list[Claimed]:
        """More than its destination would take one by one in this minute."""
        kind, target = self._destination(first)
        # What was refused or shortened goes alone, and so does what is led elsewhere by now.
        alone = first.alone or first.shrunk or first.refused or target != first.target
        threads = self._channels[kind].limits.keeps_threads and first.limits is None
        if first.room is None or alone or threads:
            return []
        rows = await store.find_beside(conn, first, BESIDE_MAX)
        if len(rows) <= first.room:
            return []
        try:
            messages = [
                msgspec.convert(one, Message)
                for one in (first.message, *(row["message"] for row in rows))
            ]
            count = fitting(self._channels[kind], messages) if can_share(messages[0]) else 1
        except Exception as error:
            # One of them cannot be read or composed: each by itself says which.
            log.warning("not_joined", delivery=first.delivery, error=type(error).__name__)
            return []
        return await store.take_beside(conn, rows[: count - 1], self._settings.claim_s)

    async def _carry(self, together: Sequence[Claimed]) -> None:
        """Sends, then records; a database that is away is waited for while the claim holds."""
        claimed = together[0]
        began = time.monotonic()
        at = datetime.now(UTC)
        kind, target = self._destination(claimed)
        composed, result = await self._send(together, kind, target, at)
        attempt = Attempted(kind, at, time.monotonic() - began, result)
        carried = [(one, self._outcome(one, together, composed, result)) for one in together]
        backoff_s = 0.1
        while True:
            try:
                await self._record(carried, attempt)
            except Exception as error:
                held = time.monotonic() - began < self._settings.claim_s
                log.warning("attempt_not_recorded", error=repr(error), tries_again=held)
                if not is_transient(error):
                    raise
                if not held:
                    # Whoever claims it next sends a second copy and labels it.
                    return
                await asyncio.sleep(backoff_s)
                backoff_s = min(backoff_s * 2, self._settings.backoff_max_s)
            else:
                return

    def _outcome(
        self, claimed: Claimed, together: Sequence[Claimed], composed: Composed, result: SendResult
    ) -> AttemptOutcome:
        """What goes with another is on record with its own words, which are part of what was
        sent; refused for its text, each goes alone."""
        if len(together) == 1:
            return judge(claimed, composed, result, self._waits)
        outcome = judge(claimed, Composed(claimed.title, claimed.body), result, self._waits)
        # What goes together begins no thread, and each goes on with its own after it.
        outcome = outcome._replace(thread_id=claimed.thread_id)
        if result.kind is not SendClass.CONTENT:
            return outcome
        return outcome._replace(shrunk=claimed.shrunk, message=None)

    def _destination(self, claimed: Claimed) -> tuple[str, Mapping[str, Any]]:
        """Kind and target of the channel as it is configured now, else as it was: a name that
        leads to another one of the group is not a corrected one, but that of somebody else."""
        configuration = self._configurations.get(claimed.workspace)
        receiver = configuration.receivers.get(claimed.receiver) if configuration else None
        found = receiver.channel(claimed.channel_id) if receiver else None
        target = found.target if found and found.address not in claimed.others else claimed.target
        return str(target["kind"]), target

    async def _send(
        self, together: Sequence[Claimed], kind: str, target: Mapping[str, Any], at: datetime
    ) -> tuple[Composed, SendResult]:
        """One attempt within its time. Whatever goes wrong is its result: a message that cannot
        be built or sent must not stop those of everybody else."""
        claimed = together[0]
        composed = Composed(claimed.title, claimed.body)
        try:
            channel = self._channels[kind]
            message = joint([msgspec.convert(one.message, Message) for one in together])
            told = part(message, claimed.shrunk)
            composed = compose(channel, told, claimed.shrunk)
            target = self._with_owners(claimed, channel, target, message)
            outgoing = Outgoing(
                delivery=_part_id(claimed.delivery, len(message.told)),
                target=target,
                message=told,
                composed=composed,
                at=at,
                possible_duplicate=any(one.possible_duplicate for one in together),
                **({} if len(together) > 1 else _thread(claimed)),
            )
            async with asyncio.timeout(self._settings.send_timeout_s):
                return composed, await channel.send(outgoing, self._tools)
        except TimeoutError:
            return composed, SendResult(
                kind=SendClass.RETRYABLE,
                provider_code="timeout",
                provider_message=f"no answer in {self._settings.send_timeout_s:g} s",
                maybe_delivered=True,
            )
        except Exception as error:
            return composed, _fault(claimed, kind, error)

    def _with_owners(
        self, claimed: Claimed, channel: Channel, target: Mapping[str, Any], message: Message
    ) -> Mapping[str, Any]:
        """With the owners mentioned, if the receiver wants that; more than the provider takes are
        not: what is told goes out all the same."""
        configuration = self._configurations.get(claimed.workspace)
        receiver = configuration.receivers.get(claimed.receiver) if configuration else None
        if configuration is None or receiver is None or not receiver.mention_owners:
            return target
        people = handles_of(message.owners, channel.kind, configuration.handles)
        with contextlib.suppress(ValueError):
            target = with_mentions(channel, target, people)
        return target

    async def _record(
        self, carried: Sequence[tuple[Claimed, AttemptOutcome]], attempt: Attempted
    ) -> None:
        kind, at, took_s, result = attempt
        row = msgspec.convert(
            {
                "at": at,
                "http_status": result.http_status,
                "provider_code": result.provider_code,
                "provider_message": result.provider_message,
                "class": result.kind.value,
                "duration_ms": round(took_s * 1000),
            },
            Attempt,
        )
        limited = result.kind is SendClass.RATE_LIMITED
        await self._attempts.put(
            [
                AttemptRow(claimed, outcome, row, outcome.wait_s if limited else None)
                for claimed, outcome in carried
            ]
        )
        metrics.DELIVERIES.labels(kind, result.kind.value).inc()
        metrics.DELIVERIES_JOINED.labels(kind).inc(len(carried) - 1)
        metrics.DELIVERY_DURATION.labels(kind).observe(took_s)
        for claimed, outcome in carried:
            _say(claimed, outcome, kind, result)

    async def _write(self, attempts: Sequence[Sequence[AttemptRow]]) -> None:
        """Attempts that ended meanwhile, in one transaction; what waited behind one may go now."""
        async with transaction(self._pool) as conn:
            written = await store.add_attempts(conn, [row for one in attempts for row in one])
            records = [
                record
                for (row, notifications, _) in written
                for record in audit.attempt_records(
                    notifications, row.claimed.claim, row.attempt.at
                )
            ]
            await outbox.add(conn, SCHEMA, records)
        if any(one.holds_up for one in written):
            self.rounds.wake()


def _thread(claimed: Claimed) -> dict[str, str | None]:
    return {
        "thread_root": claimed.thread_root,
        "thread_previous": claimed.thread_previous,
        "thread_id": claimed.thread_id,
    }


def _say(claimed: Claimed, outcome: AttemptOutcome, kind: str, result: SendResult) -> None:
    say = log.info if result.kind in ARRIVED else log.warning
    if outcome.state == "failed":
        say = log.error
        if not claimed.refused:
            metrics.DELIVERIES_FAILED.labels(kind).inc()
    say(
        "delivery_attempted",
        delivery=claimed.delivery,
        workspace=claimed.workspace,
        receiver=claimed.receiver,
        channel=kind,
        state=outcome.state,
        provider_class=result.kind.value,
        provider_code=result.provider_code,
        provider_message=result.provider_message,
    )


def _part_id(delivery: str, parts_told: int) -> str:
    """Who drops an id that they have must not drop the second part of a message."""
    return f"{delivery}-{parts_told + 1}" if parts_told else delivery


def _fault(claimed: Claimed, kind: str, error: Exception) -> SendResult:
    """Loud: the place in the code, but not the error's words, which may hold an address."""
    cause = origin(error)
    metrics.FAULTS.labels("send").inc()
    log.error(
        "message_fault",
        delivery=claimed.delivery,
        workspace=claimed.workspace,
        receiver=claimed.receiver,
        channel=kind,
        error=type(cause).__name__,
        traceback="".join(traceback.format_tb(cause.__traceback__)),
    )
    return fault(error)
