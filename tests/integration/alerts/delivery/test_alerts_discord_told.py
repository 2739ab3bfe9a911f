"""Discord through the whole service: what is told is saved there, and a pause is kept."""

from pathlib import Path

from cli.fakes.discord import SECRET, FakeDiscord
from cli.fakes.server import Fault
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_history

FILE = (
    CONFIGURATION[: CONFIGURATION.index("    dingtalk_configs")]
    + "    discord_configs: [{url_env: DISCORD_URL, allow_private: true}]\n"
)
FIRING, RESOLVED = make_history(("firing", "critical", "1.6"), ("resolved", "critical", "1.1"))
FAST = b'{"message":"You are being rate limited.","retry_after":64.57,"global":false}'


async def test_what_is_told_is_saved_in_order_and_what_is_too_fast_waits(
    database_url: str, tmp_path: Path
) -> None:
    async with make_world(database_url, tmp_path) as world:
        async with transaction(world.pool) as conn:
            await set_manual(conn, at(0))
        with FakeDiscord() as discord:
            world.environment["DISCORD_URL"] = discord.url
            world.configure(FILE)
            discord.fail_next(Fault(status=429, body=FAST))
            await world.tell(FIRING)
            await world.flush(at(0))
            await world.deliver()
            assert await world.told("discord") == [("firing", "critical", "parked")]
            blocked_s = await world.pool.fetchval(
                "SELECT extract(epoch FROM blocked_until - now())::float8 FROM alerts.destinations"
            )
            assert 30 < blocked_s <= 64.57
            await world.tell(RESOLVED)
            await world.flush(at(10))
            await world.due_again()
            await world.deliver()
            first, second = discord.messages
        assert first["embeds"][0]["color"] == 0xCF222E
        assert second["embeds"][0]["title"].startswith("【已恢复")
        rows = await world.pool.fetch("SELECT message_id FROM alerts.deliveries ORDER BY position")
        assert [row["message_id"] for row in rows] == ["112233445566778001", "112233445566778002"]
        assert SECRET not in str(await world.rows())
