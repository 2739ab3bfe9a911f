"""What ingest answers 202 to, kpi-monitor can keep: an event it could not store would stop it."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.names import SUBJECT_BYTES_MAX
from tests.integration.kpi.kpi_world import World, world
from tests.unit.ingest.ingest_builders import NOW, metrics, stamp, values

RANDOM = random.Random(2711)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def text(characters: int, alphabet: str = LETTERS) -> str:
    """Nothing in it repeats: PostgreSQL would compress that, and the key would fit."""
    return "".join(RANDOM.choices(alphabet, k=characters))


def chinese(characters: int) -> str:
    return "".join(chr(RANDOM.randrange(0x4E00, 0x9FFF)) for _ in range(characters))


def measures() -> dict[str, int]:
    return {f"m{text(63)}": 1 for _ in range(63)}


def entity(bytes_: int) -> dict[str, str]:
    return {f"l{n}": text(197) for n in range(bytes_ // 200)}


LONG = entity(SUBJECT_BYTES_MAX - 100)
SNAPSHOTS: list[tuple[str, dict[str, Any]]] = [
    ("many long measures", {"data_entity": {"ad": "1"}, "data_measures": measures()}),
    ("a long entity", {"data_entity": LONG}),
    ("a long source", {"source": chinese(200), "data_entity": {"ad": chinese(190)}}),
    ("a long report", {"data_report": chinese(200), "data_entity": LONG}),
    ("own names", {"source": chinese(200), "data_campaign": text(64), "data_line": text(64),
                   "data_entity": None, "data_measures": {**measures(), "revenue": "1"}}),
]  # fmt: skip
DELTA = {"data_mode": None, "data_report": None, "data_period": None, "data_revision": None}


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, NOW) as made:
        yield made


@pytest.mark.parametrize("mode", ["snapshot", "delta"])
@pytest.mark.parametrize(("reason", "changes"), SNAPSHOTS, ids=[row[0] for row in SNAPSHOTS])
async def test_the_largest_events_that_are_accepted_can_be_kept_aside(
    kpi: World, reason: str, changes: dict[str, Any], mode: str
) -> None:
    stated = {**changes, "data_currency": "CNY", "id": text(40)}
    event = metrics(**{**stated, **(DELTA if mode == "delta" else {})})
    stamped = stamp({**event, "data": {k: v for k, v in event["data"].items() if v is not None}})
    assert stamped.rejected == [], reason
    for value in values(stamped):
        await kpi.fold([kpi._append("metrics.v1", value, 0)])
    assert await kpi.rejected() == []
    assert await kpi.rows("SELECT FROM kpi.held"), reason
