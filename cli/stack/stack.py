"""A whole installation as processes: `up`, the demo, e2e and chaos tests and the bench use it."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from cli.embedded.kafka import KafkaServer
from cli.embedded.postgres import PostgresServer
from cli.errors import CommandError, Exit
from cli.kafka.topics import ensure_topics
from cli.migrations.migrate import migrate
from cli.output import tell_stderr
from cli.paths import DEFAULT_STATE, alerts_directory
from cli.processes import Identity, free_port
from cli.stack.replica import (
    SERVICES,
    Replica,
    ServiceSpec,
    python_path,
)
from cli.stack.state import RunInfo, RunningReplica, run_file, save_run
from shared.access.tokens import generate_keys

READY_TIMEOUT_S = 90.0
PORT_MOVES_MAX = 10
_POLL_S = 0.1


@dataclass(frozen=True)
class StackOptions:
    """What to run. `kafka` (HOST:PORT) and `database` (URL) name existing ones; else our own."""

    state: Path = DEFAULT_STATE
    replicas: int = 1
    clock: Literal["system", "manual"] = "system"
    kafka: str | None = None
    database: str | None = None
    topic_prefix: str = ""
    partitions: int = 24
    services: Sequence[ServiceSpec] = SERVICES
    known_ports: bool = True
    """Services are reached on 8001, 8002 … where these are free; else on any port."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to every service's environment, over everything set here."""
    postgres_settings: Mapping[str, str] = field(default_factory=dict)


