"""Sends what is enqueued: claim → commit → send → record.

A process that dies after sending leaves its claim to expire; the delivery goes out again under the
same id, labelled as a possible second copy. Duplicates are preferred to loss, and nothing is given
up: a message that is refused keeps its place before the later ones of its group and channel, is
tried again with growing pauses (`verdict`) and at once when somebody has corrected the
configuration (`requeue`). So what the notification log calls told is heard, in order.
"""

import asyncio
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from msgspec.structs import replace

from alerts import SCHEMA
from alerts.channels import dingtalk
from alerts.channels.mail import Mail, Thread
from alerts.channels.result import SendClass, SendResult, fault, origin
from alerts.channels.targets import DingTalkTarget, EmailTarget
from alerts.delivery import store
from alerts.delivery.store import Claimed, Outcome
from alerts.delivery.verdict import Waits, judge
from alerts.record import audit
from alerts.record.states import DELIVERED
from alerts.rendering.render import Renderer
from alerts.settings import AlertsSettings
from shared import metrics
from shared.database.pool import Pool, is_transient, transaction
from shared.kafka import outbox
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

RESENT = "(重发/resent)"
PER_MINUTE: Mapping[str, int] = {"dingtalk": dingtalk.SENDS_PER_MINUTE}


class DingTalk(Protocol):
    async def send(self, target: DingTalkTarget, title: str, text: str) -> SendResult: ...


class Email(Protocol):
    async def send(self, mail: Mail, now: datetime) -> SendResult: ...


class Courier:
    """One loop that claims, up to `senders` deliveries on their way; `run` lasts until `stop`."""

    def __init__(
        self,
        settings: AlertsSettings,
        pool: Pool,
        renderer: Renderer,
        dingtalk_sender: DingTalk,
        email_sender: Email,
        *,
        on_refused: Callable[[Claimed], None] = lambda _: None,
    ) -> None:
        """`on_refused` is told of each message that is refused for the first time."""
        self._settings = settings
        self._pool = pool
        self._renderer = renderer
        self._dingtalk = dingtalk_sender
        self._email = email_sender
        self._on_refused = on_refused
        self._waits = Waits(
            settings.retry_first_s,
            settings.retry_max_s,
            settings.retry_refused_first_s,
            settings.retry_refused_max_s,
        )
        self._free = asyncio.Semaphore(settings.senders)
        self._sending = asyncio.TaskGroup()
        self._rounds = Rounds(settings, "courier", self._round)
        self.wake = self._rounds.wake

    async def run(self) -> None:
        """Sends until `stop`; transient faults wait, anything else is raised."""
        async with self._sending:
            await self._rounds.run()

    async def stop(self) -> None:
        """Asks `run` to end after the deliveries in hand."""
        await self._rounds.stop()

    async def _round(self) -> bool:
        """Claims one delivery and sends it beside the others, at most `senders` at once."""
        await self._free.acquire()
        try:
            claimed = await self._claim()
        except BaseException:
            self._free.release()
            raise
        if claimed is None:
            self._free.release()
            return False
        task = self._sending.create_task(self._carry(claimed))
        task.add_done_callback(lambda _: self._free.release())
        return True

    async def send_one(self) -> bool:
        """Claims, sends and records one delivery; False when none is due."""
        claimed = await self._claim()
        if claimed is not None:
            await self._carry(claimed)
        return claimed is not None

    async def _claim(self) -> Claimed | None:
        async with transaction(self._pool) as conn:
            return await store.claim(conn, claim_s=self._settings.claim_s, per_minute=PER_MINUTE)

    async def _carry(self, claimed: Claimed) -> None:
        """Sends, then records; a database that is away is waited for while the claim holds."""
        began = time.monotonic()
        at = datetime.now(UTC)
        result, outcome = self._judge(claimed, await self._send(claimed, at))
        took_s = time.monotonic() - began
        backoff_s = 0.1
        while True:
            try:
                await self._record(claimed, result, outcome, at, took_s)
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

    async def _send(self, claimed: Claimed, at: datetime) -> SendResult:
        """One attempt within its time. Whatever goes wrong is its result: a message that cannot
        be built or sent must not stop those of everybody else."""
        try:
            async with asyncio.timeout(self._settings.send_timeout_s):
                if isinstance(claimed.target, DingTalkTarget):
                    label = f"{RESENT} " if claimed.possible_duplicate else ""
                    return await self._dingtalk.send(
                        claimed.target, label + claimed.texts.title, label + claimed.texts.body
                    )
                return await self._email.send(self._mail(claimed, claimed.target), at)
        except TimeoutError:
            return SendResult(
                kind=SendClass.RETRYABLE,
                provider_code="timeout",
                provider_message=f"no answer in {self._settings.send_timeout_s:g} s",
                maybe_delivered=True,
            )
        except Exception as error:
            return _fault(claimed, error)

    def _judge(self, claimed: Claimed, result: SendResult) -> tuple[SendResult, Outcome]:
        """What follows from an answer; a text that cannot be shortened is a fault as well."""
        try:
            return result, judge(claimed, result, self._renderer, self._waits)
        except Exception as error:
            broken = replace(_fault(claimed, error), maybe_delivered=result.maybe_delivered)
            return broken, judge(claimed, broken, self._renderer, self._waits)

    def _mail(self, claimed: Claimed, target: EmailTarget) -> Mail:
        return Mail(
            delivery=claimed.delivery,
            sender=target.sender or self._settings.mail_from,
            to=target.to,
            thread=Thread(claimed.subject, claimed.thread_root, claimed.thread_previous),
            plain=claimed.texts.plain,
            html=claimed.texts.html,
            note=RESENT if claimed.possible_duplicate else "",
        )

    async def _record(
        self, claimed: Claimed, result: SendResult, outcome: Outcome, at: datetime, took_s: float
    ) -> None:
        kind = _channel(claimed)
        attempt = {
            "at": at,
            "http_status": result.http_status,
            "provider_code": result.provider_code,
            "provider_message": result.provider_message,
            "class": result.kind.value,
            "duration_ms": round(took_s * 1000),
        }
        park_s = outcome.wait_s if result.kind is SendClass.RATE_LIMITED else None
        async with transaction(self._pool) as conn:
            rows = await store.record(conn, claimed, outcome, attempt, park_s=park_s)
            await outbox.add(conn, SCHEMA, audit.attempt_records(rows, claimed.claim, at))
        metrics.DELIVERIES.labels(kind, result.kind.value).inc()
        metrics.DELIVERY_DURATION.labels(kind).observe(took_s)
        say = log.info if outcome.state == DELIVERED else log.warning
        if outcome.state == "failed":
            say = log.error
            if not claimed.refused:
                metrics.DELIVERIES_FAILED.labels(kind).inc()
                self._on_refused(claimed)
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


def _channel(claimed: Claimed) -> str:
    return "dingtalk" if isinstance(claimed.target, DingTalkTarget) else "email"


def _fault(claimed: Claimed, error: Exception) -> SendResult:
    """Loud: the place in the code, but not the error's words, which may hold an address."""
    cause = origin(error)
    metrics.FAULTS.labels("send").inc()
    log.error(
        "message_fault",
        delivery=claimed.delivery,
        workspace=claimed.workspace,
        receiver=claimed.receiver,
        channel=_channel(claimed),
        error=type(cause).__name__,
        traceback="".join(traceback.format_tb(cause.__traceback__)),
    )
    return fault(error)
