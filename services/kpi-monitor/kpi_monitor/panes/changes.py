"""What a batch adds: to panes, to what is kept aside, and to what a mapping has placed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi_monitor.records.measures import Measures
from kpi_monitor.records.record import (
    Fed,
    HeldKey,
    MetricsRecord,
    Period,
    Place,
    PlacedKey,
    levels_of,
)
from shared.events import entity_text
from shared.money import MONEY_MEASURES


@dataclass(slots=True)
class Changes:
    """What a batch adds: to the panes of what each source feeds, and to what is kept aside.

    `placed`: what of the panes came by a mapping, so that it can follow another one.
    """

    panes: dict[Period, dict[Fed, Measures]] = field(default_factory=dict)
    placed: dict[PlacedKey, int] = field(default_factory=dict)
    held: dict[HeldKey, int] = field(default_factory=dict)
    levels: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)

    def book(self, told: MetricsRecord) -> None:
        """Adds a delta's amounts where they belong; held when it has no place, or its money."""
        event, amounts = told.event, told.measures
        period = told.start, told.end, told.known
        if told.place is not None:
            fed = event.workspace, *told.place, event.source
            if not told.money_waits:
                self.add(fed, period, amounts)
                if event.data.entity is not None:
                    self._place(told, told.place, amounts)
                return
            counts = {
                name: amount for name, amount in amounts.items() if name not in MONEY_MEASURES
            }
            if counts:
                self.add(fed, period, counts)
                if event.data.entity is not None:
                    self._place(told, told.place, counts)
            amounts = {name: amounts[name] for name in amounts.keys() - counts.keys()}
        entity, levels = entity_text(event.data), levels_of(event.data)
        for measure, amount in amounts.items():
            # Counts have no currency: they follow their mapping, whatever becomes of the money.
            currency = told.currency if measure in MONEY_MEASURES else ""
            held = (event.workspace, event.source, entity, measure, *period, currency)
            self.hold(held, amount, levels)

    def hold(self, key: HeldKey, amount: int, levels: dict[str, str]) -> None:
        """Adds what a source told of an entity to what is kept aside."""
        self.levels[key[:3]] = levels
        self.held[key] = self.held.get(key, 0) + amount

    def place(self, key: PlacedKey, amount: int) -> None:
        """Adds what a source told of an entity to a line's period, by a mapping."""
        workspace, source, start, _, end, known, measure, _, campaign, line = key
        self.add((workspace, campaign, line, source), (start, end, known), {measure: amount})
        self.placed[key] = self.placed.get(key, 0) + amount

    def _place(self, told: MetricsRecord, place: Place, amounts: Mapping[str, int]) -> None:
        """Remembers by entity what is on a line by a mapping."""
        event = told.event
        subject = event.workspace, event.source, told.start, entity_text(event.data)
        for measure, amount in amounts.items():
            currency = told.currency if measure in MONEY_MEASURES else ""
            key = (*subject, told.end, told.known, measure, currency, *place)
            self.placed[key] = self.placed.get(key, 0) + amount

    def add(self, fed: Fed, period: Period, amounts: Mapping[str, int]) -> None:
        """Adds what a source told of a line's period."""
        lines = self.panes.setdefault(period, {})
        sums = lines.get(fed)
        if sums is None:
            lines[fed] = dict(amounts)
            return
        for measure, amount in amounts.items():
            sums[measure] = sums.get(measure, 0) + amount
