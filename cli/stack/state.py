"""What a running installation says about itself, and the one lock that makes it the only one."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from cli.errors import CommandError, Exit
from cli.processes import Identity
from shared.http.api_words import addresses_of

NAMING = ("PACELINE_SERVICES", "PACELINE_DATABASE_URL", "PACELINE_KAFKA_BOOTSTRAP")
"""Settings that together name an installation which `up` did not start."""
URL_NAMES = {"kpi-monitor": "kpi"}


@dataclass(frozen=True)
class RunningReplica:
    service: str
    replica: int
    pid: int
    url: str


@dataclass(frozen=True)
class RunInfo:
    """`run.json`: everything another command needs to talk to a running installation."""

    pid: int
    began: str
    urls: dict[str, str]
    kafka: str
    database: str
    jwks: str
    clock: str
    topic_prefix: str
    partitions: int
    replicas: list[RunningReplica] = field(default_factory=list)
    alerts_dir: str = ""
    """The folder of alerts' files that it was started with."""

    def ready_line(self) -> str:
        """The line `up` ends its start with (contracts.md section 6)."""
        services = " ".join(f"{name}={url}" for name, url in self.urls.items())
        return f"ready {services} kafka={self.kafka} database={self.database}"


def run_file(state: Path) -> Path:
    """Where an installation's `run.json` is."""
    return state / "run.json"


def save_run(state: Path, info: RunInfo) -> None:
    """Writes `run.json` at once and only for us: the database's URL has its password."""
    path = run_file(state)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(info), file, indent=1)
    partial.replace(path)


def load_run(state: Path) -> RunInfo | None:
    """The running installation; None when there is none, or only what a killed one left."""
    try:
        stored: dict[str, Any] = json.loads(run_file(state).read_text(encoding="utf-8"))
        replicas = [RunningReplica(**replica) for replica in stored.pop("replicas")]
        info = RunInfo(**stored, replicas=replicas)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return info if Identity(info.pid, info.began).alive() else None


def require_run(state: Path) -> RunInfo:
    """The running installation, of `up` or of the environment, or CommandError (exit 3) saying how
    to start or name one."""
    info = load_run(state) or _named_run(os.environ)
    if info is None:
        detail = f"nothing is running in {state}; start it with `./paceline up`, or name what runs"
        raise CommandError(f"{detail} elsewhere with {', '.join(NAMING)}")
    return info


def _named_run(environment: Mapping[str, str]) -> RunInfo | None:
    """What the settings of the services name, as in a container; None unless they name it all."""
    services, database, kafka = (environment.get(name) for name in NAMING)
    if not (services and database and kafka):
        return None
    try:
        urls = {URL_NAMES.get(name, name): url for name, url in addresses_of(services).items()}
    except ValueError as error:
        raise CommandError(f"{NAMING[0]}: {error}", Exit.USAGE) from error
    if missing := {"ingest", "budget", "kpi", "alerts"} - urls.keys():
        raise CommandError(f"{NAMING[0]} names no {', '.join(sorted(missing))}", Exit.USAGE)
    prefix = environment.get("PACELINE_TOPIC_PREFIX", "")
    jwks = environment.get("PACELINE_JWKS", "")
    return RunInfo(0, "", urls, kafka, database, jwks, "system", prefix, 0)


class RunLock:
    """Held by the `up` that owns a state directory; the kernel frees it when that one dies."""

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._path = state / "up.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """True when we own the directory now; False when another process does."""
        file = self._path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Gives the directory back; harmless when it is not ours."""
        if self._file is not None:
            self._file.close()
            self._file = None
