"""`paceline test`: style, types, import borders and all tests, as one command."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cli.embedded.jars import ROOT, tell_stderr
from cli.errors import Exit


@dataclass(frozen=True)
class Outcome:
    """How one tool ended, and what it said."""

    name: str
    code: int
    output: str


def checks() -> dict[str, list[str]]:
    """The tools that read the code, by name: the command of each."""
    # The tools lie beside the interpreter; PATH may name other versions, or none.
    bin_directory = Path(sys.executable).parent
    return {
        "ruff check": [sys.executable, "-m", "ruff", "check", "."],
        "ruff format": [sys.executable, "-m", "ruff", "format", "--check", "."],
        "mypy": [sys.executable, "-m", "mypy"],
        "lint-imports": [str(bin_directory / "lint-imports"), "--no-cache"],
    }


def run_suite(pytest_arguments: Sequence[str]) -> Exit:
    """Runs the checks at the same time, then pytest, whose closing lines come last.

    With arguments for pytest only pytest runs. Returns 1 when anything failed, 130 on Ctrl-C.
    """
    failed = [] if pytest_arguments else _run_checks()
    command = [sys.executable, "-m", "pytest", *pytest_arguments]
    tests = subprocess.run(command, cwd=ROOT, check=False).returncode
    if failed:
        tell_stderr(f"failed before the tests: {', '.join(failed)}")
    return Exit.CHECK_FAILED if tests or failed else Exit.OK


def _run_checks() -> list[str]:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(_run, *zip(*checks().items(), strict=True)))
    for outcome in outcomes:
        print(f"{outcome.name}: {'ok' if outcome.code == 0 else 'FAILED'}", flush=True)
        if outcome.code:
            print(outcome.output, flush=True)
    return [outcome.name for outcome in outcomes if outcome.code]


def _run(name: str, command: list[str]) -> Outcome:
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(name, done.returncode, done.stdout)
