"""The mode and grain that a report keeps for ever. Pure."""

from typing import NamedTuple

from kpi_monitor.records.measures import Refusal
from kpi_monitor.records.record import MetricsRecord

DELTA, BY_HOUR, BY_DAY = ("delta", "pane"), ("snapshot", "hour"), ("snapshot", "day")


class ReportShape(NamedTuple):
    """What a report keeps for ever, and the number that stands for it."""

    mode: str
    grain: str
    stream: int


def shape_of(told: MetricsRecord) -> tuple[str, str]:
    """(mode, grain) that a (source, report) keeps for ever; the grain of deltas is their pane."""
    data = told.event.data
    if data.mode == "delta":
        return DELTA
    return BY_HOUR if "T" in (data.period or "") else BY_DAY


def other_shape(shape: tuple[str, str], fixed: ReportShape) -> Refusal:
    """The refusal of a shape that is not the first one seen of its report."""
    mode, grain = shape
    if mode != fixed.mode:
        return Refusal("mode_conflict", f"the report is {fixed.mode}, the event {mode}")
    return Refusal("granularity_conflict", f"the report is by {fixed.grain}, the event by {grain}")
