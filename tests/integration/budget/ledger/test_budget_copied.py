"""Deltas that are copied stand in the ledger as if each had been told apart (design.md 1, I6)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from asyncpg import UniqueViolationError

from budget.ledger.delta_entries import CAREFUL_POLLS, DeltaEntries, DeltaRow
from shared.database.pool import transaction
from tests.integration.budget.budget_helpers import (
    Service,
    approve,
    create_campaign,
    running_service,
)
from tests.integration.budget.spend import at, delta

NOW = datetime(2025, 11, 11, 1, 2, 3, 456789, tzinfo=UTC)
ROWS: list[DeltaRow] = sorted(
    [
        (1, "a", 1, 7, 5, NOW, b"\x01" * 16),
        (1, "é–双十一", 2, 7, -(10**18) + 1, at("11-03 00:00"), b""),
        (1, "x" * 256, 3, 2**31 - 1, 10**18 - 1, datetime(1969, 12, 31, tzinfo=UTC), b"\xff" * 100),
        (2**31 - 1, "a", 2**62, 9, 0, NOW - timedelta(microseconds=1), b"\0" * 32),
    ]
)
ENTITIES = {1: '{"campaign":"é"}', 2**62: ""}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-11 00:00"))
        yield made


async def stored(service: Service, copy_rows_min: int, entities: dict[int, str]) -> list[Any]:
    """What one way makes of ROWS; taken back again."""
    async with service.pool.acquire() as conn:
        change = conn.transaction()
        await change.start()
        answer = await DeltaEntries(copy_rows_min).add(conn, ROWS, entities, NOW)
        rows = await conn.fetch("SELECT * FROM budget.entries ORDER BY stream_id, id")
        await change.rollback()
    assert answer == (None, [])
    return rows


async def test_both_ways_write_the_same_rows(service: Service) -> None:
    for entities in ({}, ENTITIES):
        copied = await stored(service, 1, entities)
        assert copied == await stored(service, 500, entities)
        assert len(copied) == len(ROWS)
    assert [row["entity"] for row in copied] == [ENTITIES.get(row["entry"]) for row in copied]


async def test_a_known_id_amid_a_copied_poll_takes_nothing_of_the_others(service: Service) -> None:
    await create_campaign(service)
    await approve(service, effective_from="2025-11-01T00:00:00+08:00")
    known = [delta("ads", f"{n:03d}", at("11-03 10:00"), "1.00") for n in (10, 20)]
    await service.post(*known)
    reused = delta("ads", "020", at("11-03 10:00"), "5.00")
    fresh = [delta("ads", f"{n:03d}", at("11-03 10:00"), "1.00") for n in range(30)]
    await service.post(*[one for one in fresh if one.id != "020"], reused)
    (refused,) = await service.outbox("rejected.v1")
    assert refused["data"]["code"] == "id_reused"
    async with service.caller("eve", "viewer") as viewer:
        totals = await viewer.get("/v1/campaigns/c1/totals")
        assert totals["lines"][0]["actual"] == "30.00"
        assert (await viewer.get("/v1/invariants"))["holds"]


class Counting:
    """A connection that counts the copies it is asked for; each meets a known id."""

    def __init__(self, conn: Any) -> None:
        self.copies = 0
        self._conn = conn
        self.transaction = conn.transaction
        self.fetchrow = conn.fetchrow

    async def copy_to_table(self, *_: object, **__: object) -> None:
        """Fails as PostgreSQL does."""
        self.copies += 1
        raise UniqueViolationError


async def test_a_source_that_repeats_itself_does_not_make_every_poll_fail(
    service: Service,
) -> None:
    entries = DeltaEntries(copy_rows_min=1)
    async with transaction(service.pool) as held:
        conn: Any = Counting(held)
        assert await entries.add(conn, ROWS, {}, NOW) == (None, [])
        assert conn.copies == 1, "known to another transaction that was taken back meanwhile"
        assert await entries.add(conn, ROWS, {}, NOW) == (set(), [])
        assert conn.copies == 2
        for number in range(CAREFUL_POLLS):
            await entries.add(conn, [(3, f"{number}", number, 1, 1, NOW, b"")], {}, NOW)
        assert conn.copies == 2, "for as many polls nothing is tried"
        await entries.add(conn, [(3, "more", 1, 1, 1, NOW, b"")], {}, NOW)
        assert conn.copies == 3
