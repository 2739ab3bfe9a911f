"""The tools that read the code: style, types, import borders. What they say is in the failure."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.root import ROOT

# The tools lie beside the interpreter; PATH may name other versions, or none.
BIN = Path(sys.executable).parent
CHECKS = {
    "ruff check": [sys.executable, "-m", "ruff", "check", "."],
    "ruff format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "lint-imports": [str(BIN / "lint-imports"), "--no-cache"],
    "mypy": [sys.executable, "-m", "mypy"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_tool_finds_nothing(name: str) -> None:
    done = subprocess.run(CHECKS[name], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{name}\n{done.stdout}{done.stderr}"
