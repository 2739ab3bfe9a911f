"""Deltas by their ids: the first of each counts. Pure."""

from collections.abc import Iterable, Mapping

from kpi_monitor.records.measures import Refusal
from kpi_monitor.records.record import MetricsRecord


def distinct_deltas(
    deltas: Iterable[MetricsRecord],
) -> tuple[dict[int, dict[str, MetricsRecord]], list[MetricsRecord]]:
    """One event per stream and id, the first, and the others."""
    first: dict[int, dict[str, MetricsRecord]] = {}
    repeats: list[MetricsRecord] = []
    for told in deltas:
        seen = first.setdefault(told.stream, {}).setdefault(told.event.id, told)
        if seen is not told:
            repeats.append(told)
    return first, repeats


def reused(
    first: Mapping[int, Mapping[str, MetricsRecord]],
    repeats: Iterable[MetricsRecord],
    stored: Mapping[tuple[int, str], bytes],
) -> list[MetricsRecord]:
    """Events whose id stands for another body: of `distinct_deltas`, held against what is stored.

    `stored`: the bodies of those ids that are stored with another body than that of the first.
    """
    found = [first[stream][name] for stream, name in stored]
    for told in repeats:
        body = stored.get((told.stream, told.event.id))
        if body is None:
            body = bytes.fromhex(first[told.stream][told.event.id].event.bodyhash)
        if body != bytes.fromhex(told.event.bodyhash):
            found.append(told)
    return found


def id_reused() -> Refusal:
    """The refusal of an id that came before with another body."""
    return Refusal("id_reused", "this id came before with another body")
