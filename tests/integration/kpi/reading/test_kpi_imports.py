"""What became of the measures of a file: told row by row, each row once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kpi_monitor.intake.handlers import Intake
from shared.access.tokens import generate_keys, sign_token
from shared.database.clock import ManualClock
from shared.database.pool import transaction
from shared.database.sweep import forget
from shared.events import CatalogItem, MetricsEvent
from shared.kafka.consumer import Received
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, heartbeat, metrics_event

NAMES = ("inserted", "updated", "unchanged", "outdated", "rejected", "suspense")


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        await made.fold(made.campaign())
        await made.fold(made.catalog(*(_mapping(ad) for ad in ("107", "108", "109"))))
        yield made


def _mapping(ad: str) -> CatalogItem:
    known = {
        "source": "ads/1",
        "match": {"campaign": ad},
        "campaign": "double11-2025",
        "line": "L02",
        "effective_from": None,
    }
    return CatalogItem(kind="mapping", id=f"m{ad}", version=1, effective_from=None, object=known)


def row(name: str | None, revision: int, ad: str, day: int = 4, **changes: Any) -> MetricsEvent:
    """A row of the daily report `name`."""
    start = at(24 * (day - 4))
    given: dict[str, Any] = {
        "importid": name,
        "id": f"{name}-{ad}-{day}-m",
        "campaign": None,
        "line": None,
        "entity": {"campaign": ad},
        "report": "daily",
        "period": f"2025-11-{day:02d}",
        "period_start": start,
        "period_end": start + timedelta(days=1),
        "revision": revision,
        "measures": {"clicks": 20},
    }
    return metrics_event(**(given | changes))


async def told(kpi: World, name: str) -> dict[str, int]:
    """What is not 0 of the answer; `rows` is always the sum of the rest."""
    reply = await kpi.client.get(f"/v1/imports/{name}")
    assert reply.status_code == 200, reply.text
    answer = reply.json()
    assert answer.pop("import") == name
    assert answer.pop("rows") == sum(answer.values())
    assert tuple(answer) == NAMES
    return {key: value for key, value in answer.items() if value}


async def stand(kpi: World) -> int:
    rows = await kpi.rows(
        "SELECT coalesce(sum(amount), 0)::bigint AS n FROM kpi.panes"
        " JOIN kpi.series USING (series) WHERE measure = 'clicks'"
    )
    return int(rows[0]["n"]) // 1_000_000


OTHER = {"clicks": 31}
OUTCOMES: list[tuple[str, list[MetricsEvent], MetricsEvent, dict[str, int]]] = [
    ("a fact that nobody knew", [], row("f", 1, "107"), {"inserted": 1}),
    ("a higher revision with other values", [row("a", 1, "107")],
     row("f", 2, "107", measures=OTHER), {"updated": 1}),
    ("a higher revision with the same values", [row("a", 1, "107")], row("f", 2, "107"),
     {"unchanged": 1}),
    ("the same revision with the same values", [row("a", 2, "107")], row("f", 2, "107"),
     {"unchanged": 1}),
    ("a lower revision with the same values", [row("a", 3, "107")], row("f", 2, "107"),
     {"unchanged": 1}),
    ("a lower revision with other values", [row("a", 3, "107")],
     row("f", 2, "107", measures=OTHER), {"outdated": 1}),
    ("the same revision with other values", [row("a", 2, "107")],
     row("f", 2, "107", measures=OTHER), {"rejected": 1}),
    ("a measure that comes from the ledger alone", [], row("f", 1, "107", measures={"spend": 1}),
     {"rejected": 1}),
    ("the other grain of its report", [row("a", 1, "107")],
     row("f", 1, "108", period="2025-11-04T10", period_end=at(11), period_start=at(10)),
     {"rejected": 1}),
    ("an entity that no mapping names", [], row("f", 1, "999"), {"suspense": 1}),
    ("money in a currency that the campaign does not count", [],
     row("f", 1, "107", measures={"clicks": 20, "revenue": "5"}, currency="USD"), {"suspense": 1}),
    ("a delta", [], row("f", 1, "107", mode="delta"), {"inserted": 1}),
    ("a delta whose id is known", [row("f", 1, "107", mode="delta", importid="a")],
     row("f", 1, "107", mode="delta"), {"unchanged": 1}),
    ("a delta whose id is known with another body",
     [row("f", 1, "107", mode="delta", importid="a")],
     row("f", 1, "107", mode="delta", measures=OTHER), {"rejected": 1}),
    ("a delta that no mapping names", [], row("f", 1, "999", mode="delta"), {"suspense": 1}),
]  # fmt: skip


@pytest.mark.parametrize("together", [False, True], ids=["polls apart", "one poll"])
@pytest.mark.parametrize(
    ("reason", "before", "event", "expected"), OUTCOMES, ids=[one[0] for one in OUTCOMES]
)
async def test_each_outcome_is_told_apart(
    kpi: World,
    reason: str,
    before: list[MetricsEvent],
    event: MetricsEvent,
    expected: dict[str, int],
    *,
    together: bool,
) -> None:
    polls = [[*before, event]] if together else [before, [event]]
    for poll in polls:
        await kpi.fold(kpi.metrics(*poll))
    assert await told(kpi, "f") == expected, reason
    if before:
        assert await told(kpi, "a") == {"inserted": 1}, reason


async def test_a_day_loaded_again_with_a_row_less_is_unchanged_for_its_measures(
    kpi: World,
) -> None:
    first = row("first", 1, "107"), row("first", 1, "108", measures=OTHER)
    await kpi.fold(kpi.metrics(*first))
    await kpi.fold(kpi.metrics(row("again", 2, "107")))
    assert await told(kpi, "first") == {"inserted": 2}
    assert await told(kpi, "again") == {"unchanged": 1}
    assert await stand(kpi) == 51


@pytest.mark.parametrize("together", [False, True], ids=["polls apart", "one poll"])
async def test_an_older_load_after_a_newer_one_is_outdated_where_it_differs(
    kpi: World, together: bool
) -> None:
    """A repaired report first, then the one of before the repair: four of six days differ."""
    repaired, broken = (10, 9, 11, 8, 10, 9), (10, 4, 0, 0, 3, 9)
    newer, older = (
        kpi.metrics(
            *(
                row(name, revision, "109", day, measures={"clicks": 100, "conversions": count})
                for day, count in enumerate(counts, start=1)
            )
        )
        for name, revision, counts in (("after", 2, repaired), ("before", 1, broken))
    )
    for poll in [newer + older] if together else [newer, older]:
        await kpi.fold(poll)
    assert await told(kpi, "after") == {"inserted": 6}
    assert await told(kpi, "before") == {"unchanged": 2, "outdated": 4}


async def test_a_heartbeat_between_two_loads_changes_no_count(kpi: World) -> None:
    """It gives what follows a mark of its own, so that the poll is written in two rounds."""
    await kpi.fold(
        kpi.metrics(
            row("a", 2, "107"),
            heartbeat(24),
            row("b", 1, "107", measures=OTHER),
            row("c", 3, "107", measures=OTHER),
            row("d", 3, "107", measures=OTHER),
            row("e", 2, "107"),
        )
    )
    assert await told(kpi, "a") == {"inserted": 1}
    assert await told(kpi, "b") == {"outdated": 1}
    assert await told(kpi, "c") == {"updated": 1}
    assert await told(kpi, "d") == {"unchanged": 1}
    assert await told(kpi, "e") == {"outdated": 1}


async def test_a_repair_after_the_report_it_repairs_updates_what_differs(kpi: World) -> None:
    before = [row("before", 1, "109", day, measures={"clicks": day}) for day in (2, 3, 4)]
    after = [row("after", 2, "109", day, measures={"clicks": 3}) for day in (2, 3, 4)]
    await kpi.fold(kpi.metrics(*before, *after))
    assert await told(kpi, "before") == {"inserted": 3}
    assert await told(kpi, "after") == {"updated": 2, "unchanged": 1}


async def test_records_that_are_read_again_are_counted_once(kpi: World) -> None:
    records = kpi.metrics(
        row("f", 1, "107"),
        row("f", 1, "108"),
        row("f", 1, "999"),
        row("f", 1, "107", 5, measures={"spend": 1}),
    )
    expected = {"inserted": 2, "rejected": 1, "suspense": 1}
    await kpi.fold(records)
    assert await told(kpi, "f") == expected
    await kpi.fold(records)
    for one in records:
        await kpi.fold([one], Intake(kpi.settings, ManualClock()))
    assert await told(kpi, "f") == expected


async def test_two_replicas_reading_the_same_records_count_them_once(kpi: World) -> None:
    records = kpi.metrics(*(row("f", 1, "107", day) for day in range(1, 25)))
    other = Intake(kpi.settings, ManualClock())

    async def replica(handlers: Intake, stream: list[Received]) -> None:
        for begin in range(0, len(stream), 6):
            await kpi.fold(stream[begin : begin + 6], handlers)

    await asyncio.gather(replica(kpi.handlers, records), replica(other, records))
    assert sum((await told(kpi, "f")).values()) == 24
    assert await stand(kpi) == 24 * 20


async def test_what_a_mapping_releases_later_is_not_counted_again(kpi: World) -> None:
    await kpi.fold(kpi.metrics(row("f", 1, "999"), row("f", 1, "107")))
    await kpi.fold(kpi.catalog(_mapping("999")))
    assert await stand(kpi) == 40
    assert await told(kpi, "f") == {"inserted": 1, "suspense": 1}


async def test_events_of_no_import_leave_no_row(kpi: World) -> None:
    refused = row(None, 1, "107", 5, measures={"spend": 1})
    await kpi.fold(kpi.metrics(row(None, 1, "107"), row(None, 1, "999"), refused))
    assert await kpi.rows("SELECT FROM kpi.imports") == []
    assert await kpi.rows("SELECT FROM kpi.import_progress") == []


async def test_an_import_is_unknown_elsewhere_and_read_by_a_viewer(
    kpi: World, tmp_path: Path
) -> None:
    await kpi.fold(kpi.metrics(row("f", 1, "107")))
    missing = await kpi.client.get("/v1/imports/g")
    assert (missing.status_code, missing.json()["code"]) == (404, "import_unknown")
    private, _ = generate_keys(tmp_path)
    for workspace, status in (("default", 200), ("acme", 404)):
        token = sign_token(private, subject="eve", roles=["viewer"], workspace=workspace)
        reply = await kpi.client.get("/v1/imports/f", headers={"Authorization": f"Bearer {token}"})
        assert reply.status_code == status, workspace


async def test_counters_go_some_time_after_they_last_changed(kpi: World) -> None:
    await kpi.fold(kpi.metrics(row("f", 1, "107")))
    for table in ("imports", "import_progress"):
        async with transaction(kpi.pool) as conn:
            await conn.execute(f"UPDATE kpi.{table} SET counted_at = $1", at(0))
            by = f"kpi.{table}", "counted_at"
            assert await forget(*by, conn, at(0), 10) == 0
            assert await forget(*by, conn, at(1), 10) == 1
    assert (await kpi.client.get("/v1/imports/f")).status_code == 404
