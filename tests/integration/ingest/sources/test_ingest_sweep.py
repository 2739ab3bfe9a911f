"""Rejections are kept for so many days and no longer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.rejections import store
from ingest.rejections.store import RejectionRow
from shared.database.pool import create_pool, transaction
from shared.database.sweep import forget
from shared.http.reach import Reach
from tests.integration.ingest.ingest_world import settings_for

NOW = datetime.now(UTC)
REJECTIONS = "ingest.rejections", "rejected_at"


def rejection(name: str, days: float) -> RejectionRow:
    return RejectionRow(
        message=name,
        workspace="sweep",
        source="s/1",
        id=name,
        code="wrong_type",
        detail="no",
        topic=None,
        partition=None,
        offset=None,
        event={},
        rejected_at=NOW - timedelta(days=days),
    )


async def test_rejections_older_than_their_horizon_are_deleted_so_many_at_a_time(
    database_url: str, tmp_path: Path
) -> None:
    pool = await create_pool(settings_for("-", "", database_url, tmp_path))
    try:
        async with transaction(pool) as conn:
            rows = [rejection(f"old-{n}", 100 + n) for n in range(5)]
            await store.add_rejections(conn, [*rows, rejection("kept", 89.9)])
            before = NOW - timedelta(days=90)
            counts = [await forget(*REJECTIONS, conn, before, 3) for _ in range(3)]
            kept = await store.list_rejections(
                conn, Reach("sweep"), source=None, code=None, after=2**63 - 1, limit=100
            )
    finally:
        await pool.close()

    assert counts == [3, 2, 0]
    assert [row.id for row in kept] == ["kept"]
