"""`paceline up` finds out what is wrong with a file before it starts anything."""

from pathlib import Path

import pytest

from cli.commands.up import run_up
from cli.errors import CommandError, Exit
from cli.stack.stack import StackOptions
from cli.stack.state import RunLock


def test_a_wrong_file_of_alerts_ends_it_before_anything_is_started(tmp_path: Path) -> None:
    files, state = tmp_path / "alerts.d", tmp_path / "state"
    files.mkdir()
    (files / "default.yml").write_text("route: {receiver: ops}\nreceivers: []\n", encoding="utf-8")
    (files / "agency.yml").write_text("route: [\n", encoding="utf-8")
    options = StackOptions(state=state, environment={"PACELINE_ALERTS_DIR": str(files)})
    with pytest.raises(CommandError) as caught:
        run_up(options, as_json=False)
    assert caught.value.exit_code == Exit.NOT_READY
    said = str(caught.value)
    assert "nothing was started" in said
    assert "default.yml:1: receiver 'ops' is not defined" in said
    assert "agency.yml:" in said, "all of it is said at once"
    assert [path.name for path in state.iterdir()] == ["up.lock"], "no server has its folder"
    lock = RunLock(state)
    assert lock.acquire(), "another `up` may follow"
    lock.release()
