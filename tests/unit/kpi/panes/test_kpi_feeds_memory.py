"""One process of kpi-monitor stays small, however many lines it folds."""

import re
import subprocess
import sys
from pathlib import Path

MB_MAX = 300
PROGRAM = Path(__file__).with_name("feeds_memory.py")


def test_what_folding_remembers_of_350_000_lines_is_bounded() -> None:
    ran = subprocess.run(
        [sys.executable, str(PROGRAM)], check=False, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    found = re.fullmatch(r"before=(\d+) most=(\d+)\n", ran.stdout)
    assert found, ran.stdout
    assert int(found[2]) < MB_MAX, ran.stdout
