"""The evaluate step: touched units → windows and rules → standings and breaches.

Runs in every replica. A unit's row is locked while it is judged, so there is one writer per
campaign or workspace without partitions deciding it; standings, history and messages are one
transaction.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from kpi_monitor import SCHEMA, SERVICE
from kpi_monitor.catalogue import store as catalogue
from kpi_monitor.catalogue.objects import PlanNames
from kpi_monitor.judging import store, store_figures
from kpi_monitor.judging.breaches import Judged, breach_of
from kpi_monitor.judging.figures import newest_of
from kpi_monitor.judging.groups import groups_of, needs_of
from kpi_monitor.judging.outcomes import due_of, judge
from kpi_monitor.rules.families.table import HOUSE_RULES
from kpi_monitor.rules.unit import GroupOutcome, Unit
from kpi_monitor.settings import KpiSettings, owners_of
from kpi_monitor.sources import heartbeats
from kpi_monitor.sources import store as sources
from kpi_monitor.units import store as units
from kpi_monitor.units.unit import WORKSPACE, UnitDue, UnitKey
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
        self._owners = owners_of(settings.workspace_owners)
        self._of_workspaces = [make(settings) for make in HOUSE_RULES.values()]
        self.rounds = Rounds(settings, "evaluator", self._round)
        self._units = 1

    async def count_due(self, conn: Conn) -> int:
        """What is to be judged or told now, by touch or by time, for GET /internal/idle."""
        now = await self._clock.now(conn)
        return await count_given_up(conn, SCHEMA, now) + await units.count_due(conn, now)

    async def _round(self) -> bool:
        busy = await self.step()
        if busy:
            self._wake_relay()
        return busy

    async def step(self) -> bool:
        """Spreads the touches of sources, then judges one set of units; False when idle."""
        spread = 0
        partitions = self._partitions()
        if partitions > 0:
            async with transaction(self._pool) as conn:
                await heartbeats.give_up(conn, await self._clock.now(conn))
                touches = await sources.advance(conn, partitions, SOURCE_TOUCHES_MAX)
            # Another transaction: whoever reads the sources before the first has ended is seen here
            # with a touch not yet deleted, or with what it found to be due.
            if touches:
                async with transaction(self._pool) as conn:
                    spread = await sources.touch_fed(conn, touches)
        async with transaction(self._pool) as conn:
            now = await self._clock.now(conn)
            await units.touch_due(conn, now)
            judged = await self._evaluate(conn, now)
            figures = await store_figures.take_due(conn, now)
            await outbox.add(conn, SCHEMA, figures)
            return judged or spread > 0 or bool(figures)

    async def _evaluate(self, conn: Conn, now: datetime) -> bool:
        began = time.monotonic()
        taken = await units.take(conn, self._units)
        if not taken.lines:
            # Another replica was quicker with the units that were free a moment ago.
            return bool(taken.due)
        loaded = await store.find_units(conn, taken.lines, self._of_workspaces)
        groups = {unit.key: groups_of(unit) for unit in loaded}
        needs = {unit.key: needs_of(unit, groups[unit.key]) for unit in loaded}
        panes = await store.find_panes(conn, needs, loaded)
        outcomes: list[tuple[Unit, GroupOutcome]] = []
        due: dict[UnitKey, UnitDue] = dict.fromkeys(taken.lines, UnitDue())
        for unit in loaded:
            found = judge(unit, groups[unit.key], panes[unit.key], to_ms(now))
            outcomes += [(unit, outcome) for outcome in found]
            due[unit.key] = due_of(unit, groups[unit.key], found)
            # A thousand groups take some 50 ms; Kafka's heartbeats share this loop.
            await asyncio.sleep(0)
        if outcomes:
            await self._write(conn, outcomes, now)
        await units.put_due(conn, taken, due)
        self._pace(time.monotonic() - began)
        metrics.KPI_EVALUATION_DELAY.observe(taken.waited_s)
        return True

    def _pace(self, took_s: float) -> None:
        """Units differ in size by a thousand: how many fit into STEP_S is learned."""
        metrics.KPI_EVALUATION_DURATION.observe(took_s)
        if took_s > STEP_S:
            self._units = max(1, self._units // 2)
        elif took_s < STEP_S / 4:
            self._units = min(2 * self._units, self._settings.evaluate_units_max)

    async def _write(
        self, conn: Conn, outcomes: list[tuple[Unit, GroupOutcome]], now: datetime
    ) -> None:
        changed = [
            Judged(unit, outcome.group, verdict)
            for unit, outcome in outcomes
            for verdict in outcome.changes()
        ]
        names = await self._names(conn, {one.unit.key for one in changed})
        told = [(*one.unit.key, breach_of(one, names[one.unit.key], now)) for one in changed]
        await store.put_outcomes(conn, [one for one in outcomes if one[1].moved], told, now)
        newest, ended = newest_of(outcomes, now)
        await store_figures.put(conn, newest, ended, now, self._settings.figures_interval_s)
        metrics.KPI_WINDOWS_CLOSED.inc(
            sum(
                verdict.seen is not None and verdict.seen.window is not None
                for _, one in outcomes
                for verdict in one.verdicts
            )
        )
        await _tell(conn, told)

    async def _names(self, conn: Conn, keys: set[UnitKey]) -> dict[UnitKey, PlanNames]:
        """Names and owners; what belongs to no campaign is told to the owner of the workspace."""
        found = await catalogue.find_names(conn, keys)
        return {
            key: replace(one, owner=self._owners.get(key[0])) if key[1] == WORKSPACE else one
            for key, one in found.items()
        }


async def _tell(conn: Conn, told: Sequence[tuple[str, str, Breach]]) -> None:
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
