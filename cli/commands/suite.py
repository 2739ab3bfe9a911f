"""`paceline test`: all tests, style, types and import borders among them, as one command."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import psutil

from cli.errors import Exit
from cli.output import tell_stderr
from cli.paths import ROOT
from cli.processes import signal_all

MINUTES = 9
"""How long the whole suite takes on two cores."""
WORKERS = 4
"""Two more than those cores: tests with servers wait as much as they work."""
WHOLE = [
    *("--numprocesses", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"),
    *("--durations", "40", "--durations-min", "0.1"),
]
CLOSING_TIMEOUT_S = 20.0
"""How long interrupted tests may take to say how far they came."""

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_CHILD_SUBREAPER = 36
_SWEEPS_MAX = 100


class _StopRequested(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP: the number."""


def run_suite(pytest_arguments: Sequence[str]) -> Exit:
    """Runs all tests, in some processes at once, or pytest as the arguments say.

    Returns 1 when anything failed, 130 when it was interrupted. Either way no process and no
    temporary file of the tests is left.
    """
    if not pytest_arguments:
        tell_stderr(f"all tests, style, types and borders: {MINUTES} minutes on two cores")
    try:
        with _own_folder() as environment:
            code = _run_pytest(pytest_arguments or WHOLE, environment)
    except _StopRequested:
        return Exit.INTERRUPTED
    return Exit.CHECK_FAILED if code else Exit.OK


@contextlib.contextmanager
def _own_folder() -> Iterator[Mapping[str, str]]:
    """The environment of tests whose temporary files lie in one folder, which ends with them."""
    for number in _STOPS:
        signal.signal(number, _request_stop)
    _adopt_orphans()
    folder = Path(tempfile.mkdtemp(prefix="paceline-suite-"))
    # PostgreSQL does not run as root; another account must be able to walk through.
    folder.chmod(0o711)
    try:
        yield {**os.environ, "TMPDIR": str(folder)}
    finally:
        for number in _STOPS:
            signal.signal(number, signal.SIG_IGN)
        _end_children()
        shutil.rmtree(folder, ignore_errors=True)


def _request_stop(number: int, _frame: FrameType | None) -> None:
    raise _StopRequested(number)


def _run_pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return _await(process)
    except _StopRequested as stopped:
        # Ctrl-C in a terminal reaches the tests as well; another signal reaches only us.
        if stopped.args != (signal.SIGINT,):
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(CLOSING_TIMEOUT_S)
        raise


def _await(process: "subprocess.Popen[bytes]") -> int:
    """Its exit code. Orphans that end meanwhile are buried, as the system's first process does."""
    while process.returncode is None:
        pid, status = os.wait()
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode


def _adopt_orphans() -> None:
    """Processes whose parents end before them stay below us, where we find them (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _end_children() -> None:
    for _ in range(_SWEEPS_MAX):
        children = psutil.Process().children(recursive=True)
        if not children:
            return
        signal_all(children, signal.SIGKILL)
        psutil.wait_procs(children, timeout=1)
