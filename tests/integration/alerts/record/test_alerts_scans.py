"""What is looked for often is found by an index, also among 200,000 notifications.

The plan is asked of PostgreSQL itself: no table that only grows is read from end to end.
"""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from alerts.delivery import store as store_deliveries
from alerts.delivery import store_unsent
from alerts.episodes import store as store_alerts
from alerts.quiet import store as store_quiet
from alerts.record import store as store_read
from alerts.record import store_response_times
from alerts.record import sweep as store_sweep
from alerts.telling import store as store_groups
from shared.http.reach import Reach
from tests.integration.alerts.alerts_world import World, make_world

FILL = """
INSERT INTO alerts.alerts (workspace, fingerprint, campaign, episodes, labels)
SELECT 'w' || n % 10, n::text, 'c' || n % 500, 1, '{}' FROM generate_series(1, 20000) AS n;
INSERT INTO alerts.episodes (alert, episode, workspace, breach, seq, state, severity, restated_at,
  starts_at, ends_at, decided_at, routing_labels)
SELECT alert, 1, workspace, 'b' || alert, 1, CASE WHEN alert % 200 = 0 THEN 'firing'
  ELSE 'resolved' END, 'warning', 0, now(), now(), now() - alert * interval '1 min',
  jsonb_build_object('campaign', campaign, 'severity', 'warning')
FROM alerts.alerts;
INSERT INTO alerts.transitions (alert, episode, seq, signal) SELECT alert, 1, 1, '{}'
FROM alerts.alerts;
INSERT INTO alerts.groups (workspace, group_key, receiver, labels, snapshot, flushed_at, due_at)
SELECT workspace, alert::text, 'ops', '{}', '{}', decided_at,
  CASE WHEN alert % 200 = 0 THEN now() + interval '1 day' END
FROM alerts.episodes ORDER BY alert;
INSERT INTO alerts.group_members (group_id, alert, episode, active)
SELECT alert, alert, 1, alert % 200 = 0 FROM alerts.alerts;
INSERT INTO alerts.told (group_id, channel_id, alert, episode, seq, severity, firing)
SELECT alert, 'email:a', alert, 1, 1, 'warning', alert % 200 = 0 FROM alerts.alerts;
INSERT INTO alerts.deliveries (delivery, workspace, group_id, receiver, channel_id, target, locale,
  title, body, state, created_at, delivered_at)
SELECT 'd' || n, 'w' || n % 10, n % 20000 + 1, 'ops', 'email:a', '{"kind": "email", "to": []}',
  'en', '', '', CASE WHEN n % 1000 = 0 THEN 'failed' WHEN n % 10 = 1 THEN 'accepted'
    ELSE 'delivered' END,
  now() - n * interval '1 min', now() - n * interval '1 min'
FROM generate_series(1, 200000) AS n;
INSERT INTO alerts.notifications (workspace, delivery, group_id, receiver, channel_id, channel,
  alert, episode, seq, fingerprint, campaign, reason, transition, severity, state, locale,
  decided_at, labels, explain)
SELECT 'w' || n % 10, CASE WHEN n % 100 > 0 THEN 'd' || n END, n % 20000 + 1,
  CASE WHEN n % 5000 = 0 THEN 'rare' ELSE 'ops' END, 'email:a', 'email', n % 20000 + 1, 1, 1,
  'f', 'c' || n % 500, 'first notification', 'firing', 'warning',
  CASE WHEN n % 100 = 0 THEN 'suppressed' END, 'en', now() - (200000 - n) * interval '1 min',
  '{}', '{}'
FROM generate_series(1, 200000) AS n;
ANALYZE;
"""
GROWING = {"alerts", "episodes", "transitions", "groups", "group_members", "told", "deliveries"}
GROWING |= {"notifications", "notify_log"}


@pytest.fixture(scope="module")
def filled() -> list[str]:
    """A note that the rows are there: they are made once for all tests of this file."""
    return []


@pytest.fixture
async def world(
    database_url: str, tmp_path: Path, filled: list[str]
) -> AsyncIterator[asyncpg.Connection]:
    if not filled:
        async with make_world(database_url, tmp_path) as made:
            await fill(made)
        filled.append("yes")
    conn = await asyncpg.connect(database_url)
    yield conn
    await conn.close()


async def fill(world: World) -> None:
    conn = await asyncpg.connect(world.settings.database_url, command_timeout=120)
    await conn.execute(FILL)
    await conn.close()


async def scans(conn: asyncpg.Connection, query: str, *values: Any) -> set[str]:
    """The growing tables that this statement reads from end to end."""
    [row] = await conn.fetch(f"EXPLAIN (FORMAT JSON) {query}", *values)
    return set(_scanned(json.loads(row[0])[0]["Plan"]))


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING:
        yield node["Relation Name"]
    for child in node.get("Plans", ()):
        yield from _scanned(child)


