"""What keeps the service well over years: sweeping, bounded looks at the ledger, known gaps."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from budget.imports.sweeps import sweeps
from budget.invariants.look import Invariants
from shared.database.pool import transaction
from shared.errors import UnavailableError
from tests.integration.budget.budget_helpers import Service, running_campaign
from tests.integration.budget.spend import at, delta, snapshot

TOTALS = "/v1/campaigns/c1/totals"
GAP = """
INSERT INTO budget.offset_gaps (group_id, topic, partition, from_offset, to_offset, reason,
                                lost_from, lost_to)
VALUES ('budget', 'spend.v1', $1, 0, 9, $2, $3, $4)
"""


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-06 00:00") as made:
        yield made


async def age(service: Service, import_id: str, days: int) -> None:
    async with transaction(service.pool) as conn:
        for table in ("imports", "import_progress"):
            await conn.execute(
                f"UPDATE budget.{table} SET counted_at = counted_at - make_interval(days => $2) "
                "WHERE import_id = $1",
                import_id,
                days,
            )


async def sweep(service: Service, rows_max: int) -> dict[str, int]:
    async with transaction(service.pool) as conn:
        now = datetime.now(UTC)
        found = sweeps(service.settings).items()
        return {table: await one.run(conn, now, rows_max) for table, one in found}


async def test_only_counters_beyond_their_horizon_are_swept_a_bounded_number_at_a_time(
    service: Service,
) -> None:
    noon = at("11-05 12:00")
    for name, days in (("i1", 401), ("i2", 401), ("i3", 399)):
        await service.post(delta("ads", name, noon, "1.00", importid=name))
        await age(service, name, days)
    assert await sweep(service, 1) == {"imports": 1, "import_facts": 0, "import_progress": 1}
    assert await sweep(service, 10) == {"imports": 1, "import_facts": 0, "import_progress": 1}
    assert await sweep(service, 10) == {"imports": 0, "import_facts": 0, "import_progress": 0}
    async with service.caller("eve", "viewer") as viewer:
        assert (await viewer.get("/v1/imports/i1", 404))["code"] == "import_unknown"
        assert (await viewer.get("/v1/imports/i3"))["inserted"] == 1
        assert (await viewer.get(TOTALS))["total"]["actual"] == "3.00"
        assert (await viewer.get("/v1/invariants"))["holds"]


async def test_an_import_that_is_still_counted_is_not_old(service: Service) -> None:
    noon = at("11-05 12:00")
    await service.post(delta("ads", "1", noon, "1.00", importid="i1"))
    await age(service, "i1", 401)
    await service.post(delta("ads", "2", noon, "1.00", importid="i1"))
    assert await sweep(service, 10) == {"imports": 0, "import_facts": 0, "import_progress": 0}


async def test_many_who_ask_for_the_invariants_share_one_look_at_the_ledger(
    service: Service,
) -> None:
    looks = 0

    @dataclass(slots=True)
    class Counting(Invariants):
        takes_s: float = 0.2

        async def _look(self, workspace: str) -> dict[str, Any]:
            nonlocal looks
            looks += 1
            found = await Invariants._look(self, workspace)
            await asyncio.sleep(self.takes_s)
            return found

    kept = Counting(service.pool, timeout_s=60, long_s=0.1, takes_s=3.0)
    answers = await asyncio.gather(*(kept.of("default") for _ in range(20)), kept.of("other"))
    assert looks == 2
    assert all(answer["holds"] for answer in answers)
    assert (await kept.of("default")) is answers[0]
    looks = 0
    fresh = Counting(service.pool, timeout_s=60, long_s=3600)
    await asyncio.gather(*(fresh.of("default") for _ in range(20)))
    assert looks == 2, "one that was under way, and one for all who asked meanwhile"
    await fresh.of("default")
    assert looks == 3


async def test_each_broken_rule_of_the_ledger_is_named_and_only_in_its_workspace(
    service: Service,
) -> None:
    await service.post(
        delta("ads", "1", at("11-05 12:00"), "1.00"),
        snapshot("ads2", "11-04", 1, "2.00", at("11-05 00:00"), campaign="none"),
    )
    await service.seal()
    for statement, broken in (
        ("UPDATE budget.accounts SET balance = balance + 1 WHERE kind = 'line'",
         {"drift", "days", "told"}),
        ("UPDATE budget.accounts SET entries = entries + 1", {"counters"}),
        ("UPDATE budget.days SET actual = actual + 1", {"days"}),
        ("UPDATE budget.held SET amount = amount + 1", {"held"}),
        ("UPDATE budget.facts SET amount = amount + 1", {"facts"}),
    ):  # fmt: skip
        async with service.pool.acquire() as conn:
            undo = conn.transaction()
            await undo.start()
            await conn.execute(statement)
            answer = await Invariants(OneConnection(conn), 60).of("default")  # type: ignore[arg-type]
            other = await Invariants(OneConnection(conn), 60).of("other")  # type: ignore[arg-type]
            await undo.rollback()
        assert {name for name, holds in answer["checks"].items() if not holds} == broken
        assert other == {**other, "holds": True, "accounts": 0, "entries": 0}


class OneConnection:
    """A pool of a connection that is in a transaction already."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    def acquire(self) -> "OneConnection":
        return self

    def transaction(self, **_: Any) -> "OneConnection":
        return self

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