class Stack:
    """PostgreSQL, Kafka and the services' replicas. Use it as a context manager, or stop it."""

    def __init__(self, options: StackOptions, tell: Callable[[str], None] = tell_stderr) -> None:
        self.options = options
        self.replicas: list[Replica] = []
        self._ports: dict[ServiceSpec, int] = {}
        self.kafka_server = None if options.kafka else KafkaServer(tell)
        self.postgres_server = (
            None if options.database else PostgresServer(options.postgres_settings)
        )
        self.kafka = options.kafka or ""
        self.database_url = options.database or ""
        self.private_key = Path()
        self.jwks = Path()
        self.tell = tell

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def urls(self) -> dict[str, str]:
        """Where each service is reached: ingest, budget, kpi, alerts. Several replicas share it."""
        if self.options.replicas == 1:
            return {replica.spec.name: replica.url for replica in self.replicas}
        return {spec.name: f"http://127.0.0.1:{port}" for spec, port in self._ports.items()}

    def replica(self, service: str, number: int = 1) -> Replica:
        """One process by service and number (from 1). Raises KeyError."""
        for replica in self.replicas:
            if replica.spec.name == service and replica.number == number:
                return replica
        raise KeyError(f"{service}-{number}")

    def start(self) -> None:
        """Starts everything and returns when every replica is ready.

        Raises CommandError: exit 3 when something is missing or does not come up, exit 5 when a
        service found a gap in its offsets.
        """
        self.start_servers()
        self._make_replicas()
        for replica in self.replicas:
            replica.start()
        self.await_ready(moves=PORT_MOVES_MAX)
        self.save()

    def start_servers(self) -> None:
        """Database with its migrations, broker with its topics, and the keys; no service yet."""
        state = self.options.state
        state.mkdir(parents=True, exist_ok=True)
        self.private_key, self.jwks = generate_keys(state / "keys")
        # The two do not need each other: on two cores this saves the shorter of the starts.
        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(self._start_database), pool.submit(self._start_broker)]:
                future.result()

    def _start_database(self) -> None:
        if self.postgres_server is not None:
            self.database_url = self.postgres_server.start(self.options.state)
        migrate(self.database_url)

    def _start_broker(self) -> None:
        if self.kafka_server is not None:
            self.kafka = self.kafka_server.start(self.options.state)
        ensure_topics(
            self.kafka, prefix=self.options.topic_prefix, partitions=self.options.partitions
        )

    def _make_replicas(self) -> None:
        known = self.options.known_ports
        for spec in self.options.services:
            self._ports[spec] = free_port(spec.port if known else None, [*self._ports.values()])
        taken = [*self._ports.values()]
        self.replicas = []
        for spec, port in self._ports.items():
            if self.options.replicas == 1:
                self._add_replica(spec, 1, port)
                continue
            for number in range(1, self.options.replicas + 1):
                taken.append(free_port(taken=taken))
                self._add_replica(spec, number, taken[-1], PACELINE_SHARED_PORT=str(port))

    def _add_replica(self, spec: ServiceSpec, number: int, port: int, **more: str) -> None:
        env = {**self._environment(spec, number, port), **more}
        self.replicas.append(Replica(spec, number, port, env, self.options.state))

    def _environment(self, spec: ServiceSpec, number: int, port: int) -> dict[str, str]:
        services = " ".join(
            f"{spec.folder}=http://127.0.0.1:{port}" for spec, port in self._ports.items()
        )
        return {
            **os.environ,
            "PACELINE_SERVICES": services,
            "PYTHONPATH": python_path(),
            "PYTHONUNBUFFERED": "1",
            "PACELINE_DATABASE_URL": self.database_url,
            "PACELINE_KAFKA_BOOTSTRAP": self.kafka,
            "PACELINE_HOST": "127.0.0.1",
            "PACELINE_PORT": str(port),
            "PACELINE_REPLICA": f"{spec.name}-{number}",
            "PACELINE_JWKS": str(self.jwks),
            "PACELINE_CLOCK": self.options.clock,
            "PACELINE_TOPIC_PREFIX": self.options.topic_prefix,
            "PACELINE_PARTITIONS": str(self.options.partitions),
            **self.options.environment,
        }

    def await_ready(
        self,
        replicas: Sequence[Replica] | None = None,
        timeout_s: float = READY_TIMEOUT_S,
        moves: int = 0,
    ) -> None:
        """Waits until these replicas (default: all) are ready. Raises CommandError.

        Up to `moves` times one that ended because its port was taken meanwhile gets another:
        between choosing a free port and listening on it, any program may be faster.
        """
        waiting = list(self.replicas if replicas is None else replicas)
        deadline = time.monotonic() + timeout_s
        while waiting:
            for replica in waiting:
                if replica.alive():
                    continue
                if moves == 0 or not replica.lost_its_port():
                    raise died(replica)
                moves -= 1
                replica.move(free_port(taken=[other.port for other in self.replicas]))
                replica.start()
            waiting = [replica for replica in waiting if not replica.ready()]
            if waiting and time.monotonic() > deadline:
                names = ", ".join(replica.name for replica in waiting)
                raise CommandError(
                    f"not ready after {timeout_s:.0f} s: {names}\n  {waiting[0].last_words()}"
                )
            if waiting:
                time.sleep(_POLL_S)

    def stop(self) -> None:
        """Services first, all at once, then Kafka, then PostgreSQL. Twice is harmless."""
        for replica in self.replicas:
            replica.ask_to_stop()
        for replica in self.replicas:
            replica.stop()
        if self.kafka_server is not None:
            self.kafka_server.stop()
        if self.postgres_server is not None:
            self.postgres_server.stop()
        run_file(self.options.state).unlink(missing_ok=True)

    def kill(self, service: str, number: int = 1) -> None:
        """SIGKILL to one replica, as a crash."""
        self.replica(service, number).kill()

    def restart(self, service: str, number: int = 1) -> None:
        """Stops one replica if it runs, starts it on its old port and waits until it is ready."""
        replica = self.replica(service, number)
        replica.stop()
        replica.start()
        self.await_ready([replica])
        self.save()

    def info(self) -> RunInfo:
        """What `run.json` says while this process owns the installation."""
        mine = Identity.of(os.getpid())
        return RunInfo(
            pid=os.getpid(),
            began=mine.began if mine else "",
            urls=self.urls,
            kafka=self.kafka,
            database=self.database_url,
            jwks=str(self.jwks),
            clock=self.options.clock,
            topic_prefix=self.options.topic_prefix,
            partitions=self.options.partitions,
            replicas=[
                RunningReplica(r.spec.name, r.number, r.pid or 0, r.url) for r in self.replicas
            ],
            alerts_dir=str(alerts_directory({**os.environ, **self.options.environment})),
        )

    def save(self) -> None:
        save_run(self.options.state, self.info())


def died(replica: Replica) -> CommandError:
    """What ended a replica, and what to do about it."""
    code = Exit.BROKEN if replica.exit_code == Exit.BROKEN else Exit.NOT_READY
    cure = ""
    if code == Exit.BROKEN:
        cure = (
            "\nits offsets have a gap or it cannot read a topic: the last lines say which; "
            "docs/operating.md says what to do (Offset gap, Dead letters)"
        )
    return CommandError(
        f"{replica.name} ended with {replica.exit_code}; {replica.log} ends:\n  "
        f"{replica.last_words()}{cure}",
        code,
    )
