"""What goes wrong in a command is one line and an exit code of contracts.md section 6."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GAP = ["offsets", "accept-gap", "spend.v1", "0", "--reason", "disk", "--kafka", "127.0.0.1:1"]


def paceline(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PACELINE_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["migrate", "--database", "nonsense"], 2, "no URL at all"),
        (["migrate", "--database", "postgresql://u@host:port/x"], 2, "a port that is no number"),
        (["migrate", "--database", "postgresql://u@127.0.0.1:1/x"], 3, "nothing listens there"),
        ([*GAP, "--database", "nonsense"], 2, "no URL at all"),
        ([*GAP, "--database", "postgresql://u@127.0.0.1:1/x"], 3, "nothing listens there"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_words(
    arguments: list[str], code: int, reason: str
) -> None:
    done = paceline(*arguments)
    assert done.returncode == code, (reason, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert done.stdout == ""


def test_the_environment_is_held_to_the_same(tmp_path: Path) -> None:
    done = paceline("migrate", "--state", str(tmp_path), PACELINE_DATABASE_URL="nonsense")
    assert done.returncode == 2
    assert "postgresql://" in done.stderr