async def test_a_ledger_too_long_to_add_up_in_time_is_said_so(service: Service) -> None:
    """Somebody's lock stands for a ledger that takes long."""
    service.settings.totals_timeout_s = 0.2
    limited = Invariants(service.pool, timeout_s=0.2)
    async with transaction(service.pool) as conn:
        await conn.execute("LOCK TABLE budget.entries")
        with pytest.raises(UnavailableError, match="invariants_timeout"):
            await limited.of("default")
        async with service.caller("eve", "viewer") as viewer:
            refused = await viewer.get(TOTALS, 503, known_at="2025-11-05T00:00:00Z")
            assert refused["code"] == "totals_timeout"
            assert (await viewer.get(TOTALS))["incomplete"] == []
    assert (await Invariants(service.pool, timeout_s=60).of("default"))["holds"]


async def test_totals_say_when_records_were_lost(service: Service) -> None:
    """Promise 7: figures over a gap that somebody accepted look like no others."""
    async with service.pool.acquire() as conn:
        for partition, reason, start, end in (
            (0, "before", at("10-01 00:00"), at("10-31 00:00")),
            (1, "disk lost", at("11-03 10:00"), at("11-03 12:00")),
            (2, "nobody knows", None, at("11-04 00:00")),
        ):
            await conn.execute(GAP, partition, reason, start, end)
    async with service.caller("eve", "viewer") as viewer:
        told = (await viewer.get(TOTALS))["incomplete"]
    assert told == [
        {"from": None, "to": "2025-11-03T16:00:00Z", "reason": "nobody knows"},
        {"from": "2025-11-03T02:00:00Z", "to": "2025-11-03T04:00:00Z", "reason": "disk lost"},
    ]


async def test_which_rows_imports_had_is_kept_as_long_as_days_are_restated(
    service: Service,
) -> None:
    """One for each row of each daily load: kept for a year, they would outgrow the ledger."""
    for name in ("i1", "i2"):
        await service.post(snapshot("ads", "11-03", 1, "1.00", at("11-05 00:00"), importid=name))
    async with service.pool.acquire() as conn:
        await conn.execute(
            "UPDATE budget.import_facts SET counted_at = now() - interval '61 days' "
            "WHERE import_id = 'i1'"
        )
    assert (await sweep(service, 10))["import_facts"] == 1
    assert (await sweep(service, 10))["import_facts"] == 0
