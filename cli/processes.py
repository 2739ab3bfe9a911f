"""Child processes that die with us, and proof that a pid is still the process we started."""

import contextlib
import ctypes
import functools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_NOT_RUNNING = (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)

FREEZE_TIMEOUT_S = 10.0
LEFTOVER_TIMEOUT_S = 10.0

PORTS = range(20_000, 32_000)
"""Below those the system gives to outgoing connections: one of these could take a server's port
while the server is restarted."""

# Linux sends the parent-death signal when the *thread* that made the child ends. One thread that
# lives as long as the interpreter therefore makes all children, whoever asks.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


@dataclass(frozen=True)
class Identity:
    """A pid and when that process began: the pair is never used twice between two boots."""

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """None when there is no such process, or only its zombie."""
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return cls(pid, _began(process))
        except psutil.NoSuchProcess:
            return None

    def alive(self) -> bool:
        """True while exactly this process runs; a recycled pid is somebody else."""
        return Identity.of(self.pid) == self

    def save(self, path: Path) -> None:
        """Writes the pair where `load` finds it after a crash of ours."""
        path.write_text(json.dumps({"pid": self.pid, "began": self.began}), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Identity | None":
        """The pair written by `save`; None when there is none or it was cut short."""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(stored["pid"]), str(stored["began"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None


def _began(process: psutil.Process) -> str:
    # Ticks since boot do not move when somebody sets the clock; psutil's create_time does.
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot}/{stat.rpartition(')')[2].split()[19]}"
    except FileNotFoundError:
        return f"{process.create_time():.2f}"


def _die_with_parent(parent: int, death_signal: int, libc: ctypes.CDLL) -> None:
    libc.prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        os._exit(1)


def _death_hook(death_signal: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    # The library is loaded before the fork: between fork and exec only the call itself happens.
    return functools.partial(_die_with_parent, os.getpid(), death_signal, ctypes.CDLL(None))


def spawn(
    arguments: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    death_signal: int = signal.SIGKILL,
    user: int | None = None,
    group: int | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, so Ctrl-C reaches only us and we end it in order.

    Its output is appended to `log`. When we die it gets `death_signal` (Linux; elsewhere the next
    start cleans up). `user` and `group` are numeric ids, for a child that must not be root.
    """
    log.parent.mkdir(parents=True, exist_ok=True)

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=_death_hook(death_signal),  # noqa: PLW1509 - makes one system call
                user=user,
                group=group,
                extra_groups=[] if user is not None else None,
            )

    return _SPAWNER.submit(start).result()


def family(pid: int) -> list[psutil.Process]:
    """The process and all below it, parents first; empty when it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def signal_all(processes: Sequence[psutil.Process], number: int) -> None:
    """Sends a signal to each; those already gone are passed over."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def signal_family(pid: int, number: int) -> None:
    signal_all(family(pid), number)


def freeze_family(pid: int) -> None:
    """SIGSTOP to the process and all below it; returns when none of their threads runs any more.

    The signal alone only asks. On two busy cores a JVM's last thread stopped up to 60 ms later,
    and a broker that was called frozen still answered. Raises TimeoutError after 10 s.
    """
    frozen: set[psutil.Process] = set()
    # A parent that stands still makes no more children, so its children are listed after it.
    while running := [process for process in family(pid) if process not in frozen]:
        signal_all(running, signal.SIGSTOP)
        for process in running:
            if not wait_until(functools.partial(_stands_still, process), FREEZE_TIMEOUT_S, 0.001):
                raise TimeoutError(f"process {process.pid} goes on after SIGSTOP")
        frozen.update(running)


def _stands_still(process: psutil.Process) -> bool:
    try:
        if not sys.platform.startswith("linux"):
            return process.status() in _NOT_RUNNING
        # psutil tells the state of the first thread only.
        stats = Path(f"/proc/{process.pid}/task").glob("*/stat")
        return all(_thread_state(stat) in "TtZX" for stat in stats)
    except psutil.NoSuchProcess:
        return True


def _thread_state(stat: Path) -> str:
    try:
        return stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def end(process: subprocess.Popen[bytes], number: int, timeout_s: float) -> int:
    """Asks with a signal, waits, then kills the whole family; returns the exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            signal_family(process.pid, signal.SIGKILL)
    return process.wait(30)


def end_leftover(path: Path, number: int) -> bool:
    """Ends the process that a killed run of ours recorded in `path`, if it still is that process.

    Returns True when one was found and ended. The record is removed either way.
    """
    identity = Identity.load(path)
    found = False
    if identity is not None and identity.alive():
        found = True
        members = family(identity.pid)
        signal_all(members, signal.SIGCONT)
        signal_all(members[:1], number)
        _, left = psutil.wait_procs(members, timeout=LEFTOVER_TIMEOUT_S)
        signal_all(left, signal.SIGKILL)
        psutil.wait_procs(left, timeout=LEFTOVER_TIMEOUT_S)
    path.unlink(missing_ok=True)
    return found


def is_free(port: int) -> bool:
    """True when nothing listens on the loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A listener of ours that ended a moment ago leaves TIME_WAIT; servers bind over that too.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def listens(pid: int, port: int) -> bool:
    """True when this very process listens on the port: another's answer there proves nothing."""
    try:
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
            for connection in psutil.Process(pid).net_connections("tcp")
        )
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def free_port(preferred: int | None = None, taken: Sequence[int] = ()) -> int:
    """`preferred` when it is free, else any of PORTS that is; never one of `taken`."""
    if preferred is not None and preferred not in taken and is_free(preferred):
        return preferred
    while True:
        port = random.choice(PORTS)  # noqa: S311 - spreads programs, no secret
        if port not in taken and is_free(port):
            return port


def wait_until(ready: Callable[[], bool], timeout_s: float, interval_s: float = 0.05) -> bool:
    """Polls `ready` until it is true; False when `timeout_s` passed first."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(interval_s)
    return ready()
