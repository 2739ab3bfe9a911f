"""What ids of entries said is carried over into columns."""

import importlib
import uuid

import asyncpg
import sqlalchemy as sa

from budget.ledger.ids import Half, Revision
from cli.helpers import run_coroutine
from cli.migrations.migrate import migrate, migrate_down

MIGRATION = importlib.import_module("cli.migrations.versions.0017_items")
AT = "2025-11-05T00:00:00Z"
KEYS = ["2025-11-03|c1/L1|", "k@1-c", "7|k|+", "a|b@2"]
SPEND, CORRECTION, MOVE, MOVED_CORRECTION = 0, 1, 2, 3


def stored(key: str) -> list[tuple[str, int, tuple[int, str, bool]]]:
    """(id, kind, the item it is about and whether it leaves) of every entry one fact may have."""
    revisions = [
        (Revision(key, 1), SPEND),
        (Revision(key, 2), CORRECTION),
        (Revision(key, 3, "-"), SPEND),
        (Revision(key, 3, "-", True), CORRECTION),
        (Revision(key, 3, "+"), SPEND),
    ]
    halves = [
        (Half(9, key, "-"), MOVE),
        (Half(9, key, "-", True), MOVED_CORRECTION),
        (Half(9, key, "+"), MOVE),
        (Half(9, key, "+", True), MOVED_CORRECTION),
    ]
    return [
        *((made.id, kind, (1, key, made.way == "-")) for made, kind in revisions),
        *((made.id, kind, (9, key, made.way == "-")) for made, kind in halves),
    ]


async def _fill_and_migrate(url: str) -> set[tuple[str, int, str, bool]]:
    conn = await asyncpg.connect(url)
    try:
        for stream in ("s/daily", "m/mapping/m1", "d"):
            await conn.execute(
                "INSERT INTO budget.streams (workspace, source, stream) VALUES ('w', 's', $1)",
                stream,
            )
        rows = [(row[0], number, row[1]) for number, row in enumerate(_all())]
        await conn.executemany(
            "INSERT INTO budget.entries (stream_id, id, entry, kind, account_id, amount, at, "
            f"recorded_at) VALUES (1, $1, $2, $3, 1, 1, '{AT}', '{AT}')",
            rows,
        )
        await conn.execute(
            "INSERT INTO budget.entries (stream_id, id, entry, kind, account_id, amount, at, "
            f"recorded_at, bodyhash) VALUES (3, 'k@1', 99, 0, 1, 1, '{AT}', '{AT}', '\\x00')"
        )
        migrate(url, MIGRATION.revision)
        kinds = await conn.fetch("SELECT stream, kind FROM budget.streams")
        assert {tuple(row) for row in kinds} == {
            ("s/daily", "s"),
            ("m/mapping/m1", "m"),
            ("d", "d"),
        }
        found = await conn.fetch("SELECT id, item_stream, item_key, leaves FROM budget.entries")
        return {tuple(row) for row in found}
    finally:
        await conn.close()


def _all() -> list[tuple[str, int, tuple[int, str, bool]]]:
    return [row for key in KEYS for row in stored(key)]


def test_what_an_entry_is_about_is_carried_over_and_deltas_stay_their_own_items(
    postgres: str,
) -> None:
    name = f"items_{uuid.uuid4().hex[:12]}"
    run_coroutine(_execute(postgres, f"CREATE DATABASE {name}"))
    url = sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)
    try:
        migrate(url, MIGRATION.down_revision)
        found = run_coroutine(_fill_and_migrate(url))
        expected = {(entry_id, *item) for entry_id, _, item in _all()}
        assert found == expected | {("k@1", None, None, False)}
        migrate_down(url, MIGRATION.down_revision)
    finally:
        run_coroutine(_execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()
