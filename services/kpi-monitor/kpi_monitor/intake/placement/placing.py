"""What mappings decide about data that came before them: what waits is placed, what lies on a line
is placed anew. Figures are a function of what was sent and of the catalogue, never of the order.

All of it happens in a transaction that keeps polls of the workspace out. A mapping may concern very
many facts: one transaction moves some thousands of them, the rest is a row of `moves` that later
ones take up; each of them looks at the mappings in force then, so that nothing depends on when.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from kpi_monitor.catalogue import store as catalogue
from kpi_monitor.catalogue.objects import Changed, mapping_of
from kpi_monitor.intake import snapshots, store_held
from kpi_monitor.intake.batch import Batch
from kpi_monitor.intake.placement import store as store_placed
from kpi_monitor.intake.placement.moving import StoredFact, elsewhere, told_again
from kpi_monitor.intake.placement.places import Places
from kpi_monitor.intake.placement.store import Move
from kpi_monitor.intake.store_held import HeldMetrics
from kpi_monitor.records import walk
from kpi_monitor.records.measures import Measures
from kpi_monitor.records.record import MetricsRecord, Period, Place, PlacedKey, own_place
from kpi_monitor.records.reports import Reports
from kpi_monitor.windows import from_ms, to_ms
from shared.entity_mapping import EntityMapping, MappingIndex
from shared.events import METRICS_TOPIC, MappingObject
from shared.kafka.consumer import Received
from shared.keys import read_pairs
from shared.logs import get_logger

log = get_logger(__name__)

ROWS_MAX = 2_000
"""Looked at in one step; some milliseconds, and a quarter of a second if all of them move."""
STEPS_MAX = 20
MOVED_MAX = 4_000
"""Of one transaction; the rest follows in others."""
MAPPINGS_MAX = 50
"""Changed of one source in one poll, above which all of the source is looked at once."""


def moves_after(changed: Sequence[Changed], in_force: Iterable[EntityMapping]) -> list[Move]:
    """What is to be looked at after mappings of a workspace were made, changed or withdrawn.

    A new one takes nothing from a line unless another one may have brought it there.
    """
    by_source: dict[str, list[EntityMapping]] = defaultdict(list)
    for one in in_force:
        by_source[one.source].append(one)
    found: dict[tuple[str, str], list[EntityMapping]] = defaultdict(list)
    for row in changed:
        for known in (row.object, row.before):
            if not isinstance(known, MappingObject):
                continue
            mapping = mapping_of(row.id, known)
            if row.before is not None or _may_share(mapping, by_source[mapping.source]):
                found[row.workspace, mapping.source].append(mapping)
    moves = set()
    for (workspace, source), mappings in found.items():
        asked = {(one.match, _since(one)) for one in mappings}
        if len(asked) > MAPPINGS_MAX:
            asked = {((), min(since for _, since in asked))}
        moves |= {(workspace, source, match, since) for match, since in asked}
    return [
        store_placed.begin(workspace, source, dict(match), since)
        for workspace, source, match, since in sorted(moves)
    ]


def _may_share(mapping: EntityMapping, others: Iterable[EntityMapping]) -> bool:
    """Whether another mapping may have placed what this one is about: no level says that they are
    about different entities."""
    stated = dict(mapping.match)
    return any(
        all(stated.get(level, name) == name for level, name in one.match)
        for one in others
        if one.mapping != mapping.mapping
    )


def _since(mapping: EntityMapping) -> int:
    return 0 if mapping.effective_from is None else to_ms(mapping.effective_from)


class Placing:
    """Places what waits and what lies elsewhere, with what the process remembers of the stored."""

    def __init__(self, places: Places, reports: Reports) -> None:
        self._places = places
        self._reports = reports

    async def follow(self, batch: Batch, changed: Sequence[Changed]) -> None:
        """Places anew what these mappings concern, so much as one transaction may; what is left is
        stored."""
        waiting: list[Move] = []
        for workspace in sorted({row.workspace for row in changed}):
            mine = [row for row in changed if row.workspace == workspace]
            waiting += moves_after(mine, await catalogue.find_mappings(batch.conn, workspace))
        for _ in range(STEPS_MAX):
            if not waiting or batch.moved >= MOVED_MAX:
                break
            follows = await self.step(batch, waiting.pop())
            waiting += [follows] if follows is not None else []
        await store_placed.add_moves(batch.conn, waiting)
        if batch.moved:
            log.info("metrics_moved", moved=batch.moved, left=len(waiting))

    async def step(self, batch: Batch, move: Move) -> Move | None:
        """Looks at the next rows of a move; where it goes on, or None at its end."""
        index = (await self._places.indexes(batch.conn, [move.workspace]))[move.workspace]
        if move.stream < 0:
            rows, follows = await store_placed.find_sums_after(batch.conn, move, ROWS_MAX)
            await self._move_sums(batch, move, index, rows)
        else:
            facts, follows = await store_placed.find_facts_after(batch.conn, move, ROWS_MAX)
            await self._move_facts(batch, move, index, facts)
        if follows is not None:
            return follows
        streams = await store_placed.find_streams(batch.conn, move)
        later = [stream for stream in streams if stream > move.stream]
        return store_placed.facts_of(move, later[0]) if later else None

    async def _move_sums(
        self, batch: Batch, move: Move, index: MappingIndex, rows: Sequence[Any]
    ) -> None:
        """Sums of deltas, by entity: to their line, or aside."""
        wrong: list[tuple[Any, dict[str, str], Place | None]] = []
        for row in rows:
            levels = read_pairs(row["entity"])
            place = index.resolve(move.source, levels, from_ms(row["start_ms"]))
            if place != (row["campaign"], row["line"]):
                wrong.append((row, levels, place))
        if not wrong:
            return
        named = {place[0] for _, _, place in wrong if place is not None}
        currencies = await self._places.currencies(batch.conn, move.workspace, named)
        removed: list[PlacedKey] = []
        for row, levels, place in wrong:
            start, end, known = period = row["start_ms"], row["end_ms"], row["known_ms"]
            entity, measure, currency = row["entity"], row["measure"], row["currency"]
            amount, old = int(row["amount"]), (row["campaign"], row["line"])
            key = (*move[:2], start, entity, end, known, measure, currency)
            removed.append((*key, *old))
            self._leave(batch, old, move, period, {measure: amount})
            # Money that nobody counts waits, whoever names the line.
            if place is None or currency not in ("", currencies.get(place[0])):
                held = (*move[:2], entity, measure, *period, currency)
                batch.changes.hold(held, amount, levels)
                continue
            batch.changes.place((*key, *place), amount)
            batch.touched.add((move.workspace, *place))
        await store_placed.delete_sums(batch.conn, removed)
        batch.moved += len(removed)

    async def _move_facts(
        self, batch: Batch, move: Move, index: MappingIndex, facts: Sequence[StoredFact]
    ) -> None:
        """Facts leave their line and are told again, to where they belong or aside."""
        places = [
            index.resolve(move.source, read_pairs(one.key[2]), from_ms(one.start)) for one in facts
        ]
        wrong = elsewhere(facts, places)
        if not wrong:
            return
        groups = {(one.workspace, one.source, one.key[2], one.key[1]) for one in wrong}
        told, rest = told_again(wrong, await self._money_aside(batch, groups))
        for one in rest:
            one.money_waits = True
        await store_held.add_snapshots(batch.conn, rest)
        await store_placed.delete_facts(batch.conn, wrong)
        for fact in wrong:
            for period, amounts in fact.brought():
                self._leave(batch, fact.place, move, period, amounts)
        waiting = await self._places.settle(batch.conn, told)
        self.settle(told, waiting)
        batch.touched.update((one.event.workspace, *one.place) for one in told if one.place)
        await snapshots.fold(batch, told)
        batch.moved += len(wrong)

    @staticmethod
    def _leave(batch: Batch, place: Place, move: Move, period: Period, amounts: Measures) -> None:
        """Takes away what was brought to a line's period."""
        batch.touched.add((move.workspace, *place))
        batch.left.add((move.workspace, *place, *period[:2]))
        taken = {name: -amount for name, amount in amounts.items()}
        batch.changes.add((move.workspace, *place, move.source), period, taken)

    async def _money_aside(
        self, batch: Batch, groups: Iterable[tuple[str, str, str, str]]
    ) -> list[MetricsRecord]:
        """Takes out the money that is kept aside of facts."""
        aside = []
        for row in await store_placed.take_money(batch.conn, groups):
            received = Received(
                METRICS_TOPIC, row["partition"], row["position"], None, row["value"]
            )
            aside.append(walk.retold(received, row["known_ms"]))
            aside[-1].keep(money=True)
        return await snapshots.of_one_shape(batch, self._reports, aside)

    def settle(self, told: Iterable[MetricsRecord], waiting: Iterable[MetricsRecord]) -> None:
        """Has wait what has no place yet, and money that no campaign counts; `waiting` are of
        `told`."""
        for one in waiting:
            # Which revisions of a fact count is known with its campaign, so they wait whole.
            if one.event.data.mode == "delta" and one.place is not None:
                one.money_waits = True
            else:
                one.place = None
        for one in told:
            if one.event.data.currency is not None and self._places.is_foreign(one):
                one.money_waits = True

    async def release(self, batch: Batch, workspace: str, sources: set[str]) -> None:
        """Moves what mappings name now, and money whose campaign is known now, from what is held
        to panes, marks and all: sums as they are, snapshots as if they came now, in their order:
        the first of a fact fixes its period also when it was held."""
        groups = await store_held.find_groups(batch.conn, workspace, sources)
        fits = await self._places.fits(batch.conn, workspace, groups) if groups else []
        if not fits:
            return
        released: list[MetricsRecord] = []
        for row in await store_held.take(batch.conn, workspace, fits):
            batch.touched.add((workspace, *row.place))
            if row.value is None:
                self._release_sum(batch, workspace, row)
                continue
            assert row.partition is not None, "a snapshot is kept with where it came from"
            assert row.position is not None, "a snapshot is kept with where it came from"
            received = Received(METRICS_TOPIC, row.partition, row.position, None, row.value)
            told = walk.retold(received, row.known_ms)
            told.place, told.money_only = row.place, row.money
            if row.money:
                told.keep(money=True)
            told.money_waits = self._places.is_foreign(told)
            released.append(told)
        # Their reports were stored when they came: this only asks for their numbers.
        kept = await snapshots.of_one_shape(batch, self._reports, released)
        await snapshots.fold(batch, kept)
        log.info("held_released", workspace=workspace, entities=len(fits))

    @staticmethod
    def _release_sum(batch: Batch, workspace: str, row: HeldMetrics) -> None:
        period = row.start_ms, row.end_ms, row.known_ms
        amount = int(row.amount)
        if own_place(row.levels) is not None:
            batch.changes.add((workspace, *row.place, row.source), period, {row.measure: amount})
            return
        subject = workspace, row.source, row.start_ms, row.entity
        key = (*subject, *period[1:], row.measure, row.currency, *row.place)
        batch.changes.place(key, amount)
