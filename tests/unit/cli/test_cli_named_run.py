"""An installation that `up` did not start is found by the settings that its services have."""

from pathlib import Path

import pytest

from cli.errors import CommandError, Exit
from cli.stack.state import NAMING, require_run

SERVICES = (
    "ingest=http://i:8001 budget=http://b:8002 kpi-monitor=http://k:8003 alerts=http://a:8004"
)
NAMED = dict(zip(NAMING, (SERVICES, "postgresql://p@db/p", "kafka:9092"), strict=True))


def name(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for setting in NAMING:
        monkeypatch.delenv(setting, raising=False)
    for setting, value in settings.items():
        monkeypatch.setenv(setting, value)


def test_all_that_the_services_are_told_names_an_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name(monkeypatch, {**NAMED, "PACELINE_TOPIC_PREFIX": "eu."})
    found = require_run(tmp_path)
    assert (found.urls["ingest"], found.urls["kpi"]) == ("http://i:8001", "http://k:8003")
    assert (found.database, found.kafka) == ("postgresql://p@db/p", "kafka:9092")
    assert found.topic_prefix == "eu."


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({NAMING[1]: ""}, Exit.NOT_READY, "nothing is running"),
        ({NAMING[0]: "ingest=http://i:8001"}, Exit.USAGE, "names no alerts, budget, kpi"),
        ({NAMING[0]: "ingest"}, Exit.USAGE, "PACELINE_SERVICES"),
    ],
)
def test_what_is_not_named_whole_is_said(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    changes: dict[str, str],
    code: Exit,
    words: str,
) -> None:
    name(monkeypatch, {**NAMED, **changes})
    with pytest.raises(CommandError, match=words) as refused:
        require_run(tmp_path)
    assert refused.value.exit_code is code
