"""`down` ends the process that `up` recorded, and no other."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from cli.commands.down import run_down
from cli.errors import Exit
from cli.processes import Identity
from cli.stack.state import RunInfo, save_run


def test_the_recorded_process_is_ended_and_waited_for_and_no_recycled_pid(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        identity = Identity.of(process.pid)
        assert identity is not None
        info = RunInfo(process.pid, identity.began, {}, "", "", "", "system", "", 1)
        save_run(tmp_path, replace(info, began="another"))
        assert run_down(tmp_path) is Exit.OK
        assert identity.alive()
        save_run(tmp_path, info)
        assert run_down(tmp_path) is Exit.OK
        assert not identity.alive()


def test_nothing_to_stop_is_no_error(tmp_path: Path) -> None:
    assert run_down(tmp_path) is Exit.OK
