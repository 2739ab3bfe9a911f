"""Folding into PostgreSQL: once, in any order and batching, with bad input named (I5, I6)."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from kpi_monitor.intake.handlers import Intake
from shared.database.clock import ManualClock
from shared.events import CatalogItem
from shared.kafka.consumer import Received
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, change, heartbeat, metrics_event, totals

M = 1_000_000


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


def mapping(version: int = 1, **changes: Any) -> CatalogItem:
    known = {
        "source": "ads/1",
        "match": {"campaign": "993"},
        "campaign": "double11-2025",
        "line": "L02",
        "effective_from": None,
    }
    return CatalogItem(
        kind="mapping", id="m1", version=version, effective_from=None, object=known | changes
    )


def workload(kpi: World, seed: int) -> tuple[list[Received], dict[tuple[str, str], int]]:
    """Deltas and snapshots with repeats and revisions, and the naive sum by (line, measure)."""
    rng = random.Random(seed)
    sums: dict[tuple[str, str], int] = {}
    events: list[Any] = []
    for n in range(40):
        line, hour, clicks = f"L0{rng.randrange(3)}", rng.randrange(24), rng.randrange(100)
        events.append(
            metrics_event(
                hour,
                mode="delta",
                id=f"d-{n}",
                line=line,
                measures={"clicks": clicks},
                period_end=at(hour) + timedelta(minutes=5),
            )
        )
        sums[line, "clicks"] = sums.get((line, "clicks"), 0) + clicks
    for n in range(10):
        line, hour = f"L0{n % 3}", n
        revisions = [{"clicks": rng.randrange(100), "views": rng.randrange(9)} for _ in range(4)]
        for revision, measures in enumerate(revisions):
            events.append(
                metrics_event(hour, id=f"s-{n}-{revision}", line=line, revision=revision,
                              measures=measures)
            )  # fmt: skip
        for measure, value in revisions[-1].items():
            sums[line, measure] = sums.get((line, measure), 0) + value
    return kpi.metrics(*events), sums


async def line_sums(kpi: World) -> dict[tuple[str, str], int]:
    rows = await kpi.rows(
        "SELECT line, measure, sum(amount)::bigint AS amount"
        " FROM kpi.panes JOIN kpi.series USING (series) GROUP BY 1, 2"
    )
    return {(row["line"], row["measure"]): row["amount"] // M for row in rows}


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_batching_and_repetition_gives_the_naive_sums(
    kpi: World, seed: int
) -> None:
    records, expected = workload(kpi, seed)
    rng = random.Random(seed)
    stream = records + rng.sample(records, 30)
    rng.shuffle(stream)
    while stream:
        size = rng.randrange(1, 30)
        batch, stream = stream[:size], stream[size:]
        restarted = Intake(kpi.settings, ManualClock()) if rng.random() < 0.3 else None
        await kpi.fold(batch, restarted)
    assert await line_sums(kpi) == expected
    assert await kpi.rejected() == []


async def test_two_replicas_folding_the_same_records_at_once_count_them_once(kpi: World) -> None:
    records, expected = workload(kpi, 7)
    other = Intake(kpi.settings, ManualClock())

    async def replica(handlers: Intake, stream: Sequence[Received]) -> None:
        for begin in range(0, len(stream), 7):
            await kpi.fold(stream[begin : begin + 7], handlers)

    await asyncio.gather(replica(kpi.handlers, records), replica(other, records[::-1]))
    assert await line_sums(kpi) == expected


async def test_unmapped_metrics_are_kept_aside_and_moved_when_the_mapping_arrives(
    kpi: World,
) -> None:
    entity = {"account": "1", "campaign": "993"}
    told = metrics_event(10, campaign=None, line=None, entity=entity)
    raised = metrics_event(
        10, campaign=None, line=None, entity=entity, revision=2, measures={"clicks": 3100}
    )
    delta = metrics_event(
        11, campaign=None, line=None, entity=entity, mode="delta", measures={"clicks": 7}
    )
    await kpi.fold(kpi.metrics(told))
    await kpi.fold(kpi.metrics(heartbeat(11), raised, delta))
    assert await kpi.panes() == []
    await kpi.fold(kpi.catalog(mapping()))
    assert await line_sums(kpi) == {("L02", "clicks"): 3107, ("L02", "impressions"): 0}
    assert await kpi.rows("SELECT * FROM kpi.held") == []
    last = metrics_event(
        10, campaign=None, line=None, entity=entity, revision=3, measures={"clicks": 3000}
    )
    await kpi.fold(kpi.metrics(last))
    assert await line_sums(kpi) == {("L02", "clicks"): 3007, ("L02", "impressions"): 0}
    marks = {row["known_ms"] for row in await kpi.rows("SELECT known_ms FROM kpi.panes")}
    assert len(marks) == 2, "what came after the heartbeat stays apart through the move"


async def test_no_event_is_stranded_when_its_mapping_arrives_at_the_same_time(kpi: World) -> None:
    other = Intake(kpi.settings, ManualClock())
    records = [
        kpi.metrics(
            metrics_event(
                10,
                mode="delta",
                id=f"d-{n}",
                campaign=None,
                line=None,
                entity={"campaign": str(n)},
                measures={"clicks": 1},
            )
        )
        for n in range(30)
    ]
    items = [
        kpi.catalog(msgspec.structs.replace(mapping(match={"campaign": str(n)}), id=f"m{n}"))
        for n in range(30)
    ]

    async def feed(handlers: Intake, batches: Sequence[list[Received]]) -> None:
        for batch in batches:
            await kpi.fold(batch, handlers)

    await asyncio.gather(feed(kpi.handlers, records), feed(other, items))
    assert await line_sums(kpi) == {("L02", "clicks"): 30}
    assert await kpi.rows("SELECT * FROM kpi.held") == []


async def test_bad_input_is_named_and_stops_nothing(kpi: World) -> None:
    good = metrics_event(10)
    records = kpi.metrics(
        good,
        metrics_event(10, measures={"clicks": 1}),
        metrics_event(11, measures={"clicks": "many"}),
        metrics_event(12, measures={"spend": "5"}),
        metrics_event(13, mode="delta", time=at(24) - timedelta(days=46)),
        metrics_event(14, period="2025-11-04"),
        heartbeat(25),
    )
    records += [
        Received("metrics.v1", 1, 900, None, b"not json"),
        Received("metrics.v1", 1, 901, None, b'{"type": "paceline.metrics.v1"}'),
        Received("metrics.v1", 1, 902, None, b"[1, 2]"),
        Received("budget.totals.v1", 1, 903, None, b"{}"),
        Received("catalog.v1", 1, 904, None, b"\xff"),
    ]
    broken = kpi.totals(totals(1, changes=[change(1, "1.5e3")]))
    await kpi.fold(records + broken)
    assert sorted(set(await kpi.rejected())) == [
        "future_time",
        "granularity_conflict",
        "measure_not_decimal",
        "measure_reserved",
        "revision_conflict",
        "too_old",
        "unparseable",
    ]
    assert await line_sums(kpi) == {("L02", "clicks"): 3000, ("L02", "impressions"): 200_000}


async def test_an_id_with_another_body_and_a_report_with_another_mode_are_refused_later_too(
    kpi: World,
) -> None:
    await kpi.fold(kpi.metrics(metrics_event(9, mode="delta", id="x", measures={"clicks": 1})))
    await kpi.fold(kpi.metrics(metrics_event(9, mode="delta", id="x", measures={"clicks": 2})))
    await kpi.fold(kpi.metrics(metrics_event(10)))
    await kpi.fold(kpi.metrics(metrics_event(10, measures={"clicks": 9})))
    restarted = Intake(kpi.settings, ManualClock())
    await kpi.fold(kpi.metrics(metrics_event(10, period="2025-11-04", revision=5)), restarted)
    assert await kpi.rejected() == ["id_reused", "revision_conflict", "granularity_conflict"]


async def test_what_is_stored_told_again_beside_another_statement_of_it_is_no_conflict(
    kpi: World,
) -> None:
    """It counts towards quarantine, so the source must not pay for what somebody sent before it."""

    def both(clicks: int) -> list[Received]:
        stated = {"measures": {"clicks": clicks}}
        delta = metrics_event(10, mode="delta", id="d", source="taps/1", line="L03", **stated)
        return kpi.metrics(delta, metrics_event(10, **stated))

    stored, other = both(2), both(1)
    await kpi.fold(stored)
    panes = await kpi.panes()
    await kpi.fold(other + stored)
    await kpi.fold(stored + other)
    assert await kpi.rejected() == ["id_reused", "revision_conflict"] * 2
    assert await kpi.panes() == panes
    await kpi.fold(kpi.metrics(metrics_event(10, revision=2)))
    await kpi.fold(other + stored)
    assert (await kpi.rejected())[4:] == ["id_reused"], "the revision is past"
