"""The rest in a digest at nine: one message of how things stand, at its time alone (W14)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.http.auth import Principal
from shared.http.reach import Reach
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at, make_breach, make_history

AT_NINE = """\
route:
  receiver: ops
  group_by: []
  routes:
    - matchers: ['campaign=~".+"']
      receiver: ops
      group_by: []
      digest: {times: ["09:00"], weekdays: ["monday:friday"], location: Asia/Shanghai}
receivers:
  - name: ops
    locale: en
    dingtalk_configs: [{url_env: OPS_DINGTALK_URL, secret_env: OPS_DINGTALK_SECRET}]
"""
TUESDAY_NINE = datetime(2025, 11, 4, 1, tzinfo=UTC)
LATE = timedelta(minutes=3)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        found.configure(AT_NINE)
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def test_what_happens_in_between_is_one_message_at_the_time(world: World) -> None:
    used = make_breach(
        breach="used/line:L10/1",
        rule="used",
        group={"line": "L10"},
        labels={"campaign": "other-2025", "line": "L10", "rule": "used"},
    )
    await world.tell(*make_history(("firing", "warning", "1.3")), used)
    assert await world.flush(at(60)) == 0
    assert await world.flush(TUESDAY_NINE - timedelta(seconds=1)) == 0
    assert await world.flush(TUESDAY_NINE + LATE) == 1
    assert await world.deliver() == 1
    (message,) = world.robot.messages
    assert message.title == "How things stand: 2 open, 0 over"
    # The next day all that is open is said again, a line for each.
    assert await world.flush(TUESDAY_NINE + timedelta(hours=23)) == 0
    assert await world.flush(TUESDAY_NINE + timedelta(days=1) + LATE) == 1
    assert await world.deliver() == 1
    again = world.robot.messages[1]
    assert again.title == "How things stand: 2 open, 0 over"
    assert again.text.count("\n- ") == 2
    assert {row["state"] for row in await world.rows()} == {"delivered"}


async def test_the_end_of_what_was_told_is_in_the_next_digest_and_then_it_is_silent(
    world: World,
) -> None:
    firing, resolved = make_history(("firing", "warning", "1.3"), ("resolved", "warning", "1.0"))
    await world.tell(firing)
    await world.flush(TUESDAY_NINE + LATE)
    await world.tell(resolved)
    assert await world.flush(TUESDAY_NINE + timedelta(days=1) + LATE) == 1
    assert await world.flush(TUESDAY_NINE + timedelta(days=2) + LATE) == 0
    await world.deliver()
    titles = [message.title for message in world.robot.messages]
    assert titles == ["How things stand: 1 open, 0 over", "How things stand: 0 open, 1 over"]


async def test_a_reload_lets_no_digest_speak_before_its_time(world: World) -> None:
    await world.tell(*make_history(("firing", "warning", "1.3")))
    await world.adoption.reload(Principal(Reach("default"), "ops", frozenset({"admin"})))
    assert await world.flush(at(60)) == 0
