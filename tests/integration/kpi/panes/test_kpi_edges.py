"""Folding at its limits: sums beyond 64 bits, poison, and what a rolled back poll leaves behind."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio

from shared.database.pool import transaction
from shared.events import ENCODER, CatalogItem
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, change, metrics_event, totals

LARGEST = "999999999999.999999"
"""The greatest amount an event may state."""


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


async def sums(kpi: World) -> dict[tuple[str, str], int]:
    rows = await kpi.rows(
        "SELECT line, measure, sum(amount) AS amount"
        " FROM kpi.panes JOIN kpi.series USING (series) GROUP BY 1, 2"
    )
    return {(row["line"], row["measure"]): int(row["amount"]) for row in rows}


async def test_sums_beyond_64_bits_neither_stop_the_service_nor_lose_a_micro(kpi: World) -> None:
    """Ten events of the allowed size leave int64; a poll that cannot be stored never ends."""
    for poll in range(2):
        events = [
            metrics_event(9, mode="delta", id=f"d-{poll}-{n}", measures={"revenue": LARGEST})
            for n in range(12)
        ]
        await kpi.fold(kpi.metrics(*events))
    held = [
        metrics_event(9, mode="delta", id=f"h-{n}", measures={"revenue": LARGEST},
                      campaign=None, line=None, entity={"campaign": "993"})
        for n in range(12)
    ]  # fmt: skip
    await kpi.fold(kpi.metrics(*held))

    assert await sums(kpi) == {("L02", "revenue"): 24 * 999_999_999_999_999_999}
    await kpi.fold(kpi.catalog(mapping("m1", "993", "L03")))
    assert (await sums(kpi))["L03", "revenue"] == 12 * 999_999_999_999_999_999


async def test_totals_above_the_limit_of_one_amount_are_folded(kpi: World) -> None:
    """A totals message is a sum; refusing one would stop its line at the gap for good."""
    await kpi.fold(
        kpi.totals(
            totals(1, actual="1999999999999.00", changes=[change(0, "1999999999999.00")]),
            totals(2, actual="2000000000000.00", changes=[change(1, "1.00")]),
        )
    )
    assert await kpi.rejected() == []
    assert await sums(kpi) == {("L10", "spend"): 2 * 10**12 * 10**6}


def mapping(name: str, entity: str, line: str) -> CatalogItem:
    body = {
        "source": "ads/1",
        "match": {"campaign": entity},
        "campaign": "double11-2025",
        "line": line,
        "effective_from": None,
    }
    return CatalogItem(kind="mapping", id=name, version=1, effective_from=None, object=body)


def poison() -> list[tuple[str, Any]]:
    """(code, event): what breaks the contract in ways that only the database would notice."""
    plain = msgspec.json.decode(ENCODER.encode(metrics_event(9, mode="delta", id="x")))
    labels = {f"level-{n}": f"{n:03d}" * 60 for n in range(20)}
    entity = {"campaign": None, "line": None, "entity": labels}
    snapshot = msgspec.json.decode(ENCODER.encode(metrics_event(9, **entity)))
    delta = msgspec.json.decode(ENCODER.encode(metrics_event(9, mode="delta", id="y", **entity)))
    return [
        ("unparseable", {**plain, "id": "nul\0"}),
        ("unparseable", {**plain, "bodyhash": "no hex"}),
        ("unparseable", {**plain, "id": 5, "workspace": ["x"], "source": {}}),
        ("subject_too_long", snapshot),
        ("subject_too_long", delta),
    ]


async def test_text_that_only_looks_like_a_nul_is_folded(kpi: World) -> None:
    """Six characters, legal at ingest: refused here, an accepted event would be lost."""
    place = {"campaign": None, "line": None, "entity": {"ad": "\\u0000"}}
    await kpi.fold(kpi.metrics(metrics_event(9, **place)))
    await kpi.fold(kpi.metrics(metrics_event(9, mode="delta", id="\\u0000")))
    assert await kpi.rejected() == []
    (row,) = await kpi.rows("SELECT DISTINCT entity FROM kpi.held")
    # As a key, in which a backslash of a name is escaped.
    assert row["entity"] == "ad=\\\\u0000"


async def test_what_the_database_could_not_store_is_set_aside_by_name(kpi: World) -> None:
    expected = []
    for code, event in poison():
        value = msgspec.json.encode(event)
        await kpi.fold([kpi._append("metrics.v1", value, 0)])
        expected.append(code)
    assert await kpi.rejected() == expected
    assert await sums(kpi) == {}


async def test_the_brake_hears_of_what_cannot_be_read_in_each_topic(kpi: World) -> None:
    """Also of what is nested deeper than the decoder goes, which ended the service each time."""
    deep = b'{"type":"paceline.metrics.v1","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    values = [b"not json", deep]
    topics = ("metrics.v1", "budget.totals.v1", "catalog.v1")
    records = [kpi._append(topic, value, 0) for topic in topics for value in values]
    async with transaction(kpi.pool) as conn:
        set_aside = await kpi.handlers.on_batch(conn, records)

    assert sorted(one.received.topic for one in set_aside) == sorted([*topics, *topics])
    assert {one.code for one in set_aside} == {"unparseable"}
    assert await kpi.rejected() == ["unparseable"] * 6


async def test_a_rolled_back_mapping_is_not_remembered(kpi: World) -> None:
    """Its version is given again, to another mapping: entities of that one would be stranded."""
    entity = {"campaign": None, "line": None, "mode": "delta"}
    lost = [
        *kpi.catalog(mapping("m1", "993", "L02")),
        *kpi.metrics(metrics_event(9, id="a", entity={"campaign": "993"}, **entity)),
    ]
    try:
        async with transaction(kpi.pool) as conn:
            await kpi.handlers.on_batch(conn, lost)
            raise ConnectionResetError
    except ConnectionResetError:
        pass
    other = type(kpi.handlers)(kpi.settings, kpi.handlers._clock)
    await kpi.fold(kpi.catalog(mapping("m2", "994", "L03")), other)
    event = metrics_event(9, id="b", entity={"campaign": "994"}, **entity)
    await kpi.fold(kpi.metrics(event))

    assert {line for line, _ in await sums(kpi)} == {"L03"}
