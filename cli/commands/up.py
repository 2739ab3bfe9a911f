"""`paceline up`: one installation, from the first process to the last, in the foreground."""

import os
import signal
import time
from types import FrameType

from alerts.configuration.configurations import read_files
from cli.errors import CommandError, Exit
from cli.output import emit, tell_stderr
from cli.paths import alerts_directory
from cli.stack.stack import Stack, StackOptions
from cli.stack.state import RunInfo, RunLock, load_run
from cli.stack.supervisor import Supervisor

_TICK_S = 0.25
_FIRST_UP_TIMEOUT_S = 180.0


class _StopRequested(BaseException):
    """SIGTERM or SIGHUP: an orderly stop was asked for."""


def _request_stop(_number: int, _frame: FrameType | None) -> None:
    raise _StopRequested


def run_up(options: StackOptions, *, as_json: bool) -> int:
    """Starts everything, prints the ready line, supervises until told to stop.

    Returns the exit code: 0 after SIGTERM or when another `up` already runs here, 130 after
    Ctrl-C. Raises CommandError with 3 (something missing) or 5 (offset gap, unreadable topic).
    """
    lock = RunLock(options.state)
    if not lock.acquire():
        info = _await_other(options)
        tell_stderr(
            f"already running, pid {info.pid}: the options of this call are ignored; "
            "to start with others, `./paceline down` first"
        )
        announce(info, as_json=as_json)
        return Exit.OK
    try:
        # Before the servers: their 20 s are too long to wait for a misspelt word.
        doubts = _check_alerts(options)
    except CommandError:
        lock.release()
        raise
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _request_stop)
    # A shell script's `up &` hands SIGINT down ignored; then nothing but SIGTERM would stop us.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stack = Stack(options)
    try:
        began = time.monotonic()
        tell_stderr("starting PostgreSQL, Apache Kafka and the services; this takes some 20 s")
        stack.start()
        tell_stderr(f"everything is ready after {time.monotonic() - began:.1f} s")
        _say_where(stack)
        for doubt in doubts:
            tell_stderr(f"warning: {doubt}")
        announce(stack.info(), as_json=as_json)
        supervisor = Supervisor(stack)
        while True:
            time.sleep(_TICK_S)
            supervisor.tick()
    except _StopRequested:
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    finally:
        # A second Ctrl-C must not leave half of it running: stopping has its own time limits.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        tell_stderr("stopping")
        stack.stop()
        lock.release()


def announce(info: RunInfo, *, as_json: bool) -> None:
    """The ready line, the last one on stdout."""
    fields = {**info.urls, "kafka": info.kafka, "database": info.database}
    emit(info.ready_line(), {"ready": fields}, as_json=as_json)


def _say_where(stack: Stack) -> None:
    for replica in stack.replicas:
        tell_stderr(f"{replica.name} pid={replica.pid} {replica.url} log={replica.log}")


def _check_alerts(options: StackOptions) -> list[str]:
    """What alerts' files allow and nobody means, such as a receiver without a channel: the log of
    a service is not where a new user looks. Raises CommandError for a file that cannot be used."""
    if not any(service.name == "alerts" for service in options.services):
        return []
    environment = {**os.environ, **options.environment}
    directory = alerts_directory(environment)
    found, bad = read_files(directory, environment)
    if bad:
        wrong = "\n  ".join(map(str, bad))
        raise CommandError(f"nothing was started: alerts cannot use {directory}\n  {wrong}")
    return [doubt for file in found.values() for doubt in file.configuration.doubts]


def _await_other(options: StackOptions) -> RunInfo:
    # The other one may still be starting; it writes run.json when everything is ready.
    deadline = time.monotonic() + _FIRST_UP_TIMEOUT_S
    told = False
    while time.monotonic() < deadline:
        info = load_run(options.state)
        if info is not None:
            return info
        if not told:
            tell_stderr(f"another `up` is starting in {options.state}, waiting for it")
            told = True
        time.sleep(_TICK_S)
    raise CommandError(f"another `up` holds {options.state} and does not become ready")
