"""The evaluate step: touched campaigns → windows and rules → standings and breaches.

Runs in every replica. A campaign's row is locked while it is judged, so there is one writer per
campaign without partitions deciding it; standings, history and messages are one transaction.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from kpi_monitor import SCHEMA, SERVICE
from kpi_monitor.catalogue import store as store_catalog
from kpi_monitor.judging import breaches, store_figures
from kpi_monitor.judging import store as store_evaluate
from kpi_monitor.judging.due import NEVER, due_of
from kpi_monitor.judging.figures import newest_of
from kpi_monitor.judging.unit import Outcome, Unit, groups_of, judge, needs_of
from kpi_monitor.settings import KpiSettings
from kpi_monitor.sources import heartbeats
from kpi_monitor.sources import store as store_sources
from kpi_monitor.units import store as units
from kpi_monitor.units.store import UnitKey
from kpi_monitor.windows import to_ms
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.database.progress import count_given_up
from shared.events import BREACHES_TOPIC, Breach
from shared.kafka import outbox
from shared.kafka.outbox import OutboxRow
from shared.keys import group_text
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

SOURCE_TOUCHES_MAX = 1000
STEP_S = 0.1
"""About how long a transaction should take: the first breach waits for the last of its own."""


class Evaluator:
    """Judges what was touched until `stop`. `partitions`: how many metrics.v1 has, 0 if unknown."""

    def __init__(
        self,
        settings: KpiSettings,
        pool: Pool,
        clock: Clock,
        partitions: Callable[[], int],
        wake_relay: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._clock = clock
        self._partitions = partitions
        self._wake_relay = wake_relay
        self.rounds = Rounds(settings, "evaluator", self._round)
        self._units = 1

    async def count_due(self, conn: Conn) -> int:
        """What is to be judged or told now, by touch or by time, for GET /internal/idle."""
        given_up = await count_given_up(conn, SCHEMA, await self._clock.now(conn))
        return given_up + await units.count_due(conn)

    async def _round(self) -> bool:
        busy = await self.step()
        if busy:
            self._wake_relay()
        return busy

    async def step(self) -> bool:
        """Spreads the touches of sources, then judges one set of campaigns; False when idle."""
        spread = 0
        partitions = self._partitions()
        if partitions > 0:
            async with transaction(self._pool) as conn:
                await heartbeats.give_up(conn, await self._clock.now(conn))
                touches = await store_sources.advance(conn, partitions, SOURCE_TOUCHES_MAX)
            # Another transaction: whoever reads the sources before the first has ended is seen here
            # with a touch not yet deleted, or with what it found to be due.
            if touches:
                async with transaction(self._pool) as conn:
                    spread = await store_sources.spread(conn, touches)
        async with transaction(self._pool) as conn:
            judged = await self._evaluate(conn)
            figures = await store_figures.take_due(conn, await self._clock.now(conn))
            await outbox.add(conn, SCHEMA, figures)
            return judged or spread > 0 or bool(figures)

    async def _evaluate(self, conn: Conn) -> bool:
        began = time.monotonic()
        taken = await units.take(conn, self._units)
        if not taken.lines:
            # Another replica was quicker with the campaigns that were free a moment ago.
            return bool(taken.due)
        now = await self._clock.now(conn)
        loaded = await store_evaluate.load(conn, taken.lines)
        groups = {unit.key: groups_of(unit) for unit in loaded}
        needs = {unit.key: needs_of(unit, groups[unit.key]) for unit in loaded}
        panes = await store_evaluate.panes(conn, needs, loaded)
        outcomes: list[tuple[Unit, Outcome]] = []
        due: dict[UnitKey, int | None] = dict.fromkeys(taken.lines, NEVER)
        for unit in loaded:
            found = judge(unit, groups[unit.key], panes[unit.key], to_ms(now))
            outcomes += [(unit, outcome) for outcome in found]
            due[unit.key] = due_of(unit, groups[unit.key], found)
            # A thousand groups take some 50 ms; Kafka's heartbeats share this loop.
            await asyncio.sleep(0)
        if outcomes:
            await self._write(conn, outcomes, now)
        await units.save_due(conn, taken, due)
        self._pace(time.monotonic() - began)
        metrics.KPI_EVALUATION_DELAY.observe(taken.waited_s)
        return True

    def _pace(self, took_s: float) -> None:
        """Campaigns differ in size by a thousand: how many fit into STEP_S is learned."""
        metrics.KPI_EVALUATION_DURATION.observe(took_s)
        if took_s > STEP_S:
            self._units = max(1, self._units // 2)
        elif took_s < STEP_S / 4:
            self._units = min(2 * self._units, self._settings.evaluate_units_max)

    async def _write(self, conn: Conn, outcomes: list[tuple[Unit, Outcome]], now: datetime) -> None:
        changed = [
            (unit, outcome.group, verdict)
            for unit, outcome in outcomes
            for verdict in outcome.changes()
        ]
        names = await store_catalog.names(conn, {unit.key for unit, _, _ in changed})
        told = [
            (*unit.key, breaches.breach_of(unit, group, verdict, names[unit.key], now))
            for unit, group, verdict in changed
        ]
        await store_evaluate.save(conn, [one for one in outcomes if one[1].moved], told, now)
        newest, ended = newest_of(outcomes, SERVICE, now)
        await store_figures.keep(conn, newest, ended, now, self._settings.figures_interval_s)
        metrics.KPI_WINDOWS_CLOSED.inc(
            sum(verdict.window is not None for _, one in outcomes for verdict in one.verdicts)
        )
        await tell(conn, told)


async def tell(conn: Conn, told: Sequence[tuple[str, str, Breach]]) -> None:
    """Sends transitions (workspace, campaign, breach) in the caller's transaction; logs them."""
    await outbox.add(conn, SCHEMA, [_message(workspace, one) for workspace, _, one in told])
    for _, _, one in told:
        metrics.KPI_TRANSITIONS.labels(one.transition).inc()
        log.info(
            "breach_told",
            breach=one.breach,
            seq=one.seq,
            transition=one.transition,
            reason=one.reason,
            severity=one.severity,
            value=one.value,
        )


def _message(workspace: str, breach: Breach) -> OutboxRow:
    value = outbox.envelope(
        BREACHES_TOPIC,
        breach,
        event_id=f"{breach.breach}/{breach.seq}",
        service=SERVICE,
        workspace=workspace,
        time=breach.decided_at,
    )
    key = f"{workspace}|{breach.rule}|{group_text(breach.group)}"
    return OutboxRow(BREACHES_TOPIC, key, value)
