"""A storm costs statements by the round, not by the alert (style rule 12), and scans by index."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path, flush_groups_max=1000) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


def breaches_of(count: int, seq: int = 1, **changes: object) -> list[Breach]:
    found = []
    for number in range(count):
        line = f"L{number:03d}"
        labels = {"campaign": "double11-2025", "line": line, "rule": "pacing-high"}
        name = f"pacing-high/line:{line}/1"
        found.append(
            make_breach(breach=name, seq=seq, group={"line": line}, labels=labels, **changes)
        )
    return found


async def statements(world: World, minute: int, breaches: list[Breach]) -> int:
    """How many statements a poll of these breaches and the flush after it take."""
    seen: list[str] = []
    batch = world.poll(*breaches)
    async with transaction(world.pool) as conn:
        await set_manual(conn, at(minute))
        with conn.query_logger(lambda query: seen.append(query.query)):
            await world.handlers.on_breaches(conn, batch)
            await world.flusher.flush(conn)
    return len(seen)


@pytest.mark.parametrize("grouping", ["[campaign, line]", "[campaign]"])
async def test_the_statements_of_a_round_do_not_grow_with_its_alerts(
    world: World, grouping: str
) -> None:
    world.configure(CONFIGURATION.replace("[campaign, line]", grouping))
    few = await statements(world, 0, breaches_of(3))
    many = await statements(world, 5, breaches_of(120)[3:])
    assert many <= few < 60
    ended = {"transition": "resolved", "seq": 2, "event_time": at(9)}
    assert await statements(world, 10, breaches_of(120, **ended)) <= few
    rows = await world.rows()
    assert {row["state"] for row in rows} == {"pending"}
    assert len(rows) == 120 * 2 * 2
    assert [int(row["notification"]) for row in rows] == sorted(
        int(row["notification"]) for row in rows
    )
    by_line = {row["labels"]["line"] for row in rows if row["body"] and row["labels"]["line"]}
    assert len(by_line) == 120
    for row in rows:
        assert row["explain"]["breach"] == f"pacing-high/line:{row['labels']['line']}/1"


async def test_a_round_is_one_line_of_the_log_however_much_it_decides(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await world.tell(*breaches_of(120))
    capsys.readouterr()
    await world.flush(at(0))
    [line] = [one for one in capsys.readouterr().out.splitlines() if "decided" in one]
    for count in ("groups=120", "notifications=240", "messages=240"):
        assert count in line
    await world.flush(at(1))
    assert "decided" not in capsys.readouterr().out, "who says nothing logs nothing"


async def test_a_message_of_many_alerts_stands_once_in_the_audit_topic(world: World) -> None:
    world.configure(CONFIGURATION.replace("[campaign, line]", "[campaign]"))
    await world.tell(*breaches_of(30))
    await world.flush(at(0))
    await world.deliver()
    values = await world.pool.fetch("SELECT value FROM alerts.outbox ORDER BY id")
    told = [json.loads(row["value"])["data"] for row in values]
    assert len(told) == 30 * 2 * 2
    assert all(data["delivery"] for data in told)
    texts = [data for data in told if data["body"]]
    deliveries = {data["delivery"] for data in told}
    assert len(texts) == 2 * len(deliveries), "at its decision and at its attempt"
    assert {data["delivery"] for data in texts} == deliveries
