"""Apprise through the whole service: its yes is `accepted`, and its address is nowhere."""

from pathlib import Path

import pytest

from cli.fakes.json_receiver import SECRET, FakeJsonReceiver
from cli.fakes.server import Fault
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach

pytest.importorskip("apprise", reason="an extra of its own")
pytestmark = pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")
FILE = (
    CONFIGURATION[: CONFIGURATION.index("    dingtalk_configs")]
    + "    apprise_configs: [{url_env: APPRISE_URL}]\n"
)


async def test_what_apprise_says_it_sent_is_accepted(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with make_world(database_url, tmp_path) as world:
        async with transaction(world.pool) as conn:
            await set_manual(conn, at(0))
        with FakeJsonReceiver() as receiver:
            world.environment["APPRISE_URL"] = receiver.url
            world.configure(FILE)
            receiver.fail_next(Fault(status=500))
            await world.tell(make_breach())
            await world.flush(at(0))
            await world.deliver()
            await world.due_again()
            await world.deliver()
            [message] = receiver.messages
        assert message["title"].startswith("(重发/resent) 【严重】")
        [row] = await world.rows()
        assert [one["class"] for one in row["attempts"]] == ["retryable", "accepted"]
        assert (row["state"], row["delivered_at"]) == ("accepted", None)
        assert SECRET not in str(row) + "".join(capsys.readouterr())
