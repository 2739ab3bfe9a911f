"""`paceline test` when it is interrupted: no process and no file of its tests is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cli.processes import wait_until
from tests.root import ROOT

PROGRAM = """
import os, pathlib, subprocess, sys, time

def test_that_would_take_long(postgres_server, tmp_path):
    orphan = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)"
    subprocess.run([sys.executable, "-c", orphan], check=True)
    pathlib.Path(os.environ["READY"]).touch()
    time.sleep(600)
"""


def started_by(mark: str) -> list[psutil.Process]:
    """The processes that have `mark` in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("READY") == mark:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize(
    ("arguments", "number", "to_all"),
    [
        pytest.param([], signal.SIGINT, True, id="Ctrl-C in a terminal reaches all"),
        pytest.param(["-n", "1"], signal.SIGINT, True, id="also the workers"),
        pytest.param(["-n", "1"], signal.SIGTERM, False, id="SIGTERM reaches the first only"),
    ],
)
def test_an_interrupted_suite_leaves_nothing(
    tmp_path: Path, arguments: list[str], number: int, to_all: bool
) -> None:
    program, folder, ready = tmp_path / "test_long.py", tmp_path / "tmp", tmp_path / "ready"
    program.write_text(PROGRAM, encoding="utf-8")
    folder.mkdir()
    runner = subprocess.Popen(
        [sys.executable, "-m", "cli", "test", "-q", "-p", "tests.conftest", program, *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder), "READY": str(ready), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert wait_until(lambda: ready.exists() or runner.poll() is not None, 120)
    assert runner.poll() is None, runner.communicate()[0]
    assert len(started_by(str(ready))) >= 3, "the suite, its tests, the database, an orphan"
    (os.killpg if to_all else os.kill)(runner.pid, number)
    said, _ = runner.communicate(timeout=120)
    assert runner.returncode == 130, said
    assert list(folder.iterdir()) == []
    assert started_by(str(ready)) == []
