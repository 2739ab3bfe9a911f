"""The launcher: its environment, and a set-up that is interrupted or refused in one sentence."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.processes import wait_until
from tests.root import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the launcher needs of a checkout, with locks that nothing can be installed from."""
    (tmp_path / "cli").mkdir()
    shutil.copy(ROOT / "cli" / "bootstrap.py", tmp_path / "cli")
    shutil.copy(ROOT / "paceline", tmp_path)
    (tmp_path / "requirements-cli.lock").write_text("# empty\n", encoding="utf-8")
    return tmp_path


def launch(checkout: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [str(checkout / "paceline"), "token"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PACELINE_PYTHON": sys.executable},
        start_new_session=True,
        # A suite in the background of a shell hands SIGINT down ignored; a person's shell does not.
        preexec_fn=_heed_ctrl_c,  # noqa: PLW1509 - makes one system call
    )


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_during_the_set_up_is_one_sentence_and_130(checkout: Path) -> None:
    process = launch(checkout)
    # The folder appears once the environment is being made, which takes some seconds.
    assert wait_until((checkout / ".paceline" / "venv").exists, 60)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    # The launcher's shell has heard the signal too and may end of it: a shell calls both 130.
    assert process.returncode in (130, -signal.SIGINT)
    assert "interrupted during the set-up; the next call begins it again" in err
    assert "Traceback" not in err
    assert out == ""


def test_a_folder_that_cannot_be_made_is_named(checkout: Path) -> None:
    (checkout / ".paceline").write_text("a file in the way", encoding="utf-8")
    process = launch(checkout)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert f"the set-up failed: {checkout / '.paceline'}" in err
    assert "Traceback" not in err
    assert out == ""


def test_byte_code_is_kept_whatever_an_image_tells_python(checkout: Path) -> None:
    python = checkout / ".paceline" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nenv\n", encoding="utf-8")
    python.chmod(0o755)
    shutil.copy(checkout / "requirements-cli.lock", python.parents[1])
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [str(checkout / "paceline"), "token"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PATH=" in done.stdout
    assert "PYTHONDONTWRITEBYTECODE" not in done.stdout
