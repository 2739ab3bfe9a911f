"""One poll in work: its transaction, its time, and what is written at its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from kpi_monitor import decoding
from kpi_monitor.changes import Changes
from kpi_monitor.folding import Refusal
from shared.brake import SetAside
from shared.consumer import Received
from shared.database import Conn
from shared.outbox import OutboxRow, rejected_row

SERVICE = "kpi-monitor"
T = TypeVar("T")


@dataclass(slots=True)
class Batch:
    """One poll: the transaction, the time, and what is written at its end."""

    conn: Conn
    now: datetime
    changes: Changes = field(default_factory=Changes)
    touched: set[tuple[str, str, str | None]] = field(default_factory=set)
    rejected: list[OutboxRow] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    remapped: set[str] = field(default_factory=set)
    """Workspaces whose mappings this transaction changes."""
    left: set[tuple[str, str, str, int, int]] = field(default_factory=set)
    """(workspace, campaign, line, start, end) from which something was moved away."""
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

    def reject(self, received: Received, refusal: Refusal) -> None:
        """Sets an event aside into rejected.v1."""
        self.set_aside.append(SetAside(received, refusal.code, refusal.detail))
        workspace = source = event_id = None
        try:
            event: Any = msgspec.json.decode(received.value)
            workspace, source, event_id = (
                event.get(name) for name in ("workspace", "source", "id")
            )
        except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, RecursionError):
            event = received.value
        self.rejected.append(
            rejected_row(
                service=SERVICE,
                code=refusal.code,
                detail=refusal.detail,
                received=received,
                workspace=workspace,
                source=source,
                event_id=event_id,
                event=event,
                time=self.now,
            )
        )
