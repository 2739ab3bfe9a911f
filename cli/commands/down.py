"""`paceline down`: ends the `up` of this state folder as Ctrl-C does."""

import contextlib
import os
import signal
from pathlib import Path

from cli.errors import CommandError, Exit
from cli.output import tell_stderr
from cli.processes import Identity, wait_until
from cli.stack.state import load_run

STOP_TIMEOUT_S = 60.0
"""Services have 10 s each, Apache Kafka and PostgreSQL their own limits after them."""


def run_down(state: Path) -> Exit:
    """Asks with SIGTERM and waits until everything has ended; nothing running is no error.

    Raises CommandError (exit 3) when it goes on after `STOP_TIMEOUT_S`.
    """
    info = load_run(state)
    if info is None:
        tell_stderr(f"nothing is running in {state}")
        return Exit.OK
    running = Identity(info.pid, info.began)
    tell_stderr(f"stopping pid {info.pid}")
    with contextlib.suppress(ProcessLookupError):
        os.kill(info.pid, signal.SIGTERM)
    if not wait_until(lambda: not running.alive(), STOP_TIMEOUT_S):
        raise CommandError(f"pid {info.pid} goes on; its logs are in {state / 'logs'}")
    return Exit.OK
