"""What ids of entries said is carried over into columns."""

import importlib

from budget.ledger.ids import Half, Revision
from cli.migrations.migrate import migrate, migrate_down
from tests.integration.migrations.landed import database_at, execute_many, fetch

MIGRATION = importlib.import_module("cli.migrations.versions.0017_items")
ADD_STREAM = "INSERT INTO budget.streams (workspace, source, stream) VALUES ('w', 's', $1)"
ADD_ENTRY = """
INSERT INTO budget.entries (stream_id, id, entry, kind, bodyhash, account_id, amount, at,
                            recorded_at)
VALUES ($1, $2, $3, $4, $5, 1, 1, '2025-11-05T00:00:00Z', '2025-11-05T00:00:00Z')
"""
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


def test_what_an_entry_is_about_is_carried_over_and_deltas_stay_their_own_items(
    postgres: str,
) -> None:
    rows = [row for key in KEYS for row in stored(key)]
    with database_at(postgres, MIGRATION.down_revision) as url:
        streams = [("s/daily",), ("m/mapping/m1",), ("d",)]
        execute_many(url, ADD_STREAM, streams)
        execute_many(url, ADD_ENTRY, [(1, one[0], n, one[1], None) for n, one in enumerate(rows)])
        execute_many(url, ADD_ENTRY, [(3, "k@1", 99, SPEND, b"body")])
        migrate(url, MIGRATION.revision)
        assert fetch(url, "SELECT kind FROM budget.streams ORDER BY stream_id") == [
            ("s",),
            ("m",),
            ("d",),
        ]
        found = fetch(url, "SELECT id, item_stream, item_key, leaves FROM budget.entries")
        expected = {(entry_id, *item) for entry_id, _, item in rows}
        assert set(found) == expected | {("k@1", None, None, False)}
        migrate_down(url, MIGRATION.down_revision)