async def costs(conn: asyncpg.Connection, query: str, *values: Any) -> int:
    """Pages touched when it is run."""
    [row] = await conn.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", *values)
    plan = json.loads(row[0])[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


GROUPS = list(range(1, 51))
EPISODES = [GROUPS, [1] * len(GROUPS)]
NAMED = [["w0", "w1"], ["room", "room"], ["dingtalk:ROOM", "dingtalk:ROOM"]]
CAMPAIGNS = [f'{{"campaign": "c{number}"}}' for number in range(200, 400)]
STATEMENTS: list[tuple[str, str, list[Any]]] = [
    ("claim", store_deliveries.CLAIMABLE, [*NAMED, 16]),
    ("idle, deliveries", store_deliveries.UNSENT_DUE, [*NAMED]),
    ("gauges", store_unsent.UNSENT, [*NAMED]),
    ("idle, groups", store_groups.DUE, []),
    ("open", store_alerts.LIST_OPEN, ["w1", 0, 0, 1000]),
    ("open, again", store_alerts.FIND_OPEN, EPISODES),
    ("former", store_alerts.FORMER, EPISODES),
    ("members", store_groups.MEMBERS, [GROUPS, 100]),
    ("told", store_groups.TOLD, [GROUPS]),
    ("waiting", store_groups.WAITING, [GROUPS]),
    ("sources", store_quiet.SOURCES, ["w0", CAMPAIGNS]),
    ("inhibited", store_quiet.FIND_INHIBITED, ["w0", CAMPAIGNS]),
]


@pytest.mark.parametrize(("name", "query", "values"), STATEMENTS)
async def test_what_a_loop_asks_reads_no_table_from_end_to_end(
    world: asyncpg.Connection, name: str, query: str, values: list[Any]
) -> None:
    if "$1" in query and not values:
        values = [await world.fetchval("SELECT now()")]
    assert await scans(world, query, *values) == set(), name
    assert await costs(world, query, *values) < 2_500, name


@pytest.mark.parametrize(
    ("query", "oldest"),
    [
        (store_sweep.FORGET_NOTIFICATIONS, "min(decided_at) FROM alerts.notifications"),
        (store_sweep.STRIP_EPISODES, "min(decided_at) FROM alerts.episodes"),
        (store_sweep.FORGET_GROUPS, "min(flushed_at) FROM alerts.groups"),
    ],
)
async def test_forgetting_looks_only_at_what_is_old(
    world: asyncpg.Connection, query: str, oldest: str
) -> None:
    before = await world.fetchval(f"SELECT interval '10 min' + {oldest}")
    assert await scans(world, query, before, 1000) == set()


FILTERS: list[tuple[str, store_read.NotificationFilter]] = [
    ("everything", store_read.NotificationFilter(None, None, None, None)),
    ("a campaign", store_read.NotificationFilter("c1", None, None, None)),
    ("an alert", store_read.NotificationFilter(None, 11, None, None)),
    ("a receiver", store_read.NotificationFilter(None, None, "rare", None)),
    ("nobody's receiver", store_read.NotificationFilter(None, None, "nobody", None)),
    ("delivered", store_read.NotificationFilter(None, None, None, "delivered")),
    ("failed", store_read.NotificationFilter(None, None, None, "failed")),
    ("parked: none", store_read.NotificationFilter(None, None, None, "parked")),
    ("accepted: none", store_read.NotificationFilter(None, None, None, "accepted")),
    ("suppressed", store_read.NotificationFilter(None, None, None, "suppressed")),
    ("muted: none", store_read.NotificationFilter(None, None, None, "muted")),
    ("failed of a campaign", store_read.NotificationFilter("c0", None, None, "failed")),
]


@pytest.mark.parametrize(("name", "wanted"), FILTERS)
async def test_notifications_are_found_by_index(
    world: asyncpg.Connection, name: str, wanted: store_read.NotificationFilter
) -> None:
    query = store_read.notifications_query(Reach("w0"), 0, wanted, 101)
    assert await scans(world, *query) == set(), name
    assert await costs(world, *query) < 2_500, name


async def test_where_everything_is_accepted_a_page_of_it_is_found_on_the_way(
    world: asyncpg.Connection,
) -> None:
    wanted = store_read.NotificationFilter(None, None, None, "accepted")
    query = store_read.notifications_query(Reach("w1"), 0, wanted, 101)
    assert len(await world.fetch(*query)) == 101
    assert await scans(world, *query) == set()
    assert await costs(world, *query) < 2_500


@pytest.mark.parametrize(
    "wanted",
    [
        store_read.AlertFilter(None, None),
        store_read.AlertFilter("c10", None),
        store_read.AlertFilter(None, True),
        store_read.AlertFilter("c10", False),
    ],
)
async def test_alerts_are_found_by_index(
    world: asyncpg.Connection, wanted: store_read.AlertFilter
) -> None:
    query = store_read.alerts_query(Reach("w0"), 0, wanted, 101)
    assert await scans(world, *query) == set()
    assert await costs(world, *query) < 4_000


async def test_response_times_read_their_period_alone(world: asyncpg.Connection) -> None:
    begin = await world.fetchval(
        "SELECT max(decided_at) - interval '6 h' FROM alerts.notifications"
    )
    query = store_response_times.RESPONSE_TIMES.format(of="n.receiver", limit=1000)
    values = ["w0", begin, begin + timedelta(hours=6), None]
    assert await scans(world, query, *values) == set()
    assert await costs(world, query, *values) < 5_000


QUEUE = """
INSERT INTO alerts.deliveries (delivery, workspace, group_id, receiver, channel_id, target, locale,
  title, body, state)
SELECT 'q' || n, 'w0', n % 1000 + 1, 'ops', 'email:q', '{"kind": "email", "to": []}', 'en', '', '',
  'pending' FROM generate_series(1, 20000) AS n
"""


async def test_a_claim_does_not_look_at_all_that_is_queued(world: asyncpg.Connection) -> None:
    """It sorted the whole queue for each message: 40 ms at 20,000."""
    transaction = world.transaction()
    await transaction.start()
    await world.execute("UPDATE alerts.deliveries SET state = 'delivered' WHERE state = 'failed'")
    await world.execute(QUEUE)
    await world.execute("ANALYZE alerts.deliveries")
    assert await costs(world, store_deliveries.CLAIMABLE, *NAMED, 16) < 300
    await transaction.rollback()
