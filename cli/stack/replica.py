"""One process of one service: started, asked whether it is ready, ended, started again."""

import http.client
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.child import Child
from cli.paths import ROOT
from cli.processes import end_leftover, is_free, listens
from shared.backoff import backoff_s

STOP_TIMEOUT_S = 10.0
BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 30.0
# Whoever lived this long is well again: the next failure is its first.
HEALTHY_AFTER_S = 60.0
LOG_BYTES_MAX = 50 * 1024 * 1024


@dataclass(frozen=True)
class ServiceSpec:
    """A service as the launcher knows it: its name, its package and the port it likes."""

    name: str
    package: str
    port: int
    folder: str


SERVICES = (
    ServiceSpec("ingest", "ingest", 8001, "ingest"),
    ServiceSpec("budget", "budget", 8002, "budget"),
    ServiceSpec("kpi", "kpi_monitor", 8003, "kpi-monitor"),
    ServiceSpec("alerts", "alerts", 8004, "alerts"),
)


def python_path() -> str:
    """The folders whose packages the services are, for a child's PYTHONPATH."""
    folders = [ROOT, *(ROOT / "services" / service.folder for service in SERVICES)]
    return ":".join(str(folder) for folder in folders)


def restart_wait_s(failures: int) -> float:
    """Seconds to wait after that many failures in a row: 1, 2, 4 … 30."""
    return backoff_s(failures, BACKOFF_MAX_S, BACKOFF_FIRST_S)


class Replica(Child):
    """A service's process number `number`; `env` is its whole environment."""

    def __init__(
        self, spec: ServiceSpec, number: int, port: int, env: Mapping[str, str], state: Path
    ) -> None:
        super().__init__()
        self.spec = spec
        self.number = number
        self.port = port
        self.log = state / "logs" / f"{self.name}.log"
        self.wanted = False
        self.failures = 0
        self.next_start_at = 0.0
        self._env = dict(env)
        self._record = state / "processes" / f"{self.name}.json"
        self._started_at = 0.0
        self._log_began = 0

    @property
    def name(self) -> str:
        """`<service>-<number>`, as in PACELINE_REPLICA and the log's name."""
        return f"{self.spec.name}-{self.number}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the process without waiting for it; one left by a killed run is ended first."""
        if self.alive():
            return
        self._record.parent.mkdir(parents=True, exist_ok=True)
        end_leftover(self._record, signal.SIGTERM)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        self._log_began = self.log.stat().st_size if self.log.exists() else 0
        command: list[str | Path] = [sys.executable, "-m", self.spec.package]
        self._launch(command, self._record, log=self.log, env=self._env, cwd=ROOT)
        self.wanted = True
        self._started_at = time.monotonic()

    def lost_its_port(self) -> bool:
        """True when it ended because another program had its port, which may be gone by now."""
        if self.alive():
            return False
        return not is_free(self.port) or "address already in use" in self.last_words().lower()

    def move(self, port: int) -> None:
        """Takes effect at the next start."""
        self.port = port
        self._env["PACELINE_PORT"] = str(port)

    def ready(self) -> bool:
        """True when this process listens on its port and its /readyz answers 200 now."""
        if self.pid is None or not listens(self.pid, self.port):
            return False
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def ask_to_stop(self) -> None:
        """SIGTERM without waiting, so that all of them close at the same time."""
        self.wanted = False
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> int | None:
        """SIGTERM, 10 s, then SIGKILL. Returns the exit status; None if it never ran."""
        self.wanted = False
        self._end(signal.SIGTERM, STOP_TIMEOUT_S)
        return self.exit_code

    def kill(self) -> None:
        """SIGKILL. It stays wanted: a supervising stack starts it again."""
        self._end(signal.SIGKILL, STOP_TIMEOUT_S)

    def note_failure(self, now: float) -> float:
        """Counts a death and sets when to start again; returns the seconds until then."""
        lived_s = now - self._started_at
        self.failures = 1 if lived_s >= HEALTHY_AFTER_S else self.failures + 1
        wait_s = restart_wait_s(self.failures)
        self.next_start_at = now + wait_s
        return wait_s

    def last_words(self) -> str:
        """The end of what it has logged since its last start, for an error message."""
        try:
            text = self.log.read_bytes()[self._log_began :].decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        return "\n  ".join(text.splitlines()[-8:])
