"""`paceline alerts`: whether a file can be used, and who would hear."""

import dataclasses
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from cli.commands.alerts_file import (
    counts_of,
    labels_of,
    line_of,
    read_file,
    result_line,
    who_hears,
)
from cli.commands.oncall import line_of as line_of_turn
from cli.commands.oncall import who_is_on_call
from cli.errors import CommandError, Exit
from cli.processes import Identity
from cli.stack.state import RunInfo, save_run

TEXT = """\
route:
  receiver: ops
  group_by: [campaign]
  routes:
    - {matchers: ['severity="critical"'], receiver: boss, group_wait: 0s, continue: true}
    - {matchers: ['team="search"'], receiver: search, mute_time_intervals: [always]}
receivers:
  - {name: ops, email_configs: [{to: [ops@example.com]}]}
  - {name: boss, email_configs: [{to: [boss@example.com, deputy@example.com]}]}
  - {name: search}
time_intervals:
  - {name: always, time_intervals: [{years: ['2000:2999']}]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "default.yml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def heard_by(file: Path, *labels: str) -> list[str]:
    return [line_of(one) for one in who_hears(read_file(file), labels_of(labels))]


def test_a_file_that_can_be_used_is_counted(file: Path) -> None:
    found = read_file(file)
    assert counts_of(found) == {"receivers": 3, "channels": 3, "routes": 3}
    assert ["no channel" in doubt for doubt in found.doubts] == [True]


def test_a_file_that_cannot_be_used_names_its_line(file: Path) -> None:
    file.write_text(TEXT.replace("group_by", "group_bye"), encoding="utf-8")
    with pytest.raises(CommandError, match=r"default\.yml:3: ") as refused:
        read_file(file)
    assert refused.value.exit_code == Exit.CHECK_FAILED


def test_a_file_that_is_not_there_is_a_slip_of_the_hand(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as refused:
        read_file(tmp_path / "other.yml")
    assert refused.value.exit_code == Exit.USAGE


def test_each_route_says_who_hears_of_what_and_when(file: Path) -> None:
    assert heard_by(file, "campaign=d11", "severity=critical") == [
        "receiver=boss to email:boss@example.com, email:deputy@example.com; "
        "group campaign=d11; after 0s"
    ]
    assert heard_by(file, "campaign=d11") == [
        "receiver=ops to email:ops@example.com; group campaign=d11; after 30s"
    ]
    assert heard_by(file, "team=search", "severity=critical") == [
        "receiver=boss to email:boss@example.com, email:deputy@example.com; "
        "group all as one; after 0s",
        "receiver=search to nobody: it has no channel; group all as one; after 30s; "
        "silent now by always",
    ]


def test_a_route_says_who_is_called_if_nobody_takes_it(file: Path) -> None:
    text = TEXT.replace("group_wait: 0s", "group_wait: 0s, escalation: chain", 1)
    chain = "escalations: [{name: chain, steps: [{after: 15m, to: [ops]}]}]"
    file.write_text(f"{text}{chain}\n", encoding="utf-8")
    boss, _ = heard_by(file, "campaign=d11", "severity=critical", "team=search")
    assert boss.endswith("; after 0s; if nobody takes it: chain")


def test_what_is_no_label_says_how_one_looks() -> None:
    with pytest.raises(CommandError, match="no label such as campaign=d11"):
        labels_of(["campaign"])


def test_what_a_provider_said_stands_behind_its_class() -> None:
    said = {
        "class": "permanent_config",
        "name": "ops-room",
        "provider_code": "310000",
        "provider_message": "sign not match",
    }
    assert result_line(said) == "permanent_config ops-room: 310000 sign not match"


ON_CALL = """
people: [{name: ann}]
schedules:
  - name: turns
    location: UTC
    rotations: [{people: [ann], every: 1w, handoff: "2026-01-05T09:00"}]
  - name: never
    location: UTC
    rotations:
      - {people: [ann], every: 1w, handoff: "2026-01-05T09:00", active_time_intervals: [past]}
"""


def test_each_schedule_says_who_is_on_call(file: Path) -> None:
    past = "  - {name: past, time_intervals: [{years: ['2000']}]}"
    file.write_text(f"{TEXT}{past}\n{ON_CALL}", encoding="utf-8")
    never, turns = map(line_of_turn, who_is_on_call(read_file(file), None))
    assert never.startswith("never: nobody until ")
    assert turns.startswith("turns: ann until ")
    assert [one["on_call"] for one in who_is_on_call(read_file(file), "turns")] == ["ann"]
    with pytest.raises(CommandError, match="no schedule other: the file has never, turns"):
        who_is_on_call(read_file(file), "other")


@pytest.mark.parametrize(
    ("named", "heard"), [(None, "receiver=ops"), ("elsewhere", "receiver=other")]
)
def test_a_question_is_answered_by_the_file_that_runs_unless_the_shell_names_another(
    file: Path, monkeypatch: pytest.MonkeyPatch, named: str | None, heard: str
) -> None:
    other = file.parent / "elsewhere"
    other.mkdir()
    (other / "default.yml").write_text(
        "route: {receiver: other}\nreceivers: [{name: other}]\n", encoding="utf-8"
    )
    if named is None:
        monkeypatch.delenv("PACELINE_ALERTS_DIR", raising=False)
    else:
        monkeypatch.setenv("PACELINE_ALERTS_DIR", str(other))
    mine = Identity.of(os.getpid())
    assert mine is not None
    run = RunInfo(os.getpid(), mine.began, {}, "", "", "", "system", "", 0)
    save_run(file.parent, dataclasses.replace(run, alerts_dir=str(file.parent)))
    asked = ["alerts", "route", "campaign=d11", "--state", str(file.parent)]
    result = CliRunner().invoke(app, asked)
    assert result.stdout.startswith(heard), result.output
    read = (other if named else file.parent) / "default.yml"
    assert f"reads {read}" in result.stderr
