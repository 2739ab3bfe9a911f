"""docs/guide/alerts.md, done as it says: critical at once to two, the rest in a mail at nine."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.commands.alerts_file import counts_of, labels_of, line_of, read_file, who_hears
from cli.fakes.slack import FakeSlack
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import SECRET, World, make_world
from tests.root import ROOT
from tests.unit.alerts.builders import at, make_breach

GUIDE = (ROOT / "docs" / "guide" / "alerts.md").read_text(encoding="utf-8")
ROUTE = "./paceline alerts route --file alerts.d/default.yml "
NINE = datetime(2025, 11, 4, 1, tzinfo=UTC)


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as found:
        yield found


@pytest.fixture
async def world(database_url: str, tmp_path: Path, slack: FakeSlack) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.environment |= {
            "OPS_SLACK_URL": slack.url,
            "WANG_LEI_DINGTALK_URL": found.robot.url,
            "WANG_LEI_DINGTALK_SECRET": SECRET,
        }
        # The fakes listen on this machine.
        text = block("yaml").replace("_URL}", "_URL, allow_private: true}")
        found.configure(text.replace("_URL, secret", "_URL, allow_private: true, secret"))
        yield found


def breach_of(line: str, severity: str) -> Breach:
    return make_breach(
        breach=f"pacing-high/line:{line}/1",
        severity=severity,
        group={"line": line},
        labels={"campaign": "double11-2025", "line": line, "rule": "pacing-high"},
        owner="wang.lei",
    )


async def test_what_is_critical_goes_to_the_room_and_to_its_owner_the_rest_in_a_digest_at_nine(
    world: World, slack: FakeSlack
) -> None:
    await world.tell(breach_of("L03", "critical"), breach_of("L04", "warning"))
    await world.flush(at(0))
    await world.deliver()
    assert (len(slack.messages), len(world.robot.messages)) == (1, 1)
    assert world.inbox.mails == []
    await world.flush(NINE + timedelta(minutes=3))
    await world.deliver()
    assert len(world.inbox.mails) == 1
    told = {(row["receiver"], row["labels"]["line"], row["state"]) for row in await world.rows()}
    assert told == {
        ("room", "L03", "delivered"),
        ("wang.lei", "L03", "delivered"),
        ("team", "L04", "delivered"),
    }


def test_the_file_is_checked_and_explained_as_the_guide_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPS_SLACK_URL", "https://hooks.slack.com/services/T0/B0/x")
    monkeypatch.setenv(
        "WANG_LEI_DINGTALK_URL", "https://oapi.dingtalk.com/robot/send?access_token=T"
    )
    monkeypatch.setenv("WANG_LEI_DINGTALK_SECRET", SECRET)
    file = tmp_path / "default.yml"
    file.write_text(block("yaml"), encoding="utf-8")
    found = read_file(file)
    said: list[str] = []
    for line in block("console").splitlines():
        if line.startswith(f"$ {ROUTE}"):
            said.append(line)
            labels = labels_of(line.removeprefix(f"$ {ROUTE}").split())
            said += [line_of(one) for one in who_hears(found, labels)]
        elif line.startswith("$ "):
            counts = " ".join(f"{name}={count}" for name, count in counts_of(found).items())
            said += [line, f"ok {counts}"]
    assert "\n".join(said) == block("console").rstrip()
    assert found.doubts == ()
