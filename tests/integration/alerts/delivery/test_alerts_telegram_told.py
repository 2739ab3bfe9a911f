"""Telegram through the whole service: what a group that moved is told waits for its new id."""

from pathlib import Path

from cli.fakes.telegram import CHAT, TOKEN, FakeTelegram
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach

FILE = (
    CONFIGURATION[: CONFIGURATION.index("    dingtalk_configs")]
    + f"    telegram_configs: [{{token_env: TELEGRAM_TOKEN, chat_id: {CHAT}, name: room, "
    "api_url_env: TELEGRAM_API, allow_private: true}]\n"
)
MOVED = -1009876543210


async def test_a_group_that_moved_hears_all_when_its_entry_is_corrected(
    database_url: str, tmp_path: Path
) -> None:
    async with make_world(database_url, tmp_path) as world:
        async with transaction(world.pool) as conn:
            await set_manual(conn, at(0))
        with FakeTelegram() as telegram:
            world.environment |= {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": telegram.api_url}
            world.configure(FILE)
            telegram.moved_to = MOVED
            await world.tell(make_breach(names={"campaign": "<b>双十一", "line": "@all"}))
            await world.flush(at(0))
            await world.deliver()
            [row] = await world.rows()
            [attempt] = row["attempts"]
            assert (row["state"], attempt["provider_code"]) == ("failed", "migrated")
            assert f"chat_id: {MOVED}" in attempt["provider_message"]
            telegram.moved_to, telegram.chat = None, MOVED
            world.configure(FILE.replace(str(CHAT), str(MOVED)))
            await world.adoption.adopt()
            await world.deliver()
            [message] = telegram.messages
        assert message["text"].startswith("🔴 严重 · &lt;b&gt;双十一 / @\u2060all")
        assert [row["state"] for row in await world.rows()] == ["delivered"]
        row = await world.pool.fetchrow("SELECT message_id, thread_id FROM alerts.deliveries")
        assert tuple(row) == ("1", None)
        assert TOKEN not in str(await world.rows())
