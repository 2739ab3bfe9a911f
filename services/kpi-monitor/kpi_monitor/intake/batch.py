"""One poll in work: its transaction, its time, and what is written at its end."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from kpi_monitor.imports.rules import IMPORT_LETTERS_MAX, ImportedRecord, MeasuresOutcome
from kpi_monitor.intake import decoding
from kpi_monitor.panes.changes import Changes
from kpi_monitor.records.measures import Refusal
from kpi_monitor.records.record import MetricsRecord
from shared.database.pool import Conn
from shared.events import METRICS_TOPIC, has_nul
from shared.kafka.brake import SetAside
from shared.kafka.consumer import Received

T = TypeVar("T")


@dataclass(slots=True)
class Batch:
    """One poll: the transaction, the time, and what is written at its end."""

    conn: Conn
    now: datetime
    changes: Changes = field(default_factory=Changes)
    touched: set[tuple[str, str, str | None]] = field(default_factory=set)
    set_aside: list[SetAside] = field(default_factory=list)
    remapped: set[str] = field(default_factory=set)
    """Workspaces whose mappings this transaction changes."""
    left: set[tuple[str, str, str, int, int]] = field(default_factory=set)
    """(workspace, campaign, line, start, end) from which something was moved away."""
    imported: dict[tuple[int, int], ImportedRecord] = field(default_factory=dict)
    """What became of records of imports, by their partition and offset in metrics.v1."""
    moved: int = 0
    """Facts and sums that were placed anew."""

    def decode(
        self, received: Sequence[Received], decode: Callable[[bytes], T]
    ) -> list[tuple[Received, T]]:
        """Typed events; the others are set aside."""
        events, refused = decoding.decode(received, decode)
        for one, refusal in refused:
            self.reject(one, refusal)
        return events

    def count(self, found: Iterable[tuple[MetricsRecord, MeasuresOutcome]]) -> None:
        """Notes what became of those events that belong to an import.

        What was noted first stays: of an event whose money is kept aside the counts follow.
        """
        for told, outcome in found:
            event, received = told.event, told.received
            if event.importid is not None and len(event.importid) <= IMPORT_LETTERS_MAX:
                place = received.partition, received.offset
                record = ImportedRecord(event.workspace, event.importid, *place, outcome)
                self.imported.setdefault(place, record)

    def reject(self, received: Received, refusal: Refusal) -> None:
        """Sets an event aside into rejected.v1."""
        self.set_aside.append(SetAside(received, refusal.code, refusal.detail))
        try:
            event: Any = msgspec.json.decode(received.value)
            self._count_refused(received, event.get("workspace"), event.get("importid"))
        except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, RecursionError):
            return

    def _count_refused(self, received: Received, workspace: Any, import_id: Any) -> None:
        """A refusal counts whatever was noted before; what cannot be a key is not counted."""
        if received.topic != METRICS_TOPIC or has_nul(received.value):
            return
        texts = isinstance(workspace, str) and isinstance(import_id, str)
        if texts and max(len(workspace), len(import_id)) <= IMPORT_LETTERS_MAX:
            place = received.partition, received.offset
            record = ImportedRecord(workspace, import_id, *place, MeasuresOutcome.REJECTED)
            self.imported[place] = record
