"""Events from bytes, and what of them breaks the contract. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from kpi_monitor import totals
from kpi_monitor.catalog import LineObject, flight_end, read_mapping
from kpi_monitor.folding import Refusal
from kpi_monitor.suspense import SuspenseObject
from shared.events import (
    CATALOG_DECODER,
    TOTALS_DECODER,
    BudgetTotals,
    CatalogItem,
    Envelope,
    has_nul,
)
from shared.kafka.consumer import Received
from shared.money import MoneyError

T = TypeVar("T")
UNREADABLE = (
    msgspec.DecodeError,
    MoneyError,
    UnicodeDecodeError,
    KeyError,
    TypeError,
    RecursionError,
)
ItemKey = tuple[str, str, str]
"""(workspace, kind, id) of a planning object."""


def decode(
    received: Sequence[Received], decoder: Callable[[bytes], T]
) -> tuple[list[tuple[Received, T]], list[tuple[Received, Refusal]]]:
    """Typed events; what breaks the contract is refused by name and never stops a partition."""
    events: list[tuple[Received, T]] = []
    refused: list[tuple[Received, Refusal]] = []
    for one in received:
        if has_nul(one.value):
            refused.append((one, Refusal("unparseable", "text with a NUL character")))
            continue
        try:
            events.append((one, decoder(one.value)))
        except UNREADABLE as error:
            detail = f"{type(error).__name__}: {error}"
            refused.append((one, Refusal("unparseable", detail)))
    return events, refused


def checked_totals(value: bytes) -> Envelope[BudgetTotals]:
    """A totals message. Raises what `decode` refuses."""
    event = TOTALS_DECODER.decode(value)
    totals.check(event.data)
    return event


def checked_item(value: bytes) -> Envelope[CatalogItem]:
    """A planning object that can be used. Raises what `decode` refuses."""
    event = CATALOG_DECODER.decode(value)
    if event.data.kind == "mapping":
        read_mapping(event.data.id, event.data.object)
    elif event.data.kind == "campaign":
        flight_end(event.data.object)
    elif event.data.kind == "line":
        msgspec.convert(event.data.object, LineObject)
    elif event.data.kind == "suspense":
        msgspec.convert(event.data.object, SuspenseObject)
    return event


def newest(
    events: Iterable[tuple[Received, Envelope[CatalogItem]]],
) -> Mapping[ItemKey, Envelope[CatalogItem]]:
    """The newest version of each planning object told."""
    found: dict[ItemKey, Envelope[CatalogItem]] = {}
    for _, event in events:
        key = (event.workspace, event.data.kind, event.data.id)
        if key not in found or found[key].data.version < event.data.version:
            found[key] = event
    return found


def placing(planned: Iterable[ItemKey]) -> set[str]:
    """Workspaces in which these objects may place what is kept aside."""
    return {workspace for workspace, kind, _ in planned if kind in ("mapping", "campaign")}
