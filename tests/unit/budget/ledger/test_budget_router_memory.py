"""One process of budget stays small, however many sources, workspaces and periods it sees."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

MB_MAX = 350
PROGRAM = Path(__file__).with_name("router_memory.py")


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("sources", id="280,000 sources"),
        pytest.param("workspaces", id="four workspaces of 70,000 panes"),
    ],
)
def test_what_posting_remembers_is_bounded_for_the_process(kind: str) -> None:
    ran = subprocess.run(
        [sys.executable, str(PROGRAM), kind],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    found = re.fullmatch(r"before=(\d+) most=(\d+)\n", ran.stdout)
    assert found, ran.stdout
    assert int(found[2]) < MB_MAX, ran.stdout
